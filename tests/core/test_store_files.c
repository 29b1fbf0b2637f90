/* What watched folders saw and decided, in the store; receipts that tell a file come again. */
#include "base/limits.h"
#include "store_help.h"

static struct store_file file_at(const char *path, uint64_t inode)
{
    return (struct store_file){.path = str_of(path),
                               .device = 7,
                               .inode = inode,
                               .size = 11,
                               .mtime_ns = INT64_C(1700000000123456789),
                               .seen_us = 5,
                               .settle_us = 640000,
                               .events = 3,
                               .state = STORE_FILE_MOVING,
                               .target = STR_LIT("/done/a.txt"),
                               .at_us = 9};
}

static void put(struct desk *desk, struct store_file *files, size_t count)
{
    struct store_request request = {
        .op = STORE_FILES, .bytes = 1000, .files = files, .file_count = count};
    desk_do_well(desk, &request);
}

struct found {
    struct desk *desk;
    struct store_file at[16];
    size_t count, stop;
};

static int each(const struct store_file *file, void *data)
{
    struct found *found = data;
    struct store_file *kept = &found->at[found->count++];
    *kept = *file;
    kept->path = arena_str(found->desk->arena, file->path);
    kept->target = arena_str(found->desk->arena, file->target);
    kept->document_state = arena_str(found->desk->arena, file->document_state);
    return found->count == found->stop;
}

static struct found ask(struct desk *desk, struct store_file_query query)
{
    struct found found = {.desk = desk};
    struct error err = {0};
    if (store_files(desk_reader(desk), &query, each, &found, &err) < 0)
        fail_msg("%s", err.text);
    return found;
}

static void a_row_is_kept_whole_and_written_anew_by_its_id(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    struct store_file file = file_at("/in/a.txt", UINT64_MAX - 1);
    put(desk, &file, 1);
    assert_true(file.stored_id > 0);
    file.id = file.stored_id;
    file.state = STORE_FILE_MOVED;
    put(desk, &file, 1);
    const struct found found = ask(desk, (struct store_file_query){.path = STR_LIT("/in/a.txt")});
    assert_int_equal(found.count, 1);
    assert_int_equal(found.at[0].state, STORE_FILE_MOVED);
    assert_true(found.at[0].inode == UINT64_MAX - 1 && found.at[0].device == 7);
    assert_true(found.at[0].mtime_ns == file.mtime_ns && found.at[0].settle_us == 640000);
    assert_int_equal(found.at[0].events, 3);
    assert_text(found.at[0].target, "/done/a.txt");
}

static void each_arrival_at_a_path_is_a_row_newest_first(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    struct store_file files[] = {file_at("/in/a.txt", 1), file_at("/in/a.txt", 2),
                                 file_at("/in/b.txt", 3)};
    put(desk, files, 3);
    struct found found = ask(desk, (struct store_file_query){.path = STR_LIT("/in/a.txt")});
    assert_int_equal(found.count, 2);
    assert_int_equal(found.at[0].inode, 2);
    found = ask(desk, (struct store_file_query){.path = STR_LIT("/in/a.txt"), .limit = 1});
    assert_int_equal(found.count, 1);
    found = ask(desk, (struct store_file_query){.device = 7, .inode = 3});
    assert_int_equal(found.count, 1);
    assert_text(found.at[0].path, "/in/b.txt");
    found = ask(desk, (struct store_file_query){.target = STR_LIT("/done/a.txt")});
    assert_int_equal(found.count, 3);
}

static void what_is_open_is_listed_and_nothing_else(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    struct store_file files[] = {file_at("/in/moving", 1), file_at("/in/moved", 2),
                                 file_at("/in/failed", 3), file_at("/in/kept", 4)};
    files[1].state = STORE_FILE_MOVED;
    files[2].state = STORE_FILE_MOVED;
    files[2].outcome = STORE_FILE_FAILED;
    files[3].state = STORE_FILE_KEPT;
    put(desk, files, 4);
    struct found found = ask(desk, (struct store_file_query){.open = true});
    assert_int_equal(found.count, 2);
    assert_text(found.at[0].path, "/in/moving");
    assert_text(found.at[1].path, "/in/failed");
    found = ask(desk, (struct store_file_query){.open = true, .after_id = found.at[0].id});
    assert_int_equal(found.count, 1);
}

static struct store_request receive(struct desk *desk, const char *path, uint64_t inode,
                                    int64_t received_us)
{
    struct store_request request = desk_document("the same bytes", path);
    request.document.device = 7;
    request.document.inode = inode;
    request.document.mtime_us = 1234;
    request.document.received_us = received_us;
    desk_do_well(desk, &request);
    return request;
}

static void the_file_a_document_came_from_is_told_from_one_with_the_same_content(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    assert_false(receive(desk, "/in/a.txt", 1, 100).known);
    struct store_request b = receive(desk, "/in/b.txt", 2, 200);
    assert_true(b.known && !b.again);
    assert_true(receive(desk, "/in/a.txt", 1, 300).again);  /* not moved yet: a kill came between */
    assert_true(receive(desk, "/in/a.txt", 1, 400).again);  /* and again */
    assert_false(receive(desk, "/in/b.txt", 2, 500).again); /* b was a duplicate and stays one */
    assert_false(receive(desk, "/in/a.txt", 9, 600).again); /* another file of that name */
    assert_false(receive(desk, "/in/a.txt", 9, 700).again);
}

static void a_document_is_taken_out_of_quarantine_by_its_id(void **state)
{
    struct desk *desk = *state;
    struct error err = {0};
    desk_start(desk);
    const int64_t id = desk_receive(desk, "x");
    struct store_request retry = {.op = STORE_RETRY, .bytes = 1, .document.id = id};
    assert_int_equal(desk_do(desk, &retry), ERR_EXISTS);
    struct store_request fail = {.op = STORE_FAIL,
                                 .bytes = 1,
                                 .document.id = id,
                                 .failure = {.stage = STR_LIT("ingest"),
                                             .plugin = STR_LIT("ingest/digest"),
                                             .version = STR_LIT("1.2.0"),
                                             .guard = STR_LIT("error"),
                                             .message = STR_LIT("no"),
                                             .traceback = STR_LIT("init.lua:3")}};
    desk_do_well(desk, &fail);
    struct store_failure failure;
    int64_t at_us = 0;
    assert_int_equal(store_failure(desk_reader(desk), id, desk->arena, &failure, &at_us, &err), 0);
    assert_text(failure.plugin, "ingest/digest");
    assert_text(failure.version, "1.2.0");
    assert_text(failure.traceback, "init.lua:3");
    assert_true(at_us > 0);
    desk_do_well(desk, &retry);
    assert_int_equal(store_failure(desk_reader(desk), id + 1, desk->arena, &failure, &at_us, &err),
                     ERR_NOTFOUND);
}

static void a_row_says_what_became_of_its_document(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    struct store_file files[] = {file_at("/in/a.txt", 1), file_at("/in/b.txt", 2)};
    files[0].document_id = desk_receive(desk, "x");
    files[1].document_id = 4711; /* forgotten since */
    put(desk, files, 2);
    struct found found = ask(desk, (struct store_file_query){.path = STR_LIT("/in/a.txt")});
    assert_text(found.at[0].document_state, "received");
    assert_true(found.at[0].original);
    found = ask(desk, (struct store_file_query){.path = STR_LIT("/in/b.txt")});
    assert_int_equal(found.at[0].document_id, 4711);
    assert_text(found.at[0].document_state, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DESK_TEST(a_row_is_kept_whole_and_written_anew_by_its_id),
        DESK_TEST(each_arrival_at_a_path_is_a_row_newest_first),
        DESK_TEST(what_is_open_is_listed_and_nothing_else),
        DESK_TEST(the_file_a_document_came_from_is_told_from_one_with_the_same_content),
        DESK_TEST(a_document_is_taken_out_of_quarantine_by_its_id),
        DESK_TEST(a_row_says_what_became_of_its_document),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

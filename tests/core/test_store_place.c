/* The store's files are removed, replaced or moved while it is open. */
#include <unistd.h>

#include "store_help.h"

#define DATABASE DESK "/store.db"

static struct store_request try_to_receive(struct desk *desk, const char *bytes)
{
    struct store_request request = desk_document(bytes, "/in/late.txt");
    desk_do(desk, &request);
    return request;
}

static void assert_refused(struct desk *desk, const char *why)
{
    const struct store_request late = try_to_receive(desk, "late");
    struct error err = {0};
    assert_int_equal(late.error.code, ERR_IO);
    if (!strstr(late.error.text, why))
        fail_msg("\"%s\" does not say \"%s\"", late.error.text, why);
    assert_int_equal(store_in_place(desk->store, &err), ERR_IO);
    assert_string_equal(err.text, late.error.text);
}

static void nothing_is_stored_into_a_file_that_was_removed(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    desk_receive(desk, "early");
    desk_reader(desk);
    desk->damaged = unlink(DATABASE) == 0;
    assert_refused(desk, "store.db was removed or moved away");
    assert_refused(desk, "store.db was removed or moved away");
    assert_int_equal(desk_counts(desk).documents, 1);
}

static void a_file_that_is_put_back_is_written_again(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    desk_receive(desk, "early");
    assert_int_equal(rename(DESK, "elsewhere"), 0);
    assert_refused(desk, "store.db was removed or moved away");
    assert_int_equal(rename("elsewhere", DESK), 0);
    assert_int_equal(store_in_place(desk->store, NULL), 0);
    assert_int_equal(try_to_receive(desk, "late").error.code, 0);
    assert_int_equal(desk_counts(desk).documents, 2);
}

static void each_of_a_group_is_told(void **state)
{
    enum { MANY = 10 };
    struct desk *desk = *state;
    struct store_request requests[MANY];
    desk_start(desk);
    desk_receive(desk, "early");
    assert_int_equal(rename(DATABASE, "elsewhere"), 0);
    for (int i = 0; i < MANY; i++)
        requests[i] = desk_document(arena_printf(desk->arena, "%d", i), "/in/a.txt");
    desk_run(desk, requests, MANY);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(requests[i].error.code, ERR_IO);
    assert_int_equal(rename("elsewhere", DATABASE), 0);
    assert_int_equal(desk_counts(desk).documents, 1);
}

/* What was committed lies in the log alone, which has no name any more. */
static void what_a_removed_log_held_is_saved(void **state)
{
    struct desk *desk = *state;
    struct store_reader *reader;
    struct store_counts counts;
    struct error err = {0};
    desk_start(desk);
    desk_receive(desk, "early");
    assert_int_equal(unlink(DATABASE "-wal"), 0);
    assert_refused(desk, "store.db-wal was removed or moved away");
    assert_int_equal(mkdir("copy", 0777), 0);
    assert_int_equal(link(DATABASE, "copy/store.db"), 0);
    assert_int_equal(store_reader_open("copy", desk->text, &reader, &err), 0);
    assert_int_equal(store_counts(reader, &counts, &err), 0);
    assert_int_equal(counts.documents, 1);
    store_reader_close(reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DESK_TEST(nothing_is_stored_into_a_file_that_was_removed),
        DESK_TEST(a_file_that_is_put_back_is_written_again),
        DESK_TEST(each_of_a_group_is_told),
        DESK_TEST(what_a_removed_log_held_is_saved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The writer's thread: groups, the bounded queue, the index behind the store, the end. */
#include "base/limits.h"
#include "store_help.h"

static void a_request_that_fails_takes_no_other_of_its_group_with_it(void **state)
{
    enum { MANY = 40 };
    struct desk *desk = *state;
    struct store_request requests[MANY];
    desk_start(desk);
    for (int i = 0; i < MANY; i++)
        requests[i] = i % 4 == 3 ? desk_apply(1000 + i, NULL, 0)
                                 : desk_document(arena_printf(desk->arena, "%d", i), "/in/a.txt");
    desk_run(desk, requests, MANY);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(requests[i].error.code, i % 4 == 3 ? ERR_NOTFOUND : 0);
    assert_int_equal(desk_counts(desk).documents, MANY - MANY / 4);
}

/* A text of the second piece is longer than SQLite takes; it is refused by its length alone. */
static void a_request_is_stored_whole_or_not_at_all(void **state)
{
    struct desk *desk = *state;
    struct store_piece pieces[2] = {desk_piece("One", "First text."),
                                    desk_piece("Two", "Second text.")};
    struct store_failure failure = {.stage = STR_LIT("tag"), .guard = {"", (size_t)3 << 30}};
    desk_start(desk);
    pieces[1].failures = &failure;
    pieces[1].failure_count = 1;
    struct store_request apply = desk_apply(desk_receive(desk, "x"), pieces, 2);
    assert_true(desk_do(desk, &apply) < 0);
    struct store_counts counts = desk_counts(desk);
    assert_int_equal(counts.articles, 0);
    assert_int_equal(counts.received, 1);
    failure.guard = STR_LIT("error");
    desk_do_well(desk, &apply);
    assert_int_equal(desk_counts(desk).articles, 2);
}

static void on_room(struct store *store, void *data)
{
    (void)store;
    *(int *)data += 1;
}

static void a_full_queue_refuses_and_says_when_there_is_room(void **state)
{
    struct desk *desk = *state;
    struct error err = {0};
    static struct store_request requests[4000];
    int room = 0, finished = 0, accepted = 0;
    struct store_options options = {.text = desk->text, .room = on_room, .data = &room};
    assert_int_equal(store_open(DESK, &desk->loop, &options, &desk->store, &err), 0);
    int rc = 0;
    for (; rc == 0; accepted += rc == 0) {
        struct store_request *request = &requests[accepted];
        *request = desk_document(arena_printf(desk->arena, "%d", accepted), "/in/a.txt");
        request->done = desk_done;
        request->data = &finished;
        rc = store_submit(desk->store, request);
    }
    assert_int_equal(rc, ERR_BUSY);
    assert_int_equal(accepted, LIMIT(STORE_QUEUE_ITEMS));
    while (finished < accepted)
        uv_run(&desk->loop, UV_RUN_ONCE);
    assert_int_equal(room, 1);
}

static void the_queue_is_bounded_in_bytes_but_one_request_always_passes(void **state)
{
    struct desk *desk = *state;
    int finished = 0;
    struct store_request large = desk_document("large", "/in/a.txt");
    struct store_request small = desk_document("small", "/in/b.txt");
    large.bytes = LIMIT(STORE_QUEUE_BYTES) * 2;
    large.done = small.done = desk_done;
    large.data = small.data = &finished;
    desk_start(desk);
    assert_int_equal(store_submit(desk->store, &large), 0);
    assert_int_equal(store_submit(desk->store, &small), ERR_BUSY);
    while (finished == 0)
        uv_run(&desk->loop, UV_RUN_ONCE);
    desk_do_well(desk, &small);
}

static void closing_commits_and_indexes_what_was_submitted(void **state)
{
    enum { MANY = 50 };
    struct desk *desk = *state;
    static struct store_request requests[MANY];
    int finished = 0;
    desk_start(desk);
    desk_add(desk, desk_piece("An article", "Of few words.").article);
    for (int i = 0; i < MANY; i++) {
        requests[i] = desk_document(arena_printf(desk->arena, "%d", i), "/in/a.txt");
        requests[i].done = desk_done;
        requests[i].data = &finished;
        assert_int_equal(store_submit(desk->store, &requests[i]), 0);
    }
    desk_stop(desk);
    assert_int_equal(finished, MANY);
    struct store_counts counts = desk_counts(desk);
    assert_int_equal(counts.documents, MANY + 1);
    assert_int_equal(counts.unindexed, 0);
}

static void an_idle_store_indexes_by_itself(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    desk_add(desk, desk_piece("An article", "Of few words.").article);
    for (int i = 0; i < 200 && desk_counts(desk).unindexed; i++)
        usleep(20000);
    assert_int_equal(desk_counts(desk).unindexed, 0);
}

static void a_flush_waits_for_the_index(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    desk_add(desk, desk_piece("An article", "Of few words.").article);
    desk_flush(desk);
    assert_int_equal(desk_counts(desk).unindexed, 0);
    desk_flush(desk);
}

static void without_index_articles_wait_for_a_writer_with_one(void **state)
{
    struct desk *desk = *state;
    struct error err = {0};
    struct store_options options = {.text = desk->text, .no_index = true};
    assert_int_equal(store_open(DESK, &desk->loop, &options, &desk->store, &err), 0);
    desk_add(desk, desk_piece("An article", "Of few words.").article);
    desk_flush(desk);
    assert_int_equal(desk_counts(desk).unindexed, 1);
    desk_stop(desk);
    desk_start(desk);
    desk_flush(desk);
    assert_int_equal(desk_counts(desk).unindexed, 0);
}

static void a_store_cannot_be_written_without_the_text_service(void **state)
{
    struct desk *desk = *state;
    struct error err = {0};
    struct store_options options = {0};
    assert_int_equal(store_open(DESK, &desk->loop, &options, &desk->store, &err), ERR_USAGE);
}

static void the_thread_counts_its_time(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    int64_t before = store_cpu_us(desk->store);
    desk_receive(desk, "x");
    assert_true(store_cpu_us(desk->store) > before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DESK_TEST(a_request_that_fails_takes_no_other_of_its_group_with_it),
        DESK_TEST(a_request_is_stored_whole_or_not_at_all),
        DESK_TEST(a_full_queue_refuses_and_says_when_there_is_room),
        DESK_TEST(the_queue_is_bounded_in_bytes_but_one_request_always_passes),
        DESK_TEST(closing_commits_and_indexes_what_was_submitted),
        DESK_TEST(an_idle_store_indexes_by_itself),
        DESK_TEST(a_flush_waits_for_the_index),
        DESK_TEST(without_index_articles_wait_for_a_writer_with_one),
        DESK_TEST(a_store_cannot_be_written_without_the_text_service),
        DESK_TEST(the_thread_counts_its_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

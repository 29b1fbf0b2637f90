/* How plugins do, as the store keeps it. */
#include "base/limits.h"
#include "store_help.h"

static struct store_health sample(const char *plugin, uint8_t mark)
{
    struct store_health health = {
        .plugin = str_of(plugin),
        .title = str_of("tag/ships@1.0.0"),
        .since_us = 10,
        .calls = 7,
        .us = 900,
        .most_us = 400,
        .most_bytes = 4096,
        .failures = STR_LIT("error 3 time 1"),
        .running = 3,
        .guard = STR_LIT("time"),
        .aside_us = 20,
        .again_us = INT64_MAX,
    };
    memset(health.fingerprint.bytes, mark, HASH_SIZE);
    return health;
}

static void put(struct desk *desk, const struct store_health *health, size_t count)
{
    struct store_request request = {.op = STORE_HEALTH, .health = health, .health_count = count};
    desk_do_well(desk, &request);
}

struct seen {
    size_t count;
    struct store_health last;
    char plugin[64], failures[64], guard[16];
};

static int look(const struct store_health *health, void *data)
{
    struct seen *seen = data;
    seen->count++;
    seen->last = *health;
    snprintf(seen->plugin, sizeof seen->plugin, STR_FMT, STR_ARG(health->plugin));
    snprintf(seen->failures, sizeof seen->failures, STR_FMT, STR_ARG(health->failures));
    snprintf(seen->guard, sizeof seen->guard, STR_FMT, STR_ARG(health->guard));
    return 0;
}

static struct seen see(struct desk *desk)
{
    struct seen seen = {0};
    struct error err = {0};
    struct store_reader *reader = desk_reader(desk);
    if (store_read_health(reader, look, &seen, &err) < 0)
        fail_msg("%s", err.text);
    return seen;
}

static void what_is_known_of_a_plugin_comes_back_as_it_was(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    const struct store_health health = sample("tag/ships", 1);
    put(desk, &health, 1);
    const struct seen seen = see(desk);
    assert_int_equal(seen.count, 1);
    assert_string_equal(seen.plugin, "tag/ships");
    assert_string_equal(seen.failures, "error 3 time 1");
    assert_string_equal(seen.guard, "time");
    assert_memory_equal(&seen.last.fingerprint, &health.fingerprint, HASH_SIZE);
    assert_int_equal(seen.last.since_us, 10);
    assert_int_equal(seen.last.calls, 7);
    assert_int_equal(seen.last.us, 900);
    assert_int_equal(seen.last.most_us, 400);
    assert_int_equal(seen.last.most_bytes, 4096);
    assert_int_equal(seen.last.running, 3);
    assert_int_equal(seen.last.aside_us, 20);
    assert_true(seen.last.again_us == INT64_MAX);
}

static void one_fingerprint_has_one_row(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    struct store_health health = sample("tag/ships", 1);
    put(desk, &health, 1);
    health.aside_us = 0;
    put(desk, &health, 1);
    const struct seen seen = see(desk);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.last.aside_us, 0);
}

static void the_oldest_go_when_there_are_too_many(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    const size_t many = LIMIT(HEALTH_KEPT) + 3;
    const struct store_health last = sample("tag/last", 1);
    for (size_t i = 0; i < many; i++) {
        struct store_health health = sample("tag/edited", 2);
        memcpy(health.fingerprint.bytes, &i, sizeof i);
        put(desk, &health, 1);
    }
    put(desk, &last, 1);
    const struct seen seen = see(desk);
    assert_int_equal(seen.count, LIMIT(HEALTH_KEPT));
    assert_string_equal(seen.plugin, "tag/last");
}

static struct store_failure failure(const char *guard, const char *message)
{
    return (struct store_failure){
        .stage = STR_LIT("tag"),
        .plugin = STR_LIT("tag/ships"),
        .version = STR_LIT("1.0.0"),
        .guard = str_of(guard),
        .message = str_of(message),
    };
}

static int look_at_item(const struct store_quarantined *item, void *data)
{
    struct seen *seen = data;
    seen->count++;
    seen->last.running = item->tries;
    snprintf(seen->guard, sizeof seen->guard, STR_FMT, STR_ARG(item->failure.guard));
    snprintf(seen->failures, sizeof seen->failures, STR_FMT, STR_ARG(item->failure.message));
    return 0;
}

static void an_item_that_was_not_tried_waits_as_it_did(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    struct seen seen = {0};
    struct error err = {0};
    struct store_failure tried = failure("error", "no ships");
    struct store_failure passed_over = failure(STORE_GUARD_ASIDE, "is set aside");
    struct store_piece piece = desk_piece("Late", "The train is late.");
    piece.failures = &tried;
    piece.failure_count = 1;
    struct store_request apply = desk_apply(desk_receive(desk, "bytes"), &piece, 1);
    desk_do_well(desk, &apply);
    struct store_piece again = {.article_id = piece.article_id,
                                .article = desk_article(desk, piece.article_id),
                                .failures = &passed_over,
                                .failure_count = 1};
    struct store_request revise = {.op = STORE_REVISE, .pieces = &again, .piece_count = 1};
    desk_do_well(desk, &revise);
    struct store_reader *reader = desk_reader(desk);
    assert_int_equal(store_quarantine(reader, look_at_item, &seen, &err), 0);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.last.running, 1);
    assert_string_equal(seen.guard, "error");
    assert_string_equal(seen.failures, "no ships");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DESK_TEST(what_is_known_of_a_plugin_comes_back_as_it_was),
        DESK_TEST(one_fingerprint_has_one_row),
        DESK_TEST(the_oldest_go_when_there_are_too_many),
        DESK_TEST(an_item_that_was_not_tried_waits_as_it_did),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What is known of plugins over lineups and hosts, and when one is set aside. */
#include "pipeline/health.h"

#include "base/clock.h"
#include "base/limits.h"
#include "desk_help.h"
#include "pipeline/host.h"

#define SETTINGS "desk.ingest { 'plain' }\ndesk.tag { 'shout' }\n"

static struct lineup *reload(struct desk *desk)
{
    struct lineup *next = NULL;
    struct error err = {0};
    if (lineup_open(desk, DESK_WORK, 1, &next, &err) < 0)
        fail_msg("%s", err.text);
    lineup_serve(next);
    while (desk->lineups->next)
        host_turn(desk);
    return desk->lineup;
}

static struct desk *open_with(const char *aside, enum desk_use use)
{
    char settings[256];
    snprintf(settings, sizeof settings, SETTINGS "%s\n", aside);
    desk_make(settings);
    return desk_must(use);
}

static const struct desk_plugin *tagger(const struct desk *desk)
{
    return desk->lineup->article.at[0];
}

static void fail_times(struct desk *desk, unsigned times, enum guard guard)
{
    for (unsigned i = 0; i < times; i++)
        plugin_failed(desk->lineup, tagger(desk), guard, "no\nand more");
}

static void the_same_plugin_of_two_lineups_is_one(void **state)
{
    (void)state;
    struct desk *desk = open_with("", DESK_WORK);
    fail_times(desk, 2, GUARD_ERROR);
    const struct health *before = tagger(desk)->health;
    reload(desk);
    assert_ptr_equal(tagger(desk)->health, before);
    assert_int_equal(before->failures[GUARD_ERROR], 2);
    assert_int_equal(before->holders, 1);
    desk_close(desk);
}

static void plugins_that_nobody_runs_any_more_are_forgotten_some_day(void **state)
{
    (void)state;
    struct desk *desk = open_with("", DESK_WORK);
    size_t count = 0;
    for (size_t i = 0; i < LIMIT(HEALTH_KEPT) + 50; i++) {
        struct hash hash = {.bytes = {1}};
        memcpy(hash.bytes + 1, &i, sizeof i);
        assert_non_null(health_add(desk, &hash, "tag/edited", "tag/edited@1"));
    }
    for (const struct health *at = desk->healths; at; at = at->next)
        count++;
    assert_int_equal(count, LIMIT(HEALTH_KEPT));
    assert_ptr_equal(health_find(desk, &tagger(desk)->fingerprint), tagger(desk)->health);
    desk_close(desk);
}

static void so_many_failures_in_a_row_set_it_aside(void **state)
{
    (void)state;
    struct desk *desk = open_with("desk.aside { after = 3, again = '1h' }", DESK_WORK);
    fail_times(desk, 2, GUARD_TIME);
    plugin_worked(desk->lineup, tagger(desk));
    fail_times(desk, 2, GUARD_MEMORY);
    assert_false(health_bars(desk->lineup, tagger(desk)));
    fail_times(desk, 1, GUARD_KILLED);
    assert_true(health_bars(desk->lineup, tagger(desk)));
    assert_true(health_is_aside(desk->lineup, tagger(desk)));
    assert_int_equal(tagger(desk)->health->running, 3);
    assert_string_equal(tagger(desk)->health->message, "no");
    plugin_worked(desk->lineup, tagger(desk));
    assert_false(health_bars(desk->lineup, tagger(desk)));
    desk_close(desk);
}

static void what_cannot_be_read_is_no_failure_of_the_plugin(void **state)
{
    (void)state;
    struct desk *desk = open_with("desk.aside { after = 2 }", DESK_WORK);
    fail_times(desk, 1, GUARD_ERROR);
    fail_times(desk, 20, GUARD_INPUT);
    assert_false(health_bars(desk->lineup, tagger(desk)));
    fail_times(desk, 1, GUARD_ERROR);
    assert_true(health_bars(desk->lineup, tagger(desk)));
    assert_int_equal(tagger(desk)->health->failures[GUARD_INPUT], 20);
    desk_close(desk);
}

static void one_item_tries_it_when_its_time_has_come(void **state)
{
    (void)state;
    struct desk *desk = open_with("desk.aside { after = 1, again = '1h' }", DESK_WORK);
    fail_times(desk, 1, GUARD_ERROR);
    struct health *health = tagger(desk)->health;
    assert_true(health_bars(desk->lineup, tagger(desk)));
    health->again_us = clock_wall_us() - 1;
    assert_false(health_bars(desk->lineup, tagger(desk))); /* this one tries */
    assert_true(health_bars(desk->lineup, tagger(desk)));
    desk_close(desk);
}

static void a_clock_that_was_set_back_holds_nothing_up(void **state)
{
    (void)state;
    struct desk *desk = open_with("desk.aside { after = 1, again = '1h' }", DESK_WORK);
    fail_times(desk, 1, GUARD_ERROR);
    tagger(desk)->health->again_us = clock_wall_us() + INT64_C(7200) * 1000000;
    assert_false(health_bars(desk->lineup, tagger(desk)));
    desk_close(desk);
}

static void the_next_host_knows_it(void **state)
{
    (void)state;
    struct desk *desk = open_with("desk.aside { after = 2, again = 'never' }", DESK_WRITE);
    fail_times(desk, 2, GUARD_TIME);
    const int64_t aside_us = tagger(desk)->health->aside_us;
    desk_close(desk);
    desk = desk_must(DESK_WRITE);
    const struct health *health = tagger(desk)->health;
    assert_int_equal(health->aside_us, aside_us);
    assert_int_equal(health->failures[GUARD_TIME], 2);
    assert_int_equal(health->guard, GUARD_TIME);
    assert_true(health_bars(desk->lineup, tagger(desk)));
    health_begin_anew(desk);
    assert_false(health_bars(desk->lineup, tagger(desk)));
    desk_close(desk);
    desk = desk_must(DESK_WRITE);
    assert_false(health_bars(desk->lineup, tagger(desk)));
    desk_close(desk);
}

int main(int argc, char **argv)
{
    DESK_WORKER(argc, argv);
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_enter, folder_leave)
        TEST(the_same_plugin_of_two_lineups_is_one),
        TEST(plugins_that_nobody_runs_any_more_are_forgotten_some_day),
        TEST(so_many_failures_in_a_row_set_it_aside),
        TEST(what_cannot_be_read_is_no_failure_of_the_plugin),
        TEST(one_item_tries_it_when_its_time_has_come),
        TEST(a_clock_that_was_set_back_holds_nothing_up),
        TEST(the_next_host_knows_it),
#undef TEST
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

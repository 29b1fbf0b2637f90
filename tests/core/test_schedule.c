/* The scheduler on a real desk, with a clock that the test sets: what runs, what is made good, what
 * is skipped, what is tried again, and that nothing is done twice. */
#include <signal.h>
#include <stdio.h>

#include "schedule_help.h"

#define DAILY                                                                                      \
    "desk.job { 'daily', cron = '0 7 * * *', tz = 'Europe/Paris', export = 'names',"               \
    " to = 'out/{date}.txt'%s }"

static void begin_daily(const char *more, const char *now)
{
    char jobs[1024];
    snprintf(jobs, sizeof jobs, DAILY, more);
    begin(jobs, now);
}

/* ---- times ---- */

static void a_job_runs_at_its_time_and_covers_what_is_new(void **state)
{
    (void)state;
    begin_daily("", "2026-05-04 04:00");
    take_in("one");
    at("2026-05-04 04:59:59");
    expect_runs("daily", "");
    at("2026-05-04 05:00");
    expect_runs("daily", "05-04T05:00:00Z done 0-1 1;");
    folder_expect("desk/out/2026-05-04.txt", "one\n.");
    take_in("two");
    pass("2026-05-05 05:01");
    expect_runs("daily", "05-05T05:00:00Z done 1-2 1;05-04T05:00:00Z done 0-1 1;");
    folder_expect("desk/out/2026-05-05.txt", "two\n.");
    end();
}

static void a_clock_that_goes_back_runs_nothing_twice(void **state)
{
    (void)state;
    begin_daily("", "2026-05-04 04:59");
    at("2026-05-04 05:00");
    at("2026-05-04 04:30");
    pass("2026-05-04 05:10");
    expect_runs("daily", "05-04T05:00:00Z done 0-0 1;");
    at("2026-05-03 04:30"); /* by a day */
    pass("2026-05-03 05:05");
    expect_runs("daily", "05-04T05:00:00Z done 0-0 1;05-03T05:00:00Z done 0-0 1;");
    end();
}

static void after_a_long_sleep_the_last_is_made_good(void **state)
{
    (void)state;
    begin_daily("", "2026-05-04 04:00");
    at("2026-05-07 09:00");
    expect_runs("daily", "05-07T05:00:00Z done 0-0 1;");
    end();
}

static void all_are_made_good_when_it_says_so(void **state)
{
    (void)state;
    begin_daily(", catchup = 'all', max = 2", "2026-05-04 04:00");
    at("2026-05-07 09:00");
    expect_runs("daily", "05-07T05:00:00Z done 0-0 1;05-06T05:00:00Z done 0-0 1;");
    end();
}

static void none_are_made_good_when_it_says_so(void **state)
{
    (void)state;
    begin_daily(", catchup = 'none'", "2026-05-04 04:00");
    at("2026-05-07 09:00");
    expect_runs("daily", "");
    pass("2026-05-08 05:01");
    expect_runs("daily", "05-08T05:00:00Z done 0-0 1;");
    end();
}

static void what_was_missed_is_made_good_at_the_next_start(void **state)
{
    (void)state;
    begin_daily("", "2026-05-04 04:00");
    settle();
    end();
    begin_daily("", "2026-05-05 09:00");
    settle();
    expect_runs("daily", "05-05T05:00:00Z done 0-0 1;");
    end();
    begin_daily("", "2026-05-05 09:30"); /* and is not, twice */
    settle();
    expect_runs("daily", "05-05T05:00:00Z done 0-0 1;");
    end();
}

static void a_new_job_is_due_from_now_on(void **state)
{
    (void)state;
    begin_daily("", "2026-05-04 09:00");
    settle();
    expect_runs("daily", "");
    end();
}

static void a_job_of_one_moment_runs_once(void **state)
{
    (void)state;
    begin("desk.job { 'eve', at = '2026-12-24 18:00', tz = 'Europe/Paris', export = 'names',"
          " to = 'out/eve.txt' }",
          "2026-12-24 16:59");
    at("2026-12-24 17:00");
    pass("2026-12-24 18:00");
    expect_runs("eve", "12-24T17:00:00Z done 0-0 1;");
    end();
}

/* ---- overlap, deadline, timeout, retry, pause ---- */

#define OFTEN                                                                                      \
    "desk.job { 'often', cron = '* * * * *', tz = 'UTC', export = 'names',"                        \
    " to = 'out/often.txt', options = { spin = true }%s }"

/* The run is at work when the next instant comes. */
static void overlap_of(const char *more)
{
    char jobs[1024];
    snprintf(jobs, sizeof jobs, OFTEN, more);
    begin(jobs, "2026-05-04 05:00:30");
    settle();
    world.wall_us = utc("2026-05-04 05:01");
    schedule_look(world.schedule);
    struct job *job = world.schedule->jobs;
    while (!job->run || job->run->stage != STAGE_WORK)
        host_turn(world.desk);
    world.wall_us = utc("2026-05-04 05:02");
    schedule_look(world.schedule);
    settle();
}

static void a_run_beside_another_is_skipped(void **state)
{
    (void)state;
    overlap_of("");
    expect_runs("often", "05-04T05:02:00Z skipped 0-0 0;05-04T05:01:00Z done 0-0 1;");
    end();
}

static void or_waits_for_its_turn(void **state)
{
    (void)state;
    overlap_of(", overlap = 'queue'");
    expect_runs("often", "05-04T05:02:00Z done 0-0 1;05-04T05:01:00Z done 0-0 1;");
    end();
}

static void what_cannot_begin_in_time_is_missed(void **state)
{
    (void)state;
    begin_daily(", deadline = '10m'", "2026-05-04 04:00");
    at("2026-05-04 05:20");
    expect_runs("daily", "05-04T05:00:00Z missed 0-0 0;");
    end();
}

static void a_run_that_takes_too_long_is_ended(void **state)
{
    (void)state;
    begin("desk.job { 'long', cron = '0 7 * * *', tz = 'UTC', export = 'names', timeout = '5m',"
          " to = 'out/long.txt', options = { spin = true } }",
          "2026-05-04 06:59");
    settle();
    world.wall_us = utc("2026-05-04 07:00");
    schedule_look(world.schedule);
    struct job *job = world.schedule->jobs;
    while (!job->run || job->run->stage != STAGE_WORK)
        host_turn(world.desk);
    world.mono_us += 6 * MINUTE_US;
    settle();
    expect_runs("long", "05-04T07:00:00Z failed 0-0 1;");
    assert_has(job->last_error, "longer than its timeout");
    assert_false(folder_has("desk/out/long.txt"));
    end();
}

static const char failing[] =
    "desk.job { 'bad', cron = '0 7 * * *', tz = 'UTC', export = 'names', retry = 2,"
    " pause_after = 2, to = 'out/bad.txt', options = { fail = true } }";

static void a_failed_run_is_tried_again_later_and_later(void **state)
{
    (void)state;
    assert_int_equal(run_backoff(1), 30 * SECOND_US);
    assert_int_equal(run_backoff(2), 120 * SECOND_US);
    assert_int_equal(run_backoff(20), HOUR_US);
    begin(failing, "2026-05-04 06:59");
    at("2026-05-04 07:00");
    expect_runs("bad", "05-04T07:00:00Z waiting 0-0 1;");
    at("2026-05-04 07:00:29");
    expect_runs("bad", "05-04T07:00:00Z waiting 0-0 1;");
    at("2026-05-04 07:00:31");
    expect_runs("bad", "05-04T07:00:00Z waiting 0-0 2;");
    at("2026-05-04 07:03");
    expect_runs("bad", "05-04T07:00:00Z failed 0-0 3;");
    end();
}

static void a_try_that_is_due_outlives_the_process(void **state)
{
    (void)state;
    begin(failing, "2026-05-04 06:59");
    at("2026-05-04 07:00");
    end();
    begin("desk.job { 'bad', cron = '0 7 * * *', tz = 'UTC', export = 'names',"
          " to = 'out/bad.txt' }",
          "2026-05-04 07:10");
    settle();
    expect_runs("bad", "05-04T07:00:00Z done 0-0 2;");
    end();
}

static void after_failures_a_job_pauses_until_it_is_resumed(void **state)
{
    (void)state;
    begin(failing, "2026-05-04 06:59");
    pass("2026-05-04 07:10");
    pass("2026-05-05 07:10");
    pass("2026-05-06 07:10");
    expect_runs("bad", "05-05T07:00:00Z failed 0-0 3;05-04T07:00:00Z failed 0-0 3;");
    assert_true(world.schedule->jobs->paused);
    end();
}

static void ignore(const struct error *error, void *data)
{
    if (error)
        fail_msg("%s", error->text);
    *(bool *)data = true;
}

static void what_came_while_a_job_was_paused_is_covered_later(void **state)
{
    (void)state;
    struct error err = {0};
    bool done = false;
    begin_daily("", "2026-05-04 04:00");
    settle();
    assert_int_equal(schedule_pause(world.schedule, "daily", true, ignore, &done, &err), 0);
    host_wait(world.desk, &done);
    take_in("one");
    pass("2026-05-04 05:05");
    expect_runs("daily", "");
    done = false;
    assert_int_equal(schedule_pause(world.schedule, "daily", false, ignore, &done, &err), 0);
    host_wait(world.desk, &done);
    pass("2026-05-05 05:05");
    expect_runs("daily", "05-05T05:00:00Z done 0-1 1;");
    end();
}

/* ---- events ---- */

static void articles_that_come_together_are_one_run(void **state)
{
    (void)state;
    begin("desk.job { 'each', on = { 'article.stored' }, debounce = '5s', export = 'names',"
          " to = 'out/each.txt' }",
          "2026-05-04 04:00");
    at("2026-05-04 04:01"); /* nothing has come yet */
    take_in("one");
    take_in("two");
    at("2026-05-04 04:01:03");
    expect_runs("each", "");
    at("2026-05-04 04:01:06");
    expect_runs("each", "05-04T04:01:06Z done 0-2 1;");
    at("2026-05-04 04:10");
    expect_runs("each", "05-04T04:01:06Z done 0-2 1;");
    end();
}

static void what_came_while_no_desk_was_running_is_news_at_start(void **state)
{
    (void)state;
    static const char each[] =
        "desk.job { 'each', on = { 'article.stored' }, debounce = '5s', export = 'names',"
        " to = 'out/each.txt' }";
    begin(each, "2026-05-04 04:00");
    settle();
    take_in("one");
    end();
    begin(each, "2026-05-04 04:10");
    settle();
    at("2026-05-04 04:10:06");
    expect_runs("each", "05-04T04:10:06Z done 0-1 1;");
    end();
}

/* ---- reload ---- */

static void a_reload_keeps_what_is_stored_and_lets_the_others_go(void **state)
{
    (void)state;
    struct error err = {0};
    begin_daily("", "2026-05-04 04:00");
    settle();
    struct lineup *next = NULL;
    folder_put("desk/desk.lua", "desk.ingest { 'lines' }\ndesk.job { 'other', cron = '0 8 * * *',"
                                " tz = 'UTC', export = 'names', to = 'out/other.txt' }");
    if (lineup_open(world.desk, DESK_WORK, 2, &next, &err) < 0)
        fail_msg("%s", err.text);
    lineup_serve(next);
    assert_int_equal(schedule_reload(world.schedule, &err), 0);
    settle();
    pass("2026-05-04 08:01");
    expect_runs("daily", "");
    expect_runs("other", "05-04T08:00:00Z done 0-0 1;");
    end();
}

#define FOLDER_TEST(name) cmocka_unit_test_setup_teardown(name, folder_enter, folder_leave)

int main(int argc, char **argv)
{
    DESK_WORKER(argc, argv);
    const struct CMUnitTest tests[] = {
        FOLDER_TEST(a_job_runs_at_its_time_and_covers_what_is_new),
        FOLDER_TEST(a_clock_that_goes_back_runs_nothing_twice),
        FOLDER_TEST(after_a_long_sleep_the_last_is_made_good),
        FOLDER_TEST(all_are_made_good_when_it_says_so),
        FOLDER_TEST(none_are_made_good_when_it_says_so),
        FOLDER_TEST(what_was_missed_is_made_good_at_the_next_start),
        FOLDER_TEST(a_new_job_is_due_from_now_on),
        FOLDER_TEST(a_job_of_one_moment_runs_once),
        FOLDER_TEST(a_run_beside_another_is_skipped),
        FOLDER_TEST(or_waits_for_its_turn),
        FOLDER_TEST(what_cannot_begin_in_time_is_missed),
        FOLDER_TEST(a_run_that_takes_too_long_is_ended),
        FOLDER_TEST(a_failed_run_is_tried_again_later_and_later),
        FOLDER_TEST(a_try_that_is_due_outlives_the_process),
        FOLDER_TEST(after_failures_a_job_pauses_until_it_is_resumed),
        FOLDER_TEST(what_came_while_a_job_was_paused_is_covered_later),
        FOLDER_TEST(articles_that_come_together_are_one_run),
        FOLDER_TEST(what_came_while_no_desk_was_running_is_news_at_start),
        FOLDER_TEST(a_reload_keeps_what_is_stored_and_lets_the_others_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

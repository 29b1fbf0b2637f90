/* What is due, what was missed and what is made good; and what DST does to single instants. */
#include <stdio.h>

#include "schedule/civil.h"
#include "schedule/due.h"
#include "schedule/names.h"
#include "unit.h"

#define SECOND_US INT64_C(1000000)
#define HOUR_US   (3600 * SECOND_US)
#define DAY_US    (24 * HOUR_US)

static struct zone *paris;

static int open_paris(void **state)
{
    struct error err = {0};
    (void)state;
    return zone_open("Europe/Paris", &paris, &err);
}

static int close_paris(void **state)
{
    (void)state;
    zone_close(paris);
    return 0;
}

static int64_t utc(const char *text)
{
    int64_t seconds = 0;
    struct error err = {0};
    if (civil_parse(str_of(text), &seconds, &err) < 0)
        fail_msg("%s", err.text);
    return seconds;
}

static struct timing cron_of(const char *text)
{
    struct timing timing = {.kind = TIMING_CRON, .zone = paris};
    struct error err = {0};
    if (cron_parse(str_of(text), &timing.cron, &err) < 0)
        fail_msg("%s", err.text);
    return timing;
}

/* ---- what DST does ---- */

static void expect_next(const struct timing *timing, const char *after, const char *at,
                        const char *note)
{
    struct timing_next next;
    if (!timing_next(timing, utc(after), &next))
        fail_msg("nothing after %s", after);
    if (next.utc != utc(at))
        fail_msg("after %s: %lld, wanted %lld (%s)", after, (long long)next.utc, (long long)utc(at),
                 at);
    assert_string_equal(next.note, note);
}

static void a_time_in_the_gap_means_its_end(void **state)
{
    (void)state;
    const struct timing timing = cron_of("30 2 * * *");
    expect_next(&timing, "2026-03-28 12:00", "2026-03-29 01:00",
                "02:30 does not exist, clocks go forward: at 03:00 instead");
    expect_next(&timing, "2026-03-29 00:59:59", "2026-03-29 01:00",
                "02:30 does not exist, clocks go forward: at 03:00 instead");
    expect_next(&timing, "2026-03-29 01:00", "2026-03-30 00:30", "");
}

static void two_times_in_the_gap_mean_one_run(void **state)
{
    (void)state;
    const struct timing timing = cron_of("0,30 2,3 * * *");
    expect_next(&timing, "2026-03-28 12:00", "2026-03-29 01:00",
                "02:00 does not exist, clocks go forward: at 03:00 instead");
    expect_next(&timing, "2026-03-29 01:00", "2026-03-29 01:30", "");
}

static void a_time_that_comes_twice_means_the_first(void **state)
{
    (void)state;
    const struct timing timing = cron_of("30 2 * * *");
    expect_next(&timing, "2026-10-24 12:00", "2026-10-25 00:30",
                "02:30 comes twice, clocks go back: the first alone");
    expect_next(&timing, "2026-10-25 00:30", "2026-10-26 01:30", "");
    expect_next(&timing, "2026-10-25 01:10", "2026-10-26 01:30", "");
}

static void intervals_go_on_through_both(void **state)
{
    (void)state;
    const struct timing timing = cron_of("*/30 * * * *");
    expect_next(&timing, "2026-10-25 00:00", "2026-10-25 00:30",
                "02:30 comes twice, clocks go back: the first");
    expect_next(&timing, "2026-10-25 00:30", "2026-10-25 01:00",
                "02:00 comes twice, clocks went back: the second");
    expect_next(&timing, "2026-10-25 01:30", "2026-10-25 02:00", "");
    expect_next(&timing, "2026-03-29 00:30", "2026-03-29 01:00", ""); /* nothing is left out */
}

static void once_is_once(void **state)
{
    (void)state;
    struct timing_next next;
    struct timing timing = {.kind = TIMING_ONCE, .zone = paris, .local = utc("2026-12-24 18:00")};
    expect_next(&timing, "2026-01-01 00:00", "2026-12-24 17:00", "");
    assert_false(timing_next(&timing, utc("2026-12-24 17:00"), &next));
    timing.local = utc("2026-03-29 02:10");
    expect_next(&timing, "2026-01-01 00:00", "2026-03-29 01:00",
                "02:10 does not exist, clocks go forward: at 03:00 instead");
}

static void a_search_without_end_ends(void **state)
{
    (void)state;
    struct timing_next next;
    const struct timing timing = cron_of("0 0 */29 2 */6"); /* 1 or 29 February, and Sunday ... */
    assert_true(timing_next(&timing, utc("2026-01-01 00:00"), &next));
    const struct timing never = {.kind = TIMING_NEVER, .zone = paris};
    assert_false(timing_next(&never, 0, &next));
}

/* ---- what is due ---- */

static struct due_list look(const char *cron, const struct due_policy *policy, const char *seen,
                            const char *now)
{
    const struct timing timing = cron_of(cron);
    struct due_state state = {.seen_us = utc(seen) * SECOND_US};
    struct due_list due;
    due_look(&timing, policy, &state, utc(now) * SECOND_US, &due);
    return due;
}

static void nothing_is_due_before_its_time(void **state)
{
    (void)state;
    const struct due_policy policy = {.window_us = DAY_US, .max = 10};
    assert_int_equal(look("0 7 * * *", &policy, "2026-05-04 05:00", "2026-05-05 04:59:59").count,
                     0);
    const struct due_list due =
        look("0 7 * * *", &policy, "2026-05-04 05:00", "2026-05-05 05:00:01");
    assert_int_equal(due.count, 1);
    assert_false(due.at[0].late);
}

static void last_makes_good_one(void **state)
{
    (void)state;
    const struct due_policy policy = {.window_us = 7 * DAY_US, .max = 10};
    const struct due_list due = look("0 7 * * *", &policy, "2026-05-04 05:00", "2026-05-08 09:00");
    assert_int_equal(due.count, 1);
    assert_int_equal(due.at[0].at_us, utc("2026-05-08 05:00") * SECOND_US);
    assert_true(due.at[0].late);
    assert_int_equal(due.missed, 3);
}

static void all_makes_good_the_newest_oldest_first(void **state)
{
    (void)state;
    struct due_policy policy = {.catchup = DUE_ALL, .window_us = 30 * DAY_US, .max = 3};
    const struct due_list due = look("0 7 * * *", &policy, "2026-05-04 05:00", "2026-05-12 09:00");
    assert_int_equal(due.count, 3);
    assert_int_equal(due.missed, 5);
    assert_int_equal(due.at[0].at_us, utc("2026-05-10 05:00") * SECOND_US);
    assert_int_equal(due.at[2].at_us, utc("2026-05-12 05:00") * SECOND_US);
}

static void none_makes_good_nothing_but_what_is_in_time(void **state)
{
    (void)state;
    struct due_policy policy = {.catchup = DUE_NONE, .window_us = 30 * DAY_US, .max = 3};
    const struct due_list due =
        look("0 * * * *", &policy, "2026-05-04 05:00", "2026-05-04 09:00:30");
    assert_int_equal(due.count, 1);
    assert_false(due.at[0].late);
    assert_int_equal(due.missed, 3);
}

static void what_lies_before_the_window_stays(void **state)
{
    (void)state;
    struct due_policy policy = {.catchup = DUE_ALL, .window_us = 2 * DAY_US, .max = 10};
    const struct due_list due = look("0 7 * * *", &policy, "2020-05-04 05:00", "2026-05-12 09:00");
    assert_int_equal(due.count, 2);
    assert_true(due.more_missed);
}

/* robfig/cron#26: a clock set forward by years must not give a run a minute of them. */
static void a_leap_of_the_clock_gives_a_bounded_number(void **state)
{
    (void)state;
    struct due_policy policy = {.catchup = DUE_ALL, .window_us = 366 * DAY_US, .max = DUE_MAX - 1};
    const struct due_list due = look("* * * * *", &policy, "2026-05-04 05:00", "2036-05-12 09:00");
    assert_int_equal(due.count, DUE_MAX);
    assert_false(due.at[due.count - 1].late);
}

static void jitter_is_the_same_each_time_and_delays(void **state)
{
    (void)state;
    const int64_t jitter = due_jitter("france-daily", 60 * SECOND_US);
    assert_true(jitter >= 0 && jitter < 60 * SECOND_US);
    assert_int_equal(due_jitter("france-daily", 60 * SECOND_US), jitter);
    assert_true(due_jitter("china-daily", 3600 * SECOND_US) !=
                due_jitter("france-daily", 3600 * SECOND_US));
    assert_int_equal(due_jitter("x", 0), 0);
    const struct due_policy policy = {.window_us = DAY_US, .jitter_us = 30 * SECOND_US};
    assert_int_equal(look("0 7 * * *", &policy, "2026-05-04 05:00", "2026-05-05 05:00:29").count,
                     0);
    assert_int_equal(
        look("0 7 * * *", &policy, "2026-05-04 05:00", "2026-05-05 05:00:30").at[0].at_us,
        utc("2026-05-05 05:00") * SECOND_US);
}

/* ---- names ---- */

static void expect_name(const char *to, const char *at, const char *window, const char *wanted)
{
    BUF_AUTO struct buf name = BUF_INIT;
    struct error err = {0};
    assert_int_equal(names_check(to, &err), 0);
    assert_int_equal(
        names_expand(to, "daily", paris, utc(at) * SECOND_US, utc(window) * SECOND_US, &name, &err),
        0);
    assert_text(buf_view(&name), wanted);
}

static void names_are_of_the_scheduled_instant_in_the_jobs_zone(void **state)
{
    (void)state;
    expect_name("out/{job}-{date}.md", "2026-05-04 22:30", "2026-05-03 22:30",
                "out/daily-2026-05-05.md");
    expect_name("{date}/{time}", "2026-05-04 05:00", "2026-05-03 05:00", "2026-05-04/0700");
    expect_name("{time}", "2026-05-04 05:00:15", "2026-05-03 05:00", "070015");
    expect_name("{window_start}", "2026-05-04 05:00", "2026-05-03 05:00", "2026-05-03T0700");
    expect_name("plain", "2026-05-04 05:00", "2026-05-03 05:00", "plain");
}

static void the_second_of_two_has_a_name_of_its_own(void **state)
{
    (void)state;
    expect_name("{date}-{time}", "2026-10-25 00:30", "2026-10-25 00:00", "2026-10-25-0230");
    expect_name("{date}-{time}", "2026-10-25 01:30", "2026-10-25 00:30", "2026-10-25-0230+0100");
}

static void an_unknown_name_is_refused(void **state)
{
    struct error err = {0};
    (void)state;
    assert_int_equal(names_check("out/{dat}.md", &err), ERR_INVALID);
    assert_has(err.text, "did you mean {date}?");
    assert_int_equal(names_check("out/{date", &err), ERR_INVALID);
    assert_int_equal(names_check("out/date}", &err), ERR_INVALID);
    assert_int_equal(names_check("out/{now}", &err), ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_time_in_the_gap_means_its_end),
        cmocka_unit_test(two_times_in_the_gap_mean_one_run),
        cmocka_unit_test(a_time_that_comes_twice_means_the_first),
        cmocka_unit_test(intervals_go_on_through_both),
        cmocka_unit_test(once_is_once),
        cmocka_unit_test(a_search_without_end_ends),
        cmocka_unit_test(nothing_is_due_before_its_time),
        cmocka_unit_test(last_makes_good_one),
        cmocka_unit_test(all_makes_good_the_newest_oldest_first),
        cmocka_unit_test(none_makes_good_nothing_but_what_is_in_time),
        cmocka_unit_test(what_lies_before_the_window_stays),
        cmocka_unit_test(a_leap_of_the_clock_gives_a_bounded_number),
        cmocka_unit_test(jitter_is_the_same_each_time_and_delays),
        cmocka_unit_test(names_are_of_the_scheduled_instant_in_the_jobs_zone),
        cmocka_unit_test(the_second_of_two_has_a_name_of_its_own),
        cmocka_unit_test(an_unknown_name_is_refused),
    };
    return cmocka_run_group_tests(tests, open_paris, close_paris);
}

/* Cron expressions: what they mean, and what they say of a mistake. */
#include "schedule/civil.h"
#include "schedule/cron.h"
#include "unit.h"

static struct cron parsed(const char *text)
{
    struct cron cron;
    struct error err = {0};
    if (cron_parse(str_of(text), &cron, &err) < 0)
        fail_msg("%s", err.text);
    return cron;
}

static int64_t local(const char *text)
{
    int64_t seconds = 0;
    struct error err = {0};
    if (civil_parse(str_of(text), &seconds, &err) < 0)
        fail_msg("%s", err.text);
    return seconds;
}

/* The first time from `from` on is `wanted`; NULL: there is none in ten years. */
static void expect(const char *text, const char *from, const char *wanted)
{
    const struct cron cron = parsed(text);
    int64_t at = 0;
    const bool found = cron_next(&cron, local(from), local(from) + INT64_C(3653) * CIVIL_DAY, &at);
    if (!wanted && found)
        fail_msg("%s from %s: there is one", text, from);
    if (wanted && (!found || at != local(wanted))) {
        struct civil got;
        civil_of(at, &got);
        fail_msg("%s from %s: got %d-%02d-%02d %02d:%02d, wanted %s", text, from, (int)got.year,
                 got.month, got.day, got.hour, got.minute, wanted);
    }
}

static void expect_refused(const char *text, const char *part)
{
    struct cron cron;
    struct error err = {0};
    assert_int_equal(cron_parse(str_of(text), &cron, &err), ERR_INVALID);
    assert_has(err.text, part);
}

static void numbers_name_a_minute(void **state)
{
    (void)state;
    expect("30 7 * * *", "2026-05-04 07:30", "2026-05-04 07:30");
    expect("30 7 * * *", "2026-05-04 07:30:01", "2026-05-05 07:30");
    expect("0 0 1 1 *", "2026-05-04 07:30", "2027-01-01 00:00");
}

static void lists_ranges_and_steps(void **state)
{
    (void)state;
    expect("5,50 * * * *", "2026-05-04 07:06", "2026-05-04 07:50");
    expect("0 8-18 * * *", "2026-05-04 19:00", "2026-05-05 08:00");
    expect("*/20 * * * *", "2026-05-04 07:41", "2026-05-04 08:00");
    expect("0 9-17/4 * * *", "2026-05-04 09:01", "2026-05-04 13:00");
    expect("0 0 10-20/5,31 * *", "2026-05-21 00:00", "2026-05-31 00:00");
}

static void names_of_days_and_months(void **state)
{
    (void)state;
    expect("0 7 * * mon-fri", "2026-05-09 00:00", "2026-05-11 07:00"); /* a Saturday */
    expect("0 7 * * FRI-SUN", "2026-05-10 00:00", "2026-05-10 07:00");
    expect("0 7 * * 7", "2026-05-09 00:00", "2026-05-10 07:00");
    expect("0 7 * * 5-7", "2026-05-04 00:00", "2026-05-08 07:00");
    expect("0 0 1 Feb,AUG *", "2026-05-04 00:00", "2026-08-01 00:00");
}

static void a_step_over_days_of_the_week_counts_sunday_once(void **state)
{
    (void)state;
    assert_int_equal(parsed("0 0 * * */2").weekdays, 1 | 4 | 16 | 64);
    assert_int_equal(parsed("0 0 * * 0,7").weekdays, 1);
}

static void the_last_day_of_a_month(void **state)
{
    (void)state;
    expect("0 6 L * *", "2026-02-01 00:00", "2026-02-28 06:00");
    expect("0 6 L 2 *", "2026-03-01 00:00", "2027-02-28 06:00");
    expect("0 6 L 2 *", "2027-03-01 00:00", "2028-02-29 06:00");
    expect("0 6 15,l * *", "2026-04-16 00:00", "2026-04-30 06:00");
}

static void either_day_will_do_when_both_are_given(void **state)
{
    (void)state;
    expect("0 0 13 * 5", "2026-05-04 00:00", "2026-05-08 00:00"); /* a Friday */
    expect("0 0 13 * 5", "2026-05-09 00:00", "2026-05-13 00:00"); /* a Wednesday */
}

static void a_star_in_one_leaves_it_to_the_other(void **state)
{
    (void)state;
    expect("0 0 13 * *", "2026-05-04 00:00", "2026-05-13 00:00");
    expect("0 0 * * 5", "2026-05-09 00:00", "2026-05-15 00:00");
    expect("0 0 */2 * 1", "2026-05-01 00:00", "2026-05-11 00:00"); /* odd, and a Monday */
}

static void leap_days_come(void **state)
{
    (void)state;
    expect("0 0 29 2 *", "2096-03-01 00:00", "2104-02-29 00:00");
    expect("0 0 29 2 *", "2026-03-01 00:00", "2028-02-29 00:00");
}

static void words_for_the_usual(void **state)
{
    (void)state;
    expect("@hourly", "2026-05-04 07:01", "2026-05-04 08:00");
    expect("@daily", "2026-05-04 07:01", "2026-05-05 00:00");
    expect("@weekly", "2026-05-04 07:01", "2026-05-10 00:00");
    expect("@monthly", "2026-05-04 07:01", "2026-06-01 00:00");
    expect("@yearly", "2026-05-04 07:01", "2027-01-01 00:00");
    expect(" @Daily ", "2026-05-04 07:01", "2026-05-05 00:00");
}

static void blanks_do_not_matter(void **state)
{
    (void)state;
    expect("  0\t7  *  * 1-5 ", "2026-05-04 00:00", "2026-05-04 07:00");
}

static void intervals_are_told_from_times_of_day(void **state)
{
    (void)state;
    assert_false(parsed("30 2 * * *").repeats);
    assert_false(parsed("0 8-18 * * *").repeats);
    assert_true(parsed("30 * * * *").repeats);
    assert_true(parsed("*/15 2 * * *").repeats);
    assert_true(parsed("0 2-6/2 * * *").repeats);
    assert_true(parsed("30 * * * *").hourly);
    assert_false(parsed("0 */2 * * *").hourly);
}

static void a_mistake_is_named_with_its_column(void **state)
{
    (void)state;
    expect_refused("0 24 * * *", "column 3: the hour goes from 0 to 23, not to 24");
    expect_refused("60 * * * *", "column 1: the minute goes from 0 to 59");
    expect_refused("0 7 * * Mno",
                   "column 9: there is no day of the week \"Mno\"; did you mean MON?");
    expect_refused("0 7 * * Tuesday", "did you mean TUE?");
    expect_refused("0 7 1 Jna *", "column 7: there is no month \"Jna\"; did you mean JAN?");
    expect_refused("0 7 * *", "column 8: the day of the week is missing");
    expect_refused("", "column 1: the minute is missing");
    expect_refused("0 7 * * * *", "column 11: there are more than five fields");
    expect_refused("0 7 * * 5-1", "column 9: this range ends before it begins");
    expect_refused("0 7 0 * *", "column 5: the day of the month goes from 1 to 31");
    expect_refused("5/10 * * * *", "column 2: a step follows a range or a star: 5-59/N");
    expect_refused("*/0 * * * *", "column 3: a step of the minute goes from 1 to 59");
    expect_refused("*/x * * * *", "column 3: a step is a number");
    expect_refused("1,,2 * * * *", "column 3: a number belongs here");
    expect_refused("0 7 * * 1;2", "column 10: this does not belong into the day of the week");
    expect_refused("@dialy", "did you mean @daily?");
    expect_refused("@reboot", "none of @hourly");
    expect_refused("99999999999999999999 * * * *", "goes from 0 to 59");
}

static void what_never_comes_is_refused(void **state)
{
    (void)state;
    expect_refused("30 2 30 2 *", "column 6: it never comes");
    expect_refused("0 0 31 4,6,9,11 *", "never comes");
    (void)parsed("0 0 31 2 1"); /* each Monday of February */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_name_a_minute),
        cmocka_unit_test(lists_ranges_and_steps),
        cmocka_unit_test(names_of_days_and_months),
        cmocka_unit_test(a_step_over_days_of_the_week_counts_sunday_once),
        cmocka_unit_test(the_last_day_of_a_month),
        cmocka_unit_test(either_day_will_do_when_both_are_given),
        cmocka_unit_test(a_star_in_one_leaves_it_to_the_other),
        cmocka_unit_test(leap_days_come),
        cmocka_unit_test(words_for_the_usual),
        cmocka_unit_test(blanks_do_not_matter),
        cmocka_unit_test(intervals_are_told_from_times_of_day),
        cmocka_unit_test(a_mistake_is_named_with_its_column),
        cmocka_unit_test(what_never_comes_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

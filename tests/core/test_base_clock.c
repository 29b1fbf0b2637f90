#include <time.h>

#include "base/clock.h"
#include "unit.h"

static int64_t parsed(const char *text)
{
    struct error err = {0};
    int64_t us = INT64_MIN;
    if (clock_parse(str_of(text), &us, &err) < 0)
        fail_msg("%s", err.text);
    return us;
}

static void refused(const char *text, const char *why)
{
    struct error err = {0};
    int64_t us;
    assert_int_equal(clock_parse(str_of(text), &us, &err), ERR_INVALID);
    assert_has(err.text, why);
}

static void formatted(int64_t us, const char *wanted)
{
    char text[CLOCK_TEXT_SIZE];
    assert_string_equal(clock_format(us, text), wanted);
}

static void times_are_written_in_utc(void **state)
{
    (void)state;
    formatted(0, "1970-01-01T00:00:00Z");
    formatted(1777890030123456, "2026-05-04T10:20:30.123456Z");
    formatted(951782400000000, "2000-02-29T00:00:00Z");
}

static void times_before_the_epoch_are_written(void **state)
{
    (void)state;
    formatted(-1, "1969-12-31T23:59:59.999999Z");
    formatted(-2203891200000000, "1900-03-01T00:00:00Z");
}

static void the_ends_of_time_fit(void **state)
{
    (void)state;
    char text[CLOCK_TEXT_SIZE];
    assert_has(clock_format(INT64_MAX, text), "294247-01-10T04:00:54");
    assert_has(clock_format(INT64_MIN, text), "-290308-12-21T19:59:0");
}

/* libc agrees on every 41st day of eight centuries. */
static void dates_agree_with_libc(void **state)
{
    (void)state;
    for (int64_t day = -146097; day < 146097; day += 41) {
        time_t seconds = (time_t)(day * 86400);
        struct tm tm;
        char wanted[40];
        gmtime_r(&seconds, &tm);
        strftime(wanted, sizeof wanted, "%Y-%m-%dT%H:%M:%SZ", &tm);
        formatted((int64_t)seconds * 1000000, wanted);
        assert_int_equal(parsed(wanted), (int64_t)seconds * 1000000);
    }
}

static void offsets_are_taken_off(void **state)
{
    (void)state;
    assert_int_equal(parsed("2026-05-04T12:20:30+02:00"), parsed("2026-05-04T10:20:30Z"));
    assert_int_equal(parsed("2026-05-04t04:50:30-05:30"), parsed("2026-05-04 10:20:30z"));
}

static void fractions_go_to_the_microsecond(void **state)
{
    (void)state;
    assert_int_equal(parsed("1970-01-01T00:00:01.5Z"), 1500000);
    assert_int_equal(parsed("1970-01-01T00:00:00.0000019Z"), 1);
}

static void a_date_is_its_midnight(void **state)
{
    (void)state;
    assert_int_equal(parsed("1970-01-02"), INT64_C(86400000000));
}

static void a_leap_second_is_the_next(void **state)
{
    (void)state;
    assert_int_equal(parsed("2016-12-31T23:59:60Z"), parsed("2017-01-01T00:00:00Z"));
}

static void what_is_no_time_is_refused_with_the_reason(void **state)
{
    (void)state;
    refused("", "year-month-day");
    refused("4 May 2026", "year-month-day");
    refused("2026-13-01", "no such month");
    refused("2026-02-29", "no such day");
    refused("2026-05-04T10:20", "hh:mm:ss");
    refused("2026-05-04T24:00:00Z", "no such time of day");
    refused("2026-05-04T10:20:30", "needs Z");
    refused("2026-05-04T10:20:30.Z", "digits");
    refused("2026-05-04T10:20:30+25:00", "offset is over");
    refused("2026-05-04T10:20:30Zx", "follows");
}

static void a_nul_inside_is_no_time(void **state)
{
    (void)state;
    int64_t us;
    assert_int_equal(clock_parse((struct str){"2026-05-04\0", 11}, &us, NULL), ERR_INVALID);
}

static void spans_of_time_have_units(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t us;
    } cases[] = {{"500ms", 500000},
                 {"90s", 90000000},
                 {"15m", 900000000},
                 {"7h", INT64_C(25200000000)},
                 {"7d", INT64_C(604800000000)},
                 {"2w", INT64_C(1209600000000)}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t us = 0;
        assert_int_equal(clock_parse_span(str_of(cases[i].text), &us, NULL), 0);
        assert_int_equal(us, cases[i].us);
    }
}

static void what_is_no_span_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "", "7", "d", "1.5h", "-1d", "7 d", "7y", "99999999999999999999d", "9223372036854775807w"};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t us;
        struct error err = {0};
        assert_int_equal(clock_parse_span(str_of(cases[i]), &us, &err), ERR_INVALID);
        assert_has(err.text, cases[i]);
    }
}

static void monotonic_time_does_not_step_back(void **state)
{
    (void)state;
    int64_t before = clock_mono_us();
    assert_true(clock_mono_us() >= before);
    assert_true(clock_process_cpu_us() >= 0);
    assert_true(clock_thread_cpu_us() >= 0);
    assert_true(clock_wall_us() > parsed("2024-01-01"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_written_in_utc),
        cmocka_unit_test(times_before_the_epoch_are_written),
        cmocka_unit_test(the_ends_of_time_fit),
        cmocka_unit_test(dates_agree_with_libc),
        cmocka_unit_test(offsets_are_taken_off),
        cmocka_unit_test(fractions_go_to_the_microsecond),
        cmocka_unit_test(a_date_is_its_midnight),
        cmocka_unit_test(a_leap_second_is_the_next),
        cmocka_unit_test(what_is_no_time_is_refused_with_the_reason),
        cmocka_unit_test(a_nul_inside_is_no_time),
        cmocka_unit_test(spans_of_time_have_units),
        cmocka_unit_test(what_is_no_span_is_refused),
        cmocka_unit_test(monotonic_time_does_not_step_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

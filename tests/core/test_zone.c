/* Time zones against the system's own reader, hostile files, and names that lead nowhere. */
#include <fcntl.h>
#include <time.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "folder.h"
#include "schedule/zone.h"

static struct zone *opened(const char *name)
{
    struct zone *zone = NULL;
    struct error err = {0};
    if (zone_open(name, &zone, &err) < 0)
        fail_msg("%s", err.text);
    return zone;
}

static void expect_refused(const char *name, int code, const char *part)
{
    struct zone *zone = NULL;
    struct error err = {0};
    assert_int_equal(zone_open(name, &zone, &err), code);
    assert_has(err.text, part);
    assert_null(zone);
}

/* Offsets of the C library, which has a reader of its own, from 1900 to 2100. */
static void zones_say_what_the_system_says(void **state)
{
    (void)state;
    static const char *const names[] = {
        "Europe/Paris",        "Asia/Shanghai",     "Africa/Cairo",
        "Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Apia",
        "Asia/Kathmandu",      "Europe/Dublin",     "Africa/Casablanca",
        "America/St_Johns",    "Antarctica/Troll",  "Asia/Gaza",
        "America/Nuuk",        "Pacific/Kwajalein", "UTC"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        ZONE_AUTO struct zone *zone = opened(names[i]);
        assert_int_equal(setenv("TZ", names[i], 1), 0);
        tzset();
        for (int64_t at = -2208988800; at < 4102444800; at += 17 * 3600 - 7) {
            const time_t seconds = (time_t)at;
            struct tm parts;
            struct zone_segment segment;
            assert_non_null(localtime_r(&seconds, &parts));
            zone_at(zone, at, &segment);
            if (segment.offset != parts.tm_gmtoff)
                fail_msg("%s at %lld: %d, the system says %ld", names[i], (long long)at,
                         segment.offset, parts.tm_gmtoff);
            assert_true(segment.begin <= at && at < segment.end);
        }
    }
    assert_int_equal(unsetenv("TZ"), 0);
}

static void segments_meet(void **state)
{
    (void)state;
    ZONE_AUTO struct zone *zone = opened("Europe/Paris");
    struct zone_segment segment, next;
    int count = 0;
    for (int64_t at = INT64_C(1500000000); at < INT64_C(4000000000); at = segment.end) {
        zone_at(zone, at, &segment);
        zone_at(zone, segment.end, &next);
        assert_int_equal(next.begin, segment.end);
        assert_int_equal(next.before, segment.offset);
        assert_int_equal(segment.after, next.offset);
        count++;
    }
    assert_true(count > 150);
}

static void names_that_are_none_are_refused(void **state)
{
    (void)state;
    expect_refused("../../../etc/passwd", ERR_INVALID, "no name of a time zone");
    expect_refused("/etc/localtime", ERR_INVALID, "no name of a time zone");
    expect_refused("Europe//Paris", ERR_INVALID, "no name of a time zone");
    expect_refused("", ERR_INVALID, "no name of a time zone");
    expect_refused("Europe", ERR_NOTFOUND, "there is no time zone \"Europe\"");
    expect_refused("Europe/Pariss", ERR_NOTFOUND, "did you mean Europe/Paris?");
    expect_refused("Eurpe/Pariss", ERR_NOTFOUND, "did you mean Europe/Paris?");
}

static void tzdir_is_another_folder(void **state)
{
    (void)state;
    char dir[512];
    folder_put("zones/Own/Place", "TZif, but cut");
    assert_non_null(getcwd(dir, sizeof dir - 8));
    strcat(dir, "/zones");
    assert_int_equal(setenv("TZDIR", dir, 1), 0);
    expect_refused("Own/Place", ERR_INVALID, "damaged");
    expect_refused("Europe/Paris", ERR_NOTFOUND, dir);
    zone_close(opened("UTC")); /* needs no file */
    assert_int_equal(unsetenv("TZDIR"), 0);
}

static void a_zone_of_leap_seconds_is_refused(void **state)
{
    (void)state;
    if (access("/usr/share/zoneinfo/right/Europe/Paris", R_OK) != 0)
        skip();
    expect_refused("right/Europe/Paris", ERR_INVALID, "leap seconds");
}

static void the_local_zone_is_that_of_tz(void **state)
{
    (void)state;
    struct zone *zone = NULL;
    struct error err = {0};
    struct zone_segment segment;
    assert_int_equal(setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1), 0);
    assert_int_equal(zone_open_local(&zone, &err), 0);
    zone_at(zone, 1780000000, &segment); /* May 2026 */
    assert_int_equal(segment.offset, 7200);
    assert_string_equal(segment.name, "CEST");
    zone_close(zone);
    assert_int_equal(setenv("TZ", ":Asia/Shanghai", 1), 0);
    assert_int_equal(zone_open_local(&zone, &err), 0);
    assert_string_equal(zone_name(zone), "Asia/Shanghai");
    zone_close(zone);
    assert_int_equal(unsetenv("TZ"), 0);
    assert_int_equal(zone_open_local(&zone, &err), 0);
    zone_close(zone);
}

/* Each file cut at each byte, and with each byte of its beginning changed: an error or a zone that
 * can be asked, nothing worse. */
static void a_damaged_file_does_no_harm(void **state)
{
    (void)state;
    BUF_AUTO struct buf bytes = BUF_INIT;
    struct error err = {0};
    struct zone_segment segment;
    int refused = 0;
    assert_int_equal(
        file_read("/usr/share/zoneinfo/America/Sao_Paulo", LIMIT(ZONE_BYTES), &bytes, NULL, &err),
        0);
    for (size_t len = 0; len < bytes.len; len++) {
        struct zone *zone = NULL;
        MEM_AUTO char *part = mem_dup(bytes.at, len); /* so that reading past it is seen */
        refused += zone_read("cut", (struct str){part, len}, &zone, &err) < 0;
        zone_close(zone);
    }
    assert_true(refused > (int)bytes.len - 4);
    for (size_t i = 0; i < bytes.len; i++) {
        struct zone *zone = NULL;
        MEM_AUTO char *copy = mem_dup(bytes.at, bytes.len);
        copy[i] = (char)(copy[i] ^ 0x81);
        if (zone_read("changed", (struct str){copy, bytes.len}, &zone, &err) < 0)
            continue;
        for (int64_t at = -4000000000; at < 9000000000; at += 100000000)
            zone_at(zone, at, &segment);
        zone_close(zone);
    }
}

static void the_rule_at_the_end_is_read(void **state)
{
    (void)state;
    static const char *const good[] = {"UTC0",
                                       "<+0330>-3:30",
                                       "EST5EDT,M3.2.0,M11.1.0",
                                       "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
                                       "IST-1GMT0,M10.5.0,M3.5.0/1",
                                       "XXX3EDT4,0/0,J365/23",
                                       "CET-1CEST,J60,300/2:30:15"};
    static const char *const bad[] = {"",
                                      "UT",
                                      "UTC",
                                      "UTC25",
                                      "EST5EDT",
                                      "<+03>",
                                      "EST5EDT,M3.2.0",
                                      "EST5EDT,M13.2.0,M11.1.0",
                                      "EST5EDT,M3.6.0,M11.1.0",
                                      "EST5EDT,J0,J3",
                                      "EST5EDT,M3.2.0,M11.1.0x",
                                      "EST5EDT,M3.2.0/168,M11.1.0"};
    struct zone_rule rule;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (!zone_rule_read(str_of(good[i]), &rule))
            fail_msg("%s is refused", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (zone_rule_read(str_of(bad[i]), &rule))
            fail_msg("%s is taken", bad[i]);
}

/* RFC 8536, 3.3.1: all year. */
static void dst_may_be_for_ever(void **state)
{
    (void)state;
    struct zone_rule rule;
    assert_true(zone_rule_read(STR_LIT("EST5EDT,0/0,J365/25"), &rule));
    for (int64_t at = 1700000000; at < 1900000000; at += 3600)
        assert_true(zone_rule_at(&rule, at, NULL, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zones_say_what_the_system_says),
        cmocka_unit_test(segments_meet),
        cmocka_unit_test(names_that_are_none_are_refused),
        cmocka_unit_test_setup_teardown(tzdir_is_another_folder, folder_enter, folder_leave),
        cmocka_unit_test(a_zone_of_leap_seconds_is_refused),
        cmocka_unit_test(the_local_zone_is_that_of_tz),
        cmocka_unit_test(a_damaged_file_does_no_harm),
        cmocka_unit_test(the_rule_at_the_end_is_read),
        cmocka_unit_test(dst_may_be_for_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

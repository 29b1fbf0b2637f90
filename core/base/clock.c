#include "base/clock.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define SECOND_US INT64_C(1000000)
#define DAY_S     INT64_C(86400)

static int64_t read_clock(clockid_t which)
{
    struct timespec now = {0};
    clock_gettime(which, &now); /* fails only for a clock that Linux does not have */
    return (int64_t)now.tv_sec * SECOND_US + now.tv_nsec / 1000;
}

int64_t clock_wall_us(void)
{
    return read_clock(CLOCK_REALTIME);
}

int64_t clock_mono_us(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

int64_t clock_thread_cpu_us(void)
{
    return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

int64_t clock_process_cpu_us(void)
{
    return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

/* Days since 1970-01-01 to a Gregorian date and back, after Howard Hinnant, "chrono-Compatible
 * Low-Level Date Algorithms": years begin in March, so the leap day is the last; 400 years are an
 * era of 146,097 days. gmtime_r is not used because glibc opens /etc/localtime for it. */
static int64_t days_of(int64_t year, unsigned month, unsigned day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void date_of(int64_t days, int64_t *year, unsigned *month, unsigned *day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t of_era = days - era * 146097;
    int64_t years = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * years + years / 4 - years / 100);
    int64_t shifted = (5 * of_year + 2) / 153;
    *day = (unsigned)(of_year - (153 * shifted + 2) / 5 + 1);
    *month = (unsigned)(shifted < 10 ? shifted + 3 : shifted - 9);
    *year = years + era * 400 + (*month <= 2);
}

/* Division that rounds down, for times before 1970. */
static int64_t floor_div(int64_t value, int64_t by, int64_t *rest)
{
    *rest = value % by;
    if (*rest < 0)
        *rest += by;
    return (value - *rest) / by;
}

char *clock_format(int64_t wall_us, char text[CLOCK_TEXT_SIZE])
{
    int64_t us, second, year;
    unsigned month, day;
    /* INT64_MIN - rest would overflow; that far back no one tells the microsecond */
    int64_t seconds = floor_div(wall_us < INT64_MIN + SECOND_US ? INT64_MIN + SECOND_US : wall_us,
                                SECOND_US, &us);
    date_of(floor_div(seconds, DAY_S, &second), &year, &month, &day);
    int len = snprintf(text, CLOCK_TEXT_SIZE, "%04d-%02u-%02uT%02d:%02d:%02d", (int)year, month,
                       day, (int)(second / 3600), (int)(second / 60 % 60), (int)(second % 60));
    if (us)
        len += snprintf(text + len, CLOCK_TEXT_SIZE - (size_t)len, ".%06d", (int)us);
    snprintf(text + len, CLOCK_TEXT_SIZE - (size_t)len, "Z");
    return text;
}

/* What is left to read of a time. */
struct cursor {
    const char *at, *end;
};

static bool take(struct cursor *in, const char *any_of)
{
    if (in->at == in->end || !*in->at || !strchr(any_of, *in->at))
        return false;
    in->at++;
    return true;
}

static bool take_digits(struct cursor *in, unsigned count, unsigned *out)
{
    if (in->end - in->at < (ptrdiff_t)count)
        return false;
    *out = 0;
    for (; count; count--, in->at++) {
        if (*in->at < '0' || *in->at > '9')
            return false;
        *out = *out * 10 + (unsigned)(*in->at - '0');
    }
    return true;
}

struct fields {
    unsigned year, month, day, hour, minute, second, us;
    int offset_minutes;
};

static bool take_fraction(struct cursor *in, unsigned *us)
{
    unsigned digits = 0, digit;
    for (*us = 0; in->at < in->end && *in->at >= '0' && *in->at <= '9'; digits++) {
        take_digits(in, 1, &digit);
        if (digits < 6)
            *us = *us * 10 + digit;
    }
    for (unsigned have = digits; have < 6; have++)
        *us *= 10;
    return digits > 0;
}

static const char *take_offset(struct cursor *in, int *minutes)
{
    if (take(in, "Zz"))
        return NULL;
    int sign = in->at < in->end && *in->at == '-' ? -1 : 1;
    unsigned hour, minute;
    if (!take(in, "+-") || !take_digits(in, 2, &hour) || !take(in, ":") ||
        !take_digits(in, 2, &minute))
        return "it needs Z or an offset like +02:00 at the end";
    if (hour > 23 || minute > 59)
        return "its offset is over 23:59";
    *minutes = sign * (int)(hour * 60 + minute);
    return NULL;
}

/* The part after the date. Gives what is wrong, or NULL. */
static const char *take_time(struct cursor *in, struct fields *f)
{
    if (!take(in, "Tt ") || !take_digits(in, 2, &f->hour) || !take(in, ":") ||
        !take_digits(in, 2, &f->minute) || !take(in, ":") || !take_digits(in, 2, &f->second))
        return "a time hh:mm:ss belongs after the date";
    if (f->hour > 23 || f->minute > 59 || f->second > 60)
        return "there is no such time of day";
    if (take(in, ".") && !take_fraction(in, &f->us))
        return "digits belong after the point";
    return take_offset(in, &f->offset_minutes);
}

static unsigned days_in(unsigned year, unsigned month)
{
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (month == 2)
        return leap ? 29 : 28;
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

static const char *take_date(struct cursor *in, struct fields *f)
{
    if (!take_digits(in, 4, &f->year) || !take(in, "-") || !take_digits(in, 2, &f->month) ||
        !take(in, "-") || !take_digits(in, 2, &f->day))
        return "it does not begin with year-month-day";
    if (f->month < 1 || f->month > 12)
        return "there is no such month";
    if (f->day < 1 || f->day > days_in(f->year, f->month))
        return "that month has no such day";
    return NULL;
}

int clock_parse(struct str text, int64_t *wall_us, struct error *err)
{
    struct cursor in = {text.at, text.at + text.len};
    struct fields f = {0};
    const char *wrong = take_date(&in, &f);
    if (!wrong && in.at < in.end)
        wrong = take_time(&in, &f);
    if (!wrong && in.at < in.end)
        wrong = "something follows it";
    if (wrong)
        return error_set(err, ERR_INVALID,
                         "\"%.*s\" is no time: %s (write 2026-05-04 or 2026-05-04T10:20:30Z)",
                         (int)utf8_cut(text, 60), text.at ? text.at : "", wrong);
    int64_t minutes = (int64_t)f.hour * 60 + f.minute - f.offset_minutes;
    int64_t seconds = days_of(f.year, f.month, f.day) * DAY_S + minutes * 60 + f.second;
    *wall_us = seconds * SECOND_US + f.us;
    return 0;
}

static int64_t unit_us(struct str unit)
{
    static const struct {
        const char *name;
        int64_t us;
    } units[] = {{"ms", 1000},
                 {"s", SECOND_US},
                 {"m", 60 * SECOND_US},
                 {"h", 3600 * SECOND_US},
                 {"d", DAY_S * SECOND_US},
                 {"w", 7 * DAY_S * SECOND_US}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (str_is(unit, units[i].name))
            return units[i].us;
    }
    return 0;
}

int clock_parse_span(struct str text, int64_t *us, struct error *err)
{
    int64_t value = 0, result;
    size_t digits = 0;
    bool over = false;
    for (; digits < text.len && text.at[digits] >= '0' && text.at[digits] <= '9'; digits++) {
        over |= __builtin_mul_overflow(value, 10, &value);
        over |= __builtin_add_overflow(value, text.at[digits] - '0', &value);
    }
    int64_t unit = digits ? unit_us((struct str){text.at + digits, text.len - digits}) : 0;
    int shown = (int)utf8_cut(text, 60);
    if (unit == 0)
        return error_set(err, ERR_INVALID,
                         "\"%.*s\" is no length of time: write a whole number and a unit: "
                         "500ms, 90s, 15m, 7h, 7d or 2w",
                         shown, text.at ? text.at : "");
    if (over || __builtin_mul_overflow(value, unit, &result))
        return error_set(err, ERR_INVALID, "\"%.*s\" is too long a time", shown, text.at);
    *us = result;
    return 0;
}

#include "schedule/civil.h"

#include <stdbool.h>

int64_t civil_days(int64_t year, int month, int day)
{
    year -= month <= 2; /* years begin in March, so that the leap day is a year's last */
    const int64_t era = (year >= 0 ? year : year - 399) / 400;
    const int64_t of_era = year - era * 400;
    const int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

int64_t civil_seconds(const struct civil *civil)
{
    return civil_days(civil->year, civil->month, civil->day) * CIVIL_DAY +
           (int64_t)civil->hour * 3600 + civil->minute * 60 + civil->second;
}

static void date_of(int64_t days, struct civil *out)
{
    days += 719468;
    const int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    const int64_t of_era = days - era * 146097;
    const int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    const int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    const int64_t month = (5 * of_year + 2) / 153; /* from March */
    out->day = (int)(of_year - (153 * month + 2) / 5 + 1);
    out->month = (int)(month < 10 ? month + 3 : month - 9);
    out->year = year + era * 400 + (out->month <= 2);
}

void civil_of(int64_t seconds, struct civil *out)
{
    int64_t days = seconds / CIVIL_DAY;
    int64_t rest = seconds % CIVIL_DAY;
    if (rest < 0) {
        rest += CIVIL_DAY;
        days--;
    }
    date_of(days, out);
    out->hour = (int)(rest / 3600);
    out->minute = (int)(rest / 60 % 60);
    out->second = (int)(rest % 60);
}

int civil_month_days(int64_t year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

int civil_weekday(int64_t days)
{
    const int64_t day = (days + 4) % 7; /* 1970-01-01 was a Thursday */
    return (int)(day < 0 ? day + 7 : day);
}

/* ---- reading ---- */

struct reader {
    const char *at, *end;
};

static bool take(struct reader *in, char wanted)
{
    if (in->at == in->end || *in->at != wanted)
        return false;
    in->at++;
    return true;
}

static bool take_number(struct reader *in, int digits, int *out)
{
    *out = 0;
    for (; digits > 0; digits--, in->at++) {
        if (in->at == in->end || *in->at < '0' || *in->at > '9')
            return false;
        *out = *out * 10 + (*in->at - '0');
    }
    return true;
}

static const char *read_moment(struct reader *in, struct civil *out)
{
    int year = 0;
    if (!take_number(in, 4, &year) || !take(in, '-') || !take_number(in, 2, &out->month) ||
        !take(in, '-') || !take_number(in, 2, &out->day))
        return "it does not begin with year-month-day";
    out->year = year;
    if (out->month < 1 || out->month > 12)
        return "there is no such month";
    if (out->day < 1 || out->day > civil_month_days(year, out->month))
        return "that month has no such day";
    if ((!take(in, ' ') && !take(in, 'T')) || !take_number(in, 2, &out->hour) || !take(in, ':') ||
        !take_number(in, 2, &out->minute))
        return "a time of day as 18:00 belongs after the date";
    if (take(in, ':') && !take_number(in, 2, &out->second))
        return "two digits of seconds belong after the second colon";
    if (out->hour > 23 || out->minute > 59 || out->second > 59)
        return "there is no such time of day";
    return in->at < in->end ? "something follows it" : NULL;
}

int civil_parse(struct str text, int64_t *seconds, struct error *err)
{
    struct reader in = {text.at, text.at + text.len};
    struct civil civil = {0};
    const char *wrong = read_moment(&in, &civil);
    if (wrong)
        return error_set(err, ERR_INVALID,
                         "\"%.*s\" is no local time: %s (write \"2026-12-24 18:00\"; the zone is "
                         "said with tz)",
                         (int)utf8_cut(text, 60), text.at ? text.at : "", wrong);
    *seconds = civil_seconds(&civil);
    return 0;
}

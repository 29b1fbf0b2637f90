#include "schedule/zone_rule.h"

#include <stdio.h>
#include <string.h>

#include "schedule/civil.h"

#define HOUR 3600

/* ---- reading ---- */

struct rule_reader {
    const char *at, *end;
};

static bool take(struct rule_reader *in, char wanted)
{
    if (in->at == in->end || *in->at != wanted)
        return false;
    in->at++;
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool take_number(struct rule_reader *in, int min, int max, int *out)
{
    const char *const first = in->at;
    *out = 0;
    while (in->at < in->end && is_digit(*in->at) && in->at - first < 4)
        *out = *out * 10 + (*in->at++ - '0');
    return in->at > first && *out >= min && *out <= max;
}

/* [+-]hh[:mm[:ss]] */
static bool take_time(struct rule_reader *in, int max_hours, int32_t *out)
{
    int hours = 0;
    int minutes = 0;
    int seconds = 0;
    const bool minus = take(in, '-');
    if (!minus)
        (void)take(in, '+');
    if (!take_number(in, 0, max_hours, &hours))
        return false;
    if (take(in, ':') &&
        (!take_number(in, 0, 59, &minutes) || (take(in, ':') && !take_number(in, 0, 59, &seconds))))
        return false;
    *out = (hours * HOUR + minutes * 60 + seconds) * (minus ? -1 : 1);
    return true;
}

static bool is_letter(char c)
{
    return (c | 32) >= 'a' && (c | 32) <= 'z';
}

static bool take_name(struct rule_reader *in, char out[ZONE_NAME_SIZE])
{
    const bool quoted = take(in, '<');
    const char *const first = in->at;
    while (
        in->at < in->end &&
        (is_letter(*in->at) || (quoted && (is_digit(*in->at) || *in->at == '+' || *in->at == '-'))))
        in->at++;
    const int len = (int)(in->at - first);
    snprintf(out, ZONE_NAME_SIZE, "%.*s", len < ZONE_NAME_SIZE ? len : ZONE_NAME_SIZE - 1, first);
    return len >= 3 && (!quoted || take(in, '>'));
}

static bool take_date(struct rule_reader *in, struct zone_date *out)
{
    out->time = 2 * HOUR;
    if (take(in, 'M')) {
        out->form = DATE_WEEK;
        if (!take_number(in, 1, 12, &out->month) || !take(in, '.') ||
            !take_number(in, 1, 5, &out->week) || !take(in, '.') ||
            !take_number(in, 0, 6, &out->day))
            return false;
    } else if (take(in, 'J')) {
        out->form = DATE_JULIAN;
        if (!take_number(in, 1, 365, &out->day))
            return false;
    } else {
        out->form = DATE_ZERO;
        if (!take_number(in, 0, 365, &out->day))
            return false;
    }
    return !take(in, '/') || take_time(in, 167, &out->time);
}

bool zone_rule_read(struct str text, struct zone_rule *out)
{
    struct rule_reader in = {text.at, text.at + text.len};
    int32_t west = 0;
    *out = (struct zone_rule){.there = true};
    if (!take_name(&in, out->standard_name) || !take_time(&in, 24, &west))
        return false;
    out->standard = -west;
    if (in.at == in.end)
        return true;
    out->has_dst = true;
    out->dst = out->standard + HOUR;
    if (!take_name(&in, out->dst_name))
        return false;
    if (in.at < in.end && *in.at != ',') {
        if (!take_time(&in, 24, &west))
            return false;
        out->dst = -west;
    }
    return take(&in, ',') && take_date(&in, &out->start) && take(&in, ',') &&
           take_date(&in, &out->end) && in.at == in.end;
}

/* ---- using ---- */

/* Days since 1970 of the date in that year. */
static int64_t day_of(const struct zone_date *date, int64_t year)
{
    if (date->form == DATE_ZERO)
        return civil_days(year, 1, 1) + date->day;
    if (date->form == DATE_JULIAN) /* counts no leap day: J60 is always the first of March */
        return civil_days(year, 1, 1) + date->day - 1 +
               (date->day >= 60 && civil_month_days(year, 2) == 29);
    const int64_t first = civil_days(year, date->month, 1);
    int day = 1 + (date->day - civil_weekday(first) + 7) % 7 + (date->week - 1) * 7;
    while (day > civil_month_days(year, date->month))
        day -= 7; /* week 5 is the last one */
    return first + day - 1;
}

struct change {
    int64_t at;
    bool dst;
};

/* In order of time; where two coincide the later one of the list counts. */
static size_t changes_around(const struct zone_rule *rule, int64_t utc, struct change *out)
{
    struct civil civil;
    size_t count = 0;
    civil_of(utc, &civil);
    for (int64_t year = civil.year - 1; year <= civil.year + 1; year++) {
        out[count++] = (struct change){
            day_of(&rule->end, year) * CIVIL_DAY + rule->end.time - rule->dst, false};
        out[count++] = (struct change){
            day_of(&rule->start, year) * CIVIL_DAY + rule->start.time - rule->standard, true};
    }
    for (size_t i = 1; i < count; i++)
        for (size_t j = i; j > 0 && (out[j].at < out[j - 1].at ||
                                     (out[j].at == out[j - 1].at && !out[j].dst && out[j - 1].dst));
             j--) {
            const struct change other = out[j];
            out[j] = out[j - 1];
            out[j - 1] = other;
        }
    return count;
}

bool zone_rule_at(const struct zone_rule *rule, int64_t utc, int64_t *since, int64_t *until)
{
    struct change changes[6];
    int64_t from = INT64_MIN;
    int64_t to = INT64_MAX;
    bool dst = false;
    const size_t count = rule->has_dst ? changes_around(rule, utc, changes) : 0;
    for (size_t i = 0; i < count; i++) {
        if (changes[i].at > utc) {
            to = changes[i].at;
            break;
        }
        from = changes[i].at;
        dst = changes[i].dst;
    }
    if (since)
        *since = from;
    if (until)
        *until = to;
    return dst;
}

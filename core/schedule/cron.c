#include "schedule/cron.h"

#include <stdarg.h>
#include <string.h>
#include <strings.h>

#include "schedule/civil.h"

static const char *const month_names[] = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                          "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
static const char *const weekday_names[] = {"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};

enum { MINUTE, HOUR, DAY, MONTH, WEEKDAY, FIELDS };

static const struct field {
    const char *name;
    unsigned min, max;
    const char *const *names;
    unsigned name_count;
    unsigned first_name; /* the value of names[0] */
} fields[FIELDS] = {
    [MINUTE] = {"minute", 0, 59, NULL, 0, 0},
    [HOUR] = {"hour", 0, 23, NULL, 0, 0},
    [DAY] = {"day of the month", 1, 31, NULL, 0, 0},
    [MONTH] = {"month", 1, 12, month_names, 12, 1},
    [WEEKDAY] = {"day of the week", 0, 7, weekday_names, 7, 0},
};

/* What one field says. */
struct values {
    uint64_t bits;
    bool star;     /* begins with "*" */
    bool interval; /* holds a "*" or a step */
    bool last;     /* L */
};

struct parser {
    struct str text;
    size_t at;
    struct error *err;
};

__attribute__((format(printf, 3, 4))) static int refuse(const struct parser *in, size_t at,
                                                        const char *format, ...)
{
    va_list args;
    va_start(args, format);
    error_setv(in->err, ERR_INVALID, format, args);
    va_end(args);
    error_wrap(in->err, "cron \"%.*s\": column %zu", (int)utf8_cut(in->text, 100),
               in->text.at ? in->text.at : "", at + 1);
    return ERR_INVALID;
}

static bool blank(char c)
{
    return c == ' ' || c == '\t';
}

static void skip_blanks(struct parser *in)
{
    while (in->at < in->text.len && blank(in->text.at[in->at]))
        in->at++;
}

static char peek(const struct parser *in)
{
    return in->at < in->text.len ? in->text.at[in->at] : '\0';
}

static bool take(struct parser *in, char wanted)
{
    if (peek(in) != wanted || wanted == '\0')
        return false;
    in->at++;
    return true;
}

/* The run of letters and digits that begins here. */
static struct str word(const struct parser *in)
{
    size_t end = in->at;
    while (end < in->text.len &&
           (((in->text.at[end] | 32) >= 'a' && (in->text.at[end] | 32) <= 'z') ||
            (in->text.at[end] >= '0' && in->text.at[end] <= '9') ||
            (unsigned char)in->text.at[end] >= 0x80))
        end++;
    return (struct str){in->text.at + in->at, end - in->at};
}

static int refuse_word(const struct parser *in, const struct field *field, struct str given)
{
    const char *nearest = str_nearest(given, field->names, field->name_count);
    for (size_t i = 0; !nearest && given.len > 3 && i < field->name_count; i++)
        if (strncasecmp(given.at, field->names[i], 3) == 0)
            nearest = field->names[i]; /* Monday */
    if (given.len == 0)
        return refuse(in, in->at, "a number%s belongs here, for the %s",
                      field->names ? " or a name" : "", field->name);
    return refuse(in, in->at, "there is no %s \"%.*s\"%s%s%s", field->name,
                  (int)utf8_cut(given, 30), given.at, nearest ? "; did you mean " : "",
                  nearest ? nearest : "", nearest ? "?" : "");
}

static int take_value(struct parser *in, const struct field *field, unsigned *out)
{
    const struct str given = word(in);
    unsigned value = 0;
    size_t digits = 0;
    for (; digits < given.len && given.at[digits] >= '0' && given.at[digits] <= '9'; digits++)
        value = value > 1000 ? value : value * 10 + (unsigned)(given.at[digits] - '0');
    if (given.len == 0 || digits < given.len) {
        for (unsigned i = 0; i < field->name_count; i++)
            if (given.len == 3 && strncasecmp(given.at, field->names[i], 3) == 0) {
                in->at += given.len;
                *out = field->first_name + i;
                return 0;
            }
        return refuse_word(in, field, given);
    }
    if (value < field->min || value > field->max)
        return refuse(in, in->at, "the %s goes from %u to %u, not to %.*s", field->name, field->min,
                      field->max, (int)utf8_cut(given, 12), given.at);
    in->at += given.len;
    *out = value;
    return 0;
}

static int take_step(struct parser *in, const struct field *field, unsigned *step)
{
    const size_t at = in->at;
    const struct str given = word(in);
    unsigned value = 0;
    for (size_t i = 0; i < given.len; i++) {
        if (given.at[i] < '0' || given.at[i] > '9')
            return refuse(in, at, "a step is a number: */%u", field->max / 2);
        value = value > 1000 ? value : value * 10 + (unsigned)(given.at[i] - '0');
    }
    if (given.len == 0 || value == 0 || value > field->max)
        return refuse(in, at, "a step of the %s goes from 1 to %u", field->name, field->max);
    in->at += given.len;
    *step = value;
    return 0;
}

/* "value", "value-value" or "value-value/step". */
static int take_range(struct parser *in, const struct field *field, struct values *out)
{
    unsigned first = 0;
    const size_t at = in->at;
    int code = take_value(in, field, &first);
    unsigned last = first;
    unsigned step = 1;
    const bool range = code == 0 && take(in, '-');
    if (range) {
        code = take_value(in, field, &last);
        if (code == 0 && field == &fields[WEEKDAY] && last == 0 && first > 0)
            last = 7; /* FRI-SUN */
        if (code == 0 && last < first)
            return refuse(in, at, "this range ends before it begins; write it as two: %u-%u,%u-%u",
                          first, field->max, field->min, last);
    }
    if (code == 0 && peek(in) == '/') {
        if (!range)
            return refuse(in, in->at, "a step follows a range or a star: %u-%u/N", first,
                          field->max);
        in->at++;
        out->interval = true;
        code = take_step(in, field, &step);
    }
    for (unsigned value = first; code == 0 && value <= last; value += step)
        out->bits |= UINT64_C(1) << value;
    return code;
}

static int take_star(struct parser *in, const struct field *field, struct values *out)
{
    unsigned step = 1;
    out->interval = true;
    if (take(in, '/') && take_step(in, field, &step) < 0)
        return ERR_INVALID;
    /* 0 and 7 are both Sunday: a step must not count it twice */
    const unsigned max = field == &fields[WEEKDAY] ? 6 : field->max;
    for (unsigned value = field->min; value <= max; value += step)
        out->bits |= UINT64_C(1) << value;
    return 0;
}

static int take_item(struct parser *in, const struct field *field, struct values *out)
{
    if (take(in, '*'))
        return take_star(in, field, out);
    const struct str given = word(in);
    if (field == &fields[DAY] && given.len == 1 && (*given.at | 32) == 'l') {
        in->at++;
        out->last = true;
        return 0;
    }
    return take_range(in, field, out);
}

static int take_field(struct parser *in, const struct field *field, struct values *out)
{
    skip_blanks(in);
    if (in->at == in->text.len)
        return refuse(in, in->at,
                      "the %s is missing: five fields are minute, hour, day of the month, month, "
                      "day of the week",
                      field->name);
    out->star = peek(in) == '*';
    int code = take_item(in, field, out);
    while (code == 0 && take(in, ','))
        code = take_item(in, field, out);
    if (code == 0 && in->at < in->text.len && !blank(peek(in)))
        return refuse(in, in->at, "this does not belong into the %s; values are parted by commas",
                      field->name);
    return code;
}

/* ---- all five ---- */

static int take_name(struct parser *in, struct str *out)
{
    static const struct {
        const char *name, *text;
    } known[] = {{"@hourly", "0 * * * *"},  {"@daily", "0 0 * * *"},   {"@midnight", "0 0 * * *"},
                 {"@weekly", "0 0 * * 0"},  {"@monthly", "0 0 1 * *"}, {"@yearly", "0 0 1 1 *"},
                 {"@annually", "0 0 1 1 *"}};
    const char *names[sizeof known / sizeof *known];
    const struct str given = str_trim(in->text);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        names[i] = known[i].name;
        if (given.len == strlen(names[i]) && strncasecmp(given.at, names[i], given.len) == 0) {
            *out = str_of(known[i].text);
            return 0;
        }
    }
    const char *nearest = str_nearest(given, names, sizeof known / sizeof *known);
    return refuse(in, in->at, "it is none of @hourly @daily @weekly @monthly @yearly%s%s%s",
                  nearest ? "; did you mean " : "", nearest ? nearest : "", nearest ? "?" : "");
}

static void put_together(const struct values *values, struct cron *out)
{
    const struct values *day = &values[DAY];
    const struct values *weekday = &values[WEEKDAY];
    *out = (struct cron){
        .minutes = values[MINUTE].bits,
        .hours = (uint32_t)values[HOUR].bits,
        .days = (uint32_t)day->bits,
        .months = (uint16_t)values[MONTH].bits,
        .weekdays = (uint8_t)((weekday->bits | weekday->bits >> 7) & 0x7f),
        .last_day = day->last,
        .either = !day->star && !weekday->star,
        .repeats = values[MINUTE].interval || values[HOUR].interval,
        .hourly = values[HOUR].bits == (1 << 24) - 1,
    };
}

/* A leap year has every day that there ever is. */
static bool comes(const struct cron *cron)
{
    for (int month = 1; month <= 12; month++)
        if (cron->months >> month & 1 &&
            (cron->either || cron->last_day ||
             (cron->days & ((UINT64_C(2) << civil_month_days(2024, month)) - 1)) != 0))
            return true;
    return false;
}

int cron_parse(struct str text, struct cron *out, struct error *err)
{
    struct parser in = {text, 0, err};
    struct values values[FIELDS] = {{0}};
    size_t day_at = 0;
    skip_blanks(&in);
    if (peek(&in) == '@') {
        struct str means;
        const int code = take_name(&in, &means);
        return code < 0 ? code : cron_parse(means, out, err);
    }
    for (int i = 0; i < FIELDS; i++) {
        skip_blanks(&in);
        if (i == DAY)
            day_at = in.at;
        const int code = take_field(&in, &fields[i], &values[i]);
        if (code < 0)
            return code;
    }
    skip_blanks(&in);
    if (in.at < in.text.len)
        return refuse(&in, in.at, "there are more than five fields");
    put_together(values, out);
    if (!comes(out))
        return refuse(&in, day_at, "it never comes: none of its months has such a day");
    return 0;
}

/* ---- the next one ---- */

static bool day_fits(const struct cron *cron, int64_t year, int month, int day)
{
    const bool of_month =
        cron->days >> day & 1 || (cron->last_day && day == civil_month_days(year, month));
    const bool of_week = cron->weekdays >> civil_weekday(civil_days(year, month, day)) & 1;
    return cron->either ? of_month || of_week : of_month && of_week;
}

/* The first hour and minute of a day, from these on. */
static bool time_of_day(const struct cron *cron, int *hour, int *minute)
{
    for (int h = *hour; h < 24; h++) {
        const uint64_t left = cron->minutes >> (h == *hour ? *minute : 0)
                                                   << (h == *hour ? *minute : 0);
        if (!(cron->hours >> h & 1) || left == 0)
            continue;
        *minute = __builtin_ctzll(left);
        *hour = h;
        return true;
    }
    return false;
}

static void next_month(struct civil *at)
{
    *at = (struct civil){.year = at->month == 12 ? at->year + 1 : at->year,
                         .month = at->month == 12 ? 1 : at->month + 1,
                         .day = 1};
}

static void next_day(struct civil *at)
{
    if (at->day == civil_month_days(at->year, at->month)) {
        next_month(at);
        return;
    }
    *at = (struct civil){.year = at->year, .month = at->month, .day = at->day + 1};
}

bool cron_next(const struct cron *cron, int64_t from, int64_t limit, int64_t *out)
{
    struct civil at;
    const int64_t part = from % 60;
    civil_of(part == 0 ? from : from - part + (part > 0 ? 60 : 0), &at);
    while (civil_seconds(&at) < limit) {
        if (!(cron->months >> at.month & 1)) {
            next_month(&at);
        } else if (day_fits(cron, at.year, at.month, at.day) &&
                   time_of_day(cron, &at.hour, &at.minute)) {
            *out = civil_seconds(&at);
            return *out < limit;
        } else {
            next_day(&at);
        }
    }
    return false;
}

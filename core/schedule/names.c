#include "schedule/names.h"

#include <string.h>

#include "schedule/civil.h"

#define SECOND_US INT64_C(1000000)

enum part { PART_DATE, PART_TIME, PART_JOB, PART_WINDOW, PART_COUNT };
static const char *const part_names[PART_COUNT] = {"date", "time", "job", "window_start"};

static int find_part(struct str name)
{
    for (int i = 0; i < PART_COUNT; i++)
        if (str_is(name, part_names[i]))
            return i;
    return -1;
}

static int refuse_part(struct str name, struct error *err)
{
    const char *nearest = str_nearest(name, part_names, PART_COUNT);
    return error_set(err, ERR_INVALID,
                     "to: there is no {%.*s}%s%s%s; there are {date} {time} {job} {window_start}",
                     (int)utf8_cut(name, 30), name.at, nearest ? "; did you mean {" : "",
                     nearest ? nearest : "", nearest ? "}?" : "");
}

int names_check(const char *to, struct error *err)
{
    for (const char *at = to; *(at += strcspn(at, "{}")); at++) {
        const char *const end = strchr(at, '}');
        if (*at == '}' || !end)
            return error_set(err, ERR_INVALID, "to: a \"%c\" stands alone; names are as {date}",
                             *at);
        const struct str name = {at + 1, (size_t)(end - at) - 1};
        if (find_part(name) < 0)
            return refuse_part(name, err);
        at = end;
    }
    return 0;
}

static void put_date(struct buf *out, const struct civil *civil)
{
    buf_printf(out, "%04d-%02d-%02d", (int)civil->year, civil->month, civil->day);
}

static void put_time(struct buf *out, const struct civil *civil, int64_t us)
{
    buf_printf(out, "%02d%02d", civil->hour, civil->minute);
    if (civil->second || us)
        buf_printf(out, "%02d", civil->second);
    if (us)
        buf_printf(out, ".%06d", (int)us);
}

/* The second pass has the offset behind its time. */
static void put_pass(struct buf *out, const struct zone_segment *segment, int64_t local)
{
    if (segment->begin == INT64_MIN || segment->before <= segment->offset ||
        local >= segment->begin + segment->before)
        return;
    const int offset = segment->offset < 0 ? -segment->offset : segment->offset;
    buf_printf(out, "%c%02d%02d", segment->offset < 0 ? '-' : '+', offset / 3600, offset / 60 % 60);
}

static void put_moment(struct buf *out, const struct zone *zone, int64_t at_us, bool date,
                       bool time)
{
    struct zone_segment segment;
    struct civil civil;
    const int64_t us = ((at_us % SECOND_US) + SECOND_US) % SECOND_US;
    const int64_t utc = (at_us - us) / SECOND_US;
    zone_at(zone, utc, &segment);
    civil_of(utc + segment.offset, &civil);
    if (date)
        put_date(out, &civil);
    if (date && time)
        buf_byte(out, 'T');
    if (time) {
        put_time(out, &civil, us);
        put_pass(out, &segment, utc + segment.offset);
    }
}

int names_expand(const char *to, const char *job, const struct zone *zone, int64_t at_us,
                 int64_t window_start_us, struct buf *out, struct error *err)
{
    buf_clear(out);
    for (const char *at = to; *at;) {
        const size_t plain = strcspn(at, "{");
        buf_append(out, at, plain);
        at += plain;
        const char *const end = *at ? strchr(at, '}') : NULL;
        if (!end)
            break;
        const int part = find_part((struct str){at + 1, (size_t)(end - at) - 1});
        if (part == PART_JOB)
            buf_text(out, job);
        else if (part == PART_WINDOW)
            put_moment(out, zone, window_start_us, true, true);
        else
            put_moment(out, zone, at_us, part == PART_DATE, part == PART_TIME);
        at = end + 1;
    }
    return buf_failed(out) ? error_set(err, ERR_NOMEM, "out of memory for a name") : 0;
}

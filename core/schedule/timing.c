/* Time is walked in segments without a change of the clocks. In each, local time is UTC and an
 * offset, so what matches there is simple; what a change leaves out or repeats lies between the
 * local times at its two sides. */
#include "schedule/timing.h"

#include <stdio.h>

#include "schedule/civil.h"

#define TWO_DAYS (2 * (int64_t)CIVIL_DAY)
#define HORIZON  ((int64_t)TIMING_YEARS * 366 * CIVIL_DAY)

/* The first local time from `from` on and before `limit`. */
static bool match(const struct timing *timing, int64_t from, int64_t limit, int64_t *out)
{
    if (timing->kind == TIMING_CRON)
        return cron_next(&timing->cron, from, limit, out);
    *out = timing->local;
    return timing->local >= from && timing->local < limit;
}

static bool repeats(const struct timing *timing)
{
    return timing->kind == TIMING_CRON && timing->cron.repeats;
}

static void time_text(int64_t local, char text[6])
{
    struct civil civil;
    civil_of(local, &civil);
    snprintf(text, 6, "%02d:%02d", civil.hour, civil.minute);
}

/* Whether the local time comes twice, and which of the two it is. */
static void note_repeat(const struct timing *timing, const struct zone_segment *segment,
                        int64_t local, struct timing_next *out)
{
    const bool first = segment->end < INT64_MAX && segment->after < segment->offset &&
                       local >= segment->end + segment->after;
    const bool second = segment->begin > INT64_MIN && segment->before > segment->offset &&
                        local < segment->begin + segment->before;
    char text[6];
    time_text(local, text);
    if (first)
        snprintf(out->note, sizeof out->note,
                 repeats(timing) ? "%s comes twice, clocks go back: the first"
                                 : "%s comes twice, clocks go back: the first alone",
                 text);
    else if (second)
        snprintf(out->note, sizeof out->note, "%s comes twice, clocks went back: the second", text);
}

static bool in_segment(const struct timing *timing, const struct zone_segment *segment,
                       int64_t from, int64_t horizon, struct timing_next *out)
{
    int64_t low = from + segment->offset;
    int64_t local = 0;
    const int64_t high = (segment->end < horizon ? segment->end : horizon) + segment->offset;
    if (segment->begin > INT64_MIN && !repeats(timing) && segment->before > segment->offset &&
        low < segment->begin + segment->before)
        low = segment->begin + segment->before; /* these have been */
    if (!match(timing, low, high, &local))
        return false;
    *out = (struct timing_next){.utc = local - segment->offset};
    note_repeat(timing, segment, local, out);
    return true;
}

/* What the change at the segment's end leaves out. */
static bool in_gap(const struct timing *timing, const struct zone_segment *segment,
                   struct timing_next *out)
{
    int64_t local = 0;
    if (segment->after <= segment->offset || (timing->kind == TIMING_CRON && timing->cron.hourly) ||
        !match(timing, segment->end + segment->offset, segment->end + segment->after, &local))
        return false;
    char missing[6];
    char instead[6];
    time_text(local, missing);
    time_text(segment->end + segment->after, instead);
    *out = (struct timing_next){.utc = segment->end};
    snprintf(out->note, sizeof out->note, "%s does not exist, clocks go forward: at %s instead",
             missing, instead);
    return true;
}

/* From the segment of `after`: its end may leave out what means the very next second. */
static bool walk(const struct timing *timing, int64_t after, struct timing_next *out)
{
    const int64_t horizon = after + HORIZON;
    struct zone_segment segment;
    zone_at(timing->zone, after, &segment);
    for (int64_t from = after + 1;;) {
        if (in_segment(timing, &segment, from, horizon, out))
            return true;
        if (segment.end >= horizon)
            return false;
        if (in_gap(timing, &segment, out))
            return true;
        from = segment.end;
        zone_at(timing->zone, from, &segment);
    }
}

bool timing_next(const struct timing *timing, int64_t after, struct timing_next *out)
{
    if (timing->kind == TIMING_NEVER)
        return false;
    if (timing->kind == TIMING_CRON)
        return walk(timing, after, out);
    /* no offset is over a day, no gap either: from two days before it is seen whole */
    return walk(timing, timing->local - TWO_DAYS, out) && out->utc > after;
}

/* When a job is due: a cron expression or one moment, in a time zone. Computed in local time,
 * given in UTC, so that 07:00 is 07:00 in summer and in winter.
 *
 * Where clocks go forward, times of day that are left out mean the end of the gap, once; an
 * expression for every hour leaves nothing out and is not made good. Where they go back, times of
 * day mean the first of the two; intervals (a "*" or a step in minute or hour) go on through both.
 * As cron(8) of cronie has it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"
#include "schedule/cron.h"
#include "schedule/zone.h"

struct timing {
    enum timing_kind { TIMING_NEVER, TIMING_CRON, TIMING_ONCE } kind; /* never: events alone */
    struct cron cron;
    int64_t local;           /* TIMING_ONCE: local seconds */
    const struct zone *zone; /* not owned */
};

#define TIMING_NOTE_SIZE 96

struct timing_next {
    int64_t utc;                 /* seconds */
    char note[TIMING_NOTE_SIZE]; /* what a change of the clocks does to it; mostly "" */
};

/* The first instant after `after` (seconds). false: there is none any more. Looks at most
 * TIMING_YEARS ahead. */
#define TIMING_YEARS 100
bool timing_next(const struct timing *timing, int64_t after, struct timing_next *out);

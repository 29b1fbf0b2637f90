/* Cron expressions: five fields (minute, hour, day of month, month, day of week), as cron(8) reads
 * them.
 *
 *   field = item { "," item }      item = "*" [ "/" step ] | value [ "-" value [ "/" step ] ]
 *
 * Months and days of the week have names (JAN, MON; any case); Sunday is 0 and 7; L in the day of
 * the month is its last day. @hourly @daily @midnight @weekly @monthly @yearly @annually stand for
 * all five. When a day of the month and a day of the week are given, a day that is either will do;
 * where one of the two fields begins with "*", a day must be both, as in Vixie's cron. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"

struct cron {
    uint64_t minutes; /* bit 0: minute 0 */
    uint32_t hours;   /* bit 0: hour 0 */
    uint32_t days;    /* bit 1: the first */
    uint16_t months;  /* bit 1: January */
    uint8_t weekdays; /* bit 0: Sunday */
    bool last_day;    /* the last day of the month, too */
    bool either;      /* day of month or day of week, not both */
    bool repeats;     /* a "*" or a step stands in minute or hour: it means intervals, not times of
                         day, and runs in both passes of an hour that comes twice */
    bool hourly;      /* at every hour: nothing to make good where an hour is left out */
};

/* ERR_INVALID: the column (from 1) where it breaks and what is right; also for what never comes
 * ("30 2 30 2 *"). */
int cron_parse(struct str text, struct cron *out, struct error *err);
/* The first full minute from `from` on and before `limit`, in local seconds (civil.h), that it
 * means. false: there is none. Takes time in proportion to the months between. */
bool cron_next(const struct cron *cron, int64_t from, int64_t limit, int64_t *out);

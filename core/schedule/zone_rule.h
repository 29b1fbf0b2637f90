/* The rule for all years that ends a TZif file, and what TZ may hold: POSIX.1 "TZ" with the
 * extensions of RFC 8536, 3.3.1: "CET-1CEST,M3.5.0,M10.5.0/3". */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

#define ZONE_NAME_SIZE 12 /* of an abbreviation, with NUL; longer ones are cut */

struct zone_date {
    enum { DATE_JULIAN, DATE_ZERO, DATE_WEEK } form; /* Jn, n, Mm.w.d */
    int day, week, month;
    int32_t time; /* seconds from the day's midnight; may be below zero or over a day */
};

struct zone_rule {
    bool there, has_dst;
    int32_t standard, dst; /* seconds east of UTC */
    char standard_name[ZONE_NAME_SIZE], dst_name[ZONE_NAME_SIZE];
    struct zone_date start, end; /* of DST: in standard time, in DST */
};

/* Whether `text` is such a rule, whole. */
bool zone_rule_read(struct str text, struct zone_rule *out);
/* Whether DST is in force. `since` and `until` (may be NULL): when that began and will end;
 * INT64_MIN and INT64_MAX without DST. */
bool zone_rule_at(const struct zone_rule *rule, int64_t utc, int64_t *since, int64_t *until);

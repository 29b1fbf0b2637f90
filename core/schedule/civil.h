/* The Gregorian calendar, extended to all years: between seconds and what a clock on the wall
 * shows. Local seconds count as if the place had no offset from UTC: 0 is 1970-01-01 00:00:00
 * there. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"

#define CIVIL_DAY 86400

struct civil {
    int64_t year;
    int month, day; /* from 1 */
    int hour, minute, second;
};

/* Days since 1970-01-01; month 1 to 12, day 1 to 31. Howard Hinnant, "chrono-Compatible Low-Level
 * Date Algorithms" (days_from_civil). Years within +-100,000,000. */
int64_t civil_days(int64_t year, int month, int day);
int64_t civil_seconds(const struct civil *civil);
void civil_of(int64_t seconds, struct civil *out);
int civil_month_days(int64_t year, int month);
int civil_weekday(int64_t days); /* 0: Sunday */
/* "2026-12-24 18:00", also with seconds and with "T" between. ERR_INVALID says what is wrong. */
int civil_parse(struct str text, int64_t *seconds, struct error *err);

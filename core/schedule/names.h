/* Names of a run's files: {date} {time} {job} {window_start} in a job's `to`. They are made of the
 * scheduled instant, in the job's zone: a run that is done again has the same. */
#pragma once

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "schedule/zone.h"

/* ERR_INVALID: an unknown one, with the nearest, or a bracket that stands alone. */
int names_check(const char *to, struct error *err);
/*   {date}          2026-05-04
 *   {time}          0700; 070015 where there are seconds, 0230+0100 in the second pass of an hour
 *                   that comes twice: no two instants of a zone get the same date and time
 *   {job}           the job's name
 *   {window_start}  2026-05-03T0700: the instant of the run before
 * All times in microseconds. ERR_NOMEM. */
int names_expand(const char *to, const char *job, const struct zone *zone, int64_t at_us,
                 int64_t window_start_us, struct buf *out, struct error *err);

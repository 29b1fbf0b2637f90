/* The jobs of an open desk, for commands that only look. */
#pragma once

#include "pipeline/desk.h"
#include "schedule/spec.h"

/* Of the desk.lua that serves; the desk is open for DESK_PLUGINS. Free with job_list_release. */
int jobs_of_desk(const struct desk *desk, struct job_list **out, struct error *err);

/* A moment that a person wrote, as microseconds: RFC 3339 with its offset, or a date, or a date and
 * a time of day in the job's zone. ERR_INVALID. */
int job_moment(const struct job_spec *job, struct str text, int64_t *us, struct error *err);

/* The instant of the job before `at_us` (microseconds): where the window of a first run begins.
 * at_us itself where there is none within a year. */
int64_t job_instant_before(const struct job_spec *spec, int64_t at_us);

/* What is said of a run, as JSON: commands print it, the control socket carries it. */
#pragma once

#include <jansson.h>

#include "schedule/schedule.h"

/* {"job", "at", "local", "state", "articles", "files", "after_seq", "upto_seq", "outputs", "error"}
 * NULL: out of memory. */
json_t *schedule_report_json(const struct schedule_report *report);

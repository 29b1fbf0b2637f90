/* What can be known of a job before it runs. */
#pragma once

#include "pipeline/lineup.h"
#include "schedule/spec.h"

/* Its plugin is there, takes its options and, as a task, runs on its events, its query can be
 * understood, and its files may go where `to` says. The plugin stays loaded. Not from callbacks.
 * ERR_NOTFOUND, ERR_INVALID, ERR_PLUGIN, ERR_DENIED with desk.lua's line and the job's name. */
int job_can_run(struct lineup *lineup, const struct job_spec *job, struct error *err);

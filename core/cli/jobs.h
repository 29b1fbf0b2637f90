/* What the commands of jobs share. */
#pragma once

#include "cli/common.h"
#include "schedule/jobs.h"

/* The job that the first operand names. Opens the desk for `use`. Reports a failure and gives its
 * exit code. */
struct jobs_work {
    struct desk *desk;
    struct job_list *list;
    const struct job_spec *job;
};
int jobs_open(const struct cli_args *args, enum desk_use use, struct jobs_work *out);
void jobs_close_at(struct jobs_work *work);
#define JOBS_AUTO __attribute__((cleanup(jobs_close_at)))

/* The moment that an option says; *us stays where it was not given. An exit code. */
int jobs_moment(const struct cli_args *args, const char *option, const struct job_spec *job,
                int64_t *us);
/* "2026-05-04 07:00 CEST" in the job's zone. */
void print_local(const struct zone *zone, int64_t us);

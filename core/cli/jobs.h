/* What the commands of jobs share. */
#pragma once

#include <jansson.h>

#include "base/clock.h"
#include "cli/common.h"
#include "schedule/jobs.h"
#include "schedule/report.h"
#include "store/store.h"

/* The job that the first operand names. Opens the desk for `use`. Reports a failure and gives its
 * exit code. */
struct jobs_work {
    struct desk *desk;
    struct job_list *list;
    const struct job_spec *job;
};
int jobs_open(const struct cli_args *args, enum desk_use use, struct jobs_work *out);
/* The same of a desk that is open. */
int jobs_find(const struct cli_args *args, struct jobs_work *out);
void jobs_close_at(struct jobs_work *work);
#define JOBS_AUTO __attribute__((cleanup(jobs_close_at)))

/* The moment that an option says; *us stays where it was not given. An exit code. */
int jobs_moment(const struct cli_args *args, const char *option, const struct job_spec *job,
                int64_t *us);
/* "2026-05-04 07:00 CEST" in the job's zone. */
void print_local(const struct zone *zone, int64_t us);

/* A command that acts on a job. */
struct jobs_act {
    struct jobs_work work;
    bool json, pause;
    int64_t at_us, to_us; /* --at or --from, --to */
    /* set by what is waited for */
    bool done;
    int code; /* exit code */
    uint64_t runs, failed, skipped;
};
/* Has act->done set, now or later. */
typedef int jobs_begin_fn(struct schedule *schedule, struct jobs_act *act, struct error *err);
/* The first operand is the job; the options at, from and to are read where they are given. The exit
 * code; a failure is reported. */
int jobs_act(const struct cli_args *args, jobs_begin_fn *begin, struct jobs_act *act);
/* A report of schedule/report.h, for a person or as JSON; counts it. */
void print_run(struct jobs_act *act, const json_t *report);
void report_run(const struct schedule_report *report, void *act); /* the same of the struct */
/* A run of the store as JSON; NULL: out of memory. */
json_t *run_to_json(const struct job_spec *job, const struct store_run *run);

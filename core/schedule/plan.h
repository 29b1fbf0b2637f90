/* What a run would do, without doing it. Needs no lock: it works beside a desk that runs. */
#pragma once

#include "schedule/jobs.h"

struct job_plan {
    int64_t at_us;
    bool there; /* the instant has its run: it would be done again */
    enum run_state state;
    int64_t after_seq, upto_seq;
    int64_t window_start_us;
    uint64_t articles;
    struct buf to; /* where its files would go; "" for a task without */
};

/* `at_us` 0: now. Free with job_plan_free. */
int job_plan(struct desk *desk, const struct job_spec *spec, int64_t at_us, struct job_plan *out,
             struct error *err);
void job_plan_free(struct job_plan *plan);

/* What commands and the control socket ask of the scheduler. */
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "schedule/jobs.h"
#include "schedule/schedule_parts.h"

#define SECOND_US INT64_C(1000000)

int schedule_moment(struct schedule *schedule, const char *name, struct str text, int64_t *us,
                    struct error *err)
{
    const struct job *job = schedule_find(schedule, name, err);
    return job ? job_moment(job->spec, text, us, err) : ERR_NOTFOUND;
}

int schedule_run(struct schedule *schedule, const char *name, int64_t at_us,
                 schedule_report_fn *report, void *data, struct error *err)
{
    struct job *job = schedule_find(schedule, name, err);
    const int64_t now_us = schedule_wall(schedule);
    if (!job)
        return ERR_NOTFOUND;
    if (schedule->quiet)
        return error_set(err, ERR_CANCELLED, "the desk is stopping");
    if (job->run && job->run->stage != STAGE_RETRY)
        return error_set(err, ERR_BUSY, "a run of %s is at work; try again when it is done", name);
    if (job->run) {
        /* it waits to be tried again: a person needs not wait */
        if (at_us && at_us != job->run->turn.at_us)
            return error_set(err, ERR_BUSY, "a run of %s waits to be tried again", name);
        at_us = job->run->turn.at_us;
        run_cancel(job->run);
    }
    if (at_us > now_us)
        return error_set(err, ERR_USAGE,
                         "that instant is yet to come; --dry-run shows what would be done");
    struct turn turn = {.at_us = at_us ? at_us : now_us - now_us % SECOND_US,
                        .cause = "hand",
                        .again = at_us ? RUN_AGAIN : RUN_ONCE,
                        .late = at_us != 0,
                        .anew = at_us == 0,
                        .report = report,
                        .data = data};
    if (turn.anew)
        job->last_at_us = turn.at_us;
    if (!job_add_turn(job, &turn))
        return error_set(err, ERR_NOMEM, "out of memory for a run");
    schedule_step(schedule);
    return 0;
}

/* ---- backfill ---- */

struct backfill {
    size_t left;
    int64_t upto_seq;
    struct job *job;
    schedule_report_fn *report;
    void (*end)(void *data);
    void *data;
};

/* The next one's range begins where this one's ended: each looks through its own part alone. */
static void filled(const struct schedule_report *report, void *data)
{
    struct backfill *backfill = data;
    if (backfill->job->turn_count > 0 && backfill->job->turns[0].data == backfill)
        backfill->job->turns[0].after_seq = report->upto_seq;
    backfill->report(report, backfill->data);
    if (--backfill->left > 0)
        return;
    const struct backfill all = *backfill;
    mem_free(backfill);
    all.end(all.data);
}

static int add_instants(struct job *job, int64_t from_us, int64_t to_us, struct backfill *backfill,
                        struct error *err)
{
    struct timing_next next;
    int64_t after = (from_us + SECOND_US - 1) / SECOND_US - 1;
    while (timing_next(&job->spec->timing, after, &next) && next.utc * SECOND_US < to_us) {
        const struct turn turn = {.at_us = next.utc * SECOND_US,
                                  .cause = "backfill",
                                  .late = true,
                                  .apart = true,
                                  .again = RUN_UNLESS_DONE,
                                  .report = filled,
                                  .data = backfill};
        if (backfill->left == LIMIT(RUNS_BACKFILLED))
            return error_set(err, ERR_LIMIT,
                             "more than %lu instants lie between (limit RUNS_BACKFILLED); do it in "
                             "parts",
                             LIMIT(RUNS_BACKFILLED));
        if (!job_add_turn(job, &turn))
            return error_set(err, ERR_NOMEM, "out of memory for a backfill");
        backfill->left++;
        after = next.utc;
    }
    return 0;
}

static void take_back(struct job *job, const struct backfill *backfill)
{
    size_t kept = 0;
    for (size_t i = 0; i < job->turn_count; i++)
        if (job->turns[i].data != backfill)
            job->turns[kept++] = job->turns[i];
    job->turn_count = kept;
}

int schedule_backfill(struct schedule *schedule, const char *name, int64_t from_us, int64_t to_us,
                      schedule_report_fn *report, void (*end)(void *data), void *data,
                      struct error *err)
{
    struct job *job = schedule_find(schedule, name, err);
    if (!job)
        return ERR_NOTFOUND;
    if (schedule->quiet)
        return error_set(err, ERR_CANCELLED, "the desk is stopping");
    if (job->spec->timing.kind == TIMING_NEVER)
        return error_set(err, ERR_USAGE, "%s runs on events; there are no times to make good",
                         name);
    if (to_us > schedule_wall(schedule))
        to_us = schedule_wall(schedule);
    struct backfill *backfill = mem_alloc(sizeof *backfill);
    if (!backfill)
        return error_set(err, ERR_NOMEM, "out of memory for a backfill");
    *backfill = (struct backfill){0, 0, job, report, end, data};
    const int code = add_instants(job, from_us, to_us, backfill, err);
    if (code < 0 || backfill->left == 0) {
        take_back(job, backfill);
        mem_free(backfill);
        if (code >= 0)
            end(data);
        return code;
    }
    schedule_step(schedule);
    return 0;
}

/* ---- pause ---- */

struct pausing {
    struct store_request request;
    struct store_schedule what;
    struct schedule *schedule;
    char name[JOB_NAME_SIZE];
    void (*done)(const struct error *error, void *data);
    void *data;
};

static void paused(struct store_request *request)
{
    struct pausing *pausing = request->data;
    struct schedule *schedule = pausing->schedule;
    const bool well = request->error.code == 0;
    struct job *job = schedule_find(schedule, pausing->name, NULL);
    if (well && job) {
        job->paused = pausing->what.job_op == SCHEDULE_PAUSE;
        job->failures = job->paused ? job->failures : 0;
    }
    schedule->pending--;
    pausing->done(well ? NULL : &request->error, pausing->data);
    mem_free(pausing);
    schedule_step(schedule);
    if (schedule->options.changed)
        schedule->options.changed(schedule->options.data);
}

int schedule_pause(struct schedule *schedule, const char *name, bool pause,
                   void (*done)(const struct error *error, void *data), void *data,
                   struct error *err)
{
    struct job *job = schedule_find(schedule, name, err);
    if (!job)
        return ERR_NOTFOUND;
    struct pausing *pausing = mem_zero(1, sizeof *pausing);
    if (!pausing)
        return error_set(err, ERR_NOMEM, "out of memory");
    pausing->schedule = schedule;
    pausing->done = done;
    pausing->data = data;
    memcpy(pausing->name, name, strlen(name) + 1);
    pausing->what = (struct store_schedule){
        .job_op = pause ? SCHEDULE_PAUSE : SCHEDULE_RESUME,
        .job = {.name = str_of(pausing->name), .paused_why = STR_LIT("by hand")},
        .now_us = schedule_wall(schedule)};
    pausing->request = (struct store_request){
        .op = STORE_JOB, .schedule = &pausing->what, .bytes = 500, .done = paused, .data = pausing};
    schedule->pending++;
    host_store(schedule->desk, &pausing->request);
    return 0;
}

/* ---- how jobs stand ---- */

static const char *what_runs(const struct job *job)
{
    if (!job->run)
        return NULL;
    return job->run->stage == STAGE_RETRY ? "waiting to try again" : "at work";
}

void schedule_each(struct schedule *schedule,
                   void (*each)(const struct schedule_state *state, void *data), void *data)
{
    const int64_t now_us = schedule_wall(schedule);
    for (struct job *job = schedule->jobs; job; job = job->next) {
        struct timing_next next;
        if (job->gone)
            continue;
        const bool some = timing_next(&job->spec->timing, now_us / SECOND_US, &next);
        const struct schedule_state state = {.name = job->spec->name,
                                             .paused = job->paused,
                                             .unwell = job->failures > 0,
                                             .running = what_runs(job),
                                             .running_at_us = job->run ? job->run->turn.at_us : 0,
                                             .next_us =
                                                 some && !job->paused ? next.utc * SECOND_US : 0,
                                             .last_error = job->last_error};
        each(&state, data);
    }
}

/* One run: stored, given its articles, done, recorded. Whatever fails on the way ends it as failed,
 * or lets it wait for another try; what cannot even be recorded (the disk is full) is done again
 * from the start a while later. */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "schedule/jobs.h"
#include "schedule/schedule_parts.h"

#define SECOND_US        INT64_C(1000000)
#define BACKOFF_FIRST_US (30 * SECOND_US)
#define BACKOFF_MOST_US  (3600 * SECOND_US)
#define STORE_RETRY_US   (60 * SECOND_US)
#define SECONDS_TRIED    60 /* for an instant of which only the about matters */

/* 30 s, 2 min, 8 min, 32 min, an hour */
int64_t run_backoff(int64_t tries)
{
    int64_t wait = BACKOFF_FIRST_US;
    for (; tries > 1 && wait < BACKOFF_MOST_US; tries--)
        wait *= 4;
    return wait < BACKOFF_MOST_US ? wait : BACKOFF_MOST_US;
}

static const char *at_text(const struct run *run, char text[CLOCK_TEXT_SIZE])
{
    return clock_format(run->turn.at_us, text);
}

/* ---- the end of it ---- */

static size_t split_outputs(struct run *run, const char **out, size_t max)
{
    size_t count = 0;
    for (char *at = run->outputs.at; at && *at && count < max;) {
        out[count++] = at;
        char *end = strchr(at, '\n');
        if (!end)
            break;
        *end = '\0';
        at = end + 1;
    }
    return count;
}

static void report(struct run *run, const char *state)
{
    const char *outputs[256];
    if (!run->turn.report)
        return;
    char local[ZONE_TEXT_SIZE];
    const size_t count = split_outputs(run, outputs, sizeof outputs / sizeof *outputs);
    const struct schedule_report said = {
        .job = run->spec->name,
        .at_us = run->turn.at_us,
        .local = zone_format(run->spec->timing.zone, run->turn.at_us / SECOND_US, local),
        .state = state,
        .articles = run->articles,
        .files = run->files,
        .after_seq = run->what.run.after_seq,
        .upto_seq = run->what.run.upto_seq,
        .outputs = outputs,
        .output_count = count,
        .error = run->error.code < 0 ? &run->error : NULL};
    run->turn.report(&said, run->turn.data);
}

static void leave_work(struct run *run)
{
    if (run->stage != STAGE_RETRY)
        run->schedule->at_work--;
}

static void run_free(struct run *run)
{
    struct schedule *schedule = run->schedule;
    leave_work(run);
    if (run->job->run == run)
        run->job->run = NULL;
    buf_free(&run->outputs);
    arena_free(run->arena);
    job_list_release(run->list);
    mem_free(run);
    schedule->pending--;
    schedule_step(schedule);
    if (schedule->options.changed)
        schedule->options.changed(schedule->options.data);
}

/* It stays, and is begun again when its time has come. */
static void wait_for_retry(struct run *run, int64_t wait_us)
{
    leave_work(run);
    run->stage = STAGE_RETRY;
    run->what.run.retry_us = schedule_wall(run->schedule) + wait_us;
    schedule_step(run->schedule);
}

static void store_failed(struct run *run, const struct error *error)
{
    char at[CLOCK_TEXT_SIZE];
    log_error("schedule", "%s: the run of %s cannot be recorded and is tried again: %s",
              run->spec->name, at_text(run, at), error->text);
    if (run->turn.report || run->schedule->closing) {
        run->error = *error;
        report(run, "failed");
        run_free(run); /* the store has it as running: the next process does it again */
    } else {
        wait_for_retry(run, STORE_RETRY_US);
    }
}

static void submit(struct run *run, enum run_op op, void (*done)(struct store_request *))
{
    run->what.run_op = op;
    run->what.now_us = schedule_wall(run->schedule);
    run->request = (struct store_request){.op = STORE_RUN,
                                          .schedule = &run->what,
                                          .bytes = 1000 + run->outputs.len,
                                          .done = done,
                                          .data = run};
    host_store(run->schedule->desk, &run->request);
}

static void tell_end(const struct run *run)
{
    char at[CLOCK_TEXT_SIZE];
    const char *name = run->spec->name;
    if (run->what.run.state == RUN_DONE)
        log_info("schedule", "%s: the run of %s is done: articles %llu, files %llu", name,
                 at_text(run, at), (unsigned long long)run->articles,
                 (unsigned long long)run->files);
    else if (run->what.run.state == RUN_WAITING)
        log_warn("schedule", "%s: the run of %s failed and is tried again in %lld s: %s", name,
                 at_text(run, at),
                 (long long)((run->what.run.retry_us - run->what.now_us) / SECOND_US),
                 run->error.text);
    else
        log_error("schedule", "%s: the run of %s failed: %s%s", name, at_text(run, at),
                  run->error.text, run->what.paused ? "\nthe job is paused from now on" : "");
}

static void keep_error(struct job *job, const struct error *error)
{
    const struct str text = str_of(error->text);
    const size_t len = utf8_cut(text, sizeof job->last_error - 1);
    memcpy(job->last_error, text.at, len);
    job->last_error[len] = '\0';
}

static void ended(struct store_request *request)
{
    struct run *run = request->data;
    struct job *job = run->job;
    if (request->error.code < 0) {
        store_failed(run, &request->error);
        return;
    }
    const enum run_state state = run->what.run.state;
    keep_error(job, &run->error);
    if (!run->turn.report)
        tell_end(run);
    if (state == RUN_WAITING) {
        const int64_t now_us = schedule_wall(run->schedule);
        wait_for_retry(run, run->what.run.retry_us - now_us);
        return;
    }
    job->failures = state == RUN_DONE ? 0 : job->failures + 1;
    if (!run->what.quiet || state == RUN_DONE) /* there may be more than one run was given; what
                                                  failed waits for further news */
        schedule_news(run->schedule, state == RUN_DONE ? NULL : job);
    job->paused = job->paused || run->what.paused;
    report(run, run_state_names[state]);
    run_free(run);
}

static void end_run(struct run *run)
{
    struct store_run *stored = &run->what.run;
    const bool failed = run->error.code < 0;
    if (failed && run->schedule->closing) {
        report(run, "failed");
        run_free(run); /* the store has it as running */
        return;
    }
    if (run->timed_out)
        error_set(&run->error, ERR_TIMEOUT, "it took longer than its timeout of %lld s",
                  (long long)(run->spec->timeout_us / SECOND_US));
    stored->state = failed ? RUN_FAILED : RUN_DONE;
    stored->retry_us = 0;
    if (failed && !run->turn.report && stored->tries <= (int64_t)run->spec->retry) {
        stored->state = RUN_WAITING;
        stored->retry_us = schedule_wall(run->schedule) + run_backoff(stored->tries);
    }
    stored->error = str_of(run->error.text);
    stored->outputs = buf_view(&run->outputs);
    stored->articles = (int64_t)run->articles;
    stored->files = (int64_t)run->files;
    run->stage = STAGE_ENDING;
    run->what.pause_after = run->spec->pause_after;
    /* what runs on the end of others tells of no end: two such jobs would go on for ever */
    run->what.quiet = (run->what.events & (STORE_EVENT_DONE | STORE_EVENT_FAILED)) != 0;
    submit(run, RUN_END, ended);
}

/* ---- its beginning ---- */

static void collected(struct run *run)
{
    if (run->error.code < 0 || run->schedule->closing) {
        if (run->error.code == 0)
            error_set(&run->error, ERR_CANCELLED, "the desk is stopping");
        end_run(run);
        return;
    }
    run->stage = STAGE_WORK;
    run_do(run, end_run);
}

static void begin_again(struct run *run);

/* 0: it goes on. Nothing to do is no failure. */
static bool has_begun(struct run *run, const struct error *error)
{
    if (error->code == 0)
        return true;
    if (error->code == ERR_EXISTS && run->turn.anew && run->moved < SECONDS_TRIED) {
        run->moved++;
        run->turn.at_us += SECOND_US;
        begin_again(run);
        return false;
    }
    if (error->code != ERR_EXISTS && error->code != ERR_NOTFOUND) {
        store_failed(run, error);
        return false;
    }
    run->error = *error;
    report(run, "skipped");
    run_free(run);
    return false;
}

static void begun(struct store_request *request)
{
    struct run *run = request->data;
    if (!has_begun(run, &request->error))
        return;
    run->job->last_at_us = run->turn.at_us;
    if (run->spec->timeout_us)
        run->timeout_us = schedule_mono(run->schedule) + run->spec->timeout_us;
    run->stage = STAGE_INPUTS;
    if (run->schedule->options.changed)
        run->schedule->options.changed(run->schedule->options.data);
    if (run->spec->task || run->what.run.inputs)
        collected(run);
    else
        run_collect(run, collected);
    schedule_step(run->schedule); /* its timeout */
}

static void begin_again(struct run *run)
{
    const struct turn *turn = &run->turn;
    const int64_t id = run->what.run.id;
    run->stage = STAGE_STORE;
    run->error = (struct error){0};
    run->timed_out = false;
    run->timeout_us = 0;
    run->what = (struct store_schedule){
        .run = {.id = id,
                .job = str_of(run->spec->name),
                .at_us = turn->at_us,
                .cause = str_of(turn->cause),
                .after_seq = turn->after_seq,
                .window_start_us = job_instant_before(run->spec, turn->at_us)},
        .events = run->spec->events,
        .needs_news = strcmp(turn->cause, "event") == 0,
        .again = turn->again,
        .all = run->spec->all,
        .see = strcmp(turn->cause, "schedule") == 0 || strcmp(turn->cause, "catchup") == 0,
        .by_time = turn->late,
        .apart = turn->apart,
    };
    submit(run, RUN_BEGIN, begun);
}

bool run_begin(struct job *job)
{
    struct run *run = mem_zero(1, sizeof *run);
    struct arena *arena = run ? arena_new(LIMIT(STATE_BYTES)) : NULL;
    if (!arena) {
        mem_free(run);
        return false;
    }
    run->schedule = job->schedule;
    run->job = job;
    run->arena = arena;
    run->list = job_list_hold(job->list);
    run->spec = job->spec;
    run->turn = job->turns[0];
    memmove(job->turns, job->turns + 1, --job->turn_count * sizeof *job->turns);
    job->run = run;
    run->schedule->at_work++;
    run->schedule->pending++;
    begin_again(run);
    return true;
}

void run_retry(struct run *run)
{
    run->schedule->at_work++;
    arena_clear(run->arena);
    begin_again(run);
}

void run_cancel(struct run *run)
{
    if (run->export)
        export_cancel(run->export);
    if (run->task)
        run_task_cancel(run);
    if (run->stage == STAGE_RETRY)
        run_free(run);
}

/* One look at the clock: what has come due, whose turn it is, when to look again. */
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/log.h"
#include "schedule/schedule_parts.h"

#define MS_US          INT64_C(1000)
#define SECOND_US      INT64_C(1000000)
#define DEBOUNCES_MOST 10 /* news that goes on and on is not waited for longer than that */

/* ---- what is stored of a job ---- */

struct job_write {
    struct store_request request;
    struct store_schedule what;
    struct job *job;
};

static void job_stored(struct store_request *request)
{
    struct job_write *write = request->data;
    struct job *job = write->job;
    struct schedule *schedule = job->schedule;
    const struct store_job *stored = &write->what.job;
    job->writes--;
    schedule->pending--;
    if (request->error.code < 0) {
        log_error("schedule", "%s: %s", job->spec->name, request->error.text);
    } else if (request->op == STORE_JOB && write->what.job_op == SCHEDULE_KNOW) {
        job->known = true;
        job->paused = stored->paused_us != 0;
        job->failures = stored->failures;
        job->due = (struct due_state){.seen_us = stored->seen_us};
    }
    mem_free(write);
    schedule_step(schedule);
}

/* Without memory nothing is written: what is not seen is due again. */
static void store_job(struct job *job, enum store_op op, const struct store_schedule *what)
{
    struct schedule *schedule = job->schedule;
    struct job_write *write = mem_zero(1, sizeof *write);
    if (!write) {
        log_error("schedule", "%s: out of memory", job->spec->name);
        return;
    }
    write->job = job;
    write->what = *what;
    write->what.now_us = schedule_wall(schedule);
    write->request = (struct store_request){
        .op = op, .schedule = &write->what, .bytes = 500, .done = job_stored, .data = write};
    job->writes++;
    schedule->pending++;
    host_store(schedule->desk, &write->request);
}

void job_know(struct job *job)
{
    const struct store_schedule what = {
        .job_op = SCHEDULE_KNOW,
        .job = {.name = str_of(job->spec->name), .mark = job->spec->mark},
        .events = job->spec->events,
        .run.at_us = schedule_wall(job->schedule)};
    store_job(job, STORE_JOB, &what);
}

/* Instants that come to nothing are seen all the same. */
static void see(struct job *job)
{
    const struct store_schedule what = {
        .job_op = SCHEDULE_SEE, .job.name = str_of(job->spec->name), .run.at_us = job->due.seen_us};
    store_job(job, STORE_JOB, &what);
}

static void put_off(struct job *job, const struct turn *turn, enum run_op op, enum run_state state,
                    const char *why)
{
    const struct store_schedule what = {.run_op = op,
                                        .see = true,
                                        .run = {.job = str_of(job->spec->name),
                                                .at_us = turn->at_us,
                                                .cause = str_of(turn->cause),
                                                .state = state,
                                                .error = str_of(why)}};
    store_job(job, STORE_RUN, &what);
}

/* ---- what has come due ---- */

static void tell_missed(const struct job *job, const struct due_list *due)
{
    static const char *const what[] = {[DUE_LAST] = "last", [DUE_ALL] = "all", [DUE_NONE] = "none"};
    log_warn("schedule", "%s: %llu%s times were missed and stay so (catchup = \"%s\")",
             job->spec->name, (unsigned long long)due->missed, due->more_missed ? " and more" : "",
             what[job->spec->due.catchup]);
}

static void add_due(struct job *job, const struct due_list *due)
{
    const bool busy = job->run != NULL || job->turn_count > 0;
    for (size_t i = 0; i < due->count; i++) {
        const struct turn turn = {.at_us = due->at[i].at_us,
                                  .cause = due->at[i].late ? "catchup" : "schedule",
                                  .late = due->at[i].late};
        const bool room = job->turn_count < LIMIT(RUNS_QUEUED);
        if (!due->at[i].late && busy && !(job->spec->queued && room)) {
            put_off(job, &turn, RUN_SKIP, RUN_SKIPPED,
                    room ? "another run of the job was at work (overlap = \"skip\")"
                         : "too many runs of the job wait (limit RUNS_QUEUED)");
            log_warn("schedule", "%s: a run is skipped: another one is at work", job->spec->name);
        } else if (job_add_turn(job, &turn) && busy && !due->at[i].late) {
            put_off(job, &turn, RUN_QUEUE, RUN_WAITING, "");
        }
    }
}

static void look_at_clock(struct job *job, int64_t now_us)
{
    struct due_list due;
    due_look(&job->spec->timing, &job->spec->due, &job->due, now_us, &due);
    if (!job->paused && (due.missed || due.more_missed))
        tell_missed(job, &due);
    if (!job->paused && due.count > 0)
        add_due(job, &due);
    else if (due.missed || due.count)
        see(job);
}

static bool debounced(const struct job *job, int64_t mono_us)
{
    const int64_t wait = job->spec->debounce_us;
    return job->news_us && (mono_us >= job->news_us + wait ||
                            mono_us >= job->first_news_us + DEBOUNCES_MOST * wait);
}

/* One run for all that has happened by now. */
static void look_at_news(struct job *job, int64_t now_us)
{
    if (!debounced(job, schedule_mono(job->schedule)) || job->run || job->turn_count > 0 ||
        job->paused)
        return;
    job->news_us = job->first_news_us = 0;
    const int64_t at_us = now_us - now_us % SECOND_US;
    const struct turn turn = {.at_us =
                                  at_us > job->last_at_us ? at_us : job->last_at_us + SECOND_US,
                              .cause = "event",
                              .anew = true};
    (void)job_add_turn(job, &turn);
}

/* A request of a job stands alone: what is due waits until it is answered. */
static void look_at_job(struct job *job, int64_t now_us)
{
    const bool timed = job->spec->timing.kind != TIMING_NEVER;
    if (job->gone || job->writes)
        return;
    if (!job->known) {
        job_know(job);
        return;
    }
    if (job->schedule->options.passive || job->schedule->quiet)
        return;
    if (timed)
        look_at_clock(job, now_us);
    else
        look_at_news(job, now_us);
}

/* ---- whose turn it is ---- */

static bool past_deadline(const struct job *job, const struct turn *turn, int64_t now_us)
{
    return job->spec->deadline_us && !turn->report && !turn->begun &&
           strcmp(turn->cause, "event") != 0 &&
           now_us > turn->at_us + job->spec->due.jitter_us + job->spec->deadline_us;
}

static void drop_turn(struct job *job)
{
    const struct turn turn = job->turns[0];
    const struct error why = {ERR_TIMEOUT, "it could not begin within its deadline"};
    memmove(job->turns, job->turns + 1, --job->turn_count * sizeof *job->turns);
    log_warn("schedule", "%s: a run is missed: %s", job->spec->name, why.text);
    put_off(job, &turn, RUN_SKIP, RUN_MISSED, why.text);
}

static struct job *next_turn(struct schedule *schedule)
{
    struct job *found = NULL;
    for (struct job *job = schedule->jobs; job; job = job->next)
        if (job->turn_count > 0 && !job->run && job->known && !job->writes &&
            (!job->paused || job->turns[0].report) &&
            (!found || job->turns[0].at_us < found->turns[0].at_us))
            found = job;
    return found;
}

static void begin_turns(struct schedule *schedule, int64_t now_us)
{
    struct job *job;
    while (!schedule->quiet && schedule->at_work < LIMIT(RUNS_AT_ONCE) &&
           (job = next_turn(schedule)) != NULL) {
        if (past_deadline(job, &job->turns[0], now_us))
            drop_turn(job);
        else if (!run_begin(job))
            return; /* no memory: at the next look */
    }
}

static void look_at_runs(struct schedule *schedule, int64_t now_us)
{
    const int64_t mono_us = schedule_mono(schedule);
    for (struct job *job = schedule->jobs; job; job = job->next) {
        struct run *run = job->run;
        if (!run)
            continue;
        if (run->stage == STAGE_RETRY && now_us >= run->what.run.retry_us && !schedule->quiet &&
            schedule->at_work < LIMIT(RUNS_AT_ONCE))
            run_retry(run);
        else if (run->timeout_us && mono_us >= run->timeout_us && run->stage == STAGE_WORK &&
                 !run->timed_out) {
            run->timed_out = true;
            run_cancel(run);
        }
    }
}

/* ---- when to look again ---- */

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* What cannot go on yet, because runs or requests are at work, is looked at when they end. */
static int64_t job_wait(struct job *job, int64_t now_us, int64_t mono_us)
{
    const struct run *run = job->run;
    const struct job_spec *spec = job->spec;
    int64_t wait = (int64_t)LIMIT(SCHEDULE_TICK_MS) * MS_US;
    if (run && run->stage == STAGE_RETRY && run->what.run.retry_us > now_us)
        wait = least(wait, run->what.run.retry_us - now_us);
    if (run && run->timeout_us > mono_us)
        wait = least(wait, run->timeout_us - mono_us);
    if (job->schedule->options.passive || job->schedule->quiet || !job->known || job->writes)
        return wait;
    if (job->news_us && !run && job->turn_count == 0 && !job->paused)
        wait = least(wait, least(job->news_us + spec->debounce_us,
                                 job->first_news_us + DEBOUNCES_MOST * spec->debounce_us) -
                               mono_us);
    return spec->timing.kind == TIMING_NEVER
               ? wait
               : least(wait, due_wait(&spec->timing, &spec->due, &job->due, now_us));
}

int64_t look_wait(struct schedule *schedule, int64_t now_us)
{
    const int64_t mono_us = schedule_mono(schedule);
    int64_t wait = (int64_t)LIMIT(SCHEDULE_TICK_MS) * MS_US;
    for (struct job *job = schedule->jobs; job; job = job->next)
        if (!job->gone)
            wait = least(wait, job_wait(job, now_us, mono_us));
    return wait;
}

void look_at_all(struct schedule *schedule, int64_t now_us)
{
    for (struct job *job = schedule->jobs; job; job = job->next)
        look_at_job(job, now_us);
    look_at_runs(schedule, now_us);
    begin_turns(schedule, now_us);
}

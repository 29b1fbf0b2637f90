/* The life of the scheduler: its jobs, its timer, its beginning and its end. */
#include "schedule/schedule.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "schedule/jobs.h"
#include "schedule/schedule_parts.h"

#define MS_US INT64_C(1000)

int64_t schedule_wall(const struct schedule *schedule)
{
    const struct schedule_clock *clock = schedule->options.clock;
    return clock ? clock->wall_us(clock->data) : clock_wall_us();
}

int64_t schedule_mono(const struct schedule *schedule)
{
    const struct schedule_clock *clock = schedule->options.clock;
    return clock ? clock->mono_us(clock->data) : clock_mono_us();
}

/* ---- jobs ---- */

static void job_free(struct job *job)
{
    job_list_release(job->list);
    mem_free(job->turns);
    mem_free(job);
}

static bool is_idle(const struct job *job)
{
    return !job->run && job->turn_count == 0 && job->writes == 0;
}

/* Those that desk.lua has no more and that are at nothing. */
static void sweep_jobs(struct schedule *schedule)
{
    for (struct job **at = &schedule->jobs; *at;) {
        struct job *job = *at;
        if (!job->gone || !is_idle(job)) {
            at = &job->next;
            continue;
        }
        *at = job->next;
        job_free(job);
    }
}

bool job_add_turn(struct job *job, const struct turn *turn)
{
    if (job->turn_count == job->turn_room) {
        const size_t room = job->turn_room ? job->turn_room * 2 : 8;
        struct turn *turns = mem_resize_array(job->turns, room, sizeof *turns);
        if (!turns)
            return false;
        job->turns = turns;
        job->turn_room = room;
    }
    size_t at = job->turn_count++;
    for (; at > 0 && job->turns[at - 1].at_us > turn->at_us; at--)
        job->turns[at] = job->turns[at - 1];
    job->turns[at] = *turn;
    return true;
}

/* Who asked for runs that will not begin is told so. */
static void drop_turns(struct schedule *schedule)
{
    const struct error why = {ERR_CANCELLED, "the desk is stopping"};
    for (struct job *job = schedule->jobs; job; job = job->next)
        while (job->turn_count > 0) {
            const struct turn turn = job->turns[--job->turn_count];
            char local[ZONE_TEXT_SIZE];
            const struct schedule_report said = {
                .job = job->spec->name,
                .at_us = turn.at_us,
                .local = zone_format(job->spec->timing.zone, turn.at_us / 1000000, local),
                .state = "skipped",
                .error = &why};
            if (turn.report)
                turn.report(&said, turn.data);
        }
}

struct job *schedule_find(struct schedule *schedule, const char *name, struct error *err)
{
    struct job_list *list = NULL;
    const struct job_spec *spec = NULL;
    for (struct job *job = schedule->jobs; job; job = job->next)
        if (!job->gone && strcmp(job->spec->name, name) == 0)
            return job;
    for (struct job *job = schedule->jobs; job && !list; job = job->next)
        list = job->gone ? NULL : job->list;
    static struct job_list none;
    (void)job_list_find(list ? list : &none, name, &spec, err);
    return NULL;
}

/* ---- the timer ---- */

static void on_timer(uv_timer_t *timer)
{
    schedule_step(timer->data);
}

/* Rounded up, and never at once: what cannot go on yet must not spin. */
static void arm(struct schedule *schedule, int64_t now_us)
{
    const int64_t wait = look_wait(schedule, now_us);
    uv_timer_start(&schedule->timer, on_timer,
                   wait > MS_US ? (uint64_t)((wait + MS_US - 1) / MS_US) : 1, 0);
}

/* ---- the end ---- */

static void on_closed(uv_handle_t *handle)
{
    struct schedule *schedule = handle->data;
    void (*closed)(void *data) = schedule->closed;
    void *data = schedule->closed_data;
    while (schedule->jobs) {
        struct job *job = schedule->jobs;
        schedule->jobs = job->next;
        job_free(job);
    }
    mem_free(schedule);
    if (closed)
        closed(data);
}

static void close_when_idle(struct schedule *schedule)
{
    if (schedule->pending == 0 && !uv_is_closing((uv_handle_t *)&schedule->timer))
        uv_close((uv_handle_t *)&schedule->timer, on_closed);
}

static void tell_quiesced(struct schedule *schedule)
{
    void (*quiesced)(void *data) = schedule->quiesced;
    if (!quiesced || schedule->at_work > 0)
        return;
    schedule->quiesced = NULL;
    quiesced(schedule->quiesced_data);
}

void schedule_look(struct schedule *schedule)
{
    const int64_t now_us = schedule_wall(schedule);
    if (schedule->closing) {
        close_when_idle(schedule);
        return;
    }
    sweep_jobs(schedule);
    look_at_all(schedule, now_us);
    arm(schedule, now_us);
    tell_quiesced(schedule);
}

static void step(void *data)
{
    struct schedule *schedule = data;
    schedule->stepping = false;
    schedule->pending--;
    schedule_look(schedule);
}

void schedule_step(struct schedule *schedule)
{
    if (schedule->stepping)
        return;
    schedule->stepping = true;
    schedule->pending++;
    schedule->step = (struct host_later){.run = step, .data = schedule};
    host_later(schedule->desk, &schedule->step);
}

void schedule_quiesce(struct schedule *schedule, void (*done)(void *data), void *data)
{
    schedule->quiet = true;
    drop_turns(schedule);
    schedule->quiesced = done;
    schedule->quiesced_data = data;
    schedule_step(schedule);
}

void schedule_close(struct schedule *schedule, void (*closed)(void *data), void *data)
{
    if (!schedule) {
        if (closed)
            closed(data);
        return;
    }
    schedule->desk->news = NULL;
    schedule->closing = schedule->quiet = true;
    drop_turns(schedule);
    schedule->quiesced = NULL;
    schedule->closed = closed;
    schedule->closed_data = data;
    for (struct job *job = schedule->jobs; job; job = job->next)
        if (job->run)
            run_cancel(job->run);
    schedule_step(schedule);
}

/* ---- the beginning ---- */

void schedule_news(struct schedule *schedule, const struct job *but)
{
    const int64_t mono_us = schedule_mono(schedule);
    bool some = false;
    for (struct job *job = schedule->jobs; job; job = job->next) {
        if (!job->spec->events || job == but)
            continue;
        some = true;
        job->news_us = mono_us;
        if (!job->first_news_us)
            job->first_news_us = mono_us;
    }
    if (some)
        schedule_step(schedule);
}

static void on_news(void *data)
{
    schedule_news(data, NULL);
}

static struct job *add_job(struct schedule *schedule, struct job_list *list,
                           const struct job_spec *spec, struct error *err)
{
    struct job *job = mem_zero(1, sizeof *job);
    if (!job) {
        error_set(err, ERR_NOMEM, "out of memory for the jobs of desk.lua");
        return NULL;
    }
    job->schedule = schedule;
    job->list = job_list_hold(list);
    job->spec = spec;
    job->next = schedule->jobs;
    schedule->jobs = job;
    return job;
}

static struct job *known_job(struct schedule *schedule, const char *name)
{
    for (struct job *job = schedule->jobs; job; job = job->next)
        if (strcmp(job->spec->name, name) == 0)
            return job;
    return NULL;
}

/* All or none: memory for new jobs is there before old ones change. */
static int take_list(struct schedule *schedule, struct job_list *list, struct error *err)
{
    for (size_t i = 0; i < list->count; i++)
        if (!known_job(schedule, list->at[i].name) && !add_job(schedule, list, &list->at[i], err))
            return err->code;
    for (struct job *job = schedule->jobs; job; job = job->next) {
        const struct job_spec *spec = NULL;
        job->gone = job_list_find(list, job->spec->name, &spec, NULL) < 0;
        if (job->gone) {
            job->turn_count = 0;
            continue;
        }
        (void)job_list_hold(list);
        job_list_release(job->list);
        job->list = list;
        job->spec = spec;
        job->known = false; /* its times may have changed */
    }
    return 0;
}

static void know_jobs(struct schedule *schedule)
{
    for (struct job *job = schedule->jobs; job; job = job->next)
        if (!job->gone && !job->known)
            job_know(job);
}

static int read_jobs(struct schedule *schedule, struct error *err)
{
    struct job_list *list = NULL;
    int code = jobs_of_desk(schedule->desk, &list, err);
    if (code >= 0)
        code = take_list(schedule, list, err);
    job_list_release(list);
    return code;
}

int schedule_reload(struct schedule *schedule, struct error *err)
{
    const int code = read_jobs(schedule, err);
    if (code < 0)
        return code;
    know_jobs(schedule);
    schedule_step(schedule);
    return 0;
}

/* As a literal. */
static const char *cause_of(struct str text)
{
    static const char *const causes[] = {"catchup", "hand", "backfill", "event"};
    for (size_t i = 0; i < sizeof causes / sizeof *causes; i++)
        if (str_is(text, causes[i]))
            return causes[i];
    return "schedule";
}

/* What an earlier process left: at its turn it goes on with what is stored. */
static int take_left(const struct store_run *run, void *data)
{
    struct schedule *schedule = data;
    char name[JOB_NAME_SIZE];
    snprintf(name, sizeof name, STR_FMT, STR_ARG(run->job));
    struct job *job = known_job(schedule, name);
    const struct turn turn = {.at_us = run->at_us,
                              .cause = cause_of(run->cause),
                              .begun = run->ranged,
                              .late = !run->ranged};
    if (job)
        (void)job_add_turn(job, &turn);
    return 0;
}

static int read_left(struct schedule *schedule, struct error *err)
{
    struct store_reader *reader = NULL;
    const struct store_runs which = {.open = true, .max = LIMIT(RUNS_QUEUED) * LIMIT(JOBS)};
    int code = desk_reader(schedule->desk, false, &reader, err);
    if (code >= 0)
        code = store_read_runs(reader, &which, take_left, schedule, err);
    store_reader_close(reader);
    return code;
}

int schedule_open(const struct schedule_options *options, struct schedule **out, struct error *err)
{
    struct schedule *schedule = mem_zero(1, sizeof *schedule);
    if (!schedule)
        return error_set(err, ERR_NOMEM, "out of memory for the jobs of desk.lua");
    schedule->desk = options->desk;
    schedule->options = *options;
    uv_timer_init(&schedule->desk->loop, &schedule->timer); /* cannot fail */
    schedule->timer.data = schedule;
    int code = read_jobs(schedule, err);
    if (code >= 0 && !options->passive)
        code = read_left(schedule, err);
    if (code < 0) {
        uv_close((uv_handle_t *)&schedule->timer, on_closed);
        return code;
    }
    know_jobs(schedule);
    if (!options->passive) {
        schedule->desk->news = on_news;
        schedule->desk->news_data = schedule;
        schedule_news(schedule, NULL); /* what came while no desk was running */
    }
    schedule_step(schedule);
    *out = schedule;
    return 0;
}

#include "live/live.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "live/parts.h"

/* ---- the end ---- */

static void inflow_closed(void *data)
{
    struct live *live = data;
    live->inflow = NULL;
    live_part_gone(live, LIVE_INFLOW);
}

static void control_closed(void *data)
{
    live_part_gone(data, LIVE_CONTROL);
}

static bool is_open(const struct live *live, enum live_part below)
{
    for (size_t i = 0; i < below; i++)
        if (live->open[i])
            return true;
    return false;
}

void live_part_gone(struct live *live, enum live_part part)
{
    live->open[part] = false;
    if (part != LIVE_CONTROL && !is_open(live, LIVE_CONTROL))
        control_close(live->control, control_closed, live);
    live->ended = !is_open(live, LIVE_PARTS);
}

static void on_bound(uv_timer_t *timer)
{
    struct live *live = timer->data;
    if (!live->hurried)
        log_warn("run",
                 "what is in the workers takes longer than %lu ms (limit LIVE_STOP_MS); it "
                 "waits for the next start",
                 LIMIT(LIVE_STOP_MS));
    live_watch_close(live);
    live_schedule_close(live);
    if (live->inflow)
        inflow_abandon(live->inflow);
    lineup_end_workers(live->desk);
}

void live_stop(struct live *live, bool now)
{
    if (live->stopping)
        return;
    live->stopping = true;
    live->hurried = now;
    notify_stopping(live->notify);
    uv_timer_start(&live->bound, on_bound, now ? 0 : LIMIT(LIVE_STOP_MS), 0);
    if (live->reload.next)
        lineup_end(live->reload.next); /* the end does not wait for its tests */
    live_keep_stop(live);
    live_watch_stop(live);
    live_schedule_stop(live);
    live_commands_end(&live->commands);
    inflow_close(live->inflow, inflow_closed, live);
}

/* ---- the beginning ---- */

static int locked(struct desk *desk, void *data, struct error *err)
{
    struct live *live = data;
    live->desk = desk;
    const int code = live_signals_open(live, err);
    if (code < 0)
        return code;
    return control_open(&desk->loop, desk_store_folder(desk), &live->control, err);
}

static void set_true(void *data)
{
    *(bool *)data = true;
}

/* Also when it could not be opened as a whole. */
static void give_up(struct desk *desk, void *data)
{
    struct live *live = data;
    bool gone = false;
    if (live->watch) {
        watch_close(live->watch, set_true, &gone);
        live->watch = NULL;
        host_wait(desk, &gone);
    }
    gone = false;
    if (live->schedule) {
        schedule_close(live->schedule, set_true, &gone);
        live->schedule = NULL;
        host_wait(desk, &gone);
    }
    gone = false;
    if (live->inflow) {
        inflow_close(live->inflow, set_true, &gone);
        host_wait(desk, &gone);
    }
    gone = false;
    if (live->control) {
        control_close(live->control, set_true, &gone);
        host_wait(desk, &gone);
    }
    live_keep_close(live);
    live_signals_close(live);
}

static void stop_asked(bool now, void *data)
{
    log_info("run", "copydesk stop%s: the desk ends", now ? " --now" : "");
    live_stop(data, now);
}

static json_t *status_asked(void *data)
{
    return live_status(data);
}

static void retried(void *data)
{
    struct live *live = data;
    if (live->watch)
        watch_review(live->watch);
}

/* Commands that wait at the socket are heard once all that they may ask for is there. */
static int hear_commands(struct live *live, struct error *err)
{
    live->commands = (struct live_commands){
        .desk = live->desk,
        .server = live->control,
        .reload = live_reload_call,
        .stop = stop_asked,
        .status = status_asked,
        .retried = retried,
        .data = live,
    };
    int code = live_commands_register(&live->commands, err);
    if (code >= 0)
        code = live_take_spool(live->desk, err);
    return code < 0 ? code : control_start(live->control, err);
}

static int open_parts(struct live *live, struct error *err)
{
    int code = notify_open(&live->desk->loop, &live->notify, err);
    if (code >= 0)
        code = live_take_open(live, err);
    if (code >= 0)
        code = live_watch_open(live, err);
    if (code >= 0)
        code = live_schedule_open(live, err);
    if (code >= 0)
        live_notice_open(live);
    if (code >= 0)
        code = live_keep_open(live, err);
    if (code >= 0)
        code = hear_commands(live, err);
    live->open[LIVE_CONTROL] = code >= 0;
    return code;
}

static void begin(struct live *live)
{
    const struct lineup *lineup = live->desk->lineup;
    log_info("run", "the desk in %s runs (process %ld, %u workers)", desk_folder(live->desk),
             (long)getpid(), pool_workers(lineup->pool));
    if (live_check_jobs(live->desk->lineup, &live->broken_job) < 0)
        log_error("run", "%s; the job fails until this is mended", live->broken_job.text);
    live_manager_ready(live);
    live_manager_open(live);
    live_place_open(live);
    live->running = true;
    live->begun_us = clock_wall_us();
    if (live->early)
        live_stop(live, false);
}

int live_run(const struct live_options *options, struct error *err)
{
    struct live live = {0};
    live_reload_open(&live);
    const struct desk_options desk_options = {
        .dir = options->dir,
        .use = DESK_WRITE,
        .workers = options->workers,
        .locked = locked,
        .given_up = give_up,
        .data = &live,
    };
    struct desk *desk = NULL;
    int code = desk_open(&desk_options, &desk, err);
    if (code < 0)
        return code;
    code = open_parts(&live, err);
    if (code >= 0) {
        begin(&live);
        while (!live.ended)
            host_turn(desk);
        log_info("run", "the desk has ended");
        if (live.lost.code < 0) {
            *err = live.lost;
            code = err->code;
        }
    } else {
        give_up(desk, &live);
    }
    live_notice_close(&live);
    live_keep_close(&live);
    live_manager_close(&live);
    live_place_close(&live);
    live_signals_close(&live);
    notify_close(live.notify);
    desk_close(desk);
    return code < 0 ? code : 0;
}

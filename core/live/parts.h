/* What the files of live/ share; nobody else includes this. */
#pragma once

#include <uv.h>

#include "control/notify.h"
#include "control/server.h"
#include "live/commands.h"
#include "live/live.h"
#include "live/notice.h"
#include "live/reload.h"
#include "pipeline/host.h"
#include "pipeline/inflow.h"
#include "schedule/schedule.h"
#include "watch/watch.h"

/* Parts that are waited for at the end; control is the last to go, so that commands that wait for
 * what is at work are answered. */
enum live_part { LIVE_INFLOW, LIVE_WATCH, LIVE_SCHEDULE, LIVE_KEEPING, LIVE_CONTROL, LIVE_PARTS };

struct live {
    struct desk *desk;
    struct control_server *control;
    struct notify *notify;
    struct inflow *inflow;
    struct watch *watch;
    struct live_reload reload;
    struct live_notice notice;
    struct schedule *schedule;
    uv_signal_t terminate, interrupt, hangup;
    uv_timer_t bound; /* how long the end may take */
    bool handles;     /* these are open */
    uv_timer_t keep_timer;
    struct keep *keep;              /* at work */
    struct config_keep keep_spans;  /* of the one at work */
    struct control_call *keep_call; /* who asked for it; NULL: the timer did */
    bool keep_timed, keeping_ends;
    bool running; /* all of it is open */
    bool early;   /* told to end before that */
    bool stopping, ended;
    bool hurried; /* the end does not wait for workers */
    bool open[LIVE_PARTS];
    struct live_commands commands;
    uv_timer_t manager_timer;
    bool manager_timed;
    struct buf manager_said;
    int64_t begun_us; /* wall */
    uv_timer_t place_timer;
    bool place_timed;
    uint64_t lost_ms;  /* uv_now when its lock or socket was first missed; 0: they are there */
    struct error lost; /* code set: the desk ends, since they did not come back */
    struct error broken_job; /* code set: of desk.lua as it serves, found at start */
};

/* live.c: begins to end the desk; `now`: workers are not waited for. */
void live_stop(struct live *live, bool now);
void live_part_gone(struct live *live, enum live_part part);

/* signals.c */
int live_signals_open(struct live *live, struct error *err);
void live_signals_close(struct live *live);

/* manager.c: its status for the service manager, each MANAGER_STATUS_MS; nothing without one */
void live_manager_open(struct live *live);
void live_manager_ready(struct live *live);
void live_manager_close(struct live *live);

/* place.c: ends a desk that nobody can reach any more, and that another one could run beside */
void live_place_open(struct live *live);
void live_place_close(struct live *live);

/* taking.c: what comes in, and what is said of it */
void live_say_taken(const struct ingest_report *report);
int live_take_open(struct live *live, struct error *err);

/* status.c: whether the store takes what comes in; 0, or why not */
int live_store_writes(const struct live *live, struct error *err);
/* what `copydesk status` says; NULL when out of memory */
json_t *live_status(struct live *live);

/* watching.c */
int live_watch_open(struct live *live, struct error *err);
/* Offers nothing more, and closes when what was offered is settled and moved. */
void live_watch_stop(struct live *live);
void live_watch_close(struct live *live); /* without waiting for that */

/* scheduling.c */
int live_schedule_open(struct live *live, struct error *err);
/* The jobs of the lineup that serves. */
void live_schedule_reload(struct live *live);
/* Begins no more runs, and closes when those at work have ended. */
void live_schedule_stop(struct live *live);
void live_schedule_close(struct live *live); /* without waiting for that */

/* job_commands.c: what commands ask of jobs; before control_start */
int live_jobs_register(struct live *live, struct error *err);

/* keeping.c: desk.keep from time to time; `keep` and `forget` over the control socket */
int live_keep_open(struct live *live, struct error *err);
void live_keep_stop(struct live *live);
void live_keep_close(struct live *live);

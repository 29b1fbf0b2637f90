/* A reload is a swap with proof: what desk.lua and the plugin folders give now is loaded beside
 * what serves, its settings are checked, the test.lua of each plugin that is new or changed is run,
 * and only then does the next item use it. On failure the old one stays, and the reason is kept. */
#pragma once

#include "control/server.h"
#include "pipeline/lineup.h"
#include "pipeline/turn.h"

struct live;

struct live_reload {
    struct host_later chore;
    bool due, again;           /* one is under way; and another is wanted after it */
    struct lineup *next;       /* that is being proved */
    struct reload_call *calls; /* commands that wait for the next one */
    size_t call_count;
    uint64_t count;      /* that took effect */
    int64_t last_us;     /* wall: of the last one that did; 0: none */
    struct error failed; /* code set: why the last one did not */
    int64_t failed_us;   /* wall */
};

void live_reload_open(struct live *live);
/* All jobs in desk.lua, their plugins loaded: one is not to find at night that it cannot run. The
 * errors of job_can_run, which name each job that cannot. */
int live_check_jobs(struct lineup *lineup, struct error *err);
/* Soon: what comes in goes on meanwhile. Many wishes at once are one reload. */
void live_reload(struct live *live);
/* The same, for a command (live_commands.reload). */
void live_reload_call(struct control_call *call, void *live);

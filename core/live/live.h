/* A desk that runs: what comes in, what is watched, what is due and what commands ask for, on one
 * loop, until it is told to end. */
#pragma once

#include "base/error.h"

struct live_options {
    const char *dir;  /* -C DIR; NULL: the current folder or the nearest one above it */
    unsigned workers; /* 0: one per core */
};

/* Opens the desk for writing and keeps it running; comes back when it has ended. SIGTERM and SIGINT
 * (or `copydesk stop`): nothing new is taken, what is in a worker is finished and stored, for
 * LIVE_STOP_MS at most; what is not finished then waits in the store or where it lay. A second
 * signal ends the process at once. SIGHUP: reload. Errors: as desk_open gives them, ERR_BUSY with
 * the pid of the desk that runs already; ERR_NOTFOUND, ERR_EXISTS when its lock or its control
 * socket were removed or replaced, so that no command reached it: it took nothing more in and
 * ended. */
int live_run(const struct live_options *options, struct error *err);

/* The published list of escapes, tried on this machine: plugins in Lua (scripts/escapes) and in C
 * (plugins/doctor) that loop, eat memory, reach for files, network, processes and other plugins,
 * and lie to the host; and file names that lead out of an export's folder. Each must meet a wall,
 * the plugin beside it must notice nothing, and the host must live to tell.
 *
 * The walls are those of every worker, with less time and memory so that a run takes seconds:
 * ESCAPE_CALL_MS, ESCAPE_STATE_BYTES, ESCAPE_WORKER_BYTES. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct escape_report {
    const char *name, *about;
    const char *wall;    /* what stopped it: "soft budget", "system call filter" ...; "" nothing */
    const char *message; /* of the fault; "" when there was none */
    bool through;        /* nothing stopped it, or it harmed the plugin beside it */
    bool expected;       /* it met the wall that it should */
    int64_t took_us;
};

struct escape_counts {
    unsigned tried, through, unexpected;
};

/* Needs no desk. Blocks for some ten seconds; `each` is called for each escape in turn. Errors:
 * what is needed for a try is not installed, or no worker starts. */
int escapes_try(void (*each)(const struct escape_report *report, void *data), void *data,
                struct escape_counts *counts, struct error *err);

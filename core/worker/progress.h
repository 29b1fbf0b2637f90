/* One page of memory shared by a worker and the host: the worker notes what it is at, so that the
 * host can blame the right job and plugin when the worker hangs or dies.
 *
 * The worker may write anything there. The host uses it for time walls and blame alone, checks each
 * number, and has a second wall (the job's whole time) that does not depend on it. */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#include "base/error.h"

#define PROGRESS_BYTES 4096

enum progress_phase { PROGRESS_IDLE, PROGRESS_CALL, PROGRESS_LOAD };

struct progress {
    _Atomic uint64_t sequence; /* of the job at work */
    _Atomic uint64_t call;     /* counts calls into plugins */
    _Atomic uint32_t phase;    /* enum progress_phase */
    _Atomic int32_t plugin;    /* index of the plugin that runs or ran last in the job, -1: none */
    _Atomic int32_t refused;   /* 1 + number of the system call that the filter caught; 0: none */
};

/* Host: a sealed memfd (its size cannot change: the mapping can never fault) and its mapping. */
int progress_make(int *fd, struct progress **out, struct error *err);
/* Worker: maps what it inherited. */
int progress_map(int fd, struct progress **out, struct error *err);
void progress_free(struct progress *progress);

/* Worker: at the start of a job, and around each call into a plugin. */
void progress_job(struct progress *progress, uint64_t sequence);
void progress_begin(struct progress *progress, enum progress_phase phase, int32_t plugin);
void progress_end(struct progress *progress);

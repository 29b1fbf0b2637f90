/* Three pages of memory shared by a worker and the host: the worker notes what it is at, so that
 * the host can blame the right job and plugin when the worker hangs or dies, and what each plugin
 * took.
 *
 * The worker may write anything there. The host uses it for time walls, blame and status alone,
 * checks each number, and has a second wall (the job's whole time) that does not depend on it. */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#include "base/error.h"

#define PAGE_BYTES   12288
#define PAGE_PLUGINS 256 /* PLUGINS of base/limits.h */

enum page_phase { PAGE_IDLE, PAGE_CALL, PAGE_LOAD };

/* Calls of one plugin, how long those took that came back (in all, the longest), and what its Lua
 * state holds after the last of them, and held at most, in bytes. */
struct page_calls {
    _Atomic uint64_t count;
    _Atomic int64_t us, most_us;
    _Atomic uint64_t bytes, most_bytes;
};

struct page {
    _Atomic uint64_t sequence; /* of the job at work */
    _Atomic uint64_t call;     /* counts calls into plugins */
    _Atomic uint32_t phase;    /* enum page_phase */
    _Atomic int32_t plugin;    /* index of the plugin that runs or ran last in the job, -1: none */
    _Atomic int32_t refused;   /* 1 + number of the system call that the filter caught; 0: none */
    /* CPU time so far, for the bench, microseconds: until it was ready; in plugins' own code; in
     * reading bytes as text. */
    _Atomic int64_t start_us, plugin_us, decode_us;
    struct page_calls calls[PAGE_PLUGINS]; /* by the plugin's index */
};

/* Host: a sealed memfd (its size cannot change: the mapping can never fault) and its mapping. */
int page_make(int *fd, struct page **out, struct error *err);
/* Worker: maps what it inherited. */
int page_map(int fd, struct page **out, struct error *err);
void page_free(struct page *page);

/* Worker: at the start of a job, and around each call into a plugin. */
void page_job(struct page *page, uint64_t sequence);
void page_begin(struct page *page, enum page_phase phase, int32_t plugin);
void page_end(struct page *page);
/* Worker: a call of this plugin begins; it came back after so long. */
void page_count(struct page *page, uint32_t plugin);
void page_took(struct page *page, uint32_t plugin, int64_t us);
void page_held(struct page *page, uint32_t plugin, uint64_t bytes, uint64_t most);

/* The pool of workers, host side. All functions and callbacks on the loop's thread; none blocks.
 *
 * A worker is this program again (`copydesk worker`) over a socketpair, confined (confine.h). A
 * worker that dies, hangs or sends a bad frame is replaced. The job it was at is tried once more
 * alone, in a worker that has no other job; when it takes that worker too, it is answered with a
 * fault. Jobs that only waited in the dead worker go to others as if never sent.
 *
 * Queues are bounded: a worker has at most WORKER_QUEUE_ITEMS jobs and WORKER_QUEUE_BYTES sent and
 * unanswered; pool_submit gives ERR_BUSY when every worker is full, and `room` is called when one
 * has room again. */
#pragma once

#include <msgpack.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "base/buf.h"
#include "base/error.h"
#include "worker/message.h"

struct pool;
struct pool_job;

/* A plugin as it is shipped: code, modules and data read once by the host. Indexes are given by the
 * pool's user, count from 0 and are never used for another plugin while the pool lives. */
struct pool_file {
    const char *name; /* "init.lua", "names.tsv" */
    const void *bytes;
    size_t len;
};

struct pool_plugin {
    uint32_t index;
    const char *kind, *name;
    const struct pool_file *files;
    size_t file_count;
    struct str options; /* msgpack map, checked, defaults filled in */
    bool native;        /* a stage of a native plugin: no files */
};

struct pool_options {
    const char *program;       /* NULL: this one, /proc/self/exe */
    unsigned workers;          /* 0: one per core; started as they are needed */
    const char *const *native; /* paths of native plugins to open before the walls close */
    size_t native_count;
    const struct pool_file *lib; /* shared Lua modules (scripts/lib) */
    size_t lib_count;
    const char *const *env; /* "NAME=value": the environment behind the walls */
    size_t env_count;
    uint64_t call_ms, grace_ms; /* 0: CALL_MS, CALL_GRACE_MS */
    uint64_t state_bytes;       /* 0: STATE_BYTES */
    uint64_t worker_bytes;      /* 0: WORKER_BYTES */
    void (*room)(struct pool *pool, void *data);
    void (*log)(int level, const char *plugin, const char *text, void *data);
    void *data;
};

struct pool_fault {
    enum guard guard;
    int64_t plugin;        /* index of the plugin that was running, -1: none known */
    const char *message;   /* complete, for a person */
    const char *traceback; /* "" when there is none */
};

/* What became of a job: exactly one of answer and fault is set. Both live until the callback
 * returns, unless pool_answer_keep takes them. */
struct pool_answer {
    const msgpack_object *value;
    const struct pool_fault *fault;
    struct pool_frame *frame; /* what `value` lives in */
};

struct pool_job {
    enum job_op op;
    struct buf payload; /* msgpack map, filled by the caller; the pool never frees it */
    unsigned calls;     /* how many plugin calls it may make: bounds its time; 0 means 1 */
    bool alone;         /* only in a worker without other jobs */
    int64_t session;    /* > 0: all jobs of a session go to one worker (exports); if that worker
                           dies, they fail */
    bool fresh;         /* in a worker that was started for it (plugin test) */
    /* the caller's notes, which the pool does not read */
    struct pool *pool; /* where it goes */
    enum guard guard;  /* of the fault that it was answered with, after host_call */
    void (*done)(struct pool_job *job, const struct pool_answer *answer);
    void *data;
    /* the pool's: */
    uint64_t sequence;
    unsigned tries;
    struct pool_job *next;
};

int pool_open(uv_loop_t *loop, const struct pool_options *options, struct pool **out,
              struct error *err);
/* Ships a plugin to each worker, now and to those started later. Copies what it needs. */
int pool_ship(struct pool *pool, const struct pool_plugin *plugin, struct error *err);
/* 0: `done` will be called, once, never from within pool_submit. ERR_BUSY: no worker has room; try
 * again when `room` is called. ERR_CANCELLED: the pool closes, or the session's worker has died.
 * ERR_USAGE: no such session. ERR_INVALID, ERR_LIMIT: the payload is empty, or too large for a
 * frame. */
int pool_submit(struct pool *pool, struct pool_job *job);
int64_t pool_session(struct pool *pool); /* a new session number, or ERR_NOMEM */
void pool_session_end(struct pool *pool, int64_t session);
/* Takes the frame so that `value` outlives the callback; free with pool_frame_free. */
struct pool_frame *pool_answer_keep(const struct pool_answer *answer);
void pool_frame_free(struct pool_frame *frame);
size_t pool_frame_bytes(const struct pool_frame *frame); /* as it came over the wire */
unsigned pool_workers(const struct pool *pool);
/* CPU of ended workers (getrusage) and of running ones (/proc), microseconds; largest resident
 * size, bytes; workers replaced so far. */
struct pool_usage {
    int64_t cpu_us;
    int64_t start_us, plugin_us, decode_us; /* of which, as the workers themselves say: until they
                                               were ready, in plugins, reading bytes as text */
    uint64_t peak_rss;
    uint64_t replaced;
};
void pool_usage(struct pool *pool, struct pool_usage *out);
/* Workers that run now, and what they hold (resident, pages shared with others included), bytes. */
struct pool_now {
    unsigned running;
    uint64_t rss;
};
void pool_now(const struct pool *pool, struct pool_now *out);
/* Why the workers that were started last could not begin; NULL: they could. */
const char *pool_problem(const struct pool *pool);
/* Calls of one plugin (claims too) so far, as the workers say; the time that those took which came
 * back, in all and the longest, microseconds on the clock; what the largest of its Lua states in
 * workers that run holds now, and what one held at most, bytes. */
struct pool_calls {
    uint64_t count;
    int64_t us, most_us;
    uint64_t bytes, most_bytes;
};
void pool_calls(const struct pool *pool, uint32_t plugin, struct pool_calls *out);
/* Unanswered jobs are answered with a fault (GUARD_KILLED, "cancelled"). Ends all workers, then
 * calls `done`. */
void pool_close(struct pool *pool, void (*done)(void *data), void *data);

/* The worker's side: `copydesk worker`. Reads SETUP from descriptor `fd`, closes the walls, serves
 * until end of file. The process's exit code. */
int worker_main(int fd);

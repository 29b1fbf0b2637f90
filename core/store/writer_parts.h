/* What the two sides of the writer share: the loop's thread (writer.c) and its own (thread.c). */
#pragma once

#include "store/queue.h"
#include "store/writer.h"

/* Somebody who waits until all before is committed and indexed, and maybe for a scrub then. */
struct waiter {
    struct waiter *next;
    void (*done)(void *data);
    void (*scrubbed)(const struct error *err, void *data); /* NULL: it is no scrub */
    void *data;
    struct error error; /* of the scrub */
};

struct writer {
    const struct store_engine *engine;
    struct engine_writer *engine_writer; /* the thread's */
    struct writer_hooks hooks;
    uv_thread_t thread;
    uv_async_t async;

    uv_mutex_t mutex; /* guards what follows */
    uv_cond_t wake;
    struct request_queue waiting, finished;
    struct waiter *flushes, *flushed;
    bool gathering; /* the thread wakes by itself: single requests need not wake it */
    bool closing;

    size_t items, bytes; /* submitted and not yet done: the loop's thread alone */
    bool refused;
    int64_t last_group_us, last_write_us; /* the thread's */
    size_t last_group; /* documents and articles in it; 0 when it was one request */
    bool index_stuck, rested;
    bool unsynced;            /* receipts are committed and not synced yet */
    int64_t unsynced_us;      /* since when */
    struct error sync_failed; /* for ever: what the disk holds is not known */
};

/* The thread; `data` is the struct writer. thread.c */
void writer_thread(void *data);

/* The writer's thread: a bounded queue, group commit, and the index behind it.
 *
 * Group commit. On an idle desk a request is committed at once. Under load each group gives the
 * next one time to gather: as many milliseconds as it had documents and articles, at most
 * COMMIT_GATHER_MS, and until COMMIT_ENOUGH requests wait. So a caller that waits for each write is
 * not held up, many at a time share one fsync, and a page that many of them touch is written once.
 *
 * Sync. COMMIT itself does not sync: the thread does so behind it, once a group, and then says that
 * all of it is done. So an article is found a sync earlier than it is acknowledged. A group of
 * receipts alone waits for the next one's sync, for nobody acts upon a receipt but by a later
 * write; without one it is synced RECEIPT_SYNC_MS later. A failed sync ends all writing: what the
 * disk holds is not known then, and another sync would not tell.
 *
 * Log. It is brought home into the database when no write came for LOG_REST_MS, and at LOG_PAGES at
 * once: a COMMIT that did so would hold up whoever waits for it.
 *
 * A bad request takes no other of its group with it: the group is rolled back and done again with
 * a savepoint each, and the bad one is undone alone. When the transaction itself breaks (the disk
 * is full, memory is out) each request of the group is tried in a transaction of its own, so that
 * an error meets the request that it belongs to.
 *
 * Index. On an idle desk it is part of the write's transaction; when that fails the write is done
 * without. Under load articles wait for it until
 * INDEX_GROUP of them do, or until no write came for INDEX_LINGER_MS, or until somebody waits for
 * it. After an error (no space for the index, say) it
 * is tried again after the next write. */
#pragma once

#include <uv.h>

#include "store/engine.h"

struct writer;

struct writer_hooks {
    void (*room)(void *data); /* loop's thread: there is room after a refusal */
    void (*news)(void *data); /* loop's thread: articles or failures were committed */
    void (*closed)(void *data);
    void *data;
};

/* Takes over `engine_writer`; on failure the caller still has it. */
int writer_start(const struct store_engine *engine, struct engine_writer *engine_writer,
                 uv_loop_t *loop, const struct writer_hooks *hooks, struct writer **out,
                 struct error *err);
/* All on the loop's thread. ERR_BUSY: full; ERR_CANCELLED: it is being closed. */
int writer_submit(struct writer *writer, struct store_request *request);
/* store_withdraw(). */
bool writer_withdraw(struct writer *writer, const struct store_request *request);
int writer_flush(struct writer *writer, void (*done)(void *data), void *data);
/* store_scrub(). */
int writer_scrub_later(struct writer *writer, void (*done)(const struct error *err, void *data),
                       void *data);
int writer_in_place(const struct writer *writer, struct error *err);
int64_t writer_cpu_us(struct writer *writer);
/* Ends the thread when all is committed and indexed, closes the engine's writer, calls the
 * callbacks that are due; later, from the loop, frees and calls hooks.closed. */
void writer_stop(struct writer *writer);

/* The writer's thread: what it does next, and does. */
#include <malloc.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "store/group.h"
#include "store/writer_parts.h"

#define MS_NS   UINT64_C(1000000)
#define MS_US   INT64_C(1000)
#define IDLE_MS 1000 /* without work, before memory is given back */

/* ---- what is to be done ---- */

static size_t size_of(const struct request_queue *group)
{
    size_t size = 0;
    for (const struct store_request *at = group->first; at && group->count > 1; at = at->next)
        size += 1 + at->piece_count;
    return size;
}

/* With the mutex held: how long the group may still gather, in ms; 0: commit now. As many as the
 * last group held: a commit writes each page that it touched, so a busy store gathers more. */
static int64_t gather_ms(const struct writer *writer)
{
    if (writer->closing || writer->flushes || writer->waiting.count >= LIMIT(COMMIT_ENOUGH))
        return 0;
    size_t window = writer->last_group;
    if (window > LIMIT(COMMIT_GATHER_MS))
        window = LIMIT(COMMIT_GATHER_MS);
    int64_t gone = (clock_mono_us() - writer->last_group_us) / MS_US;
    return gone < (int64_t)window ? (int64_t)window - gone : 0;
}

static bool must_index(const struct writer *writer)
{
    return !writer->index_stuck && writer->engine->index_waiting(writer->engine_writer) > 0;
}

/* With the mutex held: how long to wait before the index is worked on. Where writes come alone
 * there is nothing to wait for: somebody has dropped one file, and looks for it. */
static int64_t linger_ms(const struct writer *writer)
{
    if (writer->closing || writer->flushes || writer->last_group < 2)
        return 0;
    int64_t gone = (clock_mono_us() - writer->last_write_us) / MS_US;
    int64_t linger = (int64_t)LIMIT(INDEX_LINGER_MS);
    return gone < linger ? linger - gone : 0;
}

enum work {
    WORK_COMMIT,
    WORK_SYNC,
    WORK_INDEX,
    WORK_FLUSHED,
    WORK_END,
    WORK_UPKEEP,
    WORK_REST,
    WORK_WAIT,
};

/* What is left of `most` ms since then. */
static int64_t left_ms(int64_t since_us, int64_t most)
{
    const int64_t gone = (clock_mono_us() - since_us) / MS_US;
    return gone < most ? most - gone : 0;
}

/* With the mutex held; as for is_time(). */
static int64_t sync_ms(const struct writer *writer)
{
    if (!writer->unsynced)
        return -1;
    if (writer->closing || writer->flushes)
        return 0;
    return left_ms(writer->unsynced_us, (int64_t)LIMIT(RECEIPT_SYNC_MS));
}

static int64_t upkeep_ms(const struct writer *writer, enum store_upkeep least)
{
    const enum store_upkeep due = writer->engine->upkeep_due(writer->engine_writer);
    if (due < least || due == UPKEEP_NONE || writer->closing)
        return -1;
    return due == UPKEEP_NOW ? 0 : left_ms(writer->last_write_us, (int64_t)LIMIT(LOG_REST_MS));
}

static int64_t rest_ms(const struct writer *writer)
{
    return writer->rested ? -1 : left_ms(writer->last_write_us, IDLE_MS);
}

/* Whether it is to be done now, `in` ms being 0. Else the thread waits so long at most; below zero:
 * there is nothing to wait for. */
static bool is_time(int64_t in, int64_t *ms)
{
    if (in > 0 && (*ms < 0 || in < *ms))
        *ms = in;
    return in == 0;
}

/* With the mutex held: what to do now; when it is to wait, how long at most, below zero for ever.
 */
static enum work choose(const struct writer *writer, int64_t *ms)
{
    const bool index = must_index(writer), waits = writer->waiting.count > 0;
    *ms = -1;
    if (index && writer->engine->index_waiting(writer->engine_writer) >= LIMIT(INDEX_GROUP))
        return WORK_INDEX;
    if (is_time(upkeep_ms(writer, UPKEEP_NOW), ms))
        return WORK_UPKEEP;
    if (waits && is_time(gather_ms(writer), ms))
        return WORK_COMMIT;
    if (is_time(sync_ms(writer), ms))
        return WORK_SYNC;
    if (index && !waits && is_time(linger_ms(writer), ms))
        return WORK_INDEX;
    if (waits || index)
        return WORK_WAIT;
    if (writer->flushes)
        return WORK_FLUSHED;
    if (writer->closing)
        return WORK_END;
    if (is_time(upkeep_ms(writer, UPKEEP_AT_LEISURE), ms))
        return WORK_UPKEEP;
    return is_time(rest_ms(writer), ms) ? WORK_REST : WORK_WAIT;
}

/* With the mutex held: waits until there is something to do. */
static enum work next_work(struct writer *writer)
{
    for (;;) {
        int64_t ms = 0;
        enum work work = choose(writer, &ms);
        if (work != WORK_WAIT)
            return work;
        writer->gathering = writer->waiting.count > 0;
        if (ms < 0)
            uv_cond_wait(&writer->wake, &writer->mutex);
        else
            uv_cond_timedwait(&writer->wake, &writer->mutex, (uint64_t)ms * MS_NS);
        writer->gathering = false;
    }
}

static void sync_now(struct writer *writer)
{
    writer->unsynced = false;
    if (writer->sync_failed.code == 0 &&
        writer->engine->sync(writer->engine_writer, &writer->sync_failed) < 0)
        log_error("store", "%s", writer->sync_failed.text);
}

/* Nobody acts upon a receipt but by a later write, whose sync holds for both. */
static bool may_sync_later(const struct request_queue *group)
{
    for (const struct store_request *at = group->first; at; at = at->next)
        if (at->op != STORE_RECEIVE)
            return false;
    return true;
}

/* Readers see what was committed already. */
static void secure(struct writer *writer, const struct request_queue *group)
{
    if (!may_sync_later(group)) {
        sync_now(writer);
    } else if (!writer->unsynced) {
        writer->unsynced = true;
        writer->unsynced_us = clock_mono_us();
    }
    for (struct store_request *at = group->first; writer->sync_failed.code && at; at = at->next)
        if (at->error.code == 0)
            at->error = writer->sync_failed;
}

/* With the mutex held on entry and exit. */
static void commit_some(struct writer *writer)
{
    struct request_queue group;
    queue_move(&writer->waiting, LIMIT(COMMIT_GROUP), &group);
    const size_t size = size_of(&group);
    const bool alone = group.count == 1 && writer->waiting.count == 0;
    uv_mutex_unlock(&writer->mutex);
    group_commit(writer->engine, writer->engine_writer, &group, alone ? LIMIT(INDEX_GROUP) : 0);
    secure(writer, &group);
    writer->last_group = size;
    writer->last_group_us = writer->last_write_us = clock_mono_us();
    writer->index_stuck = writer->rested = false;
    uv_mutex_lock(&writer->mutex);
    queue_join(&writer->finished, &group);
    uv_async_send(&writer->async);
}

static void sync_some(struct writer *writer)
{
    uv_mutex_unlock(&writer->mutex);
    sync_now(writer);
    uv_mutex_lock(&writer->mutex);
}

static void keep_up(struct writer *writer)
{
    uv_mutex_unlock(&writer->mutex);
    writer->engine->upkeep(writer->engine_writer);
    uv_mutex_lock(&writer->mutex);
}

static void index_some(struct writer *writer)
{
    struct error err = {0};
    uv_mutex_unlock(&writer->mutex);
    if (writer->engine->index_step(writer->engine_writer, LIMIT(INDEX_GROUP), &err) < 0) {
        writer->index_stuck = true;
        log_error("store", "articles are stored but not indexed yet, search does not find them: %s",
                  err.text);
    }
    uv_mutex_lock(&writer->mutex);
}

/* What was freed stays with the C library otherwise, megabytes of it after a busy time. */
static void give_back(void)
{
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

/* Memory that a busy time took is given back. */
static void rest(struct writer *writer)
{
    writer->rested = true;
    uv_mutex_unlock(&writer->mutex);
    writer->engine->idle(writer->engine_writer);
    give_back();
    uv_mutex_lock(&writer->mutex);
}

/* With the mutex held on entry and exit. One scrub serves all of the list that want one. */
static void scrub_for(struct writer *writer, struct waiter *list)
{
    struct error err = {0};
    bool wanted = false;
    for (const struct waiter *at = list; at; at = at->next)
        wanted = wanted || at->scrubbed;
    if (!wanted)
        return;
    uv_mutex_unlock(&writer->mutex);
    (void)writer->engine->scrub(writer->engine_writer, &err);
    for (struct waiter *at = list; at; at = at->next)
        at->error = err;
    uv_mutex_lock(&writer->mutex);
}

/* With the mutex held; nothing waits, neither to be committed nor to be indexed. Who comes while a
 * scrub is under way waits for the next turn. */
static void release_waiters(struct writer *writer)
{
    struct waiter *list = writer->flushes;
    writer->flushes = NULL;
    scrub_for(writer, list);
    struct waiter **end = &writer->flushed;
    while (*end)
        end = &(*end)->next;
    *end = list;
    uv_async_send(&writer->async);
}

void writer_thread(void *data)
{
    struct writer *writer = data;
    uv_mutex_lock(&writer->mutex);
    for (;;) {
        enum work work = next_work(writer);
        if (work == WORK_END)
            break;
        if (work == WORK_COMMIT)
            commit_some(writer);
        else if (work == WORK_SYNC)
            sync_some(writer);
        else if (work == WORK_INDEX)
            index_some(writer);
        else if (work == WORK_UPKEEP)
            keep_up(writer);
        else if (work == WORK_REST)
            rest(writer);
        else
            release_waiters(writer);
    }
    uv_mutex_unlock(&writer->mutex);
}

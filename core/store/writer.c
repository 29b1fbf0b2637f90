#include "store/writer.h"

#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "store/group.h"
#include "store/queue.h"

#define MS_NS        UINT64_C(1000000)
#define MS_US        INT64_C(1000)
#define IDLE_MS      1000 /* without work, before memory is given back */
#define THREAD_STACK (4 * 1024 * 1024)

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
};

/* ---- the writer's thread ---- */

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

enum work { WORK_COMMIT, WORK_INDEX, WORK_FLUSHED, WORK_END, WORK_REST, WORK_WAIT };

static int64_t rest_ms(const struct writer *writer)
{
    int64_t gone = (clock_mono_us() - writer->last_write_us) / MS_US;
    return gone < IDLE_MS ? IDLE_MS - gone : 0;
}

/* With the mutex held: what to do now; when it is to wait, how long at most, below zero for ever.
 */
static enum work choose(const struct writer *writer, int64_t *ms)
{
    bool index = must_index(writer);
    bool whole_group =
        index && writer->engine->index_waiting(writer->engine_writer) >= LIMIT(INDEX_GROUP);
    if (whole_group)
        return WORK_INDEX;
    if (writer->waiting.count > 0)
        return (*ms = gather_ms(writer)) == 0 ? WORK_COMMIT : WORK_WAIT;
    if (index)
        return (*ms = linger_ms(writer)) == 0 ? WORK_INDEX : WORK_WAIT;
    if (writer->flushes)
        return WORK_FLUSHED;
    if (writer->closing)
        return WORK_END;
    *ms = writer->rested ? -1 : rest_ms(writer);
    return *ms == 0 ? WORK_REST : WORK_WAIT;
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

/* With the mutex held on entry and exit. */
static void commit_some(struct writer *writer)
{
    struct request_queue group;
    queue_move(&writer->waiting, LIMIT(COMMIT_GROUP), &group);
    const size_t size = size_of(&group);
    uv_mutex_unlock(&writer->mutex);
    group_commit(writer->engine, writer->engine_writer, &group);
    writer->last_group = size;
    writer->last_group_us = writer->last_write_us = clock_mono_us();
    writer->index_stuck = writer->rested = false;
    uv_mutex_lock(&writer->mutex);
    queue_join(&writer->finished, &group);
    uv_async_send(&writer->async);
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

static void run_thread(void *data)
{
    struct writer *writer = data;
    uv_mutex_lock(&writer->mutex);
    for (;;) {
        enum work work = next_work(writer);
        if (work == WORK_END)
            break;
        if (work == WORK_COMMIT)
            commit_some(writer);
        else if (work == WORK_INDEX)
            index_some(writer);
        else if (work == WORK_REST)
            rest(writer);
        else
            release_waiters(writer);
    }
    uv_mutex_unlock(&writer->mutex);
}

/* ---- the loop's thread ---- */

static void call_waiters(struct waiter *waiter)
{
    while (waiter) {
        struct waiter *next = waiter->next;
        if (waiter->scrubbed)
            waiter->scrubbed(&waiter->error, waiter->data);
        else
            waiter->done(waiter->data);
        mem_free(waiter);
        waiter = next;
    }
}

static bool is_news(const struct store_request *request)
{
    return request->error.code == 0 &&
           (request->op == STORE_APPLY || request->op == STORE_FAIL || request->op == STORE_REVISE);
}

/* A `done` may free its request, submit more, and flush. */
static void call_finished(struct writer *writer, struct request_queue *finished)
{
    bool news = false;
    for (struct store_request *at = finished->first; at;) {
        struct store_request *next = at->next;
        writer->items--;
        writer->bytes -= at->bytes;
        news = news || is_news(at);
        if (at->done)
            at->done(at);
        at = next;
    }
    if (news && !writer->closing && writer->hooks.news)
        writer->hooks.news(writer->hooks.data);
}

static void deliver(struct writer *writer)
{
    struct request_queue finished = {0};
    uv_mutex_lock(&writer->mutex);
    queue_join(&finished, &writer->finished);
    struct waiter *flushed = writer->flushed;
    writer->flushed = NULL;
    uv_mutex_unlock(&writer->mutex);
    call_finished(writer, &finished);
    call_waiters(flushed);
    if (writer->refused && !writer->closing && writer->items < LIMIT(STORE_QUEUE_ITEMS) &&
        writer->bytes < LIMIT(STORE_QUEUE_BYTES)) {
        writer->refused = false;
        if (writer->hooks.room)
            writer->hooks.room(writer->hooks.data);
    }
}

static void on_async(uv_async_t *async)
{
    deliver(async->data);
}

/* A request larger than the queue passes when it is alone: else it would never pass. */
static bool has_room(const struct writer *writer, const struct store_request *request)
{
    return writer->items == 0 || (writer->items < LIMIT(STORE_QUEUE_ITEMS) &&
                                  request->bytes <= LIMIT(STORE_QUEUE_BYTES) &&
                                  writer->bytes <= LIMIT(STORE_QUEUE_BYTES) - request->bytes);
}

int writer_submit(struct writer *writer, struct store_request *request)
{
    if (writer->closing)
        return ERR_CANCELLED;
    if (!has_room(writer, request)) {
        writer->refused = true;
        return ERR_BUSY;
    }
    writer->items++;
    writer->bytes += request->bytes;
    uv_mutex_lock(&writer->mutex);
    queue_add(&writer->waiting, request);
    if (!writer->gathering || writer->waiting.count >= LIMIT(COMMIT_ENOUGH))
        uv_cond_signal(&writer->wake);
    uv_mutex_unlock(&writer->mutex);
    return 0;
}

bool writer_withdraw(struct writer *writer, const struct store_request *request)
{
    uv_mutex_lock(&writer->mutex);
    const bool taken = queue_take(&writer->waiting, request);
    uv_mutex_unlock(&writer->mutex);
    if (taken) {
        writer->items--;
        writer->bytes -= request->bytes;
    }
    return taken;
}

static int wait_for(struct writer *writer, const struct waiter *wanted)
{
    struct waiter *waiter = mem_dup(wanted, sizeof *wanted);
    if (!waiter)
        return ERR_NOMEM;
    uv_mutex_lock(&writer->mutex);
    waiter->next = writer->flushes;
    writer->flushes = waiter;
    uv_cond_signal(&writer->wake);
    uv_mutex_unlock(&writer->mutex);
    return 0;
}

int writer_flush(struct writer *writer, void (*done)(void *data), void *data)
{
    return wait_for(writer, &(struct waiter){.done = done, .data = data});
}

int writer_scrub_later(struct writer *writer, void (*done)(const struct error *err, void *data),
                       void *data)
{
    return wait_for(writer, &(struct waiter){.scrubbed = done, .data = data});
}

int writer_in_place(const struct writer *writer, struct error *err)
{
    return writer->engine->in_place(writer->engine_writer, err);
}

int64_t writer_cpu_us(struct writer *writer)
{
    clockid_t clock;
    struct timespec now;
    if (pthread_getcpuclockid(writer->thread, &clock) != 0 || clock_gettime(clock, &now) != 0)
        return 0;
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* ---- start and end ---- */

/* Signals are the loop's thread's. */
static int start_thread(struct writer *writer)
{
    uv_thread_options_t options = {.flags = UV_THREAD_HAS_STACK_SIZE, .stack_size = THREAD_STACK};
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    int rc = uv_thread_create_ex(&writer->thread, &options, run_thread, writer);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc;
}

static void destroy(struct writer *writer)
{
    uv_cond_destroy(&writer->wake);
    uv_mutex_destroy(&writer->mutex);
    mem_free(writer);
}

static void on_failed_start(uv_handle_t *handle)
{
    destroy(handle->data);
}

static void on_closed(uv_handle_t *handle)
{
    struct writer *writer = handle->data;
    struct writer_hooks hooks = writer->hooks;
    destroy(writer);
    if (hooks.closed)
        hooks.closed(hooks.data);
}

static struct writer *make(const struct store_engine *engine, struct engine_writer *engine_writer,
                           const struct writer_hooks *hooks)
{
    struct writer *writer = mem_zero(1, sizeof *writer);
    if (!writer)
        return NULL;
    writer->engine = engine;
    writer->engine_writer = engine_writer;
    writer->hooks = *hooks;
    if (uv_mutex_init(&writer->mutex) != 0) {
        mem_free(writer);
        return NULL;
    }
    if (uv_cond_init(&writer->wake) != 0) {
        uv_mutex_destroy(&writer->mutex);
        mem_free(writer);
        return NULL;
    }
    return writer;
}

int writer_start(const struct store_engine *engine, struct engine_writer *engine_writer,
                 uv_loop_t *loop, const struct writer_hooks *hooks, struct writer **out,
                 struct error *err)
{
    struct writer *writer = make(engine, engine_writer, hooks);
    if (!writer)
        return error_set(err, ERR_NOMEM, "out of memory for the store's thread");
    int rc = uv_async_init(loop, &writer->async, on_async);
    if (rc != 0) {
        destroy(writer);
        return error_set(err, ERR_IO, "cannot start the store: %s", uv_strerror(rc));
    }
    writer->async.data = writer;
    rc = start_thread(writer);
    if (rc != 0) {
        uv_close((uv_handle_t *)&writer->async, on_failed_start);
        return error_set(err, ERR_IO, "cannot start the store's thread: %s", uv_strerror(rc));
    }
    *out = writer;
    return 0;
}

void writer_stop(struct writer *writer)
{
    uv_mutex_lock(&writer->mutex);
    writer->closing = true;
    uv_cond_signal(&writer->wake);
    uv_mutex_unlock(&writer->mutex);
    uv_thread_join(&writer->thread);
    writer->engine->close_writer(writer->engine_writer);
    deliver(writer);
    uv_close((uv_handle_t *)&writer->async, on_closed);
}

#include "store/writer.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "store/writer_parts.h"

#define THREAD_STACK (4 * 1024 * 1024)

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
    int rc = uv_thread_create_ex(&writer->thread, &options, writer_thread, writer);
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

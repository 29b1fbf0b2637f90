/* What a worker says is read here, and believed only as far as it can be checked: the frame's
 * structure, its type, the sequence of the job that this worker holds at the front, numbers in
 * range, text in UTF-8. The content of an answer is judged by whoever asked (model/wire.h). */
#include "worker/pool_parts.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "model/wire.h"
#include "worker/frame.h"

#define LOG_EXCESS 4 /* times the limit that the worker itself keeps to: past it, it is hostile */

struct pool_frame {
    msgpack_zone zone;
    msgpack_object root;
    size_t len;
    unsigned holders; /* the pool while it hands it out, and who keeps it: both may let go first */
    uint8_t body[];
};

static struct pool_frame *frame_new(const uint8_t *body, size_t len, struct error *err)
{
    struct pool_frame *frame = mem_alloc(sizeof *frame + len);
    if (!frame || !msgpack_zone_init(&frame->zone, MSGPACK_ZONE_CHUNK_SIZE)) {
        mem_free(frame);
        error_set(err, ERR_NOMEM, "no memory for a worker's message");
        return NULL;
    }
    frame->holders = 1;
    frame->len = len;
    memcpy(frame->body, body, len);
    if (frame_unpack(frame->body, len, &frame->zone, &frame->root, err) < 0) {
        pool_frame_free(frame);
        return NULL;
    }
    return frame;
}

size_t pool_frame_bytes(const struct pool_frame *frame)
{
    return frame ? frame->len : 0;
}

void pool_frame_free(struct pool_frame *frame)
{
    if (!frame || --frame->holders > 0)
        return;
    msgpack_zone_destroy(&frame->zone);
    mem_free(frame);
}

struct pool_frame *pool_answer_keep(const struct pool_answer *answer)
{
    if (answer->frame)
        answer->frame->holders++;
    return answer->frame;
}

/* The job at the front is done: it leaves the worker before its callback runs, which may submit
 * others or close the pool. */
static struct pool_job *take_job(struct worker *worker)
{
    struct pool_job *job = list_pop(&worker->jobs);
    worker->bytes -= job->payload.len;
    const int64_t now_us = clock_mono_us();
    queue_timed(worker->pool, now_us - worker->head_since_us);
    worker->head_since_us = now_us;
    worker->logs = 0;
    worker->exclusive = false;
    return job;
}

static int take_sequence(const struct worker *worker, const msgpack_object *value,
                         struct error *err)
{
    int64_t sequence = 0;
    int rc = wire_int(value, "sequence", 0, INT64_MAX, &sequence, err);
    if (rc < 0)
        return rc;
    if (!worker->jobs.first)
        return error_set(err, ERR_INVALID, "an answer, but nothing was asked");
    if ((uint64_t)sequence != worker->jobs.first->sequence)
        return error_set(err, ERR_INVALID, "an answer for another job than the one in turn");
    return 0;
}

static int on_ready(struct worker *worker, struct error *err)
{
    if (worker->state != WORKER_STARTING)
        return error_set(err, ERR_INVALID, "a second greeting");
    worker->state = WORKER_READY;
    worker->greeted = true;
    worker->pool->start_failures = 0;
    worker->head_since_us = clock_mono_us();
    return 0;
}

static int on_answer(struct worker *worker, const msgpack_object_array *parts,
                     struct pool_frame *frame, struct error *err)
{
    if (parts->size != 3 || parts->ptr[2].type != MSGPACK_OBJECT_MAP)
        return error_set(err, ERR_INVALID, "an answer that is no map");
    int rc = take_sequence(worker, &parts->ptr[1], err);
    if (rc < 0)
        return rc;
    struct pool_job *job = take_job(worker);
    struct pool_answer answer = {.value = &parts->ptr[2], .frame = frame};
    job->done(job, &answer);
    return 0;
}

/* A copy with its NUL; what is no UTF-8 is refused. */
static int take_text(const msgpack_object *value, const char *what, size_t max, char **out,
                     struct error *err)
{
    struct str text;
    int rc = wire_text(value, what, max, &text, err);
    if (rc < 0)
        return rc;
    *out = mem_strndup(text.at ? text.at : "", text.len);
    return *out ? 0 : error_set(err, ERR_NOMEM, "no memory for a worker's message");
}

static int take_plugin(const struct pool *pool, const msgpack_object *value, int64_t *plugin,
                       struct error *err)
{
    int rc = wire_int(value, "plugin", -1, (int64_t)LIMIT(PLUGINS) - 1, plugin, err);
    if (rc >= 0 && *plugin >= 0 && !pool->shipped[*plugin].used)
        return error_set(err, ERR_INVALID, "plugin: there is none with index %d", (int)*plugin);
    return rc;
}

/* Before the worker was ready: it says why it cannot start, and will end. */
static int on_refusal(struct worker *worker, const char *message)
{
    snprintf(worker->why, sizeof worker->why, "%s", message);
    worker->refused = true;
    return 0;
}

static int on_fault(struct worker *worker, const msgpack_object_array *parts, struct error *err)
{
    MEM_AUTO char *message = NULL;
    MEM_AUTO char *traceback = NULL;
    int64_t guard = 0, plugin = -1;
    int rc = parts->size == 6 ? 0 : error_set(err, ERR_INVALID, "a fault with other parts");
    if (rc >= 0)
        rc = wire_int(&parts->ptr[2], "guard", 0, GUARD_COUNT - 1, &guard, err);
    if (rc >= 0)
        rc = take_plugin(worker->pool, &parts->ptr[3], &plugin, err);
    if (rc >= 0)
        rc = take_text(&parts->ptr[4], "message", LIMIT(QUARANTINE_TEXT), &message, err);
    if (rc >= 0)
        rc = take_text(&parts->ptr[5], "traceback", LIMIT(QUARANTINE_TEXT), &traceback, err);
    if (rc < 0)
        return rc;
    if (worker->state == WORKER_STARTING)
        return on_refusal(worker, message);
    rc = take_sequence(worker, &parts->ptr[1], err);
    if (rc < 0)
        return rc;
    job_fault(take_job(worker), (enum guard)guard, plugin, traceback, "%s", message);
    return 0;
}

static int on_log(struct worker *worker, const msgpack_object_array *parts, struct error *err)
{
    struct pool *pool = worker->pool;
    MEM_AUTO char *text = NULL;
    int64_t level = 0, plugin = -1;
    int rc = parts->size == 5 ? 0 : error_set(err, ERR_INVALID, "a log line with other parts");
    if (rc >= 0)
        rc = wire_int(&parts->ptr[2], "level", LOG_LEVEL_ERROR, LOG_LEVEL_DEBUG, &level, err);
    if (rc >= 0)
        rc = take_plugin(pool, &parts->ptr[3], &plugin, err);
    if (rc >= 0)
        rc = take_text(&parts->ptr[4], "text", LIMIT(LOG_LINE_BYTES), &text, err);
    if (rc < 0)
        return rc;
    unsigned calls = worker->jobs.first ? worker->jobs.first->calls : 0;
    if (worker->logs++ > LIMIT(LOG_LINES_PER_CALL) * LOG_EXCESS * (calls ? calls : 1))
        return error_set(err, ERR_LIMIT, "more log lines than %s allows",
                         LIMIT_NAME(LOG_LINES_PER_CALL));
    const char *title = pool_title(pool, plugin);
    if (pool->log)
        pool->log((int)level, title ? title : "", text, pool->data);
    return 0;
}

static int answer_take(struct worker *worker, struct pool_frame *frame, struct error *err)
{
    const msgpack_object *root = &frame->root;
    if (root->type != MSGPACK_OBJECT_ARRAY || root->via.array.size < 2)
        return error_set(err, ERR_INVALID, "not a message");
    const msgpack_object_array *parts = &root->via.array;
    int64_t type = 0;
    int rc = wire_int(&parts->ptr[0], "type", 1, MESSAGE_FORGET, &type, err);
    if (rc < 0)
        return rc;
    if (worker->state == WORKER_STARTING && type != MESSAGE_READY && type != MESSAGE_FAULT &&
        type != MESSAGE_LOG)
        return error_set(err, ERR_INVALID, "an answer before the greeting");
    switch ((enum message_type)type) {
    case MESSAGE_READY:
        return on_ready(worker, err);
    case MESSAGE_ANSWER:
        return on_answer(worker, parts, frame, err);
    case MESSAGE_FAULT:
        return on_fault(worker, parts, err);
    case MESSAGE_LOG:
        return on_log(worker, parts, err);
    default:
        return error_set(err, ERR_INVALID, "a message that no worker sends (type %d)", (int)type);
    }
}

int answer_frame(struct worker *worker, const uint8_t *body, size_t len, struct error *err)
{
    struct pool_frame *frame = frame_new(body, len, err);
    if (!frame)
        return err->code;
    int rc = answer_take(worker, frame, err);
    pool_frame_free(frame);
    if (worker->fresh && rc >= 0 && worker->state == WORKER_READY && !worker->jobs.first)
        worker_retire(worker);
    if (rc >= 0)
        queue_dispatch(worker->pool);
    return rc;
}

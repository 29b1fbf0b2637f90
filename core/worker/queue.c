/* Which worker gets which job. A worker is started when no other is idle, up to the pool's size. */
#include "worker/pool_parts.h"

#include <stdio.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/log.h"
#include "model/wire.h"
#include "worker/frame.h"

/* How many jobs a worker may have: enough to keep it at work while the host is not, and no more,
 * for what comes later waits behind them. */
static unsigned queue_items(const struct pool *pool)
{
    const int64_t quick = (int64_t)LIMIT(WORKER_QUEUE_US) / (pool->job_us > 0 ? pool->job_us : 1);
    if (!pool->timed || quick <= (int64_t)LIMIT(WORKER_QUEUE_ITEMS))
        return LIMIT(WORKER_QUEUE_ITEMS);
    return quick < (int64_t)LIMIT(WORKER_QUEUE_MOST) ? (unsigned)quick : LIMIT(WORKER_QUEUE_MOST);
}

/* An average in which the last few dozen count most. */
void queue_timed(struct pool *pool, int64_t us)
{
    pool->job_us = pool->timed ? pool->job_us + (us - pool->job_us) / 16 : us;
    pool->timed = true;
}

static bool has_room(const struct worker *worker, size_t len)
{
    return worker->jobs.count == 0 || (worker->jobs.count < queue_items(worker->pool) &&
                                       worker->bytes + len <= LIMIT(WORKER_QUEUE_BYTES));
}

static bool takes_jobs(const struct worker *worker)
{
    return worker->state != WORKER_ENDED && worker->end == END_NONE && !worker->fresh &&
           !worker->exclusive;
}

/* While a job waits to be alone, the least loaded worker gets nothing new, so that it runs empty.
 */
static struct worker *least_loaded(struct pool *pool, const struct worker *but)
{
    struct worker *best = NULL;
    for (struct worker *at = pool->workers; at; at = at->next)
        if (at != but && takes_jobs(at) && (!best || at->jobs.count < best->jobs.count))
            best = at;
    return best;
}

static bool may_start(const struct pool *pool)
{
    return pool->live < pool->size && !uv_is_active((const uv_handle_t *)&pool->backoff);
}

static struct worker *start_one(struct pool *pool)
{
    struct error err = {0};
    struct worker *worker = worker_start(pool, false, &err);
    if (!worker) {
        log_error("worker", "%s", err.text);
        snprintf(pool->start_why, sizeof pool->start_why, "%s", err.text);
        pool->start_failures++;
        queue_back_off(pool);
    }
    return worker;
}

static struct worker *pick(struct pool *pool, size_t len)
{
    struct worker *empty_soon = pool->lonely.first ? least_loaded(pool, NULL) : NULL;
    struct worker *best = least_loaded(pool, empty_soon);
    if (best && best->jobs.count == 0)
        return best;
    if (may_start(pool)) {
        struct worker *started = start_one(pool);
        if (started)
            return started;
    }
    return best && has_room(best, len) ? best : NULL;
}

static struct worker *pick_idle(struct pool *pool)
{
    struct worker *best = least_loaded(pool, NULL);
    if (best && best->jobs.count == 0)
        return best;
    return may_start(pool) ? start_one(pool) : NULL;
}

/* Sends what waits: first the jobs that must be alone, then those of workers that died. A payload
 * was sent once already or is checked by pool_submit, so that worker_send fails for want of memory
 * alone; the job then stays where it is. */
static void place(struct pool *pool)
{
    while (pool->lonely.first) {
        struct worker *worker = pick_idle(pool);
        if (!worker)
            break;
        struct pool_job *job = list_pop(&pool->lonely);
        if (worker_send(worker, job) < 0) {
            list_push_front(&pool->lonely, job);
            break;
        }
        worker->exclusive = true;
    }
    while (pool->requeued.first) {
        struct worker *worker = pick(pool, pool->requeued.first->payload.len);
        if (!worker)
            break;
        struct pool_job *job = list_pop(&pool->requeued);
        if (worker_send(worker, job) < 0) {
            list_push_front(&pool->requeued, job);
            break;
        }
    }
}

/* Room is told when a worker is half empty, not at each answer: several jobs then go in one write.
 */
static bool room_enough(const struct pool *pool)
{
    if (pool->requeued.first)
        return false;
    if (may_start(pool))
        return true;
    for (const struct worker *at = pool->workers; at; at = at->next)
        if (takes_jobs(at) && at->jobs.count <= queue_items(pool) / 2 &&
            at->bytes <= LIMIT(WORKER_QUEUE_BYTES) / 2)
            return true;
    return false;
}

void queue_dispatch(struct pool *pool)
{
    if (pool->closing)
        return;
    place(pool);
    if (!pool->wants_room || pool->serving || !room_enough(pool))
        return;
    pool->wants_room = false;
    pool->serving = true;
    if (pool->room)
        pool->room(pool, pool->data);
    pool->serving = false;
}

void queue_fault_all(struct job_list *list, const char *message)
{
    struct pool_job *job = NULL;
    while ((job = list_pop(list)))
        job_fault(job, GUARD_KILLED, -1, "", "%s", message);
}

static bool any_ready(const struct pool *pool)
{
    for (const struct worker *at = pool->workers; at; at = at->next)
        if (at->state == WORKER_READY && !at->fresh)
            return true;
    return false;
}

/* Each job that comes later gets one more start, and its own fault. */
void queue_give_up(struct pool *pool)
{
    if (pool->start_failures < START_TRIES_MAX || any_ready(pool))
        return;
    struct job_list lonely = pool->lonely, requeued = pool->requeued;
    pool->lonely = pool->requeued = (struct job_list){0};
    pool->start_failures = START_TRIES_MAX - 1;
    queue_fault_all(&lonely, pool->start_why);
    queue_fault_all(&requeued, pool->start_why);
}

static void backoff_done(uv_timer_t *timer)
{
    struct pool *pool = timer->data;
    queue_dispatch(pool);
    queue_give_up(pool);
}

void queue_back_off(struct pool *pool)
{
    unsigned doublings = pool->start_failures < 6 ? pool->start_failures : 6;
    uv_timer_start(&pool->backoff, backoff_done, 5UL << doublings, 0);
}

static int busy(struct pool *pool)
{
    pool->wants_room = true;
    return ERR_BUSY;
}

static struct session *session_find(struct pool *pool, int64_t id)
{
    for (struct session *at = pool->sessions; at; at = at->next)
        if (at->id == id)
            return at;
    return NULL;
}

static int submit_session(struct pool *pool, struct pool_job *job)
{
    struct session *session = session_find(pool, job->session);
    if (!session)
        return ERR_USAGE;
    if (session->dead)
        return ERR_CANCELLED;
    struct worker *worker = session->worker;
    if (worker && (!takes_jobs(worker) || !has_room(worker, job->payload.len)))
        return busy(pool);
    if (!worker)
        worker = pick(pool, job->payload.len);
    if (!worker)
        return busy(pool);
    session->worker = worker;
    return worker_send(worker, job);
}

static int submit_fresh(struct pool *pool, struct pool_job *job)
{
    struct error err = {0};
    if (pool->fresh >= pool->size)
        return busy(pool);
    struct worker *worker = worker_start(pool, true, &err);
    if (!worker) {
        log_error("worker", "%s", err.text);
        return err.code;
    }
    worker->exclusive = true;
    int rc = worker_send(worker, job);
    if (rc < 0)
        worker_kill(worker, END_DONE);
    return rc;
}

int pool_submit(struct pool *pool, struct pool_job *job)
{
    if (pool->closing)
        return ERR_CANCELLED;
    if (job->payload.len == 0 || buf_failed(&job->payload))
        return ERR_INVALID;
    if (job->payload.len + 64 > LIMIT(FRAME_BYTES))
        return ERR_LIMIT;
    job->tries = 0;
    job->next = NULL;
    if (job->fresh)
        return submit_fresh(pool, job);
    if (job->session > 0)
        return submit_session(pool, job);
    if (job->alone) {
        if (pool->lonely.count >= LIMIT(WORKER_QUEUE_ITEMS))
            return busy(pool);
        list_push(&pool->lonely, job);
        place(pool);
        return 0;
    }
    if (pool->requeued.first)
        return busy(pool);
    struct worker *worker = pick(pool, job->payload.len);
    if (worker)
        return worker_send(worker, job);
    if (pool->live > 0)
        return busy(pool);
    list_push(&pool->requeued, job); /* no worker starts: it waits for one, or for the verdict */
    return 0;
}

int64_t pool_session(struct pool *pool)
{
    struct session *session = mem_zero(1, sizeof *session);
    if (!session)
        return ERR_NOMEM;
    session->id = ++pool->last_session;
    session->next = pool->sessions;
    pool->sessions = session;
    return session->id;
}

static void send_forget(struct worker *worker, int64_t id)
{
    struct buf *out = &worker->channel.out;
    msgpack_packer packer;
    size_t begun = frame_begin(out);
    wire_packer(&packer, out);
    msgpack_pack_array(&packer, 3);
    msgpack_pack_int(&packer, MESSAGE_FORGET);
    msgpack_pack_int(&packer, 0);
    msgpack_pack_int64(&packer, id);
    frame_end(out, begun, NULL);
    worker->pool->dirty = true;
}

void pool_session_end(struct pool *pool, int64_t id)
{
    for (struct session **at = &pool->sessions; *at; at = &(*at)->next) {
        struct session *session = *at;
        if (session->id != id)
            continue;
        if (session->worker && !session->dead && !session->worker->channel.ended)
            send_forget(session->worker, id);
        *at = session->next;
        mem_free(session);
        return;
    }
}

void session_worker_died(struct pool *pool, struct worker *worker)
{
    for (struct session *at = pool->sessions; at; at = at->next)
        if (at->worker == worker) {
            at->dead = true;
            at->worker = NULL;
        }
}

/* One worker process as the host sees it: started, fed, ended. */
#include "worker/pool_parts.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "model/wire.h"
#include "worker/frame.h"
#include "worker/spawn.h"

/* The struct goes when both its handles (process and socket) are closed. */
static void handle_gone(struct worker *worker)
{
    struct pool *pool = worker->pool;
    if (--worker->handles > 0)
        return;
    page_free(worker->page);
    mem_free(worker);
    pool_handle_gone(pool);
}

static void process_gone(uv_handle_t *handle)
{
    handle_gone(handle->data);
}

static void channel_gone(struct channel *channel)
{
    handle_gone(channel->data);
}

static void unlink_worker(struct worker *worker)
{
    struct pool *pool = worker->pool;
    for (struct worker **at = &pool->workers; *at; at = &(*at)->next)
        if (*at == worker) {
            *at = worker->next;
            break;
        }
    if (worker->fresh)
        pool->fresh--;
    else
        pool->live--;
}

static void worker_exited(uv_process_t *process, int64_t exit_status, int term_signal)
{
    struct worker *worker = process->data;
    struct pool *pool = worker->pool;
    if (worker->end != END_FRAME)
        channel_drain(&worker->channel); /* answers given before the end count */
    worker->state = WORKER_ENDED;
    worker_keep_spent(worker);
    unlink_worker(worker);
    channel_close(&worker->channel);
    uv_close((uv_handle_t *)process, process_gone);
    retry_judge(worker, exit_status, term_signal);
    queue_dispatch(pool);
}

static int on_frame(struct channel *channel, const uint8_t *body, size_t len, struct error *err)
{
    return answer_frame(channel->data, body, len, err);
}

/* End of file, a broken frame, or no memory for one: the process has to go; worker_exited judges.
 */
static void on_end(struct channel *channel, const struct error *why)
{
    struct worker *worker = channel->data;
    if (why->code != 0 && worker->end == END_NONE) {
        snprintf(worker->why, sizeof worker->why, "%s", why->text);
        worker_kill(worker, END_FRAME);
    } else {
        worker_kill(worker, worker->end);
    }
}

static void feed_setup(struct worker *worker)
{
    struct pool *pool = worker->pool;
    buf_str(&worker->channel.out, buf_view(&pool->setup));
    for (size_t i = 0; i < LIMIT(PLUGINS); i++)
        if (pool->shipped[i].used)
            buf_str(&worker->channel.out, buf_view(&pool->shipped[i].frame));
    pool->dirty = true;
}

static void start_failed_gone(uv_handle_t *handle)
{
    struct worker *worker = handle->data;
    struct pool *pool = worker->pool;
    page_free(worker->page);
    mem_free(worker);
    pool_handle_gone(pool);
}

struct worker *worker_start(struct pool *pool, bool fresh, struct error *err)
{
    struct worker *worker = mem_zero(1, sizeof *worker);
    if (!worker) {
        error_set(err, ERR_NOMEM, "no memory for a worker");
        return NULL;
    }
    int fd = -1;
    worker->pool = pool;
    worker->fresh = fresh;
    worker->process.data = worker;
    worker->channel.data = worker;
    worker->channel.frame = on_frame;
    worker->channel.end = on_end;
    worker->channel.gone = channel_gone;
    int rc = spawn_worker(pool->loop, pool->program, &worker->process, worker_exited, &fd,
                          &worker->page, err);
    if (rc >= 0) {
        rc = channel_open(&worker->channel, pool->loop, fd, err);
        if (rc < 0) {
            close(fd);
            uv_process_kill(&worker->process, SIGKILL);
        }
    }
    if (rc < 0) {
        if (!worker->process.loop) {
            mem_free(worker);
            return NULL;
        }
        pool->handles++;
        uv_close((uv_handle_t *)&worker->process, start_failed_gone);
        return NULL;
    }
    worker->handles = 2;
    pool->handles++;
    worker->next = pool->workers;
    pool->workers = worker;
    if (fresh)
        pool->fresh++;
    else
        pool->live++;
    worker->started_us = clock_mono_us();
    feed_setup(worker);
    watch_start(pool);
    return worker;
}

int worker_send(struct worker *worker, struct pool_job *job)
{
    struct buf *out = &worker->channel.out;
    struct error err = {0};
    msgpack_packer packer;
    size_t before = out->len, begun = frame_begin(out);
    job->sequence = ++worker->pool->last_sequence;
    wire_packer(&packer, out);
    msgpack_pack_array(&packer, 5);
    msgpack_pack_int(&packer, MESSAGE_JOB);
    msgpack_pack_uint64(&packer, job->sequence);
    msgpack_pack_int(&packer, (int)job->op);
    msgpack_pack_int64(&packer, job->session);
    buf_str(out, buf_view(&job->payload));
    int rc = frame_end(out, begun, &err);
    if (rc < 0) {
        out->len = before;
        out->failed = false;
        return rc;
    }
    if (!worker->jobs.first)
        worker->head_since_us = clock_mono_us();
    list_push(&worker->jobs, job);
    worker->bytes += job->payload.len;
    worker->pool->dirty = true;
    watch_start(worker->pool);
    return 0;
}

void worker_kill(struct worker *worker, enum worker_end why)
{
    if (worker->state == WORKER_ENDED)
        return;
    if (worker->end == END_NONE)
        worker->end = why;
    worker->peak_rss = worker_rss(worker);
    uv_process_kill(&worker->process, SIGKILL);
}

void worker_retire(struct worker *worker)
{
    if (worker->end == END_NONE)
        worker->end = END_DONE;
    worker->peak_rss = worker_rss(worker);
    shutdown(worker->channel.fd, SHUT_WR);
}

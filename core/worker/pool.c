#include "worker/pool.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "model/wire.h"
#include "worker/frame.h"
#include "worker/pool_parts.h"

#define CLOSE_MS      1000 /* for idle workers to end by themselves */
#define SPENT_MOST_US (INT64_C(365) * 24 * 3600 * 1000 * 1000) /* of one worker: a year */

const char *pool_title(const struct pool *pool, int64_t plugin)
{
    if (plugin < 0 || plugin >= (int64_t)LIMIT(PLUGINS) || !pool->shipped[plugin].used)
        return NULL;
    return pool->shipped[plugin].title;
}

/* Frames that go out in one turn of the loop go out together, before it waits. */
static void on_flush(uv_prepare_t *prepare)
{
    struct pool *pool = prepare->data;
    if (!pool->dirty)
        return;
    pool->dirty = false;
    for (struct worker *at = pool->workers, *next = NULL; at; at = next) {
        next = at->next;
        if (at->channel.out.len > at->channel.sent)
            channel_flush(&at->channel);
    }
}

static void pack_files(msgpack_packer *packer, const struct pool_file *files, size_t count)
{
    msgpack_pack_map(packer, count);
    for (size_t i = 0; i < count; i++) {
        wire_pack_key(packer, files[i].name);
        wire_pack_bin(packer, files[i].bytes, files[i].len);
    }
}

static int pack_setup(struct pool *pool, const struct pool_options *options, struct error *err)
{
    struct buf *out = &pool->setup;
    msgpack_packer packer;
    size_t begun = frame_begin(out);
    wire_packer(&packer, out);
    msgpack_pack_array(&packer, 3);
    msgpack_pack_int(&packer, MESSAGE_SETUP);
    msgpack_pack_int(&packer, 0);
    msgpack_pack_map(&packer, 6);
    wire_pack_key(&packer, "env");
    msgpack_pack_array(&packer, options->env_count);
    for (size_t i = 0; i < options->env_count; i++)
        wire_pack_bin(&packer, options->env[i], strlen(options->env[i]));
    wire_pack_key(&packer, "native");
    msgpack_pack_array(&packer, options->native_count);
    for (size_t i = 0; i < options->native_count; i++)
        wire_pack_str(&packer, str_of(options->native[i]));
    wire_pack_key(&packer, "lib");
    pack_files(&packer, options->lib, options->lib_count);
    wire_pack_key(&packer, "state_bytes");
    msgpack_pack_uint64(&packer, options->state_bytes ? options->state_bytes : LIMIT(STATE_BYTES));
    wire_pack_key(&packer, "worker_bytes");
    msgpack_pack_uint64(&packer,
                        options->worker_bytes ? options->worker_bytes : LIMIT(WORKER_BYTES));
    wire_pack_key(&packer, "call_ms");
    msgpack_pack_uint64(&packer, pool->call_ms);
    return frame_end(out, begun, err);
}

static unsigned pool_size(unsigned wanted)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    if (wanted == 0)
        wanted = cores > 0 ? (unsigned)cores : 1;
    return wanted < LIMIT(WORKERS) ? wanted : (unsigned)LIMIT(WORKERS);
}

static int64_t children_cpu_us(void)
{
    struct rusage usage;
    if (getrusage(RUSAGE_CHILDREN, &usage) < 0)
        return 0;
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 + usage.ru_utime.tv_usec +
           usage.ru_stime.tv_usec;
}

/* These three cannot fail. They do not keep the loop alive: the workers' sockets do. */
static void open_handles(struct pool *pool)
{
    uv_timer_init(pool->loop, &pool->watchdog);
    uv_timer_init(pool->loop, &pool->backoff);
    uv_prepare_init(pool->loop, &pool->flush);
    pool->watchdog.data = pool->backoff.data = pool->flush.data = pool;
    pool->handles = 3;
    uv_prepare_start(&pool->flush, on_flush);
    uv_unref((uv_handle_t *)&pool->watchdog);
    uv_unref((uv_handle_t *)&pool->flush);
}

static void pool_free(struct pool *pool)
{
    for (size_t i = 0; pool->shipped && i < LIMIT(PLUGINS); i++) {
        mem_free(pool->shipped[i].title);
        buf_free(&pool->shipped[i].frame);
    }
    while (pool->sessions) {
        struct session *session = pool->sessions;
        pool->sessions = session->next;
        mem_free(session);
    }
    mem_free(pool->shipped);
    mem_free(pool->program);
    buf_free(&pool->setup);
    mem_free(pool);
}

int pool_open(uv_loop_t *loop, const struct pool_options *options, struct pool **out,
              struct error *err)
{
    struct pool *pool = mem_zero(1, sizeof *pool);
    if (!pool)
        return error_set(err, ERR_NOMEM, "no memory for the workers");
    pool->loop = loop;
    pool->room = options->room;
    pool->log = options->log;
    pool->data = options->data;
    pool->size = pool_size(options->workers);
    pool->call_ms = options->call_ms ? options->call_ms : LIMIT(CALL_MS);
    pool->grace_ms = options->grace_ms ? options->grace_ms : LIMIT(CALL_GRACE_MS);
    pool->shipped = mem_zero(LIMIT(PLUGINS), sizeof *pool->shipped);
    pool->program = options->program ? mem_strdup(options->program) : NULL;
    pool->children_cpu_us = children_cpu_us();
    int rc = 0;
    if (!pool->shipped || (options->program && !pool->program))
        rc = error_set(err, ERR_NOMEM, "no memory for the workers");
    else
        rc = pack_setup(pool, options, err);
    if (rc < 0) {
        pool_free(pool);
        return rc;
    }
    open_handles(pool);
    *out = pool;
    return 0;
}

static int pack_plugin(struct buf *out, const struct pool_plugin *plugin, struct error *err)
{
    msgpack_packer packer;
    size_t begun = frame_begin(out);
    wire_packer(&packer, out);
    msgpack_pack_array(&packer, 3);
    msgpack_pack_int(&packer, MESSAGE_PLUGIN);
    msgpack_pack_int(&packer, 0);
    msgpack_pack_map(&packer, 6);
    wire_pack_key(&packer, "index");
    msgpack_pack_uint32(&packer, plugin->index);
    wire_pack_key(&packer, "kind");
    wire_pack_str(&packer, str_of(plugin->kind));
    wire_pack_key(&packer, "name");
    wire_pack_str(&packer, str_of(plugin->name));
    wire_pack_key(&packer, "native");
    if (plugin->native)
        msgpack_pack_true(&packer);
    else
        msgpack_pack_false(&packer);
    wire_pack_key(&packer, "files");
    pack_files(&packer, plugin->files, plugin->file_count);
    wire_pack_key(&packer, "options");
    if (plugin->options.len == 0)
        msgpack_pack_nil(&packer);
    else
        buf_str(out, plugin->options);
    return frame_end(out, begun, err);
}

int pool_ship(struct pool *pool, const struct pool_plugin *plugin, struct error *err)
{
    if (plugin->index >= LIMIT(PLUGINS))
        return error_set(err, ERR_LIMIT, "more than %s (%lu) plugins", LIMIT_NAME(PLUGINS),
                         LIMIT(PLUGINS));
    struct shipped *shipped = &pool->shipped[plugin->index];
    if (shipped->used)
        return error_set(err, ERR_EXISTS, "plugin index %u is taken by %s", plugin->index,
                         shipped->title);
    if (plugin->options.len && frame_check(plugin->options.at, plugin->options.len, err) < 0)
        return error_wrap(err, "options of %s/%s", plugin->kind, plugin->name);
    int rc = pack_plugin(&shipped->frame, plugin, err);
    if (rc >= 0) {
        size_t len = strlen(plugin->kind) + strlen(plugin->name) + 2;
        shipped->title = mem_alloc(len);
        if (shipped->title)
            snprintf(shipped->title, len, "%s/%s", plugin->kind, plugin->name);
        else
            rc = error_set(err, ERR_NOMEM, "no memory for plugin %s", plugin->name);
    }
    if (rc < 0) {
        buf_free(&shipped->frame);
        return rc;
    }
    shipped->used = true;
    for (struct worker *at = pool->workers; at; at = at->next)
        if (!at->channel.ended)
            buf_str(&at->channel.out, buf_view(&shipped->frame));
    pool->dirty = true;
    return 0;
}

unsigned pool_workers(const struct pool *pool)
{
    return pool->size;
}

/* VmHWM: ru_maxrss of a child would begin with the host's own size at the fork. */
uint64_t worker_rss(const struct worker *worker)
{
    char path[64], line[256];
    unsigned long kib = 0;
    snprintf(path, sizeof path, "/proc/%d/status", uv_process_get_pid(&worker->process));
    FILE *file = fopen(path, "re");
    if (!file)
        return worker->peak_rss;
    while (fgets(line, sizeof line, file))
        if (sscanf(line, "VmHWM: %lu", &kib) == 1)
            break;
    fclose(file);
    return kib ? kib * KIB : worker->peak_rss;
}

static uint64_t resident_now(pid_t pid)
{
    char path[64];
    unsigned long size, pages = 0;
    snprintf(path, sizeof path, "/proc/%d/statm", pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return 0;
    const bool known = fscanf(file, "%lu %lu", &size, &pages) == 2;
    fclose(file);
    return known ? (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

void pool_now(const struct pool *pool, struct pool_now *out)
{
    *out = (struct pool_now){0};
    for (const struct worker *at = pool->workers; at; at = at->next) {
        out->running++;
        out->rss += resident_now(uv_process_get_pid(&at->process));
    }
}

const char *pool_problem(const struct pool *pool)
{
    return pool->start_failures > 0 ? pool->start_why : NULL;
}

static int64_t worker_cpu_us(const struct worker *worker)
{
    clockid_t clock;
    struct timespec spent;
    if (clock_getcpuclockid(uv_process_get_pid(&worker->process), &clock) != 0 ||
        clock_gettime(clock, &spent) < 0)
        return 0;
    return (int64_t)spent.tv_sec * 1000000 + spent.tv_nsec / 1000;
}

/* A worker can write any number into its page; no sum of these overflows. */
static int64_t believable_us(int64_t said_us)
{
    return said_us > 0 && said_us < SPENT_MOST_US ? said_us : 0;
}

static uint64_t believable_bytes(uint64_t said)
{
    return said <= LIMIT(WORKER_BYTES) ? said : 0;
}

void worker_spent(const struct worker *worker, struct pool_usage *sum)
{
    sum->start_us += believable_us(atomic_load(&worker->page->start_us));
    sum->plugin_us += believable_us(atomic_load(&worker->page->plugin_us));
    sum->decode_us += believable_us(atomic_load(&worker->page->decode_us));
}

void worker_calls(const struct worker *worker, uint32_t plugin, struct pool_calls *sum)
{
    const struct page_calls *said = &worker->page->calls[plugin];
    const uint64_t count = atomic_load(&said->count);
    const int64_t most_us = believable_us(atomic_load(&said->most_us));
    sum->count += count < SPENT_MOST_US ? count : 0;
    sum->us += believable_us(atomic_load(&said->us));
    if (most_us > sum->most_us)
        sum->most_us = most_us;
    const uint64_t bytes = believable_bytes(atomic_load(&said->bytes));
    if (bytes > sum->bytes)
        sum->bytes = bytes;
    const uint64_t most_bytes = believable_bytes(atomic_load(&said->most_bytes));
    if (most_bytes > sum->most_bytes)
        sum->most_bytes = most_bytes;
}

/* What it held, it holds no more. */
static void keep_calls(const struct worker *worker, uint32_t plugin, struct pool_calls *ended)
{
    worker_calls(worker, plugin, ended);
    ended->bytes = 0;
}

void worker_keep_spent(const struct worker *worker)
{
    struct pool *pool = worker->pool;
    worker_spent(worker, &pool->ended);
    for (uint32_t i = 0; i < PAGE_PLUGINS; i++)
        if (pool->shipped[i].used)
            keep_calls(worker, i, &pool->shipped[i].ended);
}

void pool_calls(const struct pool *pool, uint32_t plugin, struct pool_calls *out)
{
    *out = (struct pool_calls){0};
    if (plugin >= PAGE_PLUGINS || !pool->shipped[plugin].used)
        return;
    *out = pool->shipped[plugin].ended;
    for (const struct worker *at = pool->workers; at; at = at->next)
        worker_calls(at, plugin, out);
}

void pool_usage(struct pool *pool, struct pool_usage *out)
{
    *out = pool->ended;
    out->cpu_us = children_cpu_us() - pool->children_cpu_us;
    out->replaced = pool->replaced;
    for (struct worker *at = pool->workers; at; at = at->next) {
        out->cpu_us += worker_cpu_us(at);
        worker_spent(at, out);
        at->peak_rss = worker_rss(at);
        if (at->peak_rss > pool->peak_rss)
            pool->peak_rss = at->peak_rss;
    }
    out->peak_rss = pool->peak_rss;
}

static void timer_gone(uv_handle_t *handle)
{
    pool_handle_gone(handle->data);
}

void pool_handle_gone(struct pool *pool)
{
    pool->handles--;
    if (!pool->closing)
        return;
    if (pool->handles == 3 && !pool->workers && !uv_is_closing((uv_handle_t *)&pool->watchdog)) {
        uv_close((uv_handle_t *)&pool->watchdog, timer_gone);
        uv_close((uv_handle_t *)&pool->backoff, timer_gone);
        uv_close((uv_handle_t *)&pool->flush, timer_gone);
    } else if (pool->handles == 0) {
        void (*closed)(void *data) = pool->closed;
        void *data = pool->closed_data;
        pool_free(pool);
        if (closed)
            closed(data);
    }
}

static void cancel(struct job_list *list)
{
    struct pool_job *job = NULL;
    while ((job = list_pop(list)))
        job_fault(job, GUARD_KILLED, -1, "", "cancelled");
}

static void on_close_late(uv_timer_t *timer)
{
    struct pool *pool = timer->data;
    for (struct worker *at = pool->workers; at; at = at->next)
        worker_kill(at, END_DONE);
}

void pool_close(struct pool *pool, void (*done)(void *data), void *data)
{
    pool->closing = true;
    pool->closed = done;
    pool->closed_data = data;
    for (struct worker *at = pool->workers; at; at = at->next) {
        struct job_list jobs = at->jobs;
        at->jobs = (struct job_list){0};
        if (jobs.first || at->state != WORKER_READY)
            worker_kill(at, END_DONE);
        else
            worker_retire(at);
        cancel(&jobs);
    }
    cancel(&pool->lonely);
    cancel(&pool->requeued);
    uv_timer_stop(&pool->watchdog);
    uv_timer_start(&pool->backoff, on_close_late, CLOSE_MS, 0);
    /* counts itself out: with no worker left the handles close at once */
    pool->handles++;
    pool_handle_gone(pool);
}

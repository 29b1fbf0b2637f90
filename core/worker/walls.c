/* The host's time walls, on a timer that runs only while jobs are out.
 *
 * A call into a plugin has the soft budget of its own (a Lua hook in the worker) and a grace time
 * on top; the page says when a call began by counting calls. Because a worker may write anything to
 * the page, a job has a wall as a whole as well: all its calls at their longest, and one load.
 * Since answers are sent in groups, the job at the front of the queue may have been answered in the
 * worker already while a later one runs, so the calls of all jobs up to that one count. */
#include "worker/pool_parts.h"

#include "base/clock.h"
#include "base/limits.h"

static uint64_t tick_ms(const struct pool *pool)
{
    uint64_t ms = pool->grace_ms / 4;
    return ms < 5 ? 5 : ms > 250 ? 250 : ms;
}

static int64_t call_wall_us(const struct pool *pool, enum page_phase phase)
{
    uint64_t ms = phase == PAGE_LOAD ? LIMIT(LOAD_MS) : pool->call_ms;
    return (int64_t)(ms + pool->grace_ms) * 1000;
}

static int64_t job_wall_us(const struct worker *worker)
{
    uint64_t running = atomic_load(&worker->page->sequence);
    int64_t calls = 0, sum = 0;
    for (const struct pool_job *job = worker->jobs.first; job; job = job->next) {
        sum += job->calls ? job->calls : 1;
        if (calls == 0 || job->sequence == running)
            calls = sum;
    }
    return calls * call_wall_us(worker->pool, PAGE_CALL) + call_wall_us(worker->pool, PAGE_LOAD);
}

static void look_at(struct worker *worker, int64_t now, int64_t late)
{
    worker->started_us += late;
    worker->head_since_us += late;
    worker->call_since_us += late;
    if (worker->state == WORKER_STARTING) {
        if (now - worker->started_us > (int64_t)LIMIT(WORKER_START_MS) * 1000)
            worker_kill(worker, END_HANG_START);
        return;
    }
    uint32_t phase = atomic_load(&worker->page->phase);
    uint64_t call = atomic_load(&worker->page->call);
    if (!worker->jobs.first || phase == PAGE_IDLE || call != worker->call_seen) {
        worker->call_seen = call;
        worker->call_since_us = now;
    }
    if (!worker->jobs.first)
        return;
    if (now - worker->call_since_us > call_wall_us(worker->pool, (enum page_phase)phase))
        worker_kill(worker, END_HANG_CALL);
    else if (now - worker->head_since_us > job_wall_us(worker))
        worker_kill(worker, END_HANG_JOB);
}

static void watch_tick(uv_timer_t *timer)
{
    struct pool *pool = timer->data;
    int64_t now = clock_mono_us(), interval = (int64_t)tick_ms(pool) * 1000;
    /* A host that was stopped or starved was no witness: that time is not the workers'. */
    int64_t late = now - pool->last_tick_us - interval;
    if (late < interval)
        late = 0;
    pool->last_tick_us = now;
    bool busy = false;
    for (struct worker *at = pool->workers, *next = NULL; at; at = next) {
        next = at->next;
        busy |= at->jobs.first != NULL || at->state == WORKER_STARTING;
        if (at->end == END_NONE)
            look_at(at, now, late);
    }
    if (!busy) {
        uv_timer_stop(timer);
        pool->watching = false;
    }
}

void watch_start(struct pool *pool)
{
    if (pool->watching)
        return;
    pool->watching = true;
    pool->last_tick_us = clock_mono_us();
    uv_timer_start(&pool->watchdog, watch_tick, tick_ms(pool), tick_ms(pool));
}

/* A worker is gone: which job and plugin took it down, and what becomes of its jobs.
 *
 * The job named in the progress page is blamed, when this worker really holds it; else the one at
 * the front. It is tried once more, alone, and faulted when it takes that worker too. A worker that
 * lies on the page can so cost an innocent job one retry and never its answer: alone with itself
 * there is nobody else to blame. */
#include "worker/pool_parts.h"

#include <seccomp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/log.h"

#define TRIES_MAX 2

/* What is said about a death. */
struct verdict {
    enum guard guard;
    int64_t plugin;
    char text[2 * ERROR_TEXT_MAX];
};

void job_fault(struct pool_job *job, enum guard guard, int64_t plugin, const char *traceback,
               const char *format, ...)
{
    char message[16 * KIB + 1]; /* QUARANTINE_TEXT */
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    struct pool_fault fault = {
        .guard = guard, .plugin = plugin, .message = message, .traceback = traceback};
    struct pool_answer answer = {.fault = &fault};
    job->done(job, &answer);
}

static struct pool_job *blamed(const struct worker *worker)
{
    uint64_t sequence = atomic_load(&worker->page->sequence);
    for (struct pool_job *job = worker->jobs.first; job; job = job->next)
        if (job->sequence == sequence)
            return job;
    return worker->jobs.first;
}

/* The name of the call that the filter caught, from the page: a number that nobody vouches for. */
static void call_name(const struct worker *worker, char out[64])
{
    int number = atomic_load(&worker->page->refused) - 1;
    char *name = number >= 0 && number < 4096
                     ? seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number)
                     : NULL;
    snprintf(out, 64, "%s", name ? name : "a system call");
    free(name);
}

static void judge_signal(struct verdict *verdict, const struct worker *worker, const char *who,
                         int signal)
{
    char call[64];
    verdict->guard = GUARD_KILLED;
    if (signal == SIGSYS) {
        call_name(worker, call);
        snprintf(verdict->text, sizeof verdict->text,
                 "%s called %s, which no worker may; its worker was killed (SIGSYS)", who, call);
    } else if (signal == SIGKILL) {
        snprintf(verdict->text, sizeof verdict->text,
                 "the worker of %s was killed from outside (SIGKILL): perhaps the system ran out "
                 "of memory",
                 who);
    } else {
        const char *name = sigabbrev_np(signal);
        snprintf(verdict->text, sizeof verdict->text, "%s crashed its worker: SIG%s (%s)", who,
                 name ? name : "?", strsignal(signal));
    }
}

static void judge(struct verdict *verdict, const struct worker *worker, int64_t status, int signal)
{
    const struct pool *pool = worker->pool;
    int64_t plugin = atomic_load(&worker->page->plugin);
    const char *title = pool_title(pool, plugin);
    const char *who = title ? title : "a job";
    verdict->plugin = title ? plugin : -1;
    verdict->guard = GUARD_TIME;
    switch (worker->end) {
    case END_HANG_CALL:
        snprintf(verdict->text, sizeof verdict->text,
                 "%s ran for over %llu ms and did not stop when told to; its worker was killed "
                 "(SIGKILL)",
                 who, (unsigned long long)pool->call_ms);
        return;
    case END_HANG_JOB:
        snprintf(verdict->text, sizeof verdict->text,
                 "the job took longer than all its calls may (%llu ms each); the worker of %s was "
                 "killed (SIGKILL)",
                 (unsigned long long)pool->call_ms, who);
        return;
    case END_FRAME:
        verdict->guard = GUARD_ANSWER;
        snprintf(verdict->text, sizeof verdict->text,
                 "the worker of %s sent a message that is refused: %s", who, worker->why);
        return;
    default:
        break;
    }
    if (signal) {
        judge_signal(verdict, worker, who, signal);
        return;
    }
    verdict->guard = GUARD_KILLED;
    snprintf(verdict->text, sizeof verdict->text, "%s ended its worker (exit code %d)", who,
             (int)status);
}

/* It never became ready. Nothing that was asked of it is to blame. */
static void judge_start(struct worker *worker, int64_t status, int signal)
{
    struct pool *pool = worker->pool;
    char message[2 * ERROR_TEXT_MAX];
    if (worker->refused)
        snprintf(message, sizeof message, "a worker cannot start: %s", worker->why);
    else if (worker->end == END_HANG_START)
        snprintf(message, sizeof message, "a worker did not start within %lu ms",
                 LIMIT(WORKER_START_MS));
    else if (worker->end == END_FRAME)
        snprintf(message, sizeof message, "a worker does not start as it should: %s", worker->why);
    else
        snprintf(message, sizeof message, "a worker cannot start: it ended with %s %d",
                 signal ? "signal" : "exit code", signal ? signal : (int)status);
    log_error("worker", "%s", message);
    if (worker->fresh) {
        queue_fault_all(&worker->jobs, message);
        return;
    }
    pool->start_failures++;
    struct pool_job *job = NULL;
    struct job_list back = {0};
    while ((job = list_pop(&worker->jobs)))
        list_push_front(&back, job);
    while ((job = list_pop(&back)))
        list_push_front(job->tries || job->alone ? &pool->lonely : &pool->requeued, job);
    snprintf(pool->start_why, sizeof pool->start_why, "%s", message);
    if (worker->refused)
        pool->start_failures = START_TRIES_MAX;
    queue_give_up(pool);
    if (!pool->closing)
        queue_back_off(pool);
}

/* Jobs that only waited go back as if never sent, in their order; those of a session fail with
 * their worker. */
static void give_back(struct worker *worker, const struct verdict *verdict)
{
    struct pool *pool = worker->pool;
    struct job_list back = {0}, lost = {0};
    struct pool_job *job = NULL;
    while ((job = list_pop(&worker->jobs))) {
        if (job->session > 0)
            list_push(&lost, job);
        else
            list_push_front(&back, job);
    }
    while ((job = list_pop(&back)))
        list_push_front(&pool->requeued, job);
    while ((job = list_pop(&lost)))
        job_fault(job, GUARD_KILLED, verdict->plugin, "", "the worker of this session is gone: %s",
                  verdict->text);
}

void retry_judge(struct worker *worker, int64_t status, int signal)
{
    struct pool *pool = worker->pool;
    if (worker->peak_rss > pool->peak_rss)
        pool->peak_rss = worker->peak_rss;
    session_worker_died(pool, worker);
    if (pool->closing || worker->end == END_DONE)
        return;
    if (!worker->greeted) {
        judge_start(worker, status, signal);
        return;
    }
    pool->replaced++;
    struct verdict verdict;
    judge(&verdict, worker, status, signal);
    struct pool_job *job = blamed(worker);
    log_warn("worker", "%s%s", verdict.text, job ? "" : "; it held no job");
    if (!job)
        return;
    list_remove(&worker->jobs, job);
    bool again = ++job->tries < TRIES_MAX && job->session == 0 && !job->fresh;
    if (again)
        list_push(&pool->lonely, job);
    give_back(worker, &verdict);
    if (!again)
        job_fault(job, verdict.guard, verdict.plugin, "", "%s", verdict.text);
}

/* Jobs, writes and blocking work of an open desk. */
#include "pipeline/host.h"

#include <string.h>

#include "base/alloc.h"

/* ---- jobs ---- */

static void answer_refused(struct pool_job *job, int code)
{
    const struct pool_fault fault = {GUARD_KILLED, -1,
                                     code == ERR_NOMEM
                                         ? "out of memory while sending a job to a worker"
                                         : "no worker could take the job",
                                     ""};
    const struct pool_answer answer = {.fault = &fault};
    job->done(job, &answer);
}

static int submit(struct lineup *lineup, struct pool_job *job)
{
    return lineup->ended ? ERR_CANCELLED : pool_submit(job->pool ? job->pool : lineup->pool, job);
}

void host_submit(struct lineup *lineup, struct pool_job *job)
{
    int code = lineup->jobs ? ERR_BUSY : submit(lineup, job);
    if (code == ERR_BUSY) {
        job->next = NULL;
        *lineup->jobs_end = job;
        lineup->jobs_end = &job->next;
    } else if (code < 0) {
        answer_refused(job, code);
    }
}

bool host_pool_full(const struct lineup *lineup)
{
    return lineup->jobs != NULL;
}

void host_drain_jobs(struct lineup *lineup)
{
    while (lineup->jobs) {
        struct pool_job *job = lineup->jobs;
        struct pool_job *rest = job->next;
        const int code = submit(lineup, job);
        if (code == ERR_BUSY) {
            job->next = rest;
            return;
        }
        lineup->jobs = rest;
        if (!rest)
            lineup->jobs_end = &lineup->jobs;
        if (code < 0)
            answer_refused(job, code);
    }
}

int64_t host_session(struct lineup *lineup, struct pool *pool, struct error *err)
{
    const int64_t session = lineup->ended ? ERR_CANCELLED : pool_session(pool);
    if (session == ERR_CANCELLED)
        return error_set(err, ERR_CANCELLED, "the desk ends");
    return session < 0 ? error_set(err, ERR_NOMEM, "out of memory for a worker's session")
                       : session;
}

void host_session_end(struct lineup *lineup, struct pool *pool, int64_t session)
{
    if (session > 0 && !lineup->ended)
        pool_session_end(pool, session);
}

/* ---- writes ---- */

void host_store(struct desk *desk, struct store_request *request)
{
    int code = desk->writes ? ERR_BUSY : store_submit(desk->store, request);
    if (code == ERR_BUSY) {
        request->next = NULL;
        *desk->writes_end = request;
        desk->writes_end = &request->next;
    } else if (code < 0) {
        error_set(&request->error, code, "the store cannot take a write: %s", error_words(code));
        request->done(request);
    }
}

bool host_withdraw(struct desk *desk, struct store_request *request)
{
    for (struct store_request **at = &desk->writes; *at; at = &(*at)->next) {
        if (*at != request)
            continue;
        *at = request->next;
        if (!*at)
            desk->writes_end = at;
        return true;
    }
    return store_withdraw(desk->store, request);
}

bool host_store_full(const struct desk *desk)
{
    return desk->writes != NULL;
}

static void drain_writes(struct desk *desk)
{
    while (desk->writes) {
        struct store_request *request = desk->writes;
        struct store_request *rest = request->next;
        const int code = store_submit(desk->store, request);
        if (code == ERR_BUSY) {
            request->next = rest;
            return;
        }
        desk->writes = rest;
        if (!rest)
            desk->writes_end = &desk->writes;
        if (code < 0) {
            error_set(&request->error, code, "the store cannot take a write: %s",
                      error_words(code));
            request->done(request);
        }
    }
}

/* ---- room ---- */

void host_listen(struct desk *desk, struct host_listener *listener)
{
    listener->next = desk->listeners;
    desk->listeners = listener;
}

void host_unlisten(struct desk *desk, struct host_listener *listener)
{
    if (desk->next_listener == listener)
        desk->next_listener = listener->next;
    for (struct host_listener **at = &desk->listeners; *at; at = &(*at)->next)
        if (*at == listener) {
            *at = listener->next;
            return;
        }
}

void host_tell_room(struct desk *desk)
{
    for (struct host_listener *at = desk->listeners; at; at = desk->next_listener) {
        desk->next_listener = at->next;
        at->room(at->data);
    }
    desk->next_listener = NULL;
}

void host_pool_room(struct pool *pool, void *data)
{
    (void)pool;
    struct lineup *lineup = data;
    host_drain_jobs(lineup);
    if (!lineup->jobs)
        host_tell_room(lineup->desk);
}

void host_store_news(struct store *store, void *data)
{
    (void)store;
    struct desk *desk = data;
    if (desk->news)
        desk->news(desk->news_data);
}

void host_store_room(struct store *store, void *data)
{
    (void)store;
    struct desk *desk = data;
    drain_writes(desk);
    if (!desk->writes)
        host_tell_room(desk);
}

/* ---- waiting ---- */

struct call {
    bool done;
    struct pool_frame *frame;
    const msgpack_object *value;
    char *traceback;
    struct error error;
};

static void call_done(struct pool_job *job, const struct pool_answer *answer)
{
    struct call *call = job->data;
    call->done = true;
    if (answer->fault) {
        job->guard = answer->fault->guard;
        error_set(&call->error, ERR_PLUGIN, "%s", answer->fault->message);
        call->traceback = mem_strdup(answer->fault->traceback ? answer->fault->traceback : "");
        return;
    }
    call->value = answer->value;
    call->frame = pool_answer_keep(answer);
}

/* Where nobody asks for the traceback, its report (all before the stack) belongs to the message. */
static void add_report(struct error *err, const char *traceback)
{
    const char *stack = strstr(traceback, "stack traceback:");
    const size_t used = strlen(err->text);
    struct str report = {traceback, stack ? (size_t)(stack - traceback) : strlen(traceback)};
    if (report.len && report.at[report.len - 1] == '\n')
        report.len--;
    const size_t room = sizeof err->text - used - 2;
    if (report.len)
        snprintf(err->text + used, room + 2, "\n" STR_FMT, (int)utf8_cut(report, room), report.at);
}

int host_call(struct lineup *lineup, struct pool_job *job, struct pool_frame **frame,
              const msgpack_object **value, char **traceback, struct error *err)
{
    struct call call = {0};
    if (buf_failed(&job->payload))
        return error_set(err, ERR_NOMEM, "out of memory while making a job");
    job->done = call_done;
    job->data = &call;
    host_submit(lineup, job);
    host_wait(lineup->desk, &call.done);
    MEM_AUTO char *report = traceback ? NULL : call.traceback;
    if (traceback)
        *traceback = call.traceback;
    if (report)
        add_report(&call.error, report);
    if (call.error.code < 0)
        return error_set(err, call.error.code, "%s", call.error.text);
    *frame = call.frame;
    *value = call.value;
    return 0;
}

int host_keep_frame(struct lineup *lineup, struct pool_frame *frame)
{
    struct pool_frame **grown =
        mem_resize_array(lineup->frames, lineup->frame_count + 1, sizeof *grown);
    if (!grown) {
        pool_frame_free(frame);
        return ERR_NOMEM;
    }
    lineup->frames = grown;
    grown[lineup->frame_count++] = frame;
    return 0;
}

/* ---- blocking work ---- */

static void run_work(uv_work_t *request)
{
    struct host_work *work = request->data;
    work->work(work->data);
}

static void after_work(uv_work_t *request, int status)
{
    (void)status; /* nothing here cancels */
    struct host_work *work = request->data;
    work->after(work->data);
}

void host_work(struct desk *desk, struct host_work *work)
{
    work->request.data = work;
    /* can fail only without a work function */
    (void)uv_queue_work(&desk->loop, &work->request, run_work, after_work);
}

struct block {
    struct host_work work;
    void (*run)(void *data);
    void *data;
    bool done;
};

static void block_run(void *data)
{
    struct block *block = data;
    block->run(block->data);
}

static void block_done(void *data)
{
    ((struct block *)data)->done = true;
}

void host_block(struct desk *desk, void (*work)(void *data), void *data)
{
    struct block block = {.work = {.work = block_run, .after = block_done}};
    block.work.data = &block;
    block.run = work;
    block.data = data;
    host_work(desk, &block.work);
    host_wait(desk, &block.done);
}

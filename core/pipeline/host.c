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

void host_submit(struct desk *desk, struct pool_job *job)
{
    int code = desk->jobs ? ERR_BUSY : pool_submit(desk->pool, job);
    if (code == ERR_BUSY) {
        job->next = NULL;
        *desk->jobs_end = job;
        desk->jobs_end = &job->next;
    } else if (code < 0) {
        answer_refused(job, code);
    }
}

bool host_pool_full(const struct desk *desk)
{
    return desk->jobs != NULL;
}

static void drain_jobs(struct desk *desk)
{
    while (desk->jobs) {
        struct pool_job *job = desk->jobs;
        struct pool_job *rest = job->next;
        const int code = pool_submit(desk->pool, job);
        if (code == ERR_BUSY) {
            job->next = rest;
            return;
        }
        desk->jobs = rest;
        if (!rest)
            desk->jobs_end = &desk->jobs;
        if (code < 0)
            answer_refused(job, code);
    }
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

void host_pool_room(struct pool *pool, void *data)
{
    (void)pool;
    struct desk *desk = data;
    drain_jobs(desk);
    if (!desk->jobs && desk->room)
        desk->room(desk->room_data);
}

void host_store_room(struct store *store, void *data)
{
    (void)store;
    struct desk *desk = data;
    drain_writes(desk);
    if (!desk->writes && desk->room)
        desk->room(desk->room_data);
}

/* ---- waiting ---- */

void host_wait(struct desk *desk, const bool *done)
{
    while (!*done)
        uv_run(&desk->loop, UV_RUN_ONCE);
}

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
        error_set(&call->error, ERR_PLUGIN, "%s", answer->fault->message);
        call->traceback = mem_strdup(answer->fault->traceback ? answer->fault->traceback : "");
        return;
    }
    call->value = answer->value;
    call->frame = pool_answer_keep(answer);
}

int host_call(struct desk *desk, struct pool_job *job, struct pool_frame **frame,
              const msgpack_object **value, char **traceback, struct error *err)
{
    struct call call = {0};
    if (buf_failed(&job->payload))
        return error_set(err, ERR_NOMEM, "out of memory while making a job");
    job->done = call_done;
    job->data = &call;
    host_submit(desk, job);
    host_wait(desk, &call.done);
    if (traceback)
        *traceback = call.traceback;
    else
        mem_free(call.traceback);
    if (call.error.code < 0)
        return error_set(err, call.error.code, "%s", call.error.text);
    *frame = call.frame;
    *value = call.value;
    return 0;
}

int host_keep_frame(struct desk *desk, struct pool_frame *frame)
{
    struct pool_frame **grown =
        mem_resize_array(desk->frames, desk->frame_count + 1, sizeof *grown);
    if (!grown) {
        pool_frame_free(frame);
        return ERR_NOMEM;
    }
    desk->frames = grown;
    grown[desk->frame_count++] = frame;
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

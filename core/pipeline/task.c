/* The life of one run of a task. */
#include "pipeline/task.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "pipeline/health.h"
#include "pipeline/own.h"
#include "pipeline/task_parts.h"

/* ---- the request's copy ---- */

static const char *copy_text(struct arena *arena, const char *text, bool *failed)
{
    const char *copy = text ? arena_text(arena, str_of(text)) : NULL;
    *failed = *failed || (text && !copy);
    return copy;
}

static struct str copy_str(struct arena *arena, struct str text, bool *failed)
{
    struct str copy = arena_str(arena, text);
    *failed = *failed || (text.len && !copy.at);
    return copy;
}

static const struct task_item *copy_items(struct arena *arena, const struct task_request *request,
                                          bool *failed)
{
    struct task_item *items = arena_alloc(arena, request->item_count, sizeof *items);
    *failed = *failed || !items;
    for (size_t i = 0; !*failed && i < request->item_count; i++) {
        const struct task_item *from = &request->items[i];
        struct task_fact *facts = arena_alloc(arena, from->count, sizeof *facts);
        *failed = !facts;
        for (size_t k = 0; !*failed && k < from->count; k++)
            facts[k] = (struct task_fact){copy_text(arena, from->facts[k].name, failed),
                                          copy_str(arena, from->facts[k].value, failed)};
        items[i] = (struct task_item){facts, from->count};
    }
    return items;
}

static const struct option_text *copy_given(struct arena *arena, const struct task_request *request,
                                            bool *failed)
{
    struct option_text *given = arena_alloc(arena, request->given_count, sizeof *given);
    *failed = *failed || !given;
    for (size_t i = 0; !*failed && i < request->given_count; i++)
        given[i] = (struct option_text){copy_text(arena, request->given[i].key, failed),
                                        copy_text(arena, request->given[i].value, failed)};
    return given;
}

static int copy_request(struct task_run *run, const struct task_request *request)
{
    bool failed = false;
    struct task_request *copy = &run->request;
    struct arena *arena = run->arena;
    *copy = *request;
    copy->plugin = copy_text(arena, request->plugin, &failed);
    copy->event = copy_text(arena, request->event, &failed);
    copy->job = copy_text(arena, request->job, &failed);
    copy->local_time = copy_text(arena, request->local_time, &failed);
    copy->query = copy_text(arena, request->query, &failed);
    copy->to = copy_text(arena, request->to, &failed);
    copy->items = copy_items(arena, request, &failed);
    copy->given = copy_given(arena, request, &failed);
    return failed ? ERR_NOMEM : 0;
}

/* ---- the run ---- */

int task_call(struct task_run *run, struct pool_job *job, struct pool_frame **frame,
              const msgpack_object **value, struct error *err)
{
    MEM_AUTO char *traceback = NULL;
    job->pool = plugin_pool(run->lineup, run->plugin);
    const int code = host_call(run->lineup, job, frame, value, &traceback, err);
    buf_free(&job->payload);
    if (code >= 0)
        return run->cancelled ? error_set(err, ERR_CANCELLED, "the task was cancelled") : 0;
    run->worker_died = job->guard == GUARD_KILLED;
    if (code == ERR_PLUGIN && !run->request.dry)
        plugin_failed(run->lineup, run->plugin, job->guard, err->text);
    if (traceback && traceback[0]) {
        mem_free(run->traceback);
        run->traceback = traceback;
        traceback = NULL;
    }
    return error_wrap(err, "%s failed", run->plugin->label);
}

static bool runs_on(const struct manifest *manifest, const char *event)
{
    for (size_t i = 0; i < manifest->event_count; i++)
        if (strcmp(manifest->events[i], event) == 0)
            return true;
    return false;
}

int task_runs_on(const struct desk_plugin *plugin, const char *event, struct error *err)
{
    const struct manifest *manifest = &plugin->manifest;
    char list[256] = "";
    if (runs_on(manifest, event))
        return 0;
    for (size_t i = 0; i < manifest->event_count; i++) {
        const size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", manifest->events[i]);
    }
    return error_set(err, ERR_INVALID, "%s runs on %s, not on %s", plugin->label, list, event);
}

static int load(struct task_run *run, struct error *err)
{
    const struct task_request *request = &run->request;
    const char *slash = strchr(request->plugin, '/');
    if (slash && strncmp(request->plugin, "task/", 5) != 0)
        return error_set(err, ERR_USAGE, "%s is no task", request->plugin);
    int code = host_load(run->lineup, "task", slash ? slash + 1 : request->plugin, request->options,
                         request->given, request->given_count, &run->plugin, err);
    if (code < 0)
        return code;
    if ((code = task_runs_on(run->plugin, request->event, err)) < 0)
        return code;
    if (request->item_count > LIMIT(TASK_ITEMS))
        return error_set(err, ERR_LIMIT, "%zu events at once, but %s allows %lu",
                         request->item_count, LIMIT_NAME(TASK_ITEMS), LIMIT(TASK_ITEMS));
    return request->to && !request->dry ? export_to_check(run->desk, request->to, &run->to, err)
                                        : 0;
}

static int work(struct task_run *run, struct error *err)
{
    if (!run->desk->store && !run->request.dry)
        return error_set(err, ERR_USAGE, "the desk is not open for writing");
    int code = load(run, err);
    if (code >= 0)
        code = task_recall(run, err);
    if (code == 0)
        code = task_ask(run, err);
    if (code >= 0)
        code = task_check(run, err);
    return code >= 0 && !run->request.dry ? task_apply(run, err) : code;
}

static void run_chore(void *data)
{
    struct task_run *run = data;
    struct error err = {0};
    if (run->cancelled)
        error_set(&err, ERR_CANCELLED, "the task was cancelled");
    else
        (void)work(run, &err);
    if (err.code < 0 || run->request.dry)
        task_finish(run, &err);
    else
        task_go_on(run);
}

static void task_free(struct task_run *run)
{
    export_files_close(run->files);
    export_to_free(&run->to);
    if (run->zone_open)
        msgpack_zone_destroy(&run->zone);
    buf_free(&run->ids);
    buf_free(&run->answer);
    mem_free(run->traceback);
    lineup_release(run->lineup);
    arena_free(run->arena);
    mem_free(run);
}

void task_finish(struct task_run *run, const struct error *err)
{
    run->result.error = *err;
    run->result.traceback = run->traceback ? run->traceback : "";
    run->result.commands = run->commands.count;
    run->result.list = &run->commands;
    if (run->done)
        run->done(&run->result, run->data);
    task_free(run);
}

struct task_run *task_start(struct desk *desk, const struct task_request *request, task_done *done,
                            void *data)
{
    struct task_run *run = mem_zero(1, sizeof *run);
    if (!run)
        return NULL;
    run->arena = arena_new(4 * LIMIT(FRAME_BYTES));
    if (!run->arena || copy_request(run, request) < 0) {
        arena_free(run->arena);
        mem_free(run);
        return NULL;
    }
    run->desk = desk;
    run->lineup = lineup_hold(desk->lineup);
    buf_init(&run->answer, LIMIT(FRAME_BYTES));
    run->done = done;
    run->data = data;
    run->chore = (struct host_later){.run = run_chore, .data = run};
    host_chore(desk, &run->chore);
    return run;
}

void task_cancel(struct task_run *run)
{
    run->cancelled = true;
    if (run->export)
        export_cancel(run->export);
    if (run->notify)
        notify_cancel(run->notify);
}

/* What a task's commands do. */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "pipeline/task_parts.h"
#include "store/query.h"

/* ---- whether it may be done ---- */

struct wants {
    size_t writes, exports, queries, notifications, of_articles;
};

static int refuse(const struct task_run *run, size_t at, const char *why, struct error *err)
{
    return error_set(err, ERR_PLUGIN, "%s: answer[%zu]: %s", run->plugin->label, at + 1, why);
}

static int check_write(const struct task_run *run, size_t at, const struct command *command,
                       struct error *err)
{
    struct error why = {0};
    if (export_name_check(command->name, &why) < 0)
        return refuse(run, at, why.text, err);
    if (!run->request.to && !run->request.dry)
        return refuse(run, at,
                      "it writes a file, but its job says no place for it: give the job "
                      "to = \"out\"",
                      err);
    return 0;
}

static int check_export(struct task_run *run, size_t at, const struct command *command,
                        struct error *err)
{
    struct error why = {0};
    struct query query;
    struct desk_plugin *plugin = NULL;
    const char *name = arena_text(run->arena, command->export);
    if (!name)
        return error_set(err, ERR_NOMEM, "out of memory");
    if (!run->request.to && !run->request.dry)
        return refuse(run, at, "it exports, but its job says no place: give the job to = \"out\"",
                      err);
    if (command->name.len && export_name_check(command->name, &why) < 0)
        return refuse(run, at, why.text, err);
    if (command->query.len &&
        query_parse(command->query, run->request.instant_us, run->arena, &query, &why) < 0)
        return refuse(run, at, why.text, err);
    if (host_load(run->lineup, "export", name, NULL, NULL, 0, &plugin, &why) < 0)
        return refuse(run, at, why.text, err);
    return 0;
}

static const struct plugin_grant *granted(const struct task_run *run)
{
    const struct plugin_entry *entry = run->plugin->entry;
    const struct plugin_grant *grant = config_grant(&run->lineup->config, entry->kind, entry->name);
    return grant && grant->command.count ? grant : NULL;
}

static int check_notify(const struct task_run *run, size_t at, const struct command *command,
                        struct error *err)
{
    if (command->text.len > LIMIT(NOTIFY_BYTES))
        return error_set(err, ERR_LIMIT, "%s: answer[%zu].text has %zu bytes, but %s allows %lu",
                         run->plugin->label, at + 1, command->text.len, LIMIT_NAME(NOTIFY_BYTES),
                         LIMIT(NOTIFY_BYTES));
    if (!run->plugin->manifest.asks_command)
        return refuse(run, at, "it notifies, so its manifest must say uses = { command = true }",
                      err);
    if (run->request.dry || granted(run))
        return 0;
    const char *line = grant_line(&run->plugin->manifest, run->plugin->entry->origin, run->arena);
    return error_set(err, ERR_DENIED,
                     "%s: answer[%zu]: it wants a command run, and desk.lua grants it none; to "
                     "grant it one, write there: %s",
                     run->plugin->label, at + 1, line ? line : "desk.grant { ... }");
}

static int check_counts(const struct task_run *run, const struct wants *wants, struct error *err)
{
    const char *label = run->plugin->label;
    if (wants->exports > LIMIT(TASK_EXPORTS))
        return error_set(err, ERR_LIMIT, "%s: %zu exports, but %s allows %lu", label,
                         wants->exports, LIMIT_NAME(TASK_EXPORTS), LIMIT(TASK_EXPORTS));
    if (wants->notifications > LIMIT(TASK_NOTIFICATIONS))
        return error_set(err, ERR_LIMIT, "%s: %zu notifications, but %s allows %lu", label,
                         wants->notifications, LIMIT_NAME(TASK_NOTIFICATIONS),
                         LIMIT(TASK_NOTIFICATIONS));
    return 0;
}

static struct wants count_wants(const struct task_run *run)
{
    struct wants wants = {0};
    for (size_t i = 0; i < run->commands.count; i++) {
        const struct command *command = &run->commands.at[i];
        wants.writes += command->kind == COMMAND_WRITE;
        wants.exports += command->kind == COMMAND_EXPORT;
        wants.queries += command->kind == COMMAND_EXPORT && command->query.len > 0;
        wants.notifications += command->kind == COMMAND_NOTIFY;
        wants.of_articles += command_is_of_article(command);
    }
    return wants;
}

int task_check(struct task_run *run, struct error *err)
{
    const struct wants wants = count_wants(run);
    int code = check_counts(run, &wants, err);
    for (size_t i = 0; code >= 0 && i < run->commands.count; i++) {
        const struct command *command = &run->commands.at[i];
        if (command->kind == COMMAND_WRITE)
            code = check_write(run, i, command, err);
        else if (command->kind == COMMAND_EXPORT)
            code = check_export(run, i, command, err);
        else if (command->kind == COMMAND_NOTIFY)
            code = check_notify(run, i, command, err);
    }
    return code;
}

/* ---- files, on a thread of the pool ---- */

struct staging {
    struct task_run *run;
    struct error error;
};

static void stage_files(void *data)
{
    struct staging *staging = data;
    struct task_run *run = staging->run;
    int code =
        export_files_open(run->to.folder, run->to.single, NULL, &run->files, &staging->error);
    for (size_t i = 0; code >= 0 && i < run->commands.count; i++) {
        const struct command *command = &run->commands.at[i];
        if (command->kind == COMMAND_WRITE)
            code = export_files_append(run->files, command->name, command->text, &staging->error);
    }
}

static void place_files(void *data)
{
    struct staging *staging = data;
    (void)export_files_commit(staging->run->files, &staging->error);
}

static int block(struct task_run *run, void (*work)(void *data), struct error *err)
{
    struct staging staging = {.run = run};
    host_block(run->desk, work, &staging);
    const struct error *why = &staging.error;
    return why->code < 0 ? error_set(err, why->code, "%s: %s", run->plugin->label, why->text) : 0;
}

/* ---- the change ---- */

struct writing {
    struct store_request request;
    struct store_task task;
    bool done;
};

static void written(struct store_request *request)
{
    ((struct writing *)request->data)->done = true;
}

static int store_change(struct task_run *run, struct error *err)
{
    const struct task_request *request = &run->request;
    const struct plugin_entry *entry = run->plugin->entry;
    struct writing writing = {
        .task = {.said = {.kind = str_of(entry->kind),
                          .name = str_of(entry->name),
                          .version = str_of(run->plugin->manifest.version),
                          .plugin = run->plugin->fingerprint,
                          .answer = buf_view(&run->answer)},
                 .job = str_of(request->job),
                 .instant_us = request->instant_us,
                 .after_seq = request->windowed ? request->after_seq : 0,
                 .upto_seq = request->windowed ? request->upto_seq : 0,
                 .commands = run->commands.at,
                 .command_count = run->commands.count},
        .request = {.op = STORE_TASK, .bytes = run->answer.len + KIB, .done = written}};
    writing.request.task = &writing.task;
    writing.request.data = &writing;
    host_store(run->desk, &writing.request);
    host_wait(run->desk, &writing.done);
    const struct error *why = &writing.request.error;
    if (why->code < 0)
        return error_set(err, why->code, "%s: %s", run->plugin->label, why->text);
    run->result.repeated = writing.request.known;
    run->result.change_id = writing.request.change_id;
    run->result.tags = writing.task.tags;
    run->result.fields = writing.task.fields;
    run->result.notes = writing.task.notes;
    return 0;
}

/* ---- exports ---- */

static char *export_place(const struct task_run *run, const struct command *command)
{
    const char *to = run->request.to;
    return command->name.len ? arena_printf(run->arena, "%s/" STR_FMT, to, STR_ARG(command->name))
                             : arena_printf(run->arena, "%s", to);
}

/* An empty window is not the same as none. */
static int64_t window_end(const struct task_request *request)
{
    if (!request->windowed)
        return 0;
    return request->upto_seq > request->after_seq ? request->upto_seq : -1;
}

static void exported(const struct export_result *result, void *data)
{
    struct task_run *run = data;
    struct error err = result->error;
    run->export = NULL;
    if (err.code < 0) {
        error_wrap(&err, "%s: its export", run->plugin->label);
        task_finish(run, &err);
        return;
    }
    run->result.exports++;
    task_go_on(run);
}

static int begin_export(struct task_run *run, const struct command *command, struct error *err)
{
    const struct export_options options = {
        .format = arena_text(run->arena, command->export),
        .to = export_place(run, command),
        .query = arena_text(run->arena, command->query),
        .after_seq = run->request.windowed ? run->request.after_seq : 0,
        .upto_seq = window_end(&run->request),
        .now_us = run->request.instant_us,
    };
    if (options.format && options.to && options.query)
        run->export = export_start(run->desk, &options, exported, run);
    return run->export ? 0 : error_set(err, ERR_NOMEM, "out of memory for an export");
}

int task_apply(struct task_run *run, struct error *err)
{
    const struct wants wants = count_wants(run);
    int code = 0;
    if (run->commands.count == 0)
        return 0;
    if (wants.writes)
        code = block(run, stage_files, err);
    if (code >= 0 && !run->result.repeated && (wants.of_articles || run->request.job))
        code = store_change(run, err);
    if (code >= 0 && wants.writes)
        code = block(run, place_files, err);
    if (code >= 0 && wants.writes) {
        run->result.files = export_files_count(run->files);
        run->result.bytes = export_files_bytes(run->files);
    }
    return code >= 0 && wants.queries ? task_wait_for_index(run->desk, err) : code;
}

/* ---- notifications ---- */

static void notified(const struct error *err, void *data)
{
    struct task_run *run = data;
    run->notify = NULL;
    if (err->code < 0) {
        task_finish(run, err);
        return;
    }
    run->result.notified++;
    task_go_on(run);
}

static int begin_notify(struct task_run *run, const struct command *command, struct error *err)
{
    const struct notify_options options = {.command = &granted(run)->command,
                                           .task = run->plugin->label,
                                           .text = command->text,
                                           .title = command->title};
    run->notify = notify_start(&run->desk->loop, &options, notified, run, err);
    return run->notify ? 0 : err->code;
}

static bool is_left(const struct command *command)
{
    return command->kind == COMMAND_EXPORT || command->kind == COMMAND_NOTIFY;
}

void task_go_on(struct task_run *run)
{
    struct error err = {0};
    while (run->next < run->commands.count && !is_left(&run->commands.at[run->next]))
        run->next++;
    if (run->next == run->commands.count) {
        task_finish(run, &err);
        return;
    }
    const struct command *command = &run->commands.at[run->next++];
    int code = 0;
    if (run->cancelled)
        code = error_set(&err, ERR_CANCELLED, "the task was cancelled");
    else if (command->kind == COMMAND_EXPORT)
        code = begin_export(run, command, &err);
    else
        code = begin_notify(run, command, &err);
    if (code < 0)
        task_finish(run, &err);
}

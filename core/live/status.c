/* What `copydesk status` says of a desk that runs. */
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "live/parts.h"
#include "model/json.h"
#include "pipeline/health.h"

/* Each part adds its own; when memory is short `failed` stays set and nothing is said at all. */
struct telling {
    json_t *all, *unwell;
    bool failed;
};

static void add(struct telling *telling, json_t *to, const char *name, json_t *value)
{
    if (json_object_set_new(to, name, value) < 0)
        telling->failed = true;
}

static void append(struct telling *telling, json_t *to, json_t *value)
{
    if (json_array_append_new(to, value) < 0)
        telling->failed = true;
}

static json_t *text_json(const char *text)
{
    return str_to_json(str_of(text));
}

static json_t *time_json(int64_t wall_us)
{
    char text[CLOCK_TEXT_SIZE];
    return wall_us ? json_string(clock_format(wall_us, text)) : json_null();
}

static void unwell(struct telling *telling, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void unwell(struct telling *telling, const char *format, ...)
{
    BUF_AUTO struct buf text = BUF_INIT;
    va_list args;
    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    append(telling, telling->unwell, buf_failed(&text) ? NULL : str_to_json(buf_view(&text)));
}

/* ---- the process ---- */

static uint64_t resident_bytes(void)
{
    unsigned long size, pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (file) {
        if (fscanf(file, "%lu %lu", &size, &pages) != 2)
            pages = 0;
        fclose(file);
    }
    return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void tell_process(struct telling *telling, const struct live *live)
{
    json_t *all = telling->all;
    add(telling, all, "running", json_true());
    add(telling, all, "desk", text_json(desk_folder(live->desk)));
    add(telling, all, "pid", json_integer(getpid()));
    add(telling, all, "since", time_json(live->begun_us));
    add(telling, all, "version", json_string(COPYDESK_VERSION));
    add(telling, all, "memory", json_integer((json_int_t)resident_bytes()));
    add(telling, all, "stopping", json_boolean(live->stopping));
}

static void tell_reload(struct telling *telling, const struct live *live)
{
    const struct error *problem = &live->reload.failed;
    add(telling, telling->all, "reload",
        json_pack("{s:I, s:o, s:o}", "count", (json_int_t)live->reload.count, "at",
                  time_json(live->reload.last_us), "problem",
                  problem->code ? text_json(problem->text) : json_null()));
    if (problem->code)
        unwell(telling, "the last reload was refused, what was loaded before goes on: %s",
               problem->text);
}

static void tell_last_error(struct telling *telling)
{
    struct log_last last;
    json_t *said = json_null();
    if (log_last_error(&last))
        said = json_pack("{s:o, s:o, s:o}", "at", time_json(last.wall_us), "area",
                         text_json(last.area), "message", text_json(last.message));
    add(telling, telling->all, "last_error", said);
}

/* ---- store, queue, workers ---- */

static void tell_store(struct telling *telling, const struct live *live)
{
    struct store_reader *reader = NULL;
    struct store_counts counts = {0};
    struct error err = {0};
    int code = desk_reader(live->desk, false, &reader, &err);
    if (code >= 0) {
        code = store_counts(reader, &counts, &err);
        store_reader_close(reader);
    }
    if (code < 0)
        unwell(telling, "the store cannot be read: %s", err.text);
    add(telling, telling->all, "store",
        json_pack("{s:I, s:I, s:I, s:I, s:I}", "documents", (json_int_t)counts.documents,
                  "articles", (json_int_t)counts.articles, "received", (json_int_t)counts.received,
                  "quarantined", (json_int_t)counts.quarantined, "unindexed",
                  (json_int_t)counts.unindexed));
}

int live_store_writes(const struct live *live, struct error *err)
{
    struct inflow_status status = {0};
    if (live->inflow)
        inflow_status(live->inflow, &status);
    if (status.failing) {
        *err = *status.failing;
        return err->code;
    }
    return store_in_place(live->desk->store, err);
}

static void tell_queue(struct telling *telling, const struct live *live)
{
    struct inflow_status status = {0};
    struct error err = {0};
    if (live->inflow)
        inflow_status(live->inflow, &status);
    add(telling, telling->all, "queue",
        json_pack("{s:I, s:I}", "waiting", (json_int_t)status.waiting, "at_work",
                  (json_int_t)status.in_flight));
    if (live_store_writes(live, &err) < 0)
        unwell(telling, "the store cannot write: %s", err.text);
}

static void tell_workers(struct telling *telling, const struct live *live)
{
    struct pool *pool = live->desk->lineup->pool;
    struct pool_usage usage;
    struct pool_now now;
    if (live->desk->lineup->ended) /* its workers may be gone already */
        return;
    pool_usage(pool, &usage);
    pool_now(pool, &now);
    add(telling, telling->all, "workers",
        json_pack("{s:I, s:I, s:I, s:I}", "running", (json_int_t)now.running, "most",
                  (json_int_t)pool_workers(pool), "replaced", (json_int_t)usage.replaced, "memory",
                  (json_int_t)now.rss));
    if (pool_problem(pool))
        unwell(telling, "workers do not start: %s", pool_problem(pool));
}

/* ---- plugins ---- */

static void tell_aside(struct telling *telling, const json_t *plugin)
{
    json_t *why = json_object_get(json_object_get(plugin, "aside"), "why");
    if (why)
        append(telling, telling->unwell, json_incref(why));
}

static void tell_plugins(struct telling *telling, const struct live *live)
{
    const json_t *plugin;
    size_t i;
    json_t *list = health_list(live->desk);
    json_array_foreach(list, i, plugin) tell_aside(telling, plugin);
    add(telling, telling->all, "plugins", list);
}

/* ---- watched folders ---- */

static void tell_folder(struct telling *telling, const struct watch *watch, size_t which,
                        json_t *to)
{
    struct watch_folder_status status;
    watch_folder_status(watch, which, &status);
    append(telling, to,
           json_pack("{s:o, s:b, s:b, s:o, s:o, s:I, s:I, s:I}", "folder", text_json(status.folder),
                     "missing", (int)status.missing, "polled", (int)status.polled, "file_system",
                     text_json(status.file_system), "scanned", time_json(status.scanned_us), "done",
                     (json_int_t)status.done, "duplicate", (json_int_t)status.duplicate, "failed",
                     (json_int_t)status.failed));
    if (status.missing)
        unwell(telling, "the watched folder %s is missing, or cannot be read", status.folder);
}

static void tell_watch(struct telling *telling, const struct live *live)
{
    struct watch_status status = {.problem = ""};
    json_t *folders = json_array();
    if (live->watch)
        watch_status(live->watch, &status);
    for (size_t i = 0; live->watch && i < watch_folder_count(live->watch); i++)
        tell_folder(telling, live->watch, i, folders);
    if (status.stuck)
        unwell(telling,
               "%zu file%s cannot be moved out of a watched folder (copydesk why PATH): %s",
               status.stuck, status.stuck == 1 ? "" : "s", status.stuck_cause);
    add(telling, telling->all, "watches", folders);
    add(telling, telling->all, "watch",
        json_pack("{s:I, s:I, s:I, s:b, s:I, s:I, s:I, s:o, s:o}", "waiting",
                  (json_int_t)status.waiting, "stuck", (json_int_t)status.stuck, "at_work",
                  (json_int_t)status.at_work, "more", (int)status.more, "overflows",
                  (json_int_t)status.overflows, "rescans", (json_int_t)status.rescans, "folders",
                  (json_int_t)status.watched, "problem",
                  *status.problem ? text_json(status.problem) : json_null(), "problem_at",
                  time_json(status.problem_us)));
}

/* ---- jobs ---- */

struct telling_jobs {
    struct telling *telling;
    json_t *to;
};

static void tell_job(const struct schedule_state *state, void *data)
{
    const struct telling_jobs *jobs = data;
    const char *at = state->running ? state->running : state->paused ? "paused" : "waits";
    append(jobs->telling, jobs->to,
           json_pack("{s:o, s:s, s:o, s:o, s:o}", "name", text_json(state->name), "state", at, "at",
                     time_json(state->running_at_us), "next", time_json(state->next_us), "error",
                     *state->last_error ? text_json(state->last_error) : json_null()));
    if (state->unwell)
        unwell(jobs->telling, "job %s %s%s%s (copydesk jobs history %s)", state->name,
               state->paused ? "is paused" : "failed", *state->last_error ? ": " : "",
               state->last_error, state->name);
}

static void tell_jobs(struct telling *telling, const struct live *live)
{
    json_t *list = json_array();
    struct telling_jobs jobs = {telling, list};
    if (live->schedule)
        schedule_each(live->schedule, tell_job, &jobs);
    if (live->broken_job.code < 0)
        unwell(telling, "a job cannot run: %s", live->broken_job.text);
    add(telling, telling->all, "jobs", list);
}

json_t *live_status(struct live *live)
{
    struct telling telling = {.all = json_object(), .unwell = json_array()};
    tell_process(&telling, live);
    tell_store(&telling, live);
    tell_queue(&telling, live);
    tell_workers(&telling, live);
    tell_watch(&telling, live);
    tell_jobs(&telling, live);
    tell_plugins(&telling, live);
    tell_reload(&telling, live);
    tell_last_error(&telling);
    add(&telling, telling.all, "unwell", telling.unwell);
    if (!telling.failed)
        return telling.all;
    json_decref(telling.all);
    return NULL;
}

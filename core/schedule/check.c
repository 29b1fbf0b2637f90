#include "schedule/check.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/limits.h"
#include "pipeline/export_to.h"
#include "pipeline/task.h"
#include "schedule/jobs.h"
#include "schedule/names.h"
#include "store/query.h"

static int check_events(const struct desk_plugin *plugin, const struct job_spec *job,
                        struct error *err)
{
    int code = job->events ? 0 : task_runs_on(plugin, "schedule", err);
    for (int i = 0; code >= 0 && i < EVENT_COUNT; i++)
        if (job->events >> i & 1)
            code = task_runs_on(plugin, event_names[i], err);
    return code;
}

static int check_plugin(struct lineup *lineup, const struct job_spec *job, struct error *err)
{
    struct desk_plugin *plugin = NULL;
    msgpack_unpacked options;
    msgpack_unpacked_init(&options);
    const bool given = job->options.len > 0 &&
                       msgpack_unpack_next(&options, job->options.at, job->options.len, NULL) ==
                           MSGPACK_UNPACK_SUCCESS;
    const int code =
        host_load(lineup, job->format ? "export" : "task", job->format ? job->format : job->task,
                  given ? &options.data : NULL, NULL, 0, &plugin, err);
    msgpack_unpacked_destroy(&options);
    return code >= 0 && job->task ? check_events(plugin, job, err) : code;
}

static int check_query(const struct job_spec *job, struct error *err)
{
    struct query query;
    ARENA_AUTO struct arena *arena = arena_new(LIMIT(CONFIG_BYTES));
    if (!arena)
        return error_set(err, ERR_NOMEM, "out of memory");
    const int code = query_parse(str_of(job->query), clock_wall_us(), arena, &query, err);
    return code < 0 ? error_wrap(err, "query") : 0;
}

/* Any instant serves: what changes in the name lies in no place that is not allowed. */
static int check_place(const struct lineup *lineup, const struct job_spec *job, struct error *err)
{
    BUF_AUTO struct buf to = BUF_INIT;
    const int64_t now_us = clock_wall_us();
    if (!job->to || !job->to[0])
        return 0;
    const int code = names_expand(job->to, job->name, job->timing.zone, now_us,
                                  job_instant_before(job, now_us), &to, err);
    return code < 0 ? code : export_to_may(lineup, to.at, err);
}

int job_can_run(struct lineup *lineup, const struct job_spec *job, struct error *err)
{
    int code = check_plugin(lineup, job, err);
    if (code >= 0)
        code = check_query(job, err);
    if (code >= 0)
        code = check_place(lineup, job, err);
    return code < 0 ? error_wrap(err, "desk.lua:%d: job %s", job->line, job->name) : 0;
}

#include "schedule/plan.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "schedule/names.h"
#include "store/query.h"

struct counting {
    uint64_t count;
    uint64_t bytes;
};

static int count_hit(const struct store_hit *hit, void *data)
{
    (void)hit;
    ((struct counting *)data)->count++;
    return 0;
}

static int count_articles(struct store_reader *reader, const struct job_spec *spec,
                          struct job_plan *plan, struct error *err)
{
    struct query query = {0};
    struct counting counting = {0};
    const struct store_page page = {
        .after_seq = plan->after_seq, .upto_seq = plan->upto_seq, .limit = UINT32_MAX - 1};
    ARENA_AUTO struct arena *arena = arena_new(LIMIT(CONFIG_BYTES));
    if (!arena)
        return error_set(err, ERR_NOMEM, "out of memory");
    int code = 0;
    if (plan->after_seq >= plan->upto_seq)
        return 0;
    if (spec->query[0])
        code = query_parse(str_of(spec->query), plan->at_us, arena, &query, err);
    if (code >= 0)
        code = store_search(reader, query.root ? &query : NULL, &page, count_hit, &counting, NULL,
                            err);
    plan->articles = counting.count;
    return code;
}

static int take_run(const struct store_run *run, void *data)
{
    struct job_plan *plan = data;
    plan->there = true;
    plan->state = run->state;
    if (run->ranged) {
        plan->after_seq = run->after_seq;
        plan->upto_seq = run->upto_seq;
        plan->window_start_us = run->window_start_us;
    }
    return 0;
}

static int find_range(struct store_reader *reader, const struct job_spec *spec, bool late,
                      struct job_plan *plan, struct error *err)
{
    struct store_job job = {0};
    ARENA_AUTO struct arena *arena = arena_new(LIMIT(CONFIG_BYTES));
    const struct store_runs which = {.job = str_of(spec->name), .at_us = plan->at_us, .max = 1};
    if (!arena)
        return error_set(err, ERR_NOMEM, "out of memory");
    int code = store_read_job(reader, str_of(spec->name), arena, &job, err);
    if (code < 0 && code != ERR_NOTFOUND)
        return code;
    plan->after_seq = spec->all ? 0 : job.covered_seq;
    plan->window_start_us = job.covered_us ? job.covered_us : job_instant_before(spec, plan->at_us);
    code = late ? store_seq_by_time(reader, plan->after_seq, plan->at_us, &plan->upto_seq, err)
                : store_last_seq(reader, &plan->upto_seq, err);
    return code < 0 ? code : store_read_runs(reader, &which, take_run, plan, err);
}

int job_plan(struct desk *desk, const struct job_spec *spec, int64_t at_us, struct job_plan *out,
             struct error *err)
{
    struct store_reader *reader = NULL;
    const int64_t now_us = clock_wall_us();
    *out = (struct job_plan){.at_us = at_us ? at_us : now_us - now_us % 1000000};
    int code = desk_reader(desk, spec->query[0] != '\0', &reader, err);
    if (code >= 0)
        code = find_range(reader, spec, at_us != 0 && at_us <= now_us, out, err);
    if (code >= 0)
        code = count_articles(reader, spec, out, err);
    store_reader_close(reader);
    if (code >= 0 && spec->to)
        code = names_expand(spec->to, spec->name, spec->timing.zone, out->at_us,
                            out->window_start_us, &out->to, err);
    return code < 0 ? code : 0;
}

void job_plan_free(struct job_plan *plan)
{
    buf_free(&plan->to);
}

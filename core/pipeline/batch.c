#include "pipeline/batch.h"

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "model/wire.h"
#include "pipeline/own.h"

struct batch {
    struct lineup *lineup;
    const struct desk_plugin *plugin;
    const struct sample *sample;
    struct arena *arena; /* of what the answers say */
    struct pool_job jobs[BATCH_ITEMS];
    size_t next; /* item of the sample */
    unsigned left;
    bool done;
};

/* Looks at the answer as ingest does. */
static void take_answer(struct batch *batch, const msgpack_object *value)
{
    const msgpack_object *results = wire_get(value, "results");
    struct tag_list tags;
    struct str packed;
    if (results && results->type == MSGPACK_OBJECT_ARRAY && results->via.array.size == 1 &&
        strcmp(batch->plugin->entry->kind, "tag") == 0)
        tags_take(wire_get(&results->via.array.ptr[0], "answer"), NULL, batch->arena, &tags,
                  &packed, NULL);
}

static void job_done(struct pool_job *job, const struct pool_answer *answer)
{
    struct batch *batch = job->data;
    buf_clear(&job->payload);
    if (!answer->fault)
        take_answer(batch, answer->value);
    batch->done = --batch->left == 0;
}

static int pack_job(struct batch *batch, struct pool_job *job)
{
    const struct str packed = batch->sample->at[batch->next++ % batch->sample->count].packed;
    msgpack_packer packer;
    wire_packer(&packer, &job->payload);
    msgpack_pack_map(&packer, 2);
    wire_pack_key(&packer, "plugins");
    msgpack_pack_array(&packer, 1);
    msgpack_pack_uint32(&packer, batch->plugin->index);
    wire_pack_key(&packer, "article");
    buf_str(&job->payload, packed);
    job->op = JOB_ARTICLE;
    job->calls = 1;
    job->pool = plugin_pool(batch->lineup, batch->plugin);
    job->done = job_done;
    job->data = batch;
    return buf_failed(&job->payload) ? ERR_NOMEM : 0;
}

static int run_batch(struct batch *batch, struct error *err)
{
    int code = 0;
    arena_clear(batch->arena);
    for (unsigned i = 0; code >= 0 && i < BATCH_ITEMS; i++)
        code = pack_job(batch, &batch->jobs[i]);
    if (code < 0)
        return error_set(err, code, "out of memory while calling %s", batch->plugin->label);
    batch->left = BATCH_ITEMS;
    batch->done = false;
    for (unsigned i = 0; i < BATCH_ITEMS; i++)
        host_submit(batch->lineup, &batch->jobs[i]);
    host_wait(batch->lineup->desk, &batch->done);
    return 0;
}

/* Of this thread and of the workers, less what these spent in plugins. */
static int64_t beside_us(const struct batch *batch)
{
    struct pool_usage usage;
    pool_usage(plugin_pool(batch->lineup, batch->plugin), &usage);
    return clock_thread_cpu_us() + usage.cpu_us - usage.plugin_us;
}

static int run_batches(struct batch *batch, uint64_t ms, double *way_us, struct error *err)
{
    uint64_t articles = 0;
    int code = run_batch(batch, err);
    const int64_t before_us = beside_us(batch), end_us = clock_mono_us() + (int64_t)ms * 1000;
    while (code >= 0 && (articles == 0 || clock_mono_us() < end_us)) {
        code = run_batch(batch, err);
        articles += BATCH_ITEMS;
    }
    if (code >= 0)
        *way_us = (double)(beside_us(batch) - before_us) / (double)articles;
    return code;
}

int batch_measure(struct lineup *lineup, const struct desk_plugin *plugin,
                  const struct sample *sample, uint64_t ms, double *way_us, struct error *err)
{
    struct batch *batch = mem_zero(1, sizeof *batch);
    *way_us = 0;
    if (!batch)
        return error_set(err, ERR_NOMEM, "out of memory");
    batch->lineup = lineup;
    batch->plugin = plugin;
    batch->sample = sample;
    batch->arena = arena_new(LIMIT(ANSWERS_BYTES));
    const int code = batch->arena ? run_batches(batch, ms, way_us, err)
                                  : error_set(err, ERR_NOMEM, "out of memory");
    for (unsigned i = 0; i < BATCH_ITEMS; i++)
        buf_free(&batch->jobs[i].payload);
    arena_free(batch->arena);
    mem_free(batch);
    return code;
}

#include "pipeline/cutting.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "model/wire.h"
#include "pipeline/health.h"
#include "pipeline/host.h"
#include "pipeline/own.h"

#define NAMES_BYTES 400 /* of plugins in a message */

static void fail(struct cutting *cutting, enum guard guard, const char *message)
{
    const struct pool_fault fault = {
        .guard = guard, .plugin = -1, .message = message, .traceback = ""};
    const struct pool_answer answer = {.fault = &fault};
    cutting->done(cutting, &answer);
}

/* ---- the jobs ---- */

static void pack(struct cutting *cutting, struct desk_plugin *const *plugins, size_t count,
                 const char *half)
{
    struct buf *payload = &cutting->job.payload;
    msgpack_packer packer;
    const bool text = cutting->want_text && !(half && strcmp(half, "claims") == 0);
    buf_clear(payload);
    buf_reserve(payload, cutting->document->bytes.len + KIB);
    wire_packer(&packer, payload);
    msgpack_pack_map(&packer, 2U + (half != NULL) + text);
    wire_pack_key(&packer, "plugins");
    msgpack_pack_array(&packer, count);
    for (size_t i = 0; i < count; i++)
        msgpack_pack_uint32(&packer, plugins[i]->index);
    if (half) {
        wire_pack_key(&packer, half);
        msgpack_pack_true(&packer);
    }
    if (text) {
        wire_pack_key(&packer, "want_text");
        msgpack_pack_true(&packer);
    }
    wire_pack_key(&packer, "document");
    document_pack(&packer, cutting->document);
    cutting->job.calls = (unsigned)count + 1;
}

static bool packed(struct cutting *cutting)
{
    if (!buf_failed(&cutting->job.payload))
        return true;
    buf_free(&cutting->job.payload);
    fail(cutting, GUARD_MEMORY, "out of memory while sending the document to a worker");
    return false;
}

static void submit(struct cutting *cutting, struct pool *pool,
                   void (*done)(struct pool_job *, const struct pool_answer *))
{
    cutting->job.op = JOB_INGEST;
    cutting->job.pool = pool;
    cutting->job.done = done;
    cutting->job.data = cutting;
    host_submit(cutting->lineup, &cutting->job);
}

static void cut(struct pool_job *job, const struct pool_answer *answer)
{
    struct cutting *cutting = job->data;
    buf_free(&job->payload);
    cutting->done(cutting, answer);
}

static void ask_to_cut(struct cutting *cutting, struct desk_plugin *const *plugins, size_t count,
                       const char *half)
{
    pack(cutting, plugins, count, half);
    if (!packed(cutting))
        return;
    cutting->sent(cutting);
    submit(cutting, plugin_pool(cutting->lineup, plugins[0]), cut);
}

/* ---- two steps ---- */

static void bar(struct cutting *cutting, const struct desk_plugin *plugin)
{
    cutting->barred = plugin;
    fail(cutting, GUARD_ERROR, "");
}

static void nobody(struct cutting *cutting)
{
    const struct plugin_chain *chain = cutting->chain;
    char names[NAMES_BYTES] = "", text[NAMES_BYTES + 100];
    size_t used = 0;
    for (size_t i = 0; i < chain->count && used + 1 < sizeof names; i++)
        used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "",
                                 chain->at[i]->entry->name);
    snprintf(text, sizeof text, "no ingest plugin claims this document (asked: %s)", names);
    fail(cutting, GUARD_INPUT, text);
}

static void decide(struct cutting *cutting)
{
    if (!cutting->best)
        nobody(cutting);
    else if (!cutting->again && cutting->best != cutting->trying &&
             health_bars(cutting->lineup, cutting->best))
        bar(cutting, cutting->best);
    else
        ask_to_cut(cutting, &cutting->best, 1, "chosen");
}

/* One of those that were asked, with a claim of 0 to 1. */
static bool take_claim(struct cutting *cutting, const msgpack_object *value)
{
    const msgpack_object *claim = wire_get(value, "claim");
    int64_t index = -1;
    if (!claim ||
        (claim->type != MSGPACK_OBJECT_FLOAT64 && claim->type != MSGPACK_OBJECT_FLOAT32) ||
        !(claim->via.f64 >= 0 && claim->via.f64 <= 1) || !wire_get(value, "plugin") ||
        wire_int(wire_get(value, "plugin"), "plugin", 0, UINT32_MAX, &index, NULL) < 0)
        return false;
    if (claim->via.f64 <= cutting->claim)
        return true;
    for (size_t i = cutting->from; i < cutting->upto; i++) {
        if (cutting->chain->at[i]->index != index)
            continue;
        cutting->best = cutting->chain->at[i];
        cutting->claim = claim->via.f64;
        return true;
    }
    return false;
}

static void ask_next(struct cutting *cutting);

static void claims_work(const struct cutting *cutting)
{
    for (size_t i = cutting->from; i < cutting->upto; i++)
        if (cutting->chain->at[i]->health)
            cutting->chain->at[i]->health->claiming = false;
}

static void claimed(struct pool_job *job, const struct pool_answer *answer)
{
    struct cutting *cutting = job->data;
    buf_free(&job->payload);
    if (answer->fault) {
        const struct desk_plugin *plugin = host_plugin(cutting->lineup, answer->fault->plugin);
        if (plugin && plugin->health)
            plugin->health->claiming = true;
        cutting->done(cutting, answer);
    } else if (!take_claim(cutting, answer->value)) {
        fail(cutting, GUARD_ANSWER, "the worker did not say whose the document is");
    } else {
        claims_work(cutting);
        if (cutting->upto < cutting->chain->count)
            ask_next(cutting);
        else
            decide(cutting);
    }
}

/* As far as one pool goes. */
static void ask_next(struct cutting *cutting)
{
    const struct plugin_chain *chain = cutting->chain;
    struct pool *pool = plugin_pool(cutting->lineup, chain->at[cutting->upto]);
    cutting->from = cutting->upto;
    while (cutting->upto < chain->count &&
           plugin_pool(cutting->lineup, chain->at[cutting->upto]) == pool)
        cutting->upto++;
    pack(cutting, &chain->at[cutting->from], cutting->upto - cutting->from, "claims");
    if (packed(cutting))
        submit(cutting, pool, claimed);
}

/* One that fails already when it is asked whose a document is: each document may be its own. */
static const struct desk_plugin *bars_all(struct cutting *cutting)
{
    for (size_t i = 0; !cutting->again && i < cutting->chain->count; i++) {
        const struct desk_plugin *plugin = cutting->chain->at[i];
        if (!plugin->health || !plugin->health->claiming ||
            !health_is_aside(cutting->lineup, plugin))
            continue;
        if (health_bars(cutting->lineup, plugin))
            return plugin;
        cutting->trying = plugin;
    }
    return NULL;
}

static bool is_one_step(const struct cutting *cutting)
{
    const struct plugin_chain *chain = cutting->chain;
    for (size_t i = 0; i < chain->count; i++)
        if ((!cutting->again && health_is_aside(cutting->lineup, chain->at[i])) ||
            plugin_pool(cutting->lineup, chain->at[i]) !=
                plugin_pool(cutting->lineup, chain->at[0]))
            return false;
    return true;
}

void cutting_start(struct cutting *cutting)
{
    const struct plugin_chain *chain = cutting->chain;
    const struct desk_plugin *barred = bars_all(cutting);
    if (chain->count == 0)
        fail(cutting, GUARD_INPUT, "no ingest plugin is configured");
    else if (barred)
        bar(cutting, barred);
    else if (is_one_step(cutting))
        ask_to_cut(cutting, chain->at, chain->count, NULL);
    else
        ask_next(cutting);
}

void cutting_free(struct cutting *cutting)
{
    buf_free(&cutting->job.payload);
}

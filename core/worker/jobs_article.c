/* ARTICLE: tag and summarize plugins in order. One plugin's failure is its
 * own: the others run, and the host hears of each. */
#include <string.h>

#include "base/limits.h"
#include "model/wire.h"
#include "worker/frame.h"
#include "worker/serve.h"
#include "worker/suggest.h"

static int run(struct serve *serve, const struct served_plugin *plugin, uint32_t index,
               const struct article *article, struct buf *out)
{
    int rc = 0;
    serve->fault.plugin = index;
    call_begin(serve, index);
    if (plugin->native)
        rc = stage_article(serve, index, article, out);
    else
        rc = lua_plugin_article(plugin->lua, article, out, &serve->fault.why);
    call_end(serve);
    if (rc >= 0 && buf_failed(out))
        rc = fault_set(serve, index, GUARD_MEMORY, "no memory for the answer");
    return rc;
}

/* What later plugins see: the tags and fields of a tag answer, the summary of a summarize answer.
 * The answer's bytes are copied, since slices of the article will point into them. */
static int apply(struct serve *serve, const struct served_plugin *plugin, uint32_t index,
                 struct article *article, struct str answer)
{
    struct error err = {0};
    struct str kept = arena_str(serve->arena, answer);
    msgpack_object value;
    int rc = kept.at ? 0 : error_set(&err, ERR_NOMEM, "no memory for an answer");
    if (rc >= 0)
        rc = frame_unpack(kept.at, kept.len, &serve->zone, &value, &err);
    if (rc >= 0 && strcmp(plugin->kind, "tag") == 0) {
        struct tag_list tags = {0};
        rc = tags_unpack(&value, article, serve->arena, &tags, &err);
        if (rc >= 0)
            rc = suggest_apply(article, &tags, serve->arena, &err);
    } else if (rc >= 0) {
        struct summary summary = {0};
        rc = summary_unpack(&value, article, serve->arena, &summary, &err);
        if (rc >= 0)
            article->summary = summary;
    }
    if (rc < 0 && plugin->lua)
        return lua_plugin_refuse(plugin->lua, article, err.text, &serve->fault.why);
    if (rc < 0)
        return fault_set(serve, index, GUARD_ANSWER, "%s", err.text);
    return 0;
}

static void pack_result_head(msgpack_packer *packer, uint32_t index, const char *key, bool cost)
{
    msgpack_pack_map(packer, cost ? 3 : 2);
    wire_pack_key(packer, "plugin");
    msgpack_pack_uint32(packer, index);
    wire_pack_key(packer, key);
}

/* UTF-8 of a fault's texts is the sender's business everywhere else; here it travels inside an
 * answer, so what is no UTF-8 becomes '?'. */
static void pack_clean(msgpack_packer *packer, char *text)
{
    size_t len = strlen(text);
    for (size_t at = 0; (at += utf8_valid(text + at, len - at)) < len;)
        text[at] = '?';
    wire_pack_str(packer, (struct str){text, len});
}

static void pack_fault(msgpack_packer *packer, uint32_t index, struct lua_fault *why)
{
    pack_result_head(packer, index, "fault", false);
    msgpack_pack_map(packer, 3);
    wire_pack_key(packer, "guard");
    msgpack_pack_int(packer, why->guard);
    wire_pack_key(packer, "message");
    pack_clean(packer, why->message);
    wire_pack_key(packer, "traceback");
    pack_clean(packer, why->traceback);
}

/* One plugin's result, at the end of the answer. */
static void run_one(struct serve *serve, const msgpack_object *which, struct article *article,
                    bool cost)
{
    msgpack_packer packer;
    uint32_t index = 0;
    size_t begun = serve->answer.len;
    wire_packer(&packer, &serve->answer);
    struct served_plugin *plugin = plugin_get(serve, which, &index);
    int rc = plugin ? 0 : ERR_PLUGIN;
    if (plugin) {
        pack_result_head(&packer, index, "answer", cost);
        size_t at = serve->answer.len;
        rc = run(serve, plugin, index, article, &serve->answer);
        if (rc >= 0) {
            struct str answer = {serve->answer.at + at, serve->answer.len - at};
            rc = apply(serve, plugin, index, article, answer);
        }
        if (rc >= 0 && cost)
            pack_cost(serve, plugin);
    }
    if (rc < 0) {
        serve->answer.len = begun;
        serve->answer.failed = false;
        pack_fault(&packer, index, &serve->fault.why);
    }
}

int job_article(struct serve *serve, const msgpack_object *payload)
{
    struct error err = {0};
    struct article article = {0};
    msgpack_packer packer;
    const msgpack_object *plugins = wire_get(payload, "plugins");
    if (!plugins || plugins->type != MSGPACK_OBJECT_ARRAY)
        return fault_set(serve, -1, GUARD_INPUT, "plugins: not a list");
    if (article_unpack(wire_get(payload, "article"), serve->arena, &article, &err) < 0)
        return fault_set(serve, -1, GUARD_INPUT, "%s", err.text);
    const msgpack_object *want = wire_get(payload, "want_cost");
    const bool cost = want && want->type == MSGPACK_OBJECT_BOOLEAN && want->via.boolean;
    wire_packer(&packer, &serve->answer);
    msgpack_pack_map(&packer, 1);
    wire_pack_key(&packer, "results");
    msgpack_pack_array(&packer, plugins->via.array.size);
    for (uint32_t i = 0; i < plugins->via.array.size; i++)
        run_one(serve, &plugins->via.array.ptr[i], &article, cost);
    return 0;
}

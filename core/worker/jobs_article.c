/* ARTICLE: tag and summarize plugins in order. One plugin's failure is its
 * own: the others run, and the host hears of each. */
#include <string.h>

#include "base/limits.h"
#include "model/wire.h"
#include "plugin/canonical.h"
#include "worker/frame.h"
#include "worker/serve.h"
#include "worker/suggest.h"

/* What whoever asks wants besides. */
struct wanted {
    bool cost, as_given;
};

/* One answer on its way from a plugin to the host. */
struct taking {
    struct serve *serve;
    const struct served_plugin *plugin;
    struct article *article;
    bool as_given;
};

/* For whoever looks at one plugin: the answer itself, though it is checked as all are. */
static int append_as_given(const msgpack_object *value, struct serve *serve, struct error *err)
{
    msgpack_packer packer;
    wire_packer(&packer, &serve->answer);
    return msgpack_pack_object(&packer, *value) == 0
               ? 0
               : error_set(err, ERR_NOMEM, "no memory for an answer");
}

/* Tags as tags_unpack gives them: appended as they go to the host, seen by later plugins. */
static int take_tags(struct tag_list *tags, void *data, struct error *err)
{
    const struct taking *taking = data;
    struct serve *serve = taking->serve;
    msgpack_packer packer;
    wire_packer(&packer, &serve->answer);
    if ((!taking->as_given && tags_put(&packer, &serve->answer, tags) < 0) ||
        tags_own(tags, serve->arena) < 0)
        return error_set(err, ERR_NOMEM, "no memory for an answer");
    return suggest_apply(taking->article, tags, serve->arena, err);
}

static int take_summary(const msgpack_object *value, const struct taking *taking, struct error *err)
{
    struct serve *serve = taking->serve;
    struct summary summary;
    const int rc = summary_unpack(value, taking->article, serve->arena, &summary, err);
    if (rc < 0)
        return rc;
    if (!taking->as_given && canonical_pack(value, &serve->answer) < 0)
        return error_set(err, ERR_NOMEM, "no memory for an answer");
    summary.text = arena_str(serve->arena, summary.text);
    taking->article->summary = summary;
    return 0;
}

/* Checks an answer, appends it as it goes to the host, and lets later plugins see what it says:
 * tags and fields, or a summary. */
static int take(const msgpack_object *value, void *data, struct error *err)
{
    const struct taking *taking = data;
    struct tag_list tags;
    int rc = taking->as_given ? append_as_given(value, taking->serve, err) : 0;
    if (rc < 0)
        return rc;
    if (strcmp(taking->plugin->kind, "tag") != 0)
        return take_summary(value, taking, err);
    rc = tags_unpack(value, taking->article, taking->serve->arena, &tags, err);
    return rc < 0 ? rc : take_tags(&tags, data, err);
}

static int run_native(struct serve *serve, uint32_t index, struct taking *taking)
{
    BUF_AUTO struct buf bytes = BUF_INIT;
    struct error err = {0};
    msgpack_object value;
    int rc = stage_article(serve, index, taking->article, &bytes);
    if (rc < 0)
        return rc;
    rc = frame_unpack(bytes.at ? bytes.at : "", bytes.len, &serve->zone, &value, &err);
    if (rc >= 0)
        rc = take(&value, taking, &err);
    return rc < 0 ? fault_set(serve, index, GUARD_ANSWER, "%s", err.text) : rc;
}

static int run(struct serve *serve, const struct served_plugin *plugin, uint32_t index,
               struct article *article, bool as_given)
{
    struct taking taking = {serve, plugin, article, as_given};
    const struct lua_answer answer = {take, as_given ? NULL : take_tags, &taking, serve->arena};
    int rc = 0;
    serve->fault.plugin = index;
    call_begin(serve, index);
    if (plugin->native)
        rc = run_native(serve, index, &taking);
    else
        rc = lua_plugin_article(plugin->lua, article, &answer, &serve->fault.why);
    call_end(serve);
    if (rc >= 0 && buf_failed(&serve->answer))
        rc = fault_set(serve, index, GUARD_MEMORY, "no memory for the answer");
    return rc;
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
                    const struct wanted *wanted)
{
    msgpack_packer packer;
    uint32_t index = 0;
    size_t begun = serve->answer.len;
    wire_packer(&packer, &serve->answer);
    struct served_plugin *plugin = plugin_get(serve, which, &index);
    int rc = plugin ? 0 : ERR_PLUGIN;
    if (plugin) {
        pack_result_head(&packer, index, "answer", wanted->cost);
        rc = run(serve, plugin, index, article, wanted->as_given);
        if (rc >= 0 && wanted->cost)
            pack_cost(serve, plugin);
    }
    if (rc < 0) {
        serve->answer.len = begun;
        serve->answer.failed = false;
        pack_fault(&packer, index, &serve->fault.why);
    }
}

static bool is_true(const msgpack_object *map, const char *key)
{
    const msgpack_object *value = wire_get(map, key);
    return value && value->type == MSGPACK_OBJECT_BOOLEAN && value->via.boolean;
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
    const struct wanted wanted = {is_true(payload, "want_cost"), is_true(payload, "as_given")};
    wire_packer(&packer, &serve->answer);
    msgpack_pack_map(&packer, 1);
    wire_pack_key(&packer, "results");
    msgpack_pack_array(&packer, plugins->via.array.size);
    for (uint32_t i = 0; i < plugins->via.array.size; i++)
        run_one(serve, &plugins->via.array.ptr[i], &article, &wanted);
    return 0;
}

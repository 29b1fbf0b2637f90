/* A native stage under a test.lua: the file is loaded into a Lua state as a Lua plugin's is, and
 * what it calls is the stage. */
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "plugin/native_manifest.h"
#include "worker/frame.h"
#include "worker/serve.h"

/* Lives as long as the process, as the plugin that it serves. */
struct tested_stage {
    struct serve *serve;
    uint32_t index;
    struct arena *arena;
    struct manifest manifest;
    struct lua_outside outside;
};

/* The options of the case take the place of the plugin's own for one call. */
static int begin(const struct tested_stage *tested, struct str options, const msgpack_object **kept,
                 struct error *why)
{
    struct serve *serve = tested->serve;
    struct served_plugin *plugin = &serve->plugins[tested->index];
    msgpack_object *map = arena_alloc(serve->arena, 1, sizeof *map);
    if (!map)
        return error_set(why, ERR_NOMEM, "no memory for options");
    const int code = frame_unpack(options.at, options.len, &serve->zone, map, why);
    if (code < 0)
        return code;
    *kept = plugin->source.options;
    plugin->source.options = map;
    return 0;
}

static int end(const struct tested_stage *tested, const msgpack_object *kept, int code,
               struct error *why)
{
    struct serve *serve = tested->serve;
    serve->plugins[tested->index].source.options = kept;
    return code < 0 ? error_set(why, code, "%s", serve->fault.why.message) : 0;
}

static int claims(void *data, const struct document *document, struct str text, struct str options,
                  double *claim, struct error *why)
{
    const struct tested_stage *tested = data;
    const msgpack_object *kept = NULL;
    int code = begin(tested, options, &kept, why);
    if (code < 0)
        return code;
    code = stage_claims(tested->serve, tested->index, document, text, claim);
    return end(tested, kept, code, why);
}

static int run(void *data, const struct document *document, struct str text,
               const struct article *article, struct str options, struct buf *answer,
               struct error *why)
{
    const struct tested_stage *tested = data;
    const msgpack_object *kept = NULL;
    int code = begin(tested, options, &kept, why);
    if (code < 0)
        return code;
    code = article ? stage_article(tested->serve, tested->index, article, answer)
                   : stage_ingest(tested->serve, tested->index, document, text, answer);
    return end(tested, kept, code, why);
}

int stage_as_lua(struct serve *serve, uint32_t index)
{
    struct served_plugin *plugin = &serve->plugins[index];
    struct error why = {0};
    struct tested_stage *tested = mem_zero(1, sizeof *tested);
    struct arena *arena = arena_new(LIMIT(CONFIG_BYTES));
    if (!tested || !arena) {
        mem_free(tested);
        arena_free(arena);
        return fault_set(serve, index, GUARD_MEMORY, "no memory for a test");
    }
    *tested = (struct tested_stage){.serve = serve, .index = index, .arena = arena};
    if (native_manifest(plugin->stage, arena, &tested->manifest, &why) < 0) {
        arena_free(arena);
        mem_free(tested);
        return fault_set(serve, index, GUARD_LOAD, "%s", why.text);
    }
    tested->outside = (struct lua_outside){.manifest = &tested->manifest,
                                           .claims = plugin->stage->claims ? claims : NULL,
                                           .run = run,
                                           .data = tested};
    plugin->source.outside = &tested->outside;
    return plugin_load_lua(serve, index, &plugin->source, &plugin->lua);
}

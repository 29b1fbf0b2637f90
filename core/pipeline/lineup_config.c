/* What a lineup is made of: desk.lua evaluated in a worker, the plugins it names, in order. */
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/limits.h"
#include "model/wire.h"
#include "pipeline/host.h"
#include "plugin/order.h"

static int evaluate(struct lineup *lineup, const char *path, struct error *err)
{
    BUF_AUTO struct buf text = BUF_INIT;
    int code = file_read(path, LIMIT(CONFIG_BYTES), &text, NULL, err);
    if (code < 0)
        return code;
    hash_bytes(text.at, text.len, &lineup->config_hash);
    struct pool_job job = {.op = JOB_CONFIG};
    msgpack_packer packer;
    wire_packer(&packer, &job.payload);
    msgpack_pack_map(&packer, 2);
    wire_pack_key(&packer, "name");
    wire_pack_str(&packer, STR_LIT("desk.lua"));
    wire_pack_key(&packer, "bytes");
    wire_pack_bin(&packer, text.at, text.len);
    const msgpack_object *value = NULL;
    code = host_call(lineup, &job, &lineup->config_frame, &value, NULL, err);
    buf_free(&job.payload);
    if (code < 0)
        return error_wrap(err, "%s", path);
    const msgpack_object *config = wire_get(value, "config");
    if (!config)
        return error_set(err, ERR_INVALID, "%s: the worker gave no settings", path);
    return config_read(config, lineup->arena, &lineup->config, err);
}

/* Without a desk, or where desk.lua names none: every ingest plugin there is. */
static int all_ingest(struct lineup *lineup, struct error *err)
{
    size_t count = 0;
    struct plugin_entry **all = registry_all(lineup->registry, &count);
    lineup->ingest.at = arena_alloc(lineup->arena, count + 1, sizeof *lineup->ingest.at);
    if (!lineup->ingest.at)
        return error_set(err, ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < count; i++) {
        if (all[i]->shadowed_by || strcmp(all[i]->kind, "ingest") != 0)
            continue;
        const int code =
            host_load_entry(lineup, all[i], &lineup->ingest.at[lineup->ingest.count], err);
        if (code < 0)
            return code;
        lineup->ingest.count++;
    }
    return 0;
}

static int load_kind(struct lineup *lineup, const char *kind, struct plugin_chain *chain,
                     struct error *err)
{
    const struct config *config = &lineup->config;
    for (size_t i = 0; i < config->plugin_count; i++) {
        const struct config_plugin *plugin = &config->plugins[i];
        if (strcmp(plugin->kind, kind) != 0)
            continue;
        const int code = host_load(lineup, kind, plugin->name, plugin->options, NULL, 0,
                                   &chain->at[chain->count], err);
        if (code < 0)
            return error_wrap(err, "desk.lua:%d: desk.%s", plugin->line, kind);
        chain->count++;
    }
    return 0;
}

/* Puts chain[from..] in the order of needs and gives. */
static int order_from(struct lineup *lineup, struct plugin_chain *chain, size_t from,
                      struct error *err)
{
    const size_t count = chain->count - from;
    const struct manifest **manifests = arena_alloc(lineup->arena, count + 1, sizeof *manifests);
    size_t *order = arena_alloc(lineup->arena, count + 1, sizeof *order);
    struct desk_plugin **old = arena_alloc(lineup->arena, count + 1, sizeof *old);
    if (!manifests || !order || !old)
        return error_set(err, ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < count; i++) {
        old[i] = chain->at[from + i];
        manifests[i] = &old[i]->manifest;
    }
    const int code = order_plugins(manifests, count, order, err);
    for (size_t i = 0; code >= 0 && i < count; i++)
        chain->at[from + i] = old[order[i]];
    return code;
}

static int make_chains(struct lineup *lineup, struct error *err)
{
    const size_t room = lineup->config.plugin_count + 1;
    lineup->article.at = arena_alloc(lineup->arena, room, sizeof *lineup->article.at);
    lineup->ingest.at = arena_alloc(lineup->arena, room, sizeof *lineup->ingest.at);
    if (!lineup->article.at || !lineup->ingest.at)
        return error_set(err, ERR_NOMEM, "out of memory");
    int code = load_kind(lineup, "ingest", &lineup->ingest, err);
    if (code >= 0)
        code = load_kind(lineup, "tag", &lineup->article, err);
    if (code >= 0)
        code = order_from(lineup, &lineup->article, 0, err);
    const size_t tags = lineup->article.count;
    if (code >= 0)
        code = load_kind(lineup, "summarize", &lineup->article, err);
    return code < 0 ? code : order_from(lineup, &lineup->article, tags, err);
}

/* Plugins of the desk's own scripts are Lua and run behind walls; what is native must lie where
 * only an administrator or the user himself, outside the desk, puts it. */
static int load_native(struct lineup *lineup, const char *path, struct error *err)
{
    MEM_AUTO char *real = NULL;
    MEM_AUTO char *scripts = file_join(lineup->desk->dir, "scripts/");
    if (path[0] != '/')
        return error_set(err, ERR_INVALID, "desk.lua: desk.native: '%s' is no absolute path", path);
    int code = file_real_path(path, &real, err);
    if (code >= 0 && scripts && str_starts(str_of(real), scripts))
        return error_set(err, ERR_DENIED,
                         "desk.lua: desk.native: %s lies in the desk's scripts/, from where no "
                         "native plugin is loaded; install it elsewhere",
                         path);
    if (code >= 0)
        code = native_load(real, lineup->desk->natives, err);
    return code < 0 ? error_wrap(err, "desk.lua: desk.native") : 0;
}

/* Workers open native plugins before their walls close, so those that evaluated desk.lua end, and
 * others start that have what it names. */
static int add_natives(struct lineup *lineup, struct error *err)
{
    int code = 0;
    if (lineup->config.native_count == 0)
        return 0;
    for (size_t i = 0; code >= 0 && i < lineup->config.native_count; i++)
        code = load_native(lineup, lineup->config.natives[i], err);
    if (code < 0)
        return code;
    lineup_stop_workers(lineup);
    registry_close(lineup->registry);
    lineup->registry = NULL;
    code = lineup_registry(lineup, err);
    return code < 0 ? code : lineup_workers(lineup, err);
}

int lineup_config(struct lineup *lineup, struct error *err)
{
    if (!lineup->desk->dir)
        return 0;
    MEM_AUTO char *path = file_join(lineup->desk->dir, "desk.lua");
    if (!path)
        return error_set(err, ERR_NOMEM, "out of memory");
    const int code = evaluate(lineup, path, err);
    return code < 0 ? code : add_natives(lineup, err);
}

int lineup_chains(struct lineup *lineup, struct error *err)
{
    int code = make_chains(lineup, err);
    if (code >= 0 && lineup->ingest.count == 0)
        code = all_ingest(lineup, err);
    return code < 0 ? code : 0;
}

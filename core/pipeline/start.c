/* Starting what an open desk runs on: native plugins, the store, workers, desk.lua. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "model/wire.h"
#include "pipeline/host.h"
#include "plugin/order.h"

int host_natives(struct desk *desk, struct error *err)
{
    if (desk->natives)
        return 0;
    MEM_AUTO char *folder = NULL;
    int code = registry_native_folder(&folder, err);
    if (code < 0)
        return code;
    desk->natives = native_registry_new(folder, err);
    if (!desk->natives)
        return err->code;
    code = native_load_installed(desk->natives, err);
    if (code < 0)
        return code;
    desk->text = native_service(desk->natives, DESK_TEXT_SERVICE, DESK_TEXT_VERSION, err);
    return desk->text ? 0 : err->code;
}

int host_open_store(struct desk *desk, bool no_index, struct error *err)
{
    const struct store_options options = {
        .text = desk->text, .room = host_store_room, .data = desk, .no_index = no_index};
    struct stat info;
    /* a desk that came from version control has no store yet */
    if (stat(desk->store_dir, &info) < 0) {
        if (mkdir(desk->store_dir, 0777) < 0)
            return error_errno(err, errno, "cannot make %s", desk->store_dir);
        const int code = store_create(desk->store_dir, err);
        if (code < 0)
            return code;
    }
    return store_open(desk->store_dir, &desk->loop, &options, &desk->store, err);
}

static int add_native_stages(struct desk *desk, struct error *err)
{
    size_t count = 0;
    const struct desk_stage *const *stages = native_stages(desk->natives, &count);
    int code = 0;
    for (size_t i = 0; code >= 0 && i < count; i++)
        code = registry_add_native(desk->registry, stages[i]->kind, stages[i]->name,
                                   stages[i]->version, stages[i]->about, "native", err);
    return code;
}

int host_registry(struct desk *desk, struct error *err)
{
    int code = 0;
    if (!desk->shipped_scripts)
        code = registry_default_folders(&desk->user_scripts, &desk->shipped_scripts, err);
    if (code < 0)
        return code;
    MEM_AUTO char *own = desk->dir ? file_join(desk->dir, "scripts") : NULL;
    const struct registry_folders folders = {own, desk->user_scripts, desk->shipped_scripts};
    code = registry_open(&folders, &desk->registry, err);
    return code < 0 || !desk->natives ? code : add_native_stages(desk, err);
}

static void on_log(int level, const char *plugin, const char *text, void *data)
{
    (void)data;
    log_write((enum log_level)level, plugin, "%s", text);
}

int host_workers(struct desk *desk, unsigned workers, struct error *err)
{
    const struct plugin_file *lib = NULL;
    size_t lib_count = 0;
    int code = registry_lib(desk->registry, &lib, &lib_count, err);
    if (code < 0)
        return code;
    size_t native_count = 0;
    const struct native_plugin *const *natives = native_plugins(desk->natives, &native_count);
    struct pool_file *files = arena_alloc(desk->arena, lib_count + 1, sizeof *files);
    const char **paths = arena_alloc(desk->arena, native_count + 1, sizeof *paths);
    if (!files || !paths)
        return error_set(err, ERR_NOMEM, "out of memory while starting workers");
    for (size_t i = 0; i < lib_count; i++)
        files[i] = (struct pool_file){lib[i].name, lib[i].bytes, lib[i].len};
    for (size_t i = 0; i < native_count; i++)
        paths[i] = natives[i]->path;
    const struct pool_options options = {
        .workers = workers,
        .native = paths,
        .native_count = native_count,
        .lib = files,
        .lib_count = lib_count,
        .room = host_pool_room,
        .log = on_log,
        .data = desk,
    };
    return pool_open(&desk->loop, &options, &desk->pool, err);
}

/* ---- desk.lua ---- */

static int evaluate(struct desk *desk, const char *path, struct error *err)
{
    BUF_AUTO struct buf text = BUF_INIT;
    int code = file_read(path, LIMIT(CONFIG_BYTES), &text, NULL, err);
    if (code < 0)
        return code;
    struct pool_job job = {.op = JOB_CONFIG};
    msgpack_packer packer;
    wire_packer(&packer, &job.payload);
    msgpack_pack_map(&packer, 2);
    wire_pack_key(&packer, "name");
    wire_pack_str(&packer, STR_LIT("desk.lua"));
    wire_pack_key(&packer, "bytes");
    wire_pack_bin(&packer, text.at, text.len);
    const msgpack_object *value = NULL;
    code = host_call(desk, &job, &desk->config_frame, &value, NULL, err);
    buf_free(&job.payload);
    if (code < 0)
        return error_wrap(err, "%s", path);
    const msgpack_object *config = wire_get(value, "config");
    if (!config)
        return error_set(err, ERR_INVALID, "%s: the worker gave no settings", path);
    return config_read(config, desk->arena, &desk->config, err);
}

/* Without a desk, or where desk.lua names none: every ingest plugin there is. */
static int all_ingest(struct desk *desk, struct error *err)
{
    size_t count = 0;
    struct plugin_entry **all = registry_all(desk->registry, &count);
    desk->ingest.at = arena_alloc(desk->arena, count + 1, sizeof *desk->ingest.at);
    if (!desk->ingest.at)
        return error_set(err, ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < count; i++) {
        if (all[i]->shadowed_by || strcmp(all[i]->kind, "ingest") != 0)
            continue;
        const int code = host_load_entry(desk, all[i], &desk->ingest.at[desk->ingest.count], err);
        if (code < 0)
            return code;
        desk->ingest.count++;
    }
    return 0;
}

static int load_kind(struct desk *desk, const char *kind, struct plugin_chain *chain,
                     struct error *err)
{
    const struct config *config = &desk->config;
    for (size_t i = 0; i < config->plugin_count; i++) {
        const struct config_plugin *plugin = &config->plugins[i];
        if (strcmp(plugin->kind, kind) != 0)
            continue;
        const int code = host_load(desk, kind, plugin->name, plugin->options, NULL, 0,
                                   &chain->at[chain->count], err);
        if (code < 0)
            return error_wrap(err, "desk.lua:%d: desk.%s", plugin->line, kind);
        chain->count++;
    }
    return 0;
}

/* Puts chain[from..] in the order of needs and gives. */
static int order_from(struct desk *desk, struct plugin_chain *chain, size_t from, struct error *err)
{
    const size_t count = chain->count - from;
    const struct manifest **manifests = arena_alloc(desk->arena, count + 1, sizeof *manifests);
    size_t *order = arena_alloc(desk->arena, count + 1, sizeof *order);
    struct desk_plugin **old = arena_alloc(desk->arena, count + 1, sizeof *old);
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

static int make_chains(struct desk *desk, struct error *err)
{
    const size_t room = desk->config.plugin_count + 1;
    desk->article.at = arena_alloc(desk->arena, room, sizeof *desk->article.at);
    desk->ingest.at = arena_alloc(desk->arena, room, sizeof *desk->ingest.at);
    if (!desk->article.at || !desk->ingest.at)
        return error_set(err, ERR_NOMEM, "out of memory");
    int code = load_kind(desk, "ingest", &desk->ingest, err);
    if (code >= 0)
        code = load_kind(desk, "tag", &desk->article, err);
    if (code >= 0)
        code = order_from(desk, &desk->article, 0, err);
    const size_t tags = desk->article.count;
    if (code >= 0)
        code = load_kind(desk, "summarize", &desk->article, err);
    return code < 0 ? code : order_from(desk, &desk->article, tags, err);
}

/* Plugins of the desk's own scripts are Lua and run behind walls; what is native must lie where
 * only an administrator or the user himself, outside the desk, puts it. */
static int load_native(struct desk *desk, const char *path, struct error *err)
{
    MEM_AUTO char *real = NULL;
    MEM_AUTO char *scripts = file_join(desk->dir, "scripts/");
    if (path[0] != '/')
        return error_set(err, ERR_INVALID, "desk.lua: desk.native: '%s' is no absolute path", path);
    int code = file_real_path(path, &real, err);
    if (code >= 0 && scripts && str_starts(str_of(real), scripts))
        return error_set(err, ERR_DENIED,
                         "desk.lua: desk.native: %s lies in the desk's scripts/, from where no "
                         "native plugin is loaded; install it elsewhere",
                         path);
    if (code >= 0)
        code = native_load(real, desk->natives, err);
    return code < 0 ? error_wrap(err, "desk.lua: desk.native") : 0;
}

/* Workers open native plugins before their walls close, so those that evaluated desk.lua end, and
 * others start that have what it names. */
static int add_natives(struct desk *desk, unsigned workers, struct error *err)
{
    int code = 0;
    if (desk->config.native_count == 0)
        return 0;
    for (size_t i = 0; code >= 0 && i < desk->config.native_count; i++)
        code = load_native(desk, desk->config.natives[i], err);
    if (code < 0)
        return code;
    host_stop_workers(desk);
    registry_close(desk->registry);
    desk->registry = NULL;
    code = host_registry(desk, err);
    return code < 0 ? code : host_workers(desk, workers, err);
}

int host_config(struct desk *desk, unsigned workers, struct error *err)
{
    if (!desk->dir)
        return 0;
    MEM_AUTO char *path = file_join(desk->dir, "desk.lua");
    if (!path)
        return error_set(err, ERR_NOMEM, "out of memory");
    const int code = evaluate(desk, path, err);
    return code < 0 ? code : add_natives(desk, workers, err);
}

int host_chains(struct desk *desk, struct error *err)
{
    const int code = make_chains(desk, err);
    return code < 0 || desk->ingest.count > 0 ? code : all_ingest(desk, err);
}

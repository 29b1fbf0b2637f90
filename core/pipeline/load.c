/* From a folder of files to a plugin that runs: read, shipped, asked for its manifest, given
 * checked options, fingerprinted.
 *
 * A worker needs options to run a plugin, and options need the manifest, so a plugin is shipped
 * under a first index for its manifest alone; where its options turn out to be none, that index
 * serves on. Indexes are never used again (pool.h). */
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "model/wire.h"
#include "pipeline/host.h"
#include "plugin/fingerprint.h"

#define NO_OPTIONS STR_LIT("\x80") /* an empty msgpack map */

static int new_index(struct desk *desk, uint32_t *index, struct error *err)
{
    if (desk->plugin_count >= LIMIT(PLUGINS))
        return error_set(err, ERR_LIMIT, "more than %lu plugins in use (limit PLUGINS)",
                         LIMIT(PLUGINS));
    struct desk_plugin **grown =
        mem_resize_array(desk->plugins, desk->plugin_count + 1, sizeof *grown);
    if (!grown)
        return error_set(err, ERR_NOMEM, "out of memory while loading a plugin");
    desk->plugins = grown;
    grown[desk->plugin_count] = NULL;
    *index = desk->plugin_count++;
    return 0;
}

static int ship(struct desk *desk, const struct plugin_entry *entry, struct str options, bool tests,
                uint32_t *index, struct error *err)
{
    int code = new_index(desk, index, err);
    if (code < 0)
        return code;
    MEM_AUTO struct pool_file *files = mem_zero(entry->file_count + 1, sizeof *files);
    if (!files)
        return error_set(err, ERR_NOMEM, "out of memory while loading a plugin");
    size_t count = 0;
    for (size_t i = 0; i < entry->file_count; i++) {
        const struct plugin_file *file = &entry->files[i];
        if (tests || strcmp(file->name, "test.lua") != 0)
            files[count++] = (struct pool_file){file->name, file->bytes, file->len};
    }
    const struct pool_plugin plugin = {
        .index = *index,
        .kind = entry->kind,
        .name = entry->name,
        .files = files,
        .file_count = count,
        .options = options,
        .native = entry->origin == PLUGIN_NATIVE,
    };
    return pool_ship(desk->pool, &plugin, err);
}

static int ask_manifest(struct desk *desk, struct desk_plugin *plugin, struct error *err)
{
    struct pool_job job = {.op = JOB_MANIFEST};
    msgpack_packer packer;
    wire_packer(&packer, &job.payload);
    msgpack_pack_map(&packer, 1);
    wire_pack_key(&packer, "plugin");
    msgpack_pack_uint32(&packer, plugin->index);
    const msgpack_object *value = NULL;
    struct pool_frame *frame = NULL;
    int code = host_call(desk, &job, &frame, &value, NULL, err);
    buf_free(&job.payload);
    if (code < 0)
        return error_wrap(err, "%s cannot be loaded", plugin->label);
    if (host_keep_frame(desk, frame) < 0)
        return error_set(err, ERR_NOMEM, "out of memory while loading a plugin");
    const msgpack_object *manifest = wire_get(value, "manifest");
    if (!manifest)
        return error_set(err, ERR_PLUGIN, "%s cannot be loaded: it gave no manifest",
                         plugin->label);
    return manifest_read(manifest, plugin->entry->kind, plugin->entry->name, desk->arena,
                         &plugin->manifest, err);
}

/* All there is to know of a native stage stands in its registration. */
static int native_manifest(struct desk_plugin *plugin)
{
    const struct plugin_entry *entry = plugin->entry;
    plugin->manifest = (struct manifest){.kind = entry->kind,
                                         .name = entry->name,
                                         .version = entry->version ? entry->version : "0",
                                         .about = entry->about ? entry->about : "",
                                         .api = 1};
    return 0;
}

static struct desk_plugin *same_plugin(const struct desk *desk, const struct plugin_entry *entry,
                                       struct str options)
{
    for (uint32_t i = 0; i < desk->plugin_count; i++) {
        struct desk_plugin *other = desk->plugins[i];
        if (other && other->entry == entry && str_same(other->options, options))
            return other;
    }
    return NULL;
}

/* The manifest of `entry`, from a plugin that is loaded already where there is one. */
static int trial(struct desk *desk, struct plugin_entry *entry, struct desk_plugin *plugin,
                 struct error *err)
{
    for (uint32_t i = 0; i < desk->plugin_count; i++)
        if (desk->plugins[i] && desk->plugins[i]->entry == entry) {
            *plugin = *desk->plugins[i];
            plugin->index = UINT32_MAX; /* taken */
            return 0;
        }
    plugin->entry = entry;
    plugin->label = arena_printf(desk->arena, "%s/%s", entry->kind, entry->name);
    if (!plugin->label)
        return error_set(err, ERR_NOMEM, "out of memory while loading a plugin");
    int code = registry_files(entry, err);
    if (code >= 0)
        code = ship(desk, entry, NO_OPTIONS, false, &plugin->index, err);
    if (code < 0)
        return code;
    code =
        entry->origin == PLUGIN_NATIVE ? native_manifest(plugin) : ask_manifest(desk, plugin, err);
    return code < 0 ? code
                    : grant_check(&plugin->manifest, entry,
                                  config_grant(&desk->config, entry->kind, entry->name), err);
}

static int finish(struct desk *desk, struct desk_plugin *plugin, struct error *err)
{
    const struct plugin_file *lib = NULL;
    size_t lib_count = 0;
    int code = registry_lib(desk->registry, &lib, &lib_count, err);
    if (code >= 0 && (plugin->index == UINT32_MAX || !str_same(plugin->options, NO_OPTIONS)))
        code = ship(desk, plugin->entry, plugin->options, false, &plugin->index, err);
    if (code < 0)
        return code;
    plugin_fingerprint(plugin->entry, lib, lib_count, plugin->options, plugin->manifest.api,
                       &plugin->fingerprint);
    plugin->title = arena_printf(desk->arena, "%s@%s", plugin->label, plugin->manifest.version);
    return plugin->title ? 0 : error_set(err, ERR_NOMEM, "out of memory while loading a plugin");
}

static int load(struct desk *desk, struct plugin_entry *entry, const msgpack_object *given,
                const struct option_text *texts, size_t text_count, struct desk_plugin **out,
                struct error *err)
{
    struct desk_plugin *plugin = arena_alloc(desk->arena, 1, sizeof *plugin);
    if (!plugin)
        return error_set(err, ERR_NOMEM, "out of memory while loading a plugin");
    BUF_AUTO struct buf options = BUF_INIT;
    int code = trial(desk, entry, plugin, err);
    if (code >= 0)
        code = options_check(&plugin->manifest, given, texts, text_count, &options, err);
    if (code < 0)
        return code;
    *out = same_plugin(desk, entry, buf_view(&options));
    if (*out)
        return 0;
    plugin->options = arena_str(desk->arena, buf_view(&options));
    if (!plugin->options.at)
        return error_set(err, ERR_NOMEM, "out of memory while loading a plugin");
    code = finish(desk, plugin, err);
    if (code < 0)
        return code;
    desk->plugins[plugin->index] = plugin;
    *out = plugin;
    return 0;
}

int host_load(struct desk *desk, const char *kind, const char *name, const msgpack_object *given,
              const struct option_text *texts, size_t text_count, struct desk_plugin **out,
              struct error *err)
{
    struct plugin_entry *entry = NULL;
    const int code = registry_find(desk->registry, kind, name, &entry, err);
    return code < 0 ? code : load(desk, entry, given, texts, text_count, out, err);
}

int host_load_entry(struct desk *desk, struct plugin_entry *entry, struct desk_plugin **out,
                    struct error *err)
{
    return load(desk, entry, NULL, NULL, 0, out, err);
}

int host_ship_tests(struct desk *desk, const struct desk_plugin *plugin, uint32_t *index,
                    struct error *err)
{
    return ship(desk, plugin->entry, plugin->options, true, index, err);
}

struct desk_plugin *host_plugin(const struct desk *desk, int64_t index)
{
    return index >= 0 && index < (int64_t)desk->plugin_count ? desk->plugins[index] : NULL;
}

const char *host_label(const struct desk *desk, int64_t index)
{
    const struct desk_plugin *plugin = host_plugin(desk, index);
    return plugin ? plugin->label : "";
}

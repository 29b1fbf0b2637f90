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
#include "pipeline/health.h"
#include "pipeline/host.h"
#include "pipeline/own.h"
#include "plugin/fingerprint.h"
#include "plugin/native_manifest.h"

#define NO_OPTIONS STR_LIT("\x80") /* an empty msgpack map */

static int new_index(struct lineup *lineup, uint32_t *index, struct error *err)
{
    if (lineup->plugin_count >= LIMIT(PLUGINS))
        return error_set(err, ERR_LIMIT, "more than %lu plugins in use (limit PLUGINS)",
                         LIMIT(PLUGINS));
    struct desk_plugin **grown =
        mem_resize_array(lineup->plugins, lineup->plugin_count + 1, sizeof *grown);
    if (!grown)
        return error_set(err, ERR_NOMEM, "out of memory while loading a plugin");
    lineup->plugins = grown;
    grown[lineup->plugin_count] = NULL;
    *index = lineup->plugin_count++;
    return 0;
}

/* `own`: the workers that it is for, with what they are granted; NULL: those of the lineup. */
static int ship(struct lineup *lineup, const struct plugin_entry *entry,
                const struct own_workers *own, struct str options, bool tests, uint32_t *index,
                struct error *err)
{
    const size_t granted = own ? own->file_count : 0;
    if (lineup->ended)
        return error_set(err, ERR_CANCELLED, "the desk ends");
    int code = new_index(lineup, index, err);
    if (code < 0)
        return code;
    MEM_AUTO struct pool_file *files = mem_zero(entry->file_count + granted + 1, sizeof *files);
    if (!files)
        return error_set(err, ERR_NOMEM, "out of memory while loading a plugin");
    size_t count = 0;
    for (size_t i = 0; i < entry->file_count; i++) {
        const struct plugin_file *file = &entry->files[i];
        if (tests || !registry_is_test(str_of(file->name)))
            files[count++] = (struct pool_file){file->name, file->bytes, file->len};
    }
    for (size_t i = 0; i < granted; i++)
        files[count++] =
            (struct pool_file){own->files[i].name, own->files[i].bytes, own->files[i].len};
    const struct pool_plugin plugin = {
        .index = *index,
        .kind = entry->kind,
        .name = entry->name,
        .files = files,
        .file_count = count,
        .options = options,
        .native = entry->origin == PLUGIN_NATIVE,
    };
    return pool_ship(own ? own->pool : lineup->pool, &plugin, err);
}

static int ask_manifest(struct lineup *lineup, struct desk_plugin *plugin, struct error *err)
{
    struct pool_job job = {.op = JOB_MANIFEST};
    msgpack_packer packer;
    wire_packer(&packer, &job.payload);
    msgpack_pack_map(&packer, 1);
    wire_pack_key(&packer, "plugin");
    msgpack_pack_uint32(&packer, plugin->index);
    const msgpack_object *value = NULL;
    struct pool_frame *frame = NULL;
    int code = host_call(lineup, &job, &frame, &value, NULL, err);
    buf_free(&job.payload);
    if (code < 0)
        return error_wrap(err, "%s cannot be loaded", plugin->label);
    if (host_keep_frame(lineup, frame) < 0)
        return error_set(err, ERR_NOMEM, "out of memory while loading a plugin");
    const msgpack_object *manifest = wire_get(value, "manifest");
    if (!manifest)
        return error_set(err, ERR_PLUGIN, "%s cannot be loaded: it gave no manifest",
                         plugin->label);
    return manifest_read(manifest, plugin->entry->kind, plugin->entry->name, lineup->arena,
                         &plugin->manifest, err);
}

/* NULL options: whatever they are. */
static struct desk_plugin *same_plugin(const struct lineup *lineup,
                                       const struct plugin_entry *entry, const struct str *options)
{
    for (uint32_t i = 0; i < lineup->plugin_count; i++) {
        struct desk_plugin *other = lineup->plugins[i];
        if (!other || other->entry != entry)
            continue;
        if (!options || (!other->trial && str_same(other->options, *options)))
            return other;
    }
    return NULL;
}

static struct desk_plugin *new_plugin(struct lineup *lineup, struct error *err)
{
    struct desk_plugin *plugin = arena_alloc(lineup->arena, 1, sizeof *plugin);
    if (!plugin)
        error_set(err, ERR_NOMEM, "out of memory while loading a plugin");
    return plugin;
}

struct files_read {
    struct plugin_entry *entry;
    struct error *err;
    int code;
};

static void read_on_thread(void *data)
{
    struct files_read *read = data;
    read->code = registry_files(read->entry, read->err);
}

static int read_files(struct lineup *lineup, struct plugin_entry *entry, struct error *err)
{
    struct files_read read = {.entry = entry, .err = err};
    if (entry->read)
        return 0;
    host_block(lineup->desk, read_on_thread, &read);
    return read.code;
}

static int ship_trial(struct lineup *lineup, struct plugin_entry *entry, struct desk_plugin **out,
                      struct error *err)
{
    int code = read_files(lineup, entry, err);
    struct desk_plugin *plugin = code < 0 ? NULL : new_plugin(lineup, err);
    if (!plugin)
        return code < 0 ? code : ERR_NOMEM;
    plugin->entry = entry;
    plugin->trial = true;
    plugin->label = arena_printf(lineup->arena, "%s/%s", entry->kind, entry->name);
    if (!plugin->label)
        return error_set(err, ERR_NOMEM, "out of memory while loading a plugin");
    code = ship(lineup, entry, NULL, NO_OPTIONS, false, &plugin->index, err);
    if (code < 0)
        return code;
    lineup->plugins[plugin->index] = plugin;
    *out = plugin;
    return 0;
}

/* The manifest of `entry`, from one that was shipped already where there is one: tried again and
 * again, a plugin takes one index and no more memory. */
static int trial(struct lineup *lineup, struct plugin_entry *entry, struct desk_plugin **out,
                 struct error *err)
{
    int code = 0;
    *out = same_plugin(lineup, entry, NULL);
    if (!*out)
        code = ship_trial(lineup, entry, out, err);
    if (code < 0)
        return code;
    struct desk_plugin *plugin = *out;
    if (!plugin->manifest.name)
        code = entry->stage ? native_manifest(entry->stage, lineup->arena, &plugin->manifest, err)
                            : ask_manifest(lineup, plugin, err);
    if (code < 0)
        plugin->manifest = (struct manifest){0}; /* read in part */
    return code < 0 ? code : 0;
}

int host_manifest(struct lineup *lineup, struct plugin_entry *entry, const struct manifest **out,
                  struct error *err)
{
    struct desk_plugin *plugin = NULL;
    const int code = trial(lineup, entry, &plugin, err);
    if (code >= 0)
        *out = &plugin->manifest;
    return code;
}

/* What a plugin is granted to see, its answers depend on. */
static void add_granted(const struct own_workers *own, struct hash *fingerprint)
{
    struct hasher hasher;
    hash_begin(&hasher);
    hash_add(&hasher, fingerprint->bytes, HASH_SIZE);
    for (size_t i = 0; i < own->file_count; i++) {
        hash_add_field(&hasher, own->files[i].name, strlen(own->files[i].name));
        hash_add_field(&hasher, own->files[i].bytes, own->files[i].len);
    }
    for (size_t i = 0; i < own->env_count; i++)
        hash_add_field(&hasher, own->env[i], strlen(own->env[i]));
    hash_end(&hasher, fingerprint);
}

/* `made` has the options already. */
static int finish(struct lineup *lineup, struct desk_plugin *made, struct error *err)
{
    const struct plugin_file *lib = NULL;
    size_t lib_count = 0;
    const int code = registry_lib(lineup->registry, &lib, &lib_count, err);
    if (code < 0)
        return code;
    plugin_fingerprint(made->entry, lib, lib_count, made->options, made->manifest.api,
                       &made->fingerprint);
    if (made->own)
        add_granted(made->own, &made->fingerprint);
    made->title = arena_printf(lineup->arena, "%s@%s", made->label, made->manifest.version);
    if (!made->title)
        return error_set(err, ERR_NOMEM, "out of memory while loading a plugin");
    if (health_of(lineup->desk, made, err) < 0)
        return ERR_NOMEM;
    made->trial = false;
    lineup->plugins[made->index] = made;
    return 0;
}

/* One more of the plugin `first`, with options of its own. */
static int make(struct lineup *lineup, struct desk_plugin *first, const struct plugin_grant *grant,
                struct str options, struct desk_plugin **out, struct error *err)
{
    struct desk_plugin *made = first;
    struct own_workers *own = NULL;
    int code = grant ? own_workers_get(lineup, first->entry, grant, &own, err) : 0;
    const bool serves_on = !own && first->trial && str_same(options, NO_OPTIONS);
    if (code >= 0 && !serves_on) {
        made = new_plugin(lineup, err);
        if (!made)
            return err->code;
        *made = *first;
        made->own = own;
        made->health = NULL;
        code = ship(lineup, first->entry, own, options, false, &made->index, err);
    }
    if (code < 0)
        return code;
    made->options = arena_str(lineup->arena, options);
    if (!made->options.at)
        return error_set(err, ERR_NOMEM, "out of memory while loading a plugin");
    *out = made;
    return finish(lineup, made, err);
}

struct load {
    struct plugin_entry *entry;
    const msgpack_object *given;
    const struct option_text *texts;
    size_t text_count;
    bool tests; /* without a grant it is loaded all the same, and has nothing of it */
};

static int load(struct lineup *lineup, const struct load *load, struct desk_plugin **out,
                struct error *err)
{
    struct plugin_entry *entry = load->entry;
    const struct plugin_grant *grant = config_grant(&lineup->config, entry->kind, entry->name);
    struct desk_plugin *first = NULL;
    BUF_AUTO struct buf options = BUF_INIT;
    int code = trial(lineup, entry, &first, err);
    if (code < 0)
        return code;
    code = grant_check(&first->manifest, entry, grant, err);
    if (code == ERR_DENIED && load->tests) {
        grant = NULL;
        code = 0;
    }
    if (code >= 0)
        code = options_check(&first->manifest, load->given, load->texts, load->text_count, &options,
                             err);
    if (code < 0)
        return code;
    const struct str checked = buf_view(&options);
    *out = same_plugin(lineup, entry, &checked);
    return *out ? 0 : make(lineup, first, grant, checked, out, err);
}

int host_load(struct lineup *lineup, const char *kind, const char *name,
              const msgpack_object *given, const struct option_text *texts, size_t text_count,
              struct desk_plugin **out, struct error *err)
{
    struct plugin_entry *entry = NULL;
    const int code = registry_find(lineup->registry, kind, name, &entry, err);
    const struct load what = {entry, given, texts, text_count, false};
    return code < 0 ? code : load(lineup, &what, out, err);
}

int host_load_entry(struct lineup *lineup, struct plugin_entry *entry, struct desk_plugin **out,
                    struct error *err)
{
    const struct load what = {.entry = entry};
    return load(lineup, &what, out, err);
}

int host_load_tested(struct lineup *lineup, struct plugin_entry *entry, struct desk_plugin **out,
                     struct error *err)
{
    const struct load what = {.entry = entry, .tests = true};
    return load(lineup, &what, out, err);
}

int host_ship_entry(struct lineup *lineup, struct plugin_entry *entry, uint32_t *index,
                    struct error *err)
{
    const int code = registry_files(entry, err);
    return code < 0 ? code : ship(lineup, entry, NULL, NO_OPTIONS, true, index, err);
}

int host_ship_tests(struct lineup *lineup, const struct desk_plugin *plugin, uint32_t *index,
                    struct error *err)
{
    return ship(lineup, plugin->entry, plugin->own, plugin->options, true, index, err);
}

struct desk_plugin *host_plugin(const struct lineup *lineup, int64_t index)
{
    return index >= 0 && index < (int64_t)lineup->plugin_count ? lineup->plugins[index] : NULL;
}

const char *host_label(const struct lineup *lineup, int64_t index)
{
    const struct desk_plugin *plugin = host_plugin(lineup, index);
    return plugin ? plugin->label : "";
}

/* Plugins as they were shipped, and calls into them. */
#include "worker/serve.h"

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "model/wire.h"

static int keep_files(struct served_plugin *plugin, const msgpack_object *files, struct error *err)
{
    size_t count = files && files->type == MSGPACK_OBJECT_MAP ? files->via.map.size : 0;
    plugin->files = mem_zero(count + 1, sizeof *plugin->files);
    if (!plugin->files)
        return error_set(err, ERR_NOMEM, "no memory for a plugin's files");
    for (size_t i = 0; i < count; i++) {
        const msgpack_object_kv *pair = &files->via.map.ptr[i];
        int rc = wire_text(&pair->key, "files", LIMIT(PATH_BYTES), &plugin->files[i].name, err);
        const bool granted =
            rc >= 0 && memchr(plugin->files[i].name.at, '/', plugin->files[i].name.len) != NULL;
        if (rc >= 0)
            rc = wire_bin(&pair->val, "files", granted ? LIMIT(GRANT_BYTES) : LIMIT(PLUGIN_BYTES),
                          &plugin->files[i].bytes, err);
        if (rc < 0)
            return rc;
    }
    plugin->source.files = plugin->files;
    plugin->source.file_count = count;
    return 0;
}

static int keep_name(const msgpack_object *value, const char *what, char **out, struct error *err)
{
    struct str text;
    int rc = wire_text(value, what, DESK_NAME_MAX, &text, err);
    if (rc < 0)
        return rc;
    *out = mem_strndup(text.at ? text.at : "", text.len);
    return *out ? 0 : error_set(err, ERR_NOMEM, "no memory for a plugin's name");
}

static int fill(struct serve *serve, struct served_plugin *plugin, const msgpack_object *map,
                struct error *err)
{
    const msgpack_object *native = wire_get(map, "native");
    plugin->native = native && native->type == MSGPACK_OBJECT_BOOLEAN && native->via.boolean;
    int rc = keep_name(wire_get(map, "kind"), "kind", &plugin->kind, err);
    if (rc >= 0)
        rc = keep_name(wire_get(map, "name"), "name", &plugin->name, err);
    if (rc >= 0)
        rc = keep_files(plugin, wire_get(map, "files"), err);
    if (rc < 0)
        return rc;
    plugin->source.kind = plugin->kind;
    plugin->source.name = plugin->name;
    plugin->source.options = wire_get(map, "options");
    if (plugin->native)
        plugin->stage = native_stage(serve->natives, plugin->kind, plugin->name);
    plugin->used = true;
    return 0;
}

int plugin_keep(struct serve *serve, const uint8_t *body, size_t len, struct error *err)
{
    struct kept message = {0};
    int rc = kept_open(&message, body, len, err);
    if (rc < 0)
        return rc;
    const msgpack_object *map = &message.root.via.array.ptr[2];
    int64_t index = 0;
    rc = wire_int(wire_get(map, "index"), "index", 0, (int64_t)LIMIT(PLUGINS) - 1, &index, err);
    if (rc >= 0 && serve->plugins[index].used)
        rc = error_set(err, ERR_EXISTS, "plugin %d was shipped twice", (int)index);
    if (rc < 0) {
        kept_close(&message);
        return rc;
    }
    serve->plugins[index].message = message;
    return fill(serve, &serve->plugins[index], map, err);
}

void pack_cost(struct serve *serve, const struct served_plugin *plugin)
{
    struct lua_memory memory = {0};
    msgpack_packer packer;
    if (plugin->lua)
        lua_plugin_memory(plugin->lua, &memory);
    wire_packer(&packer, &serve->answer);
    wire_pack_key(&packer, "cost");
    msgpack_pack_map(&packer, 3);
    wire_pack_key(&packer, "cpu_us");
    msgpack_pack_int64(&packer, serve->plugin_us - serve->job_begun_us);
    wire_pack_key(&packer, "bytes");
    msgpack_pack_uint64(&packer, memory.bytes);
    wire_pack_key(&packer, "peak");
    msgpack_pack_uint64(&packer, memory.peak);
}

void look_begin(struct serve *serve, uint32_t index)
{
    serve->plugin = index;
    serve->logs = 0;
    page_begin(serve->page, PAGE_CALL, (int32_t)index);
}

void look_end(struct serve *serve)
{
    atomic_store_explicit(&serve->page->plugin_us, serve->plugin_us, memory_order_relaxed);
    page_end(serve->page);
}

void call_begin(struct serve *serve, uint32_t index)
{
    page_count(serve->page, index);
    serve->call_begun_us = clock_mono_us();
    look_begin(serve, index);
}

/* The state that the call was made in: an export has one of its own. */
static const struct lua_plugin *called(const struct serve *serve, uint32_t index)
{
    for (const struct served_session *at = serve->sessions; at; at = at->next)
        if (at->id == serve->session && at->plugin == index)
            return at->lua;
    return serve->plugins[index].lua;
}

void call_end(struct serve *serve)
{
    const uint32_t index = (uint32_t)serve->plugin;
    const struct lua_plugin *lua = called(serve, index);
    struct lua_memory memory = {0};
    if (lua)
        lua_plugin_memory(lua, &memory);
    page_held(serve->page, index, memory.bytes, memory.peak);
    page_took(serve->page, serve->plugin, clock_mono_us() - serve->call_begun_us);
    look_end(serve);
}

int plugin_load_lua(struct serve *serve, uint32_t index, const struct lua_plugin_source *source,
                    struct lua_plugin **out)
{
    serve->plugin = index;
    page_begin(serve->page, PAGE_LOAD, (int32_t)index);
    int rc = lua_plugin_load(source, &serve->world, out, &serve->fault.why);
    page_end(serve->page);
    if (rc < 0)
        serve->fault.plugin = index;
    return rc;
}

struct served_plugin *plugin_find(struct serve *serve, const msgpack_object *value, uint32_t *index)
{
    struct error err = {0};
    int64_t number = 0;
    if (wire_int(value, "plugin", 0, (int64_t)LIMIT(PLUGINS) - 1, &number, &err) < 0) {
        fault_set(serve, -1, GUARD_LOAD, "%s", err.text);
        return NULL;
    }
    struct served_plugin *plugin = &serve->plugins[number];
    *index = (uint32_t)number;
    if (!plugin->used) {
        fault_set(serve, -1, GUARD_LOAD, "plugin %d was never shipped", (int)number);
        return NULL;
    }
    if (plugin->native && !plugin->stage) {
        fault_set(serve, number, GUARD_LOAD, "no native plugin has a stage %s/%s", plugin->kind,
                  plugin->name);
        return NULL;
    }
    return plugin;
}

struct served_plugin *plugin_get(struct serve *serve, const msgpack_object *value, uint32_t *index)
{
    struct served_plugin *plugin = plugin_find(serve, value, index);
    if (plugin && !plugin->native && !plugin->lua &&
        plugin_load_lua(serve, *index, &plugin->source, &plugin->lua) < 0)
        return NULL;
    return plugin;
}

/* CONFIG, MANIFEST, TEST and CHECK: what is asked of a plugin's or desk.lua's code itself. */
#include "base/limits.h"
#include "lua/check.h"
#include "model/wire.h"
#include "worker/serve.h"

int job_config(struct serve *serve, const msgpack_object *payload)
{
    struct error err = {0};
    struct str name, bytes;
    int rc = wire_text(wire_get(payload, "name"), "name", LIMIT(PATH_BYTES), &name, &err);
    if (rc >= 0)
        rc = wire_bin(wire_get(payload, "bytes"), "bytes", LIMIT(CONFIG_BYTES), &bytes, &err);
    if (rc < 0)
        return fault_set(serve, -1, GUARD_INPUT, "%s", err.text);
    const char *path = arena_text(serve->arena, name);
    if (!path)
        return fault_set(serve, -1, GUARD_MEMORY, "no memory for a name");
    msgpack_packer packer;
    wire_packer(&packer, &serve->answer);
    msgpack_pack_map(&packer, 1);
    wire_pack_key(&packer, "config");
    serve->fault.plugin = -1;
    page_begin(serve->page, PAGE_LOAD, -1);
    rc = lua_config(path, bytes, &serve->world, &serve->answer, &serve->fault.why);
    page_end(serve->page);
    return rc;
}

int job_manifest(struct serve *serve, const msgpack_object *payload)
{
    uint32_t index = 0;
    struct served_plugin *plugin = plugin_get(serve, wire_get(payload, "plugin"), &index);
    if (!plugin)
        return ERR_PLUGIN;
    msgpack_packer packer;
    wire_packer(&packer, &serve->answer);
    msgpack_pack_map(&packer, 1);
    wire_pack_key(&packer, "manifest");
    if (plugin->native) /* the host has read its registration */
        return fault_set(serve, index, GUARD_LOAD, "%s/%s is a native stage", plugin->kind,
                         plugin->name);
    serve->fault.plugin = index;
    look_begin(serve, index);
    int rc = lua_plugin_manifest(plugin->lua, &serve->answer, &serve->fault.why);
    look_end(serve);
    return rc;
}

int job_test(struct serve *serve, const msgpack_object *payload)
{
    struct error err = {0};
    uint32_t index = 0;
    int64_t number = 0;
    struct served_plugin *plugin = plugin_get(serve, wire_get(payload, "plugin"), &index);
    if (!plugin)
        return ERR_PLUGIN;
    if (wire_int(wire_get(payload, "case"), "case", 0, UINT32_MAX, &number, &err) < 0)
        return fault_set(serve, index, GUARD_INPUT, "%s", err.text);
    if (plugin->native && !plugin->lua && stage_as_lua(serve, index) < 0)
        return ERR_PLUGIN;
    serve->fault.plugin = index;
    look_begin(serve, index);
    int rc = lua_plugin_test(plugin->lua, (uint32_t)number, &serve->answer, &serve->fault.why);
    look_end(serve);
    return rc;
}

int job_check(struct serve *serve, const msgpack_object *payload)
{
    uint32_t index = 0;
    struct served_plugin *plugin = plugin_find(serve, wire_get(payload, "plugin"), &index);
    if (!plugin)
        return ERR_PLUGIN;
    if (plugin->native)
        return fault_set(serve, index, GUARD_LOAD,
                         "%s/%s is a native stage: its code cannot be looked at", plugin->kind,
                         plugin->name);
    msgpack_packer packer;
    wire_packer(&packer, &serve->answer);
    msgpack_pack_map(&packer, 1);
    wire_pack_key(&packer, "issues");
    serve->fault.plugin = index;
    page_begin(serve->page, PAGE_LOAD, (int32_t)index);
    int rc = lua_check(&plugin->source, &serve->world, &serve->answer, &serve->fault.why);
    page_end(serve->page);
    return rc;
}

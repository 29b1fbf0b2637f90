#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "lua/desk.h"
#include "lua/encode.h"
#include "lua/frozen.h"
#include "lua/handles.h"
#include "lua/outside.h"
#include "lua/parts.h"
#include "lua/sandbox.h"
#include "plugin/options.h"

/* Runs init.lua in the new sandbox and leaves the checked manifest. */
static int load_work(lua_State *L)
{
    struct lua_plugin *plugin = lua_touserdata(L, 1);
    struct state *state = state_of(L);
    const struct lua_plugin_source *source = plugin->source;
    const struct lua_file *file = area_find_file(source->files, source->file_count, "init.lua");
    area_open(L);
    sandbox_open(L);
    handles_open(L);
    export_open_tables(L);
    state->ready = true;
    if (source->outside) {
        outside_push(L, source->outside);
    } else {
        if (!file)
            return luaL_error(L, "%s has no init.lua", state->name);
        state_push_chunk(L, state->name, "init.lua");
        if (state_load(L, file->bytes) != LUA_OK)
            return lua_error(L);
        lua_call(L, 0, 1);
    }
    manifest_check(L, source, plugin->functions);
    return 1;
}

/* (real options, key): an option that is declared but not set is nil, not unknown. Upvalues are not
 * at hand here, so the set of names lies in the registry. */
static const char declared_mark;
static int find_declared(lua_State *L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &declared_mark);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, -2) == LUA_TNIL) {
        lua_pop(L, 2);
        return 0;
    }
    lua_pushnil(L);
    return 1;
}

void plugin_push_options(lua_State *L, const struct lua_plugin *plugin,
                         const msgpack_object *options)
{
    (void)plugin;
    decode_push(L, options);
    const int table = lua_gettop(L);
    for (lua_pushnil(L); lua_next(L, table) != 0;) {
        if (!lua_istable(L, -1)) {
            lua_pop(L, 1);
            continue;
        }
        frozen_make_deep(L, "options");
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, table);
    }
    frozen_make(L, "options", FROZEN_REFUSE, find_declared);
}

struct options_work {
    struct lua_plugin *plugin;
    const msgpack_object *options;
};

static int options_work(lua_State *L)
{
    const struct options_work *work = lua_touserdata(L, 1);
    const struct manifest *manifest = &work->plugin->manifest;
    lua_createtable(L, 0, (int)manifest->option_count);
    for (size_t i = 0; i < manifest->option_count; i++) {
        lua_pushboolean(L, 1);
        lua_setfield(L, -2, manifest->options[i].name);
    }
    lua_rawsetp(L, LUA_REGISTRYINDEX, &declared_mark);
    plugin_push_options(L, work->plugin, work->options);
    work->plugin->options = luaL_ref(L, LUA_REGISTRYINDEX);
    return 0;
}

/* The checked options become a read-only table in the state. */
static int set_options(struct lua_plugin *plugin, struct lua_fault *fault)
{
    BUF_AUTO struct buf bytes = BUF_INIT;
    struct error err = {0};
    if (options_check(&plugin->manifest, NULL, NULL, 0, &bytes, &err) < 0)
        return lua_fault_set(fault, GUARD_LOAD, "scripts/%s/init.lua: a default does not fit: %s",
                             plugin->state->name, err.text);
    buf_clear(&bytes);
    if (options_check(&plugin->manifest, plugin->source->options, NULL, 0, &bytes, &err) < 0)
        return lua_fault_set(fault, GUARD_LOAD, "%s", err.text);
    msgpack_unpacked unpacked;
    msgpack_unpacked_init(&unpacked);
    int result = ERR_PLUGIN;
    if (msgpack_unpack_next(&unpacked, bytes.at, bytes.len, NULL) == MSGPACK_UNPACK_SUCCESS) {
        struct options_work work = {plugin, &unpacked.data};
        result = state_call(plugin->state, options_work, &work, 0, LIMIT(LOAD_MS), fault);
    } else {
        lua_fault_set(fault, GUARD_LOAD, "%s: out of memory", plugin->state->name);
    }
    msgpack_unpacked_destroy(&unpacked);
    return result;
}

/* Keeps the manifest that load_work left, as bytes and as plugin/manifest.h reads it. */
static int keep_manifest(struct lua_plugin *plugin, struct lua_fault *fault)
{
    struct error err = {0};
    lua_State *L = plugin->state->L;
    buf_clear(&plugin->manifest_bytes);
    int result = encode_value(L, -1, "manifest", &plugin->manifest_bytes, &err);
    lua_pop(L, 1);
    msgpack_unpacked_destroy(&plugin->unpacked);
    msgpack_unpacked_init(&plugin->unpacked);
    arena_clear(plugin->arena);
    if (result == 0 &&
        msgpack_unpack_next(&plugin->unpacked, plugin->manifest_bytes.at,
                            plugin->manifest_bytes.len, NULL) != MSGPACK_UNPACK_SUCCESS)
        result = error_set(&err, ERR_NOMEM, "out of memory");
    if (result == 0)
        result = manifest_read(&plugin->unpacked.data, plugin->source->kind, plugin->source->name,
                               plugin->arena, &plugin->manifest, &err);
    if (result < 0)
        return lua_fault_set(fault, GUARD_LOAD, "scripts/%s/init.lua: %s", plugin->state->name,
                             err.text);
    return 0;
}

void plugin_drop(struct lua_plugin *plugin)
{
    if (plugin->state)
        export_free(plugin->state->exported);
    state_free(plugin->state);
    plugin->state = NULL;
    plugin->cases = LUA_NOREF;
}

static int start(struct lua_plugin *plugin, struct lua_fault *fault)
{
    const struct lua_plugin_source *source = plugin->source;
    struct state *state = state_new(plugin->world, plugin->world->state_bytes);
    if (!state)
        return lua_fault_set(fault, GUARD_MEMORY, "%s/%s: no memory for a Lua state", source->kind,
                             source->name);
    plugin->state = state;
    state->source = source;
    state->loading = true;
    state->options = source->options;
    snprintf(state->name, sizeof state->name, "%s/%s", source->kind, source->name);
    int result = state_call(state, load_work, plugin, 1, LIMIT(LOAD_MS), fault);
    state->loading = false;
    if (result == 0)
        result = keep_manifest(plugin, fault);
    if (result == 0)
        result = set_options(plugin, fault);
    if (result == 0)
        return 0;
    if (fault->guard == GUARD_ERROR)
        fault->guard = GUARD_LOAD;
    plugin_drop(plugin);
    return result;
}

int plugin_ready(struct lua_plugin *plugin, struct lua_fault *fault)
{
    if (plugin->state && !state_spent(plugin->state))
        return 0;
    plugin_drop(plugin);
    return start(plugin, fault);
}

int lua_plugin_load(const struct lua_plugin_source *source, const struct lua_world *world,
                    struct lua_plugin **out, struct lua_fault *fault)
{
    *out = NULL;
    struct lua_plugin *plugin = mem_zero(1, sizeof *plugin);
    if (!plugin)
        return lua_fault_set(fault, GUARD_MEMORY, "out of memory");
    plugin->source = source;
    plugin->world = world;
    plugin->cases = LUA_NOREF;
    buf_init(&plugin->manifest_bytes, LIMIT(CONFIG_BYTES));
    msgpack_unpacked_init(&plugin->unpacked);
    plugin->arena = arena_new(LIMIT(CONFIG_BYTES));
    const int result =
        plugin->arena ? start(plugin, fault) : lua_fault_set(fault, GUARD_MEMORY, "out of memory");
    if (result < 0) {
        lua_plugin_free(plugin);
        return result;
    }
    *out = plugin;
    return 0;
}

void lua_plugin_free(struct lua_plugin *plugin)
{
    if (!plugin)
        return;
    plugin_drop(plugin);
    msgpack_unpacked_destroy(&plugin->unpacked);
    arena_free(plugin->arena);
    buf_free(&plugin->manifest_bytes);
    mem_free(plugin);
}

int lua_plugin_manifest(struct lua_plugin *plugin, struct buf *out, struct lua_fault *fault)
{
    if (buf_append(out, plugin->manifest_bytes.at, plugin->manifest_bytes.len) < 0)
        return lua_fault_set(fault, GUARD_MEMORY, "out of memory");
    return 0;
}

const struct manifest *lua_plugin_data(const struct lua_plugin *plugin)
{
    return &plugin->manifest;
}

void lua_plugin_memory(const struct lua_plugin *plugin, struct lua_memory *out)
{
    const struct state *state = plugin->state;
    *out = (struct lua_memory){0};
    if (state) {
        out->bytes = state->used;
        out->peak = state->peak;
    }
}

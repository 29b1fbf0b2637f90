/* desk.read and require: what the host shipped with the plugin. */
#include <lauxlib.h>
#include <lua-lpeg.h>
#include <stdlib.h>
#include <string.h>

#include "lua/desk.h"
#include "lua/frozen.h"
#include "lua/state.h"
#include "plugin/registry.h"

/* LPeg's back-track stack: entries of 24 bytes outside the state's cap. */
#define LPEG_STACK_MAX 20000

const char area_read_names, area_env_names;
static const char loaded_modules;

const struct lua_file *area_find_file(const struct lua_file *files, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (str_is(files[i].name, name))
            return &files[i];
    return NULL;
}

bool area_has_tests(const struct lua_plugin_source *source)
{
    for (size_t i = 0; i < source->file_count; i++)
        if (registry_is_test(source->files[i].name))
            return true;
    return false;
}

static const char *nearest_file(lua_State *L, const struct lua_file *files, size_t count,
                                const char *name)
{
    const char *names[64];
    size_t known = 0;
    luaL_checkstack(L, 64, "file names");
    for (; known < count && known < 64; known++)
        names[known] = lua_pushlstring(L, files[known].name.at, files[known].name.len);
    return str_nearest(str_of(name), names, known);
}

/* The set of names in the registry under `key`, made when it is not there. */
static void push_set(lua_State *L, const void *key)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, key) == LUA_TTABLE)
        return;
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, key);
}

/* While the plugin is loaded its `uses` is not known: the name is kept and checked afterwards.
 * Later the set holds the names in `uses.read`. */
static void check_declared(lua_State *L, const struct state *state, const char *name)
{
    push_set(L, &area_read_names);
    if (state->loading) {
        lua_pushboolean(L, 1);
        lua_setfield(L, -2, name);
    } else if (lua_getfield(L, -1, name) == LUA_TNIL) {
        luaL_error(L, "desk.read: '%s' is not in uses.read of the plugin", name);
    }
}

/* Pushes what the test case gives in the place of a granted file. */
static int push_given(lua_State *L, int reads, const char *name)
{
    lua_rawgeti(L, LUA_REGISTRYINDEX, reads);
    if (lua_getfield(L, -1, name) == LUA_TNIL)
        return luaL_error(L, "desk.read: '%s' is not in 'reads' of the test case", name);
    return 1;
}

int area_read(lua_State *L)
{
    const struct state *state = state_of(L);
    const char *name = luaL_checkstring(L, 1);
    const struct lua_plugin_source *source = state->source;
    const struct lua_file *file = area_find_file(source->files, source->file_count, name);
    if (strchr(name, '/') && state->input.reads)
        return push_given(L, state->input.reads, name);
    if (strchr(name, '/')) {
        /* what is granted is known when the manifest is, so after loading */
        if (state->loading)
            return luaL_error(L,
                              "desk.read: '%s' is there once run is called: read it then, and "
                              "keep what you made of it",
                              name);
        if (!file)
            return luaL_error(L,
                              "desk.read: '%s' is not granted: ask for it in uses.read, and see "
                              "`copydesk plugin grant`",
                              name);
    }
    if (!file) {
        const char *nearest = nearest_file(L, source->files, source->file_count, name);
        return luaL_error(L, "desk.read: '%s' is not in the plugin's folder%s%s", name,
                          nearest ? "; did you mean " : "", nearest ? nearest : "");
    }
    check_declared(L, state, name);
    lua_pushlstring(L, file->bytes.at, file->bytes.len);
    return 1;
}

/* desk.env(name): its value, or nil where it is not set. What is not in uses.env was asked for of
 * nobody. */
int area_env(lua_State *L)
{
    const struct state *state = state_of(L);
    const char *name = luaL_checkstring(L, 1);
    if (state->loading)
        return luaL_error(L, "desk.env: '%s' is there once run is called: look at it then", name);
    push_set(L, &area_env_names);
    if (lua_getfield(L, -1, name) == LUA_TNIL)
        return luaL_error(L, "desk.env: '%s' is not in uses.env of the plugin", name);
    if (state->input.env) {
        lua_rawgeti(L, LUA_REGISTRYINDEX, state->input.env);
        if (lua_getfield(L, -1, name) != LUA_TSTRING) /* false, or not named: not set */
            lua_pushnil(L);
        return 1;
    }
    const char *value = getenv(name);
    if (value)
        lua_pushstring(L, value);
    else
        lua_pushnil(L);
    return 1;
}

/* Pushes the LPeg module: its metatable locked, its stack bounded. */
static int open_lpeg(lua_State *L)
{
    lua_pushcfunction(L, luaopen_lpeg);
    lua_pushliteral(L, "lpeg");
    lua_call(L, 1, 1);
    luaL_getmetatable(L, "lpeg-pattern");
    if (lua_istable(L, -1)) {
        lua_pushboolean(L, 0);
        lua_setfield(L, -2, "__metatable");
    }
    lua_pop(L, 1);
    lua_getfield(L, -1, "setmaxstack");
    lua_pushinteger(L, LPEG_STACK_MAX);
    lua_call(L, 1, 0);
    lua_pushnil(L);
    lua_setfield(L, -2, "setmaxstack");
    frozen_make(L, "lpeg", FROZEN_REFUSE, NULL);
    return 1;
}

/* "a.b" -> "a/b.lua" */
static const char *push_file_name(lua_State *L, const char *module)
{
    luaL_gsub(L, module, ".", "/");
    lua_pushliteral(L, ".lua");
    lua_concat(L, 2);
    return lua_tostring(L, -1);
}

static int load_file(lua_State *L, const struct lua_file *file, const char *folder)
{
    state_push_chunk(L, folder, lua_pushlstring(L, file->name.at, file->name.len));
    if (state_load(L, file->bytes) != LUA_OK)
        return lua_error(L);
    return 1;
}

static int unknown_module(lua_State *L, const struct state *state, const char *module,
                          const char *file)
{
    const struct lua_plugin_source *source = state->source;
    const char *nearest = nearest_file(L, source->files, source->file_count, file);
    if (!nearest)
        nearest = nearest_file(L, state->world->lib, state->world->lib_count, file);
    return luaL_error(L,
                      "module '%s' is not there: require finds %s in the plugin's folder and in "
                      "scripts/lib, and lpeg%s%s",
                      module, file, nearest ? "; did you mean " : "", nearest ? nearest : "");
}

/* Pushes the loader of a module. */
static int push_loader(lua_State *L, const char *module)
{
    const struct state *state = state_of(L);
    const struct lua_plugin_source *source = state->source;
    const char *name = push_file_name(L, module);
    const struct lua_file *file = area_find_file(source->files, source->file_count, name);
    if (file)
        return load_file(L, file, state->name);
    file = area_find_file(state->world->lib, state->world->lib_count, name);
    if (file)
        return load_file(L, file, "lib");
    if (strcmp(module, "lpeg") == 0) {
        lua_pushcfunction(L, open_lpeg);
        return 1;
    }
    return unknown_module(L, state, module, name);
}

int area_require(lua_State *L)
{
    const char *module = luaL_checkstring(L, 1);
    lua_settop(L, 1);
    push_set(L, &loaded_modules);
    if (lua_getfield(L, 2, module) != LUA_TNIL) {
        if (lua_touserdata(L, -1) == &loaded_modules)
            return luaL_error(L, "require: '%s' requires itself, directly or by another module",
                              module);
        return 1;
    }
    push_loader(L, module);
    lua_replace(L, 3);
    lua_settop(L, 3);
    lua_pushlightuserdata(L, (void *)&loaded_modules); /* stands for: being loaded */
    lua_setfield(L, 2, module);
    lua_pushvalue(L, 1);
    if (lua_pcall(L, 1, 1, 0) != LUA_OK) {
        lua_pushnil(L); /* a second try meets the same error, not "requires itself" */
        lua_setfield(L, 2, module);
        return lua_error(L);
    }
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        lua_pushboolean(L, 1);
    }
    lua_pushvalue(L, -1);
    lua_setfield(L, 2, module);
    return 1;
}

/* What a test case puts in the place of what desk.lua would grant: files and variables. */
#include <lauxlib.h>
#include <string.h>

#include "base/limits.h"
#include "lua/desk.h"
#include "lua/state.h"
#include "lua/testcase.h"
#include "plugin/manifest.h"

static bool is_asked(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static void not_asked(lua_State *L, const char *key, const char *uses, const char *name,
                      const char *const *names, size_t count)
{
    const char *nearest = str_nearest(str_of(name), names, count);
    luaL_error(L, "%s: '%s' is not in uses.%s of the plugin%s%s%s", key, name, uses,
               nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
}

/* The value at the top, { file = "sample.tsv" }, becomes the bytes of that file. */
static void push_file(lua_State *L, const char *name)
{
    const struct lua_plugin_source *source = state_of(L)->source;
    if (lua_getfield(L, -1, "file") != LUA_TSTRING)
        luaL_error(L, "reads['%s'] must be a text, or { file = \"NAME\" } of the plugin's folder",
                   name);
    const char *file_name = lua_tostring(L, -1);
    const struct lua_file *file = area_find_file(source->files, source->file_count, file_name);
    if (!file)
        luaL_error(L, "reads['%s']: '%s' is not in the plugin's folder", name, file_name);
    else
        lua_pushlstring(L, file->bytes.at ? file->bytes.at : "", file->bytes.len);
    lua_replace(L, -3);
    lua_pop(L, 1);
}

/* Stack: ..., copy, key, value. Stores the value in the copy and pops it. */
static void take_read(lua_State *L, const char *name, const struct manifest *manifest)
{
    if (!is_asked(manifest->read_files, manifest->read_count, name))
        not_asked(L, "reads", "read", name, manifest->read_files, manifest->read_count);
    if (!strchr(name, '/'))
        luaL_error(L, "reads: '%s' lies in the plugin's folder and is read as it is", name);
    if (lua_istable(L, -1))
        push_file(L, name);
    if (lua_type(L, -1) != LUA_TSTRING)
        luaL_error(L, "reads['%s'] must be a text, or { file = \"NAME\" } of the plugin's folder",
                   name);
    lua_setfield(L, -3, name);
}

static void take_env(lua_State *L, const char *name, const struct manifest *manifest)
{
    if (!is_asked(manifest->env, manifest->env_count, name))
        not_asked(L, "env", "env", name, manifest->env, manifest->env_count);
    if (lua_type(L, -1) != LUA_TSTRING && !(lua_isboolean(L, -1) && !lua_toboolean(L, -1)))
        luaL_error(L, "env['%s'] must be a text, or false: not set", name);
    lua_setfield(L, -3, name);
}

/* A registry reference of a checked copy of the case's table `key`; 0: it has none. */
static int given(lua_State *L, int at, const char *key, const struct manifest *manifest,
                 void (*take)(lua_State *L, const char *name, const struct manifest *manifest))
{
    const int type = lua_getfield(L, at, key);
    if (type == LUA_TNIL) {
        lua_pop(L, 1);
        return 0;
    }
    if (type != LUA_TTABLE)
        luaL_error(L, "%s must be a table", key);
    const int table = lua_gettop(L);
    lua_newtable(L);
    for (lua_pushnil(L); lua_next(L, table) != 0;) {
        if (lua_type(L, -2) != LUA_TSTRING)
            luaL_error(L, "%s has an entry without a name", key);
        take(L, lua_tostring(L, -2), manifest);
    }
    const int reference = luaL_ref(L, LUA_REGISTRYINDEX);
    lua_pop(L, 1);
    return reference;
}

/* As many bytes as desk.lua may grant. */
static void check_bytes(lua_State *L, int reads)
{
    size_t sum = 0;
    if (reads == 0)
        return;
    lua_rawgeti(L, LUA_REGISTRYINDEX, reads);
    const int table = lua_gettop(L);
    for (lua_pushnil(L); lua_next(L, table) != 0; lua_pop(L, 1))
        sum += lua_rawlen(L, -1);
    lua_pop(L, 1);
    if (sum > LIMIT(GRANT_BYTES))
        luaL_error(L, "reads: its files are over %d bytes (limit GRANT_BYTES)",
                   (int)LIMIT(GRANT_BYTES));
}

bool testcase_has_given(lua_State *L, int at)
{
    if (!lua_istable(L, at))
        return false;
    const bool has =
        lua_getfield(L, at, "reads") != LUA_TNIL || lua_getfield(L, at, "env") != LUA_TNIL;
    lua_settop(L, at);
    return has;
}

void testcase_given(lua_State *L, int at, const struct manifest *manifest)
{
    struct state_input *input = &state_of(L)->input;
    luaL_checkstack(L, 12, "a test case");
    input->reads = given(L, at, "reads", manifest, take_read);
    check_bytes(L, input->reads);
    input->env = given(L, at, "env", manifest, take_env);
}

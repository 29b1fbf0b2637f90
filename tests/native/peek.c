/* A Lua module that looks out of a worker: who it is, what its environment holds, and whether a
 * file can be opened, by the bare C library. For tests/cli/grant_spec.lua. */
#include <copydesk/plugin.h>

#include <fcntl.h>
#include <lauxlib.h>
#include <lua.h>
#include <unistd.h>

extern char **environ;

static int peek_pid(lua_State *L)
{
    lua_pushinteger(L, getpid());
    return 1;
}

static int peek_environment(lua_State *L)
{
    lua_pushliteral(L, "");
    for (int i = 0; environ && environ[i]; i++) {
        lua_pushfstring(L, "%s[%s]", lua_tostring(L, -1), environ[i]);
        lua_remove(L, -2);
    }
    return 1;
}

static int peek_open(lua_State *L)
{
    lua_pushboolean(L, open(luaL_checkstring(L, 1), O_RDONLY) >= 0);
    return 1;
}

static int open_peek(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"pid", peek_pid}, {"environment", peek_environment}, {"open", peek_open}, {NULL, NULL}};
    luaL_newlib(L, functions);
    return 1;
}

static int init(const struct desk_host *host, struct desk_error *error)
{
    return host->register_lua_module(host, "peek", open_peek, error);
}

DESK_PLUGIN_EXPORT const struct desk_plugin_info desk_plugin_info = {
    DESK_PLUGIN_INFO_HEAD, .features = DESK_FEATURE_LUA_MODULES, .name = "peek",
    .version = "1.0.0",    .about = "Looks out of a worker.",    .init = init,
};

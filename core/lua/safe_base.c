/* Lua's base functions, where they would open a hole. */
#include <string.h>

#include "base/log.h"
#include "lua/desk.h"
#include "lua/frozen.h"
#include "lua/sandbox.h"
#include "lua/state.h"

/* What pcall and xpcall give: true and results, or false and the error; an error of a wall goes
 * on. `first`: where results begin, less one. */
static int pcall_finish(lua_State *L, int status, lua_KContext first)
{
    if (status == LUA_OK || status == LUA_YIELD)
        return lua_gettop(L) - (int)first;
    state_check(L);
    lua_pushboolean(L, 0);
    lua_pushvalue(L, -2);
    return 2;
}

static int safe_pcall(lua_State *L)
{
    luaL_checkany(L, 1);
    lua_pushboolean(L, 1);
    lua_insert(L, 1);
    return pcall_finish(L, lua_pcallk(L, lua_gettop(L) - 2, LUA_MULTRET, 0, 0, pcall_finish), 0);
}

/* Stands in for a plugin's message handler, so that after a stop none runs: inside a hook Lua sets
 * no hooks, and a handler that loops there could not be stopped. Upvalue 1: the handler. */
static int safe_handler(lua_State *L)
{
    if (state_spent(state_of(L)))
        return 1;
    lua_settop(L, 1);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, 1, 1);
    return 1;
}

/* xpcall(f, handler, ...) */
static int safe_xpcall(lua_State *L)
{
    const int count = lua_gettop(L);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_pushvalue(L, 2);
    lua_pushcclosure(L, safe_handler, 1);
    lua_replace(L, 2);
    lua_pushboolean(L, 1); /* first result: true */
    lua_pushvalue(L, 1);
    lua_rotate(L, 3, 2);
    return pcall_finish(L, lua_pcallk(L, count - 2, LUA_MULTRET, 2, 2, pcall_finish), 2);
}

/* load(chunk, name, mode, env): text only. Upvalue 1: Lua's load. */
static int safe_load(lua_State *L)
{
    const int given = lua_gettop(L);
    const char *mode = luaL_optstring(L, 3, "t");
    if (!strchr(mode, 't'))
        return luaL_error(L, "load takes text only, not mode '%s'", mode);
    if (given < 3)
        lua_settop(L, 3);
    if (lua_isnil(L, 2)) {
        lua_pushliteral(L, "=(load)");
        lua_replace(L, 2);
    }
    lua_pushliteral(L, "t");
    lua_replace(L, 3);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, given > 3 ? given : 3, LUA_MULTRET);
    return lua_gettop(L);
}

const char *safe_push_text(lua_State *L, int at, size_t *len)
{
    switch (lua_type(L, at)) {
    case LUA_TTABLE:
    case LUA_TUSERDATA:
        if (luaL_getmetafield(L, at, "__tostring") != LUA_TNIL) {
            lua_pop(L, 1);
            return luaL_tolstring(L, at, len);
        }
        break;
    case LUA_TLIGHTUSERDATA:
        lua_pushstring(L, lua_touserdata(L, at) ? "userdata" : "null"); /* desk.null */
        return lua_tolstring(L, -1, len);
    case LUA_TFUNCTION:
    case LUA_TTHREAD:
        break;
    default:
        return luaL_tolstring(L, at, len);
    }
    lua_pushstring(L, luaL_typename(L, at)); /* Lua would add the address */
    return lua_tolstring(L, -1, len);
}

static int safe_tostring(lua_State *L)
{
    luaL_checkany(L, 1);
    safe_push_text(L, 1, NULL);
    return 1;
}

/* A finalizer runs without hooks, whenever the collector likes: it cannot be stopped. Upvalue 1:
 * Lua's setmetatable. */
static int safe_setmetatable(lua_State *L)
{
    if (lua_istable(L, 2)) {
        lua_pushliteral(L, "__gc");
        if (lua_rawget(L, 2) != LUA_TNIL)
            return luaL_error(L, "__gc is not there in a plugin; __close is");
        lua_pop(L, 1);
    }
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, 1);
    return 1;
}

static int safe_rawset(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checkany(L, 2);
    luaL_checkany(L, 3);
    lua_settop(L, 3);
    if (frozen_is(L, 1))
        return luaL_error(L, "rawset: this table is read-only");
    if (lua_isnil(L, 2) ||
        (lua_type(L, 2) == LUA_TNUMBER && lua_tonumber(L, 2) != lua_tonumber(L, 2)))
        return luaL_error(L, "rawset: the key is nil or NaN");
    lua_rawset(L, 1);
    return 1;
}

/* No "count": an answer must not depend on what ran before. */
static int safe_collectgarbage(lua_State *L)
{
    static const char *const options[] = {"collect", "step", NULL};
    const int option = luaL_checkoption(L, 1, "collect", options);
    lua_gc(L, option == 0 ? LUA_GCCOLLECT : LUA_GCSTEP, 0);
    lua_pushinteger(L, 0);
    return 1;
}

static int safe_print(lua_State *L)
{
    return area_log_line(L, LOG_LEVEL_INFO, 1, "\t");
}

void safe_base(lua_State *L)
{
    static const luaL_Reg functions[] = {{"collectgarbage", safe_collectgarbage},
                                         {"pcall", safe_pcall},
                                         {"print", safe_print},
                                         {"rawset", safe_rawset},
                                         {"tostring", safe_tostring},
                                         {"xpcall", safe_xpcall},
                                         {"require", area_require},
                                         {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
    safe_wrap(L, "load", safe_load);
    safe_wrap(L, "setmetatable", safe_setmetatable);
}

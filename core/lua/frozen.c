#include "lua/frozen.h"

#include <lauxlib.h>
#include <stddef.h>
#include <string.h>

#include "base/str.h"

/* Its address marks metatables of frozen tables; the real table is kept under it. */
static const char frozen_mark;

static const char *key_text(lua_State *L, int at)
{
    return lua_type(L, at) == LUA_TSTRING ? lua_tostring(L, at) : luaL_typename(L, at);
}

/* Upvalue 1: label. */
static int frozen_write(lua_State *L)
{
    return luaL_error(L, "%s is read-only: '%s' cannot be set",
                      lua_tostring(L, lua_upvalueindex(1)), key_text(L, 2));
}

void frozen_push_hint(lua_State *L, int at, const char *wanted, const char *label)
{
    enum { NAMES_MAX = 256 };
    const char *names[NAMES_MAX];
    size_t count = 0;
    at = lua_absindex(L, at);
    for (lua_pushnil(L); lua_next(L, at) != 0; lua_pop(L, 1))
        if (lua_type(L, -2) == LUA_TSTRING && count < NAMES_MAX)
            names[count++] = lua_tostring(L, -2);
    const char *nearest = str_nearest(str_of(wanted), names, count);
    if (!nearest)
        lua_pushliteral(L, "");
    else if (label)
        lua_pushfstring(L, "; did you mean %s.%s?", label, nearest);
    else
        lua_pushfstring(L, "; did you mean '%s'?", nearest);
}

/* __index of the real table: (table, key). Upvalues: label, whether missing is an error, lookup. */
static int frozen_read_missing(lua_State *L)
{
    const lua_CFunction lookup = lua_tocfunction(L, lua_upvalueindex(3));
    if (lookup && lookup(L) == 1)
        return 1;
    if (!lua_toboolean(L, lua_upvalueindex(2)) || lua_type(L, 2) != LUA_TSTRING)
        return 0;
    const char *label = lua_tostring(L, lua_upvalueindex(1)), *key = lua_tostring(L, 2);
    frozen_push_hint(L, 1, key, label);
    return luaL_error(L, "unknown name %s.%s%s", label, key, lua_tostring(L, -1));
}

/* Iterator of pairs: (ignored, key) -> key, value. Upvalue 1: the real table. */
static int frozen_next(lua_State *L)
{
    lua_settop(L, 2);
    return lua_next(L, lua_upvalueindex(1)) ? 2 : 0;
}

static int frozen_pairs(lua_State *L)
{
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushcclosure(L, frozen_next, 1);
    return 1;
}

static int frozen_len(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)lua_rawlen(L, lua_upvalueindex(1)));
    return 1;
}

static void frozen_set_missing(lua_State *L, int real, const char *label, lua_CFunction lookup)
{
    lua_createtable(L, 0, 1);
    lua_pushstring(L, label);
    lua_pushboolean(L, 1);
    if (lookup)
        lua_pushcfunction(L, lookup);
    else
        lua_pushnil(L);
    lua_pushcclosure(L, frozen_read_missing, 3);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, real);
}

void frozen_make(lua_State *L, const char *label, enum frozen_missing missing, lua_CFunction lookup)
{
    const int real = lua_gettop(L);
    luaL_checkstack(L, 8, "freezing a table");
    if (missing == FROZEN_REFUSE || lookup)
        frozen_set_missing(L, real, label, lookup);
    lua_newtable(L);
    lua_createtable(L, 0, 6);
    lua_pushvalue(L, real);
    lua_setfield(L, -2, "__index");
    lua_pushvalue(L, real);
    lua_rawsetp(L, -2, &frozen_mark);
    lua_pushstring(L, label);
    lua_pushcclosure(L, frozen_write, 1);
    lua_setfield(L, -2, "__newindex");
    lua_pushvalue(L, real);
    lua_pushcclosure(L, frozen_pairs, 1);
    lua_setfield(L, -2, "__pairs");
    lua_pushvalue(L, real);
    lua_pushcclosure(L, frozen_len, 1);
    lua_setfield(L, -2, "__len");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_replace(L, real);
}

void frozen_make_deep(lua_State *L, const char *label)
{
    const int real = lua_gettop(L);
    luaL_checkstack(L, 8, "freezing a table");
    for (lua_pushnil(L); lua_next(L, real) != 0;) {
        if (lua_type(L, -1) != LUA_TTABLE) {
            lua_pop(L, 1);
            continue;
        }
        frozen_make_deep(L, label);
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, real); /* an existing key: allowed while iterating */
    }
    frozen_make(L, label, FROZEN_NIL, NULL);
}

bool frozen_real(lua_State *L, int at)
{
    if (!lua_istable(L, at) || !lua_getmetatable(L, at))
        return false;
    lua_rawgetp(L, -1, &frozen_mark);
    lua_remove(L, -2);
    if (lua_istable(L, -1))
        return true;
    lua_pop(L, 1);
    return false;
}

bool frozen_is(lua_State *L, int at)
{
    const bool is = frozen_real(L, at);
    if (is)
        lua_pop(L, 1);
    return is;
}

#include <lauxlib.h>
#include <stdio.h>

#include "base/limits.h"
#include "lua/sandbox.h"
#include "lua/testcase.h"

/* Bytes of a value in a message. */
#define SHOWN_MAX 200

static void compare(lua_State *L, int expect, int answer, const char *path, unsigned depth);

static const char *push_shown(lua_State *L, int at)
{
    size_t len;
    const int type = lua_type(L, at);
    const char *text = safe_push_text(L, at, &len);
    if (type == LUA_TTABLE)
        return lua_pushliteral(L, "a table");
    if (type != LUA_TSTRING)
        return text;
    lua_pushlstring(L, text, utf8_cut((struct str){text, len}, SHOWN_MAX));
    return lua_pushfstring(L, "'%s'%s", lua_tostring(L, -1), len > SHOWN_MAX ? " ..." : "");
}

static void differ(lua_State *L, int expect, int answer, const char *path)
{
    luaL_checkstack(L, 8, "a comparison");
    const char *want = push_shown(L, expect), *got = push_shown(L, answer);
    lua_pushfstring(L, "%s: want %s, got %s", path, want, got);
    lua_error(L);
}

/* "expect[1]" or "expect.name" for the key at the top but one. */
static const char *push_path(lua_State *L, const char *path)
{
    if (lua_type(L, -2) == LUA_TSTRING)
        return lua_pushfstring(L, "%s.%s", path, lua_tostring(L, -2));
    if (lua_isinteger(L, -2))
        return lua_pushfstring(L, "%s[%I]", path, lua_tointeger(L, -2));
    return lua_pushfstring(L, "%s[?]", path);
}

static void compare_tables(lua_State *L, int expect, int answer, const char *path, unsigned depth)
{
    const lua_Unsigned want = lua_rawlen(L, expect), got = lua_rawlen(L, answer);
    if (want > 0 && want != got) {
        lua_pushfstring(L, "%s: want %I items, got %I", path, (lua_Integer)want, (lua_Integer)got);
        lua_error(L);
    }
    for (lua_pushnil(L); lua_next(L, expect) != 0; lua_pop(L, 1)) {
        const int value = lua_gettop(L);
        const char *below = push_path(L, path);
        lua_pushvalue(L, value - 1);
        lua_gettable(L, answer);
        compare(L, value, lua_gettop(L), below, depth + 1);
        lua_settop(L, value);
    }
}

static void compare(lua_State *L, int expect, int answer, const char *path, unsigned depth)
{
    luaL_checkstack(L, 10, "a comparison");
    if (depth > LIMIT(ANSWER_DEPTH))
        luaL_error(L, "%s: nested too deep (ANSWER_DEPTH)", path);
    if (lua_istable(L, expect) && lua_istable(L, answer)) {
        const lua_Unsigned got = lua_rawlen(L, answer);
        lua_pushnil(L);
        if (lua_next(L, expect) == 0) { /* {} means: nothing is there */
            if (got > 0) {
                lua_pushfstring(L, "%s: want {}, got %I items", path, (lua_Integer)got);
                lua_error(L);
            }
            return;
        }
        lua_pop(L, 2);
        compare_tables(L, expect, answer, path, depth);
    } else if (!lua_compare(L, expect, answer, LUA_OPEQ)) {
        differ(L, expect, answer, path);
    }
}

void testcase_compare(lua_State *L, int expect, int answer)
{
    compare(L, lua_absindex(L, expect), lua_absindex(L, answer), "expect", 0);
}

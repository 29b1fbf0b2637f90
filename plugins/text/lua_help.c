/* What the functions of desk.text share. */
#include "lua_text.h"

#include <math.h>
#include <string.h>

#define BYTES_META "copydesk.text.bytes"

struct desk_text *lua_context(lua_State *L)
{
    struct desk_text *text = context_of_thread();
    if (!text)
        luaL_error(L, "desk.text: out of memory");
    return text;
}

const char *lua_check_text(lua_State *L, int arg, size_t *size)
{
    luaL_checktype(L, arg, LUA_TSTRING);
    const char *text = lua_tolstring(L, arg, size);
    if (*size > LUA_TEXT_BYTES_MAX)
        luaL_argerror(L, arg, "text is over 16 MB");
    return text;
}

const char *lua_opt_language(lua_State *L, int arg)
{
    size_t size;
    const char *language = luaL_optlstring(L, arg, "", &size);
    return size < 8 ? language : "";
}

int lua_check_code(lua_State *L, int code)
{
    if (code == DESK_ERR_LIMIT)
        luaL_error(L, "desk.text: over a limit");
    if (code < 0)
        luaL_error(L,
                   code == DESK_ERR_NOMEM ? "desk.text: out of memory" : "desk.text: ICU failed");
    return code;
}

static int collect_bytes(lua_State *L)
{
    bytes_free(luaL_checkudata(L, 1, BYTES_META));
    return 0;
}

struct bytes *lua_push_bytes(lua_State *L)
{
    struct bytes *bytes = lua_newuserdatauv(L, sizeof *bytes, 0);
    *bytes = (struct bytes){0};
    if (luaL_newmetatable(L, BYTES_META)) {
        lua_pushcfunction(L, collect_bytes);
        lua_setfield(L, -2, "__gc");
        lua_pushboolean(L, 0);
        lua_setfield(L, -2, "__metatable");
    }
    lua_setmetatable(L, -2);
    return bytes;
}

void lua_begin_columns(lua_State *L, size_t count, const char *const *names, int columns)
{
    (void)names;
    luaL_checkstack(L, columns + 8, "columns");
    lua_createtable(L, 0, columns + 1);
    lua_pushinteger(L, (lua_Integer)count);
    lua_setfield(L, -2, "n");
    for (int i = 0; i < columns; i++)
        lua_createtable(L, count < INT32_MAX ? (int)count : 0, 0);
}

void lua_end_columns(lua_State *L, const char *const *names, int columns)
{
    for (int i = columns - 1; i >= 0; i--)
        lua_setfield(L, -2 - i, names[i]);
}

void lua_set_integer(lua_State *L, int table, size_t i, lua_Integer value)
{
    lua_pushinteger(L, value);
    lua_rawseti(L, table, (lua_Integer)i + 1);
}

void lua_set_string(lua_State *L, int table, size_t i, const char *bytes, size_t size)
{
    lua_pushlstring(L, bytes, size);
    lua_rawseti(L, table, (lua_Integer)i + 1);
}

lua_Number lua_option(lua_State *L, int arg, const char *name, lua_Number standard,
                      lua_Number least, lua_Number most)
{
    lua_Number value = standard;
    if (lua_isnoneornil(L, arg))
        return value;
    lua_pushstring(L, name);
    if (lua_rawget(L, arg) != LUA_TNIL) {
        if (lua_type(L, -1) != LUA_TNUMBER)
            luaL_error(L, "option %s: a number is wanted", name);
        value = lua_tonumber(L, -1);
        if (!(value >= least && value <= most))
            luaL_error(L, "option %s: %f is not between %f and %f", name, value, least, most);
    }
    lua_pop(L, 1);
    return value;
}

void lua_check_options(lua_State *L, int arg, const char *const *names)
{
    if (lua_isnoneornil(L, arg))
        return;
    luaL_checktype(L, arg, LUA_TTABLE);
    for (lua_pushnil(L); lua_next(L, arg); lua_pop(L, 1)) {
        const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?";
        size_t i = 0;
        while (names[i] && strcmp(names[i], name) != 0)
            i++;
        if (!names[i])
            luaL_error(L, "unknown option \"%s\"; known: %s ...", name, names[0]);
    }
}

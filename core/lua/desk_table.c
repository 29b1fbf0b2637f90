/* desk.array and desk.sorted. */
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "lua/desk.h"
#include "lua/frozen.h"

static const char array_mark;

void area_open_tables(lua_State *L)
{
    lua_createtable(L, 0, 2);
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_rawsetp(L, LUA_REGISTRYINDEX, &array_mark);
}

void area_mark_array(lua_State *L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &array_mark);
    lua_setmetatable(L, -2);
}

bool area_is_array(lua_State *L, int at)
{
    if (!lua_getmetatable(L, at))
        return false;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &array_mark);
    const bool is = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    return is;
}

int area_array(lua_State *L)
{
    if (lua_gettop(L) == 0)
        lua_newtable(L);
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    if (lua_getmetatable(L, 1)) {
        lua_pop(L, 1);
        if (area_is_array(L, 1))
            return 1;
        return luaL_error(L, "desk.array: this table has a metatable already");
    }
    area_mark_array(L);
    return 1;
}

/* A key to sort by: numbers before texts. `place` is its index in the list of keys. */
struct sort_key {
    const char *text; /* NULL: a number */
    size_t len;
    lua_Number number;
    lua_Integer integer;
    bool is_integer;
    int place;
};

static int compare_numbers(const struct sort_key *a, const struct sort_key *b)
{
    if (a->is_integer && b->is_integer)
        return (a->integer > b->integer) - (a->integer < b->integer);
    return (a->number > b->number) - (a->number < b->number);
}

static int compare_keys(const void *left, const void *right)
{
    const struct sort_key *a = left, *b = right;
    if (!a->text || !b->text)
        return !a->text && !b->text ? compare_numbers(a, b) : (a->text != NULL) - (b->text != NULL);
    const size_t shorter = a->len < b->len ? a->len : b->len;
    const int order = memcmp(a->text, b->text, shorter);
    return order ? order : (a->len > b->len) - (a->len < b->len);
}

/* Pushes the list of keys of the table at `table`, gives how many. */
static int push_keys(lua_State *L, int table)
{
    int count = 0;
    lua_newtable(L);
    for (lua_pushnil(L); lua_next(L, table) != 0;) {
        lua_pop(L, 1);
        lua_pushvalue(L, -1);
        lua_rawseti(L, -3, ++count);
    }
    return count;
}

static void read_key(lua_State *L, int list, int place, struct sort_key *key)
{
    *key = (struct sort_key){.place = place};
    switch (lua_rawgeti(L, list, place)) {
    case LUA_TSTRING:
        key->text = lua_tolstring(L, -1, &key->len);
        break;
    case LUA_TNUMBER:
        key->is_integer = lua_isinteger(L, -1);
        key->integer = lua_tointeger(L, -1);
        key->number = lua_tonumber(L, -1);
        break;
    default:
        luaL_error(L, "desk.sorted: a key is a %s; only texts and numbers have an order",
                   luaL_typename(L, -1));
    }
    lua_pop(L, 1);
}

/* Upvalues: table, sorted keys, how many were given. */
static int sorted_next(lua_State *L)
{
    const lua_Integer at = lua_tointeger(L, lua_upvalueindex(3)) + 1;
    lua_pushinteger(L, at);
    lua_replace(L, lua_upvalueindex(3));
    if (lua_rawgeti(L, lua_upvalueindex(2), at) == LUA_TNIL)
        return 1;
    lua_pushvalue(L, -1);
    lua_gettable(L, lua_upvalueindex(1));
    return 2;
}

int area_sorted(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    if (frozen_real(L, 1))
        lua_replace(L, 1);
    const int count = push_keys(L, 1);
    struct sort_key *keys = lua_newuserdatauv(L, (size_t)(count + 1) * sizeof *keys, 0);
    for (int i = 0; i < count; i++)
        read_key(L, 2, i + 1, &keys[i]);
    qsort(keys, (size_t)count, sizeof *keys, compare_keys);
    lua_createtable(L, count, 0);
    for (int i = 0; i < count; i++) {
        lua_rawgeti(L, 2, keys[i].place);
        lua_rawseti(L, 4, i + 1);
    }
    lua_pushvalue(L, 1);
    lua_pushvalue(L, 4);
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, sorted_next, 3);
    return 1;
}

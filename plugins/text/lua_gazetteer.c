/* text.gazetteer(list, options). */
#include "lua_text.h"

#include <string.h>

#define GAZETTEER_META "copydesk.text.gazetteer"

struct holder {
    struct gazetteer *gazetteer;
};

static int collect(lua_State *L)
{
    struct holder *holder = luaL_checkudata(L, 1, GAZETTEER_META);
    gazetteer_free(holder->gazetteer);
    holder->gazetteer = NULL;
    return 0;
}

const struct gazetteer *lua_gazetteer_check(lua_State *L, int arg)
{
    const struct holder *holder = luaL_checkudata(L, arg, GAZETTEER_META);
    if (!holder->gazetteer)
        luaL_argerror(L, arg, "invalid object reference");
    return holder->gazetteer;
}

static int length(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)gazetteer_count(lua_gazetteer_check(L, 1)));
    return 1;
}

/* The entry on top of the stack: "name" or {"name", id}. */
static void add_entry(lua_State *L, struct gazetteer *gazetteer, lua_Integer i)
{
    lua_Integer id = i;
    const int entry = lua_gettop(L);
    int name = entry;
    if (lua_type(L, entry) == LUA_TTABLE) {
        lua_rawgeti(L, entry, 1);
        lua_rawgeti(L, entry, 2);
        name = entry + 1;
        int whole = 1;
        if (!lua_isnil(L, -1))
            id = lua_tointegerx(L, -1, &whole);
        if (!whole)
            luaL_error(L, "gazetteer: entry %d: the id is no integer", (int)i);
    }
    if (lua_type(L, name) != LUA_TSTRING)
        luaL_error(L, "gazetteer: entry %d: a name or {name, id} is wanted", (int)i);
    size_t size;
    const char *bytes = lua_tolstring(L, name, &size);
    const int rc = gazetteer_add(lua_context(L), gazetteer, bytes, size, id);
    if (rc == DESK_ERR_LIMIT)
        luaL_error(L, "gazetteer: more than %d names", (int)GAZETTEER_NAMES_MAX);
    lua_check_code(L, rc);
    lua_settop(L, entry);
}

static int any_case(lua_State *L)
{
    static const char *const names[] = {"case", NULL};
    lua_check_options(L, 2, names);
    if (lua_isnoneornil(L, 2))
        return 0;
    lua_pushliteral(L, "case");
    lua_rawget(L, 2);
    const char *word = luaL_optstring(L, -1, "name");
    const int any = strcmp(word, "any") == 0;
    if (!any && strcmp(word, "name") != 0)
        luaL_error(L, "gazetteer: case must be \"name\" or \"any\", not \"%s\"", word);
    lua_pop(L, 1);
    return any;
}

int lua_gazetteer_new(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    const int any = any_case(L);
    struct holder *holder = lua_newuserdatauv(L, sizeof *holder, 0);
    holder->gazetteer = NULL;
    luaL_setmetatable(L, GAZETTEER_META);
    holder->gazetteer = gazetteer_new(any);
    if (!holder->gazetteer)
        return lua_check_code(L, DESK_ERR_NOMEM);
    const lua_Integer count = (lua_Integer)lua_rawlen(L, 1);
    for (lua_Integer i = 1; i <= count; i++) {
        lua_rawgeti(L, 1, i);
        add_entry(L, holder->gazetteer, i);
        lua_pop(L, 1);
    }
    return 1;
}

void lua_gazetteer_setup(lua_State *L)
{
    static const luaL_Reg meta[] = {{"__gc", collect}, {"__len", length}, {NULL, NULL}};
    luaL_newmetatable(L, GAZETTEER_META);
    luaL_setfuncs(L, meta, 0);
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 1);
}

/* text.classes(lists). */
#include "lua_text.h"

#define CLASSES_META "copydesk.text.classes"

static int collect(lua_State *L)
{
    classes_free(luaL_checkudata(L, 1, CLASSES_META));
    return 0;
}

const struct classes *lua_classes_check(lua_State *L, int arg)
{
    return luaL_checkudata(L, arg, CLASSES_META);
}

int lua_classes_new(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    struct classes *classes = lua_newuserdatauv(L, sizeof *classes, 0);
    *classes = (struct classes){0};
    luaL_setmetatable(L, CLASSES_META);
    const lua_Unsigned count = lua_rawlen(L, 1);
    luaL_argcheck(L, count <= CLASSES_MAX, 1, "more than 32 lists");
    for (unsigned i = 0; i < count; i++) {
        size_t size;
        if (lua_rawgeti(L, 1, (lua_Integer)i + 1) != LUA_TSTRING)
            return luaL_error(L, "classes: list %d: a string of words is wanted", (int)i + 1);
        const char *list = lua_tolstring(L, -1, &size);
        lua_check_code(L, classes_add(classes, list, size, i));
        lua_pop(L, 1);
    }
    return 1;
}

void lua_classes_setup(lua_State *L)
{
    luaL_newmetatable(L, CLASSES_META);
    lua_pushcfunction(L, collect);
    lua_setfield(L, -2, "__gc");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 1);
}

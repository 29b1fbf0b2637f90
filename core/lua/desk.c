#include "lua/desk.h"

#include <lauxlib.h>
#include <string.h>

#include "lua/frozen.h"
#include "lua/state.h"

/* Names the nearest one, also among modules that were not opened yet. */
static int unknown_name(lua_State *L, const struct lua_world *world, const char *name)
{
    enum { NAMES_MAX = 128 };
    const char *names[NAMES_MAX];
    size_t count = 0;
    for (; count < world->module_count && count < NAMES_MAX / 2; count++)
        names[count] = world->modules[count].name;
    for (lua_pushnil(L); lua_next(L, 1) != 0; lua_pop(L, 1))
        if (lua_type(L, -2) == LUA_TSTRING && count < NAMES_MAX)
            names[count++] = lua_tostring(L, -2);
    const char *near = str_nearest(str_of(name), names, count);
    return luaL_error(L, "unknown name desk.%s%s%s%s", name, near ? "; did you mean desk." : "",
                      near ? near : "", near ? "?" : "");
}

/* Opens a module of a native plugin at its first use: (desk, name). */
static int open_module(lua_State *L)
{
    const struct lua_world *world = state_of(L)->world;
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
    for (size_t i = 0; i < world->module_count; i++) {
        if (strcmp(world->modules[i].name, name) != 0)
            continue;
        const lua_CFunction open = (lua_CFunction)(void (*)(void))world->modules[i].open;
        lua_pushcfunction(L, open);
        lua_pushvalue(L, 2);
        lua_call(L, 1, 1);
        if (!lua_istable(L, -1))
            return luaL_error(L, "the native module '%s' gave no table", name);
        lua_pushfstring(L, "desk.%s", name);
        lua_insert(L, -2);
        frozen_make(L, lua_tostring(L, -2), FROZEN_REFUSE, NULL);
        lua_pushvalue(L, 2);
        lua_pushvalue(L, -2);
        lua_rawset(L, 1);
        return 1;
    }
    return name[0] ? unknown_name(L, world, name) : 0;
}

static void open_area(lua_State *L, const char *name, const char *label, void (*open)(lua_State *L))
{
    open(L);
    if (lua_istable(L, -1))
        frozen_make(L, label, FROZEN_REFUSE, NULL);
    lua_setfield(L, -2, name);
}

void area_open(lua_State *L)
{
    static const luaL_Reg functions[] = {{"array", area_array},
                                         {"env", area_env},
                                         {"read", area_read},
                                         {"sorted", area_sorted},
                                         {NULL, NULL}};
    area_open_tables(L);
    luaL_newlib(L, functions);
    area_push_null(L);
    lua_setfield(L, -2, "null");
    open_area(L, "json", "desk.json", area_open_json);
    open_area(L, "date", "desk.date", area_open_date);
    area_open_log(L);
    lua_setfield(L, -2, "log");
    frozen_make(L, "desk", FROZEN_REFUSE, open_module);
}

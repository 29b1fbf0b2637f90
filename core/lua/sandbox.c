#include "lua/sandbox.h"

#include <lauxlib.h>
#include <lualib.h>
#include <string.h>

#include "base/str.h"
#include "lua/frozen.h"
#include "lua/state.h"

static const char *const base_names[] = {
    "_VERSION", "assert", "collectgarbage", "error",  "getmetatable", "ipairs",
    "load",     "next",   "pairs",          "pcall",  "print",        "rawequal",
    "rawget",   "rawlen", "rawset",         "select", "setmetatable", "tonumber",
    "tostring", "type",   "xpcall",         NULL};
static const char *const coroutine_names[] = {
    "close", "create", "isyieldable", "resume", "running", "status", "wrap", "yield", NULL};
static const char *const math_names[] = {
    "abs", "acos",       "asin", "atan",      "ceil", "cos",    "deg",
    "exp", "floor",      "fmod", "huge",      "log",  "max",    "maxinteger",
    "min", "mininteger", "modf", "pi",        "rad",  "random", "randomseed",
    "sin", "sqrt",       "tan",  "tointeger", "type", "ult",    NULL};
static const char *const string_names[] = {
    "byte", "char",     "find", "format",  "gmatch", "gsub",   "len",   "lower", "match",
    "pack", "packsize", "rep",  "reverse", "sub",    "unpack", "upper", NULL};
static const char *const table_names[] = {"concat", "insert", "move",   "pack",
                                          "remove", "sort",   "unpack", NULL};
static const char *const utf8_names[] = {"char", "charpattern", "codepoint", "codes",
                                         "len",  "offset",      NULL};

static const struct library {
    const char *name;
    lua_CFunction open;
    const char *const *names;
    void (*replace)(lua_State *L);
} libraries[] = {
    {"coroutine", luaopen_coroutine, coroutine_names, safe_coroutine},
    {"math", luaopen_math, math_names, safe_math},
    {"string", luaopen_string, string_names, safe_string},
    {"table", luaopen_table, table_names, safe_table},
    {"utf8", luaopen_utf8, utf8_names, NULL},
};

/* Names that people expect, and what to do instead. */
static const struct absent {
    const char *name, *advice;
} absents[] = {
    {"os", "a plugin has no processes, files, environment or clock; desk.date works with dates"},
    {"io",
     "a plugin has no files; an export writes with ctx:file(name), desk.read gives shipped data"},
    {"debug", "a plugin cannot look beneath itself; desk.log and error() help to find faults"},
    {"package", "require finds the plugin's own files, scripts/lib and lpeg"},
    {"dofile", "use require"},
    {"loadfile", "use require"},
    {"loadstring", "use load"},
    {"unpack", "use table.unpack"},
    {"setfenv", "give load an environment"},
    {"getfenv", "Lua 5.4 has _ENV"},
    {"module", "return a table and use require"},
};

/* Missing global: (globals, name). */
static int missing_global(lua_State *L)
{
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : luaL_typename(L, 2);
    for (size_t i = 0; i < sizeof absents / sizeof *absents; i++)
        if (strcmp(name, absents[i].name) == 0)
            return luaL_error(L, "'%s' is not there in a plugin: %s", name, absents[i].advice);
    frozen_push_hint(L, 1, name, NULL);
    return luaL_error(L, "unknown global '%s'%s", name, lua_tostring(L, -1));
}

static int set_global(lua_State *L)
{
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : luaL_typename(L, 2);
    return luaL_error(L, "global '%s' cannot be set: write 'local %s'", name, name);
}

void safe_wrap(lua_State *L, const char *name, lua_CFunction function)
{
    lua_getfield(L, -1, name);
    lua_pushcclosure(L, function, 1);
    lua_setfield(L, -2, name);
}

/* Copies the named fields of the table on the top into a new table that takes its place. */
static void keep_names(lua_State *L, const char *const *names)
{
    lua_newtable(L);
    for (; *names; names++) {
        lua_getfield(L, -2, *names);
        lua_setfield(L, -2, *names);
    }
    lua_remove(L, -2);
}

/* "x":len() finds the real table, not the frozen one: one step less. It cannot be reached. */
static void lock_strings(lua_State *L)
{
    lua_pushliteral(L, "");
    lua_getmetatable(L, -1);
    lua_pushvalue(L, -3); /* the kept string table */
    lua_setfield(L, -2, "__index");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 2);
}

static void add_library(lua_State *L, const struct library *library)
{
    lua_pushcfunction(L, library->open);
    lua_pushstring(L, library->name);
    lua_call(L, 1, 1);
    keep_names(L, library->names);
    if (library->replace)
        library->replace(L);
    if (library->open == luaopen_string)
        lock_strings(L);
    frozen_make(L, library->name, FROZEN_REFUSE, NULL);
    lua_setfield(L, -2, library->name);
}

/* Pushes a table of the base functions. luaopen_base fills the globals that Lua made, which nobody
 * can reach once install() has put others in their place. */
static void push_base(lua_State *L)
{
    lua_pushcfunction(L, luaopen_base);
    lua_call(L, 0, 1);
    keep_names(L, base_names);
    safe_base(L);
}

/* The frozen globals take the place of Lua's in the registry, which load and require use. */
static void install(lua_State *L)
{
    frozen_make(L, "_G", FROZEN_NIL, NULL);
    lua_getmetatable(L, -1);
    lua_pushcfunction(L, set_global);
    lua_setfield(L, -2, "__newindex");
    lua_getfield(L, -1, "__index"); /* the real globals */
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, missing_global);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "_G");
    lua_pop(L, 2);
    lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
}

void sandbox_open(lua_State *L)
{
    push_base(L);
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++)
        add_library(L, &libraries[i]);
    lua_insert(L, -2);
    lua_setfield(L, -2, "desk");
    install(L);
}

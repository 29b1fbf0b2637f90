/* The areas of the `desk` table that a plugin sees. Each open function leaves its value on the
 * stack, may raise memory errors, and lives in a file of its own name. */
#pragma once

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

struct lua_file;
struct lua_plugin_source;

/* Pushes the whole table, frozen; natives' modules (desk.text) are opened when first used. */
void area_open(lua_State *L);

void area_open_json(lua_State *L);   /* desk.json.decode, encode */
void area_open_date(lua_State *L);   /* desk.date.parse, format, add, diff, parts, now */
void area_open_log(lua_State *L);    /* desk.log(...), desk.log.warn(...) */
void area_open_tables(lua_State *L); /* registers what desk.array needs; pushes nothing */

int area_array(lua_State *L);   /* desk.array(t): marks a list, so that it stays one when empty */
int area_sorted(lua_State *L);  /* desk.sorted(t): like pairs, in key order */
int area_read(lua_State *L);    /* desk.read(name): bytes of a shipped data file */
int area_env(lua_State *L);     /* desk.env(name): a granted variable of the environment */
int area_require(lua_State *L); /* require(name) */

/* Logs the values from argument `first` on, joined. Gives 0 results. */
int area_log_line(lua_State *L, int level, int first, const char *separator);

/* Gives the table on the top of the stack the mark of desk.array; tells whether one has it. Never
 * raises. */
void area_mark_array(lua_State *L);
bool area_is_array(lua_State *L, int at);
/* desk.null */
#define area_push_null(L) lua_pushlightuserdata((L), NULL)
static inline bool area_is_null(lua_State *L, int at)
{
    return lua_type(L, at) == LUA_TLIGHTUSERDATA && lua_touserdata(L, at) == NULL;
}

/* Whether the plugin came with tests of its own. */
bool area_has_tests(const struct lua_plugin_source *source);
/* The file `name` of the plugin, or of scripts/lib; NULL when there is none. */
const struct lua_file *area_find_file(const struct lua_file *files, size_t count, const char *name);
/* Registry key of the set of names that desk.read was asked for while the plugin was loaded. */
extern const char area_read_names, area_env_names;

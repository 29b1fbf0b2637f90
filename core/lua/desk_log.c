/* desk.log("text"), desk.log.debug/info/warn/error("text"): a line for the host's log. */
#include <lauxlib.h>

#include "base/limits.h"
#include "base/log.h"
#include "lua/desk.h"
#include "lua/frozen.h"
#include "lua/sandbox.h"
#include "lua/state.h"

int area_log_line(lua_State *L, int level, int first, const char *separator)
{
    struct state *state = state_of(L);
    const int last = lua_gettop(L);
    const struct lua_world *world = state->world;
    luaL_Buffer line;
    if (state->input.log_lines >= LIMIT(LOG_LINES_PER_CALL))
        return 0;
    luaL_buffinit(L, &line);
    for (int i = first; i <= last; i++) {
        if (i > first)
            luaL_addstring(&line, separator);
        safe_push_text(L, i, NULL);
        luaL_addvalue(&line);
    }
    luaL_pushresult(&line);
    struct str text;
    text.at = lua_tolstring(L, -1, &text.len);
    text.len = utf8_cut(text, LIMIT(LOG_LINE_BYTES));
    const bool last_one = ++state->input.log_lines == LIMIT(LOG_LINES_PER_CALL);
    if (world->log) {
        world->log(level, state->name, text, world->data);
        if (last_one)
            world->log(LOG_LEVEL_WARN, state->name,
                       STR_LIT("no more lines of this call are logged (LOG_LINES_PER_CALL)"),
                       world->data);
    }
    return 0;
}

static int log_at_level(lua_State *L)
{
    return area_log_line(L, (int)lua_tointeger(L, lua_upvalueindex(1)), 1, " ");
}

/* desk.log(...): argument 1 is the table itself. */
static int log_call(lua_State *L)
{
    return area_log_line(L, LOG_LEVEL_INFO, 2, " ");
}

void area_open_log(lua_State *L)
{
    static const char *const names[] = {[LOG_LEVEL_ERROR] = "error",
                                        [LOG_LEVEL_WARN] = "warn",
                                        [LOG_LEVEL_INFO] = "info",
                                        [LOG_LEVEL_DEBUG] = "debug"};
    lua_createtable(L, 0, 4);
    for (int level = LOG_LEVEL_ERROR; level <= LOG_LEVEL_DEBUG; level++) {
        lua_pushinteger(L, level);
        lua_pushcclosure(L, log_at_level, 1);
        lua_setfield(L, -2, names[level]);
    }
    frozen_make(L, "desk.log", FROZEN_REFUSE, NULL);
    lua_getmetatable(L, -1);
    lua_pushcfunction(L, log_call);
    lua_setfield(L, -2, "__call");
    lua_pop(L, 1);
}

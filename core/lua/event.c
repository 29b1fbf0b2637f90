#include "lua/event.h"

#include <lauxlib.h>
#include <string.h>

#include "lua/encode.h"
#include "lua/frozen.h"
#include "lua/handles.h"
#include "lua/state.h"

/* What an event may have besides its articles; what this one has not is nil. */
static const char *const names[] = {"kind", "at", "local_time", "job", "window", "items"};

/* (real table, key) */
static int find_absent(lua_State *L)
{
    const char *key = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], key) == 0) {
            lua_pushnil(L);
            return 1;
        }
    return 0;
}

static void push_articles(lua_State *L, const struct lua_event *event)
{
    lua_createtable(L, (int)event->count, 0);
    for (size_t i = 0; i < event->count; i++) {
        handle_push_listed(L, &event->articles[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    frozen_make(L, "event.articles", FROZEN_NIL, NULL);
}

void event_push(lua_State *L, const struct lua_event *event)
{
    luaL_checkstack(L, 12, "an event");
    handle_end(state_of(L));
    decode_push(L, event->facts);
    const int table = lua_gettop(L);
    for (lua_pushnil(L); lua_next(L, table) != 0;) {
        if (!lua_istable(L, -1)) {
            lua_pop(L, 1);
            continue;
        }
        frozen_make_deep(L, "event");
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, table); /* an existing key: allowed while iterating */
    }
    push_articles(L, event);
    lua_setfield(L, table, "articles");
    frozen_make(L, "event", FROZEN_REFUSE, find_absent);
}

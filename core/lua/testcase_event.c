/* The event of a task's case. */
#include <lauxlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "lua/encode.h"
#include "lua/plugin.h"
#include "lua/testcase.h"
#include "plugin/manifest.h"

#define TEST_AT "2026-01-01T00:00:00Z" /* any fixed instant does */

static const char *const keys[] = {"kind", "at", "local_time", "job", "window", "items"};
#define KEY_COUNT (sizeof keys / sizeof *keys)

static void check_keys(lua_State *L, int event)
{
    for (lua_pushnil(L); lua_next(L, event) != 0; lua_pop(L, 1)) {
        const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?";
        size_t known = 0;
        while (known < KEY_COUNT && strcmp(keys[known], key) != 0)
            known++;
        if (known < KEY_COUNT)
            continue;
        const char *nearest = str_nearest(str_of(key), keys, KEY_COUNT);
        luaL_error(L, "event has no field '%s'%s%s%s", key, nearest ? "; did you mean '" : "",
                   nearest ? nearest : "", nearest ? "'?" : "");
    }
}

static void check_kind(lua_State *L, const char *kind)
{
    size_t count = 0;
    for (; task_events[count]; count++)
        if (strcmp(task_events[count], kind) == 0)
            return;
    const char *nearest = str_nearest(str_of(kind), task_events, count);
    luaL_error(L, "there is no event '%s'%s%s%s", kind, nearest ? "; did you mean '" : "",
               nearest ? nearest : "", nearest ? "'?" : "");
}

/* Sets a text where there is none. */
static void set_default(lua_State *L, int table, const char *key, const char *value)
{
    if (lua_getfield(L, table, key) == LUA_TNIL) {
        lua_pushstring(L, value);
        lua_setfield(L, table, key);
    }
    lua_pop(L, 1);
}

/* A copy with what every event has. */
static void push_facts(lua_State *L, int at, const char *kind)
{
    lua_newtable(L);
    const int facts = lua_gettop(L);
    if (lua_getfield(L, at, "event") != LUA_TNIL) {
        if (!lua_istable(L, -1))
            luaL_error(L, "event must be a table");
        check_keys(L, facts + 1);
        for (lua_pushnil(L); lua_next(L, facts + 1) != 0; lua_pop(L, 1)) {
            lua_pushvalue(L, -2);
            lua_pushvalue(L, -2);
            lua_rawset(L, facts);
        }
    }
    lua_settop(L, facts);
    set_default(L, facts, "kind", kind);
    set_default(L, facts, "at", TEST_AT);
    lua_getfield(L, facts, "kind");
    check_kind(L, luaL_checkstring(L, -1));
    lua_pop(L, 1);
}

static void read_articles(lua_State *L, int at, struct arena *arena, struct lua_event *out)
{
    if (lua_getfield(L, at, "articles") == LUA_TNIL) {
        lua_pop(L, 1);
        return;
    }
    const int list = lua_gettop(L);
    const size_t count = lua_istable(L, list) ? lua_rawlen(L, list) : 0;
    if (!lua_istable(L, list) || count > LIMIT(TASK_ARTICLES))
        luaL_error(L, "articles must be a list of at most %d tables (TASK_ARTICLES)",
                   (int)LIMIT(TASK_ARTICLES));
    struct article *articles = arena_alloc(arena, count + 1, sizeof *articles);
    if (!articles) {
        luaL_error(L, "out of memory");
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const char *what = lua_pushfstring(L, "articles[%d]", (int)i + 1);
        lua_rawgeti(L, list, (lua_Integer)i + 1);
        testcase_article(L, lua_gettop(L), what, arena, &articles[i]);
        lua_settop(L, list);
    }
    lua_pop(L, 1);
    out->articles = articles;
    out->count = count;
}

void testcase_event(lua_State *L, int at, const char *kind, struct arena *arena, struct buf *bytes,
                    msgpack_unpacked *unpacked, struct lua_event *out)
{
    struct error err = {0};
    size_t len;
    luaL_checkstack(L, 12, "a test case");
    push_facts(L, at, kind);
    lua_getfield(L, -1, "at");
    const char *instant = luaL_checklstring(L, -1, &len);
    int rc = clock_parse((struct str){instant, len}, &out->at_us, &err);
    lua_pop(L, 1);
    if (rc == 0)
        rc = encode_value(L, -1, "event", bytes, &err);
    if (rc == 0 &&
        msgpack_unpack_next(unpacked, bytes->at, bytes->len, NULL) != MSGPACK_UNPACK_SUCCESS)
        rc = error_set(&err, ERR_NOMEM, "out of memory");
    lua_pop(L, 1);
    if (rc < 0)
        luaL_error(L, "event: %s", err.text);
    out->facts = &unpacked->data;
    read_articles(L, at, arena, out);
}

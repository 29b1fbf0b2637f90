/* The text plugin for tests: its service in C, its module in a plain Lua state. */
#pragma once

#include "native_help.h"

#include <copydesk/text.h>
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

struct text_fixture {
    struct native_registry *registry;
    const struct desk_text_api *api;
    struct desk_text *text;
    lua_State *L;
    struct desk_error error;
};

static inline int text_setup(void **state)
{
    struct text_fixture *fixture = calloc(1, sizeof *fixture);
    struct error err = {0};
    size_t count;
    *state = fixture;
    fixture->registry = open_registry();
    if (!fixture->registry || native_load("text", fixture->registry, &err) < 0) {
        fprintf(stderr, "text plugin: %s\n", err.text);
        return -1;
    }
    fixture->api = native_service(fixture->registry, DESK_TEXT_SERVICE, DESK_TEXT_VERSION, &err);
    fixture->text = fixture->api->open();
    fixture->L = luaL_newstate();
    luaL_openlibs(fixture->L);
    native_lua_modules(fixture->registry, &count)[0].opener(fixture->L);
    lua_setglobal(fixture->L, "text");
    return fixture->text ? 0 : -1;
}

static inline int text_teardown(void **state)
{
    struct text_fixture *fixture = *state;
    lua_close(fixture->L);
    fixture->api->close(fixture->text);
    native_registry_free(fixture->registry);
    free(fixture);
    return 0;
}

/* Runs a chunk with `text` and the helpers below; a Lua error fails the test with its message. */
static inline void run_lua(struct text_fixture *fixture, const char *code)
{
    static const char helpers[] =
        "local function cut(s, c) local out = {} for i = 1, c.n do "
        "out[i] = s:sub(c.first[i], c.last[i]) end return out end\n"
        "local function equal(got, want) if got ~= want then "
        "error(('got \"%s\", want \"%s\"'):format(tostring(got), tostring(want)), 2) end end\n"
        "local function list(t) return table.concat(t, '|') end\n";
    lua_State *L = fixture->L;
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    luaL_addstring(&buffer, helpers);
    luaL_addstring(&buffer, code);
    luaL_pushresult(&buffer);
    const int bad = luaL_loadstring(L, lua_tostring(L, -1)) || lua_pcall(L, 0, 0, 0);
    if (bad)
        fail_msg("%s", lua_tostring(L, -1));
    lua_settop(L, 0);
}

#define TEXT_TEST(name) cmocka_unit_test_setup_teardown(name, text_setup, text_teardown)

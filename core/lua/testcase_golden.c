/* Golden outputs: the whole answer, kept as JSON beside test.lua. */
#include <lauxlib.h>
#include <string.h>

#include "lua/desk.h"
#include "lua/plugin.h"
#include "lua/testcase.h"

/* Pushes desk.json's function. */
static void push_json(lua_State *L, const char *function)
{
    lua_pushglobaltable(L);
    lua_getfield(L, -1, "desk");
    lua_getfield(L, -1, "json");
    lua_getfield(L, -1, function);
    lua_replace(L, -4);
    lua_pop(L, 2);
}

static void check_name(lua_State *L, const char *name)
{
    const size_t len = strlen(name);
    if (len < 6 || len > 100 || name[0] == '.' || strcmp(name + len - 5, ".json") != 0 ||
        strpbrk(name, "/\\\n"))
        luaL_error(L, "golden: '%s' should be a file's name that ends in .json", name);
}

void testcase_golden(lua_State *L, const struct lua_plugin_source *source, const char *name,
                     int answer, struct buf *text)
{
    size_t len;
    const int top = lua_gettop(L);
    check_name(L, name);
    push_json(L, "encode");
    lua_pushvalue(L, answer);
    lua_createtable(L, 0, 1);
    lua_pushinteger(L, 2);
    lua_setfield(L, -2, "indent");
    lua_call(L, 2, 1);
    const char *made = luaL_checklstring(L, -1, &len);
    if (buf_append(text, made, len) < 0 || buf_byte(text, '\n') < 0)
        luaL_error(L, "golden: out of memory");
    const struct lua_file *file = area_find_file(source->files, source->file_count, name);
    if (!file) {
        luaL_error(
            L,
            "golden: %s is not there; see what is right and write it with: copydesk plugin test "
            "--update %s/%s",
            name, source->kind, source->name);
        return;
    }
    push_json(L, "decode");
    lua_pushlstring(L, file->bytes.at ? file->bytes.at : "", file->bytes.len);
    lua_call(L, 1, 2);
    if (lua_isnil(L, -2))
        luaL_error(L, "golden: %s is no JSON: %s", name, lua_tostring(L, -1));
    lua_pop(L, 1);
    /* The answer as JSON gives it back: what JSON cannot tell apart is no difference. */
    push_json(L, "decode");
    lua_pushlstring(L, text->at, text->len);
    lua_call(L, 1, 1);
    testcase_compare(L, lua_gettop(L) - 1, lua_gettop(L), name, true);
    lua_settop(L, top);
}

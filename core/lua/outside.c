#include "lua/outside.h"

#include <lauxlib.h>
#include <stdbool.h>
#include <stdint.h>

#include "lua/desk.h"
#include "lua/encode.h"
#include "lua/state.h"
#include "plugin/manifest.h"

/* ---- the manifest ---- */

static void push_texts(lua_State *L, const char *const *texts, size_t count)
{
    lua_createtable(L, (int)count, 0);
    area_mark_array(L);
    for (size_t i = 0; i < count; i++) {
        lua_pushstring(L, texts[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

static void set_bound(lua_State *L, const char *name, bool has, double value)
{
    if (!has)
        return;
    lua_pushnumber(L, value);
    lua_setfield(L, -2, name);
}

static void push_option(lua_State *L, const struct option_spec *option)
{
    lua_createtable(L, 0, 6);
    lua_pushstring(L, option_type_name(option->type));
    lua_setfield(L, -2, "type");
    lua_pushstring(L, option->doc);
    lua_setfield(L, -2, "doc");
    set_bound(L, "min", option->has_min, option->min);
    set_bound(L, "max", option->has_max, option->max);
    if (option->default_value) {
        decode_push(L, option->default_value);
        lua_setfield(L, -2, "default");
    }
    if (option->choice_count) {
        push_texts(L, option->choices, option->choice_count);
        lua_setfield(L, -2, "choices");
    }
}

static void push_manifest(lua_State *L, const struct manifest *manifest)
{
    const struct {
        const char *name, *text;
    } texts[] = {{"kind", manifest->kind},
                 {"name", manifest->name},
                 {"version", manifest->version},
                 {"about", manifest->about}};
    lua_createtable(L, 0, 10);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        lua_pushstring(L, texts[i].text);
        lua_setfield(L, -2, texts[i].name);
    }
    lua_pushinteger(L, manifest->api);
    lua_setfield(L, -2, "api");
    push_texts(L, manifest->needs, manifest->need_count);
    lua_setfield(L, -2, "needs");
    push_texts(L, manifest->gives, manifest->give_count);
    lua_setfield(L, -2, "gives");
    lua_createtable(L, 0, (int)manifest->option_count);
    for (size_t i = 0; i < manifest->option_count; i++) {
        push_option(L, &manifest->options[i]);
        lua_setfield(L, -2, manifest->options[i].name);
    }
    lua_setfield(L, -2, "options");
}

/* ---- calls ---- */

/* What a call needs and Lua does not own: freed by the collector when an error jumps over it. */
struct outside_call {
    struct buf options, answer;
    struct error why;
};

static int call_gc(lua_State *L)
{
    struct outside_call *call = lua_touserdata(L, 1);
    buf_free(&call->options);
    buf_free(&call->answer);
    return 0;
}

static struct outside_call *push_call(lua_State *L)
{
    struct outside_call *call = lua_newuserdatauv(L, sizeof *call, 0);
    *call = (struct outside_call){0};
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, call_gc);
    lua_setfield(L, -2, "__gc");
    lua_setmetatable(L, -2);
    return call;
}

static const struct lua_outside *outside_of(lua_State *L)
{
    return lua_touserdata(L, lua_upvalueindex(1));
}

/* The list on the top is replaced by a plain copy. */
static void copy_list(lua_State *L)
{
    const int list = lua_gettop(L);
    lua_newtable(L);
    area_mark_array(L);
    for (lua_Integer i = 1; lua_geti(L, list, i) != LUA_TNIL; i++)
        lua_rawseti(L, -2, i);
    lua_pop(L, 1);
    lua_remove(L, list);
}

/* The options at `at`, which are read-only tables, as msgpack. */
static void pack_options(lua_State *L, int at, struct outside_call *call)
{
    const struct manifest *manifest = outside_of(L)->manifest;
    lua_createtable(L, 0, (int)manifest->option_count);
    for (size_t i = 0; lua_istable(L, at) && i < manifest->option_count; i++) {
        if (lua_getfield(L, at, manifest->options[i].name) == LUA_TTABLE)
            copy_list(L);
        lua_setfield(L, -2, manifest->options[i].name);
    }
    if (manifest->option_count == 0 || !lua_istable(L, at))
        buf_append(&call->options, "\x80", 1); /* an empty map, not an empty list */
    else if (encode_value(L, -1, "options", &call->options, &call->why) < 0)
        luaL_error(L, "%s", call->why.text);
    lua_pop(L, 1);
}

/* (document) -> claim */
static int call_claims(lua_State *L)
{
    const struct lua_outside *outside = outside_of(L);
    const struct state_input *input = &state_of(L)->input;
    double claim = 0;
    struct outside_call *call = push_call(L);
    pack_options(L, 2, call);
    if (outside->claims(outside->data, input->document, input->text, buf_view(&call->options),
                        &claim, &call->why) < 0)
        return luaL_error(L, "%s", call->why.text);
    lua_pushnumber(L, claim);
    return 1;
}

static int outside_decode(lua_State *L)
{
    decode_push(L, lua_touserdata(L, 1));
    return 1;
}

static int push_answer(lua_State *L, struct outside_call *call)
{
    msgpack_unpacked unpacked;
    msgpack_unpacked_init(&unpacked);
    if (msgpack_unpack_next(&unpacked, call->answer.at, call->answer.len, NULL) !=
        MSGPACK_UNPACK_SUCCESS) {
        msgpack_unpacked_destroy(&unpacked);
        return luaL_error(L, "out of memory for an answer");
    }
    lua_pushcfunction(L, outside_decode);
    lua_pushlightuserdata(L, &unpacked.data);
    const int code = lua_pcall(L, 1, 1, 0);
    msgpack_unpacked_destroy(&unpacked);
    return code == LUA_OK ? 1 : lua_error(L);
}

/* (document or article, options) -> answer */
static int call_run(lua_State *L)
{
    const struct lua_outside *outside = outside_of(L);
    const struct state_input *input = &state_of(L)->input;
    lua_settop(L, 2);
    struct outside_call *call = push_call(L);
    pack_options(L, 2, call);
    if (outside->run(outside->data, input->document, input->text, input->article,
                     buf_view(&call->options), &call->answer, &call->why) < 0)
        return luaL_error(L, "%s", call->why.text);
    return push_answer(L, call);
}

void outside_push(lua_State *L, const struct lua_outside *outside)
{
    push_manifest(L, outside->manifest);
    lua_pushlightuserdata(L, (void *)(uintptr_t)outside);
    lua_pushcclosure(L, call_run, 1);
    lua_setfield(L, -2, "run");
    if (!outside->claims)
        return;
    lua_pushlightuserdata(L, (void *)(uintptr_t)outside);
    lua_pushcclosure(L, call_claims, 1);
    lua_setfield(L, -2, "claims");
}

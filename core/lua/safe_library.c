/* Functions of string, table and math that would tell an address, run without end, or give another
 * answer each time. Upvalue 1 of each: Lua's own function. */
#include <string.h>

#include "base/hash.h"
#include "lua/sandbox.h"
#include "lua/state.h"

/* Elements that one table.move may touch: it runs in C, where no hook stops it. */
#define MOVE_MAX (64L * 1024 * 1024)

static int call_own(lua_State *L)
{
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
    return lua_gettop(L);
}

/* Turns an argument that %s would print with an address into text. */
static void spell_argument(lua_State *L, int arg)
{
    const int type = lua_type(L, arg);
    if (type <= LUA_TSTRING && type != LUA_TLIGHTUSERDATA)
        return;
    safe_push_text(L, arg, NULL);
    lua_replace(L, arg);
}

/* Walks the conversions of a format: refuses %p, spells the arguments of %s. The format may hold
 * NUL bytes. */
static void check_format(lua_State *L)
{
    size_t len;
    int arg = 1;
    const char *at = luaL_checklstring(L, 1, &len), *const end = at + len;
    while ((at = memchr(at, '%', (size_t)(end - at))) != NULL) {
        at++;
        while (at < end && *at && strchr("-+ #0123456789.", *at))
            at++;
        if (at == end)
            return;
        const char letter = *at++;
        if (letter == '%')
            continue;
        arg++;
        if (letter == 'p')
            luaL_error(L,
                       "string.format: %%p is not there in a plugin: addresses differ each time");
        if (letter == 's')
            spell_argument(L, arg);
    }
}

static int safe_format(lua_State *L)
{
    check_format(L);
    return call_own(L);
}

/* In Lua 5.4 (""):rep(1e18) counts to 1e18. */
static int safe_rep(lua_State *L)
{
    size_t len, separator_len;
    luaL_checklstring(L, 1, &len);
    luaL_optlstring(L, 3, "", &separator_len);
    if (len + separator_len == 0) {
        luaL_checkinteger(L, 2);
        lua_pushliteral(L, "");
        return 1;
    }
    return call_own(L);
}

/* move(from, first, last, at, to) */
static int safe_move(lua_State *L)
{
    const lua_Integer first = luaL_checkinteger(L, 2), last = luaL_checkinteger(L, 3);
    if (last >= first && (lua_Unsigned)last - (lua_Unsigned)first >= (lua_Unsigned)MOVE_MAX)
        return luaL_error(L, "table.move: over %d elements at once", (int)MOVE_MAX);
    return call_own(L);
}

/* The input's fingerprint for math.random: the text alone, so that it is the same on each run. */
static uint64_t input_seed(const struct state *state)
{
    const struct state_input *input = &state->input;
    if (input->article)
        return hash_64(input->article->headline.at, input->article->headline.len) * 31 +
               hash_64(input->article->body.at, input->article->body.len);
    if (input->event)
        return (uint64_t)input->event->at_us * 31 + input->event->count;
    return hash_64(input->text.at, input->text.len);
}

static void seed(lua_State *L, int randomseed)
{
    struct state *state = state_of(L);
    const uint64_t fingerprint = input_seed(state);
    state->input.seeded = true;
    lua_pushvalue(L, randomseed);
    lua_pushinteger(L, (lua_Integer)fingerprint);
    lua_pushinteger(L, (lua_Integer)(fingerprint >> 32));
    lua_call(L, 2, 0);
}

/* Seeded at its first use in a call. Upvalue 2: Lua's randomseed. */
static int safe_random(lua_State *L)
{
    if (!state_of(L)->input.seeded)
        seed(L, lua_upvalueindex(2));
    return call_own(L);
}

/* Without arguments: the input's fingerprint again, not the clock. */
static int safe_randomseed(lua_State *L)
{
    if (lua_gettop(L) == 0) {
        seed(L, lua_upvalueindex(1));
        return 0;
    }
    state_of(L)->input.seeded = true;
    call_own(L);
    return 0; /* Lua 5.4.4 gives the seeds back */
}

void safe_string(lua_State *L)
{
    safe_wrap(L, "format", safe_format);
    safe_wrap(L, "rep", safe_rep);
}

void safe_table(lua_State *L)
{
    safe_wrap(L, "move", safe_move);
}

void safe_math(lua_State *L)
{
    lua_getfield(L, -1, "random");
    lua_getfield(L, -2, "randomseed");
    lua_pushcclosure(L, safe_random, 2);
    lua_setfield(L, -2, "random");
    safe_wrap(L, "randomseed", safe_randomseed);
}

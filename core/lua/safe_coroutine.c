/* Coroutines that keep track of which one runs: a hook belongs to one coroutine, so the budget's
 * signal handler must know it. */
#include "lua/sandbox.h"
#include "lua/state.h"

static lua_State *check_coroutine(lua_State *L, int at)
{
    lua_State *co = lua_tothread(L, at);
    luaL_argexpected(L, co, at, "coroutine");
    return co;
}

static int give_text(lua_State *co, lua_State *L, const char *text)
{
    (void)co;
    lua_pushstring(L, text);
    return -1;
}

static int take_results(lua_State *L, lua_State *co, int results)
{
    if (!lua_checkstack(L, results + 1)) {
        lua_pop(co, results);
        return give_text(co, L, "too many results to resume");
    }
    lua_xmove(co, L, results);
    return results;
}

/* Moves `count` arguments from the top of L to `co` and resumes it. Gives how many results are on
 * the top of L, or -1 and the error there. */
static int resume(lua_State *L, lua_State *co, int count)
{
    struct state *state = state_of(L);
    int results = 0;
    state_check(L);
    if (!lua_checkstack(co, count))
        return give_text(co, L, "too many arguments to resume");
    lua_xmove(L, co, count);
    lua_State *const outer = state->running;
    state->running = co;
    const int status = lua_resume(co, L, count, &results);
    state->running = outer;
    state_check(L);
    if (status == LUA_OK || status == LUA_YIELD)
        return take_results(L, co, results);
    lua_xmove(co, L, 1);
    return -1;
}

static int safe_resume(lua_State *L)
{
    lua_State *co = check_coroutine(L, 1);
    const int results = resume(L, co, lua_gettop(L) - 1);
    if (results < 0) {
        lua_pushboolean(L, 0);
        lua_insert(L, -2);
        return 2;
    }
    lua_pushboolean(L, 1);
    lua_insert(L, -(results + 1));
    return results + 1;
}

/* Runs the pending __close of a dead or suspended coroutine, on that coroutine. */
static int reset(lua_State *L, lua_State *co)
{
    struct state *state = state_of(L);
    lua_State *const outer = state->running;
    state->running = co;
    const int status = lua_resetthread(co);
    state->running = outer;
    state_check(L);
    return status;
}

/* The function that wrap gives. Upvalue 1: the coroutine. */
static int wrapped(lua_State *L)
{
    lua_State *co = lua_tothread(L, lua_upvalueindex(1));
    const int results = resume(L, co, lua_gettop(L));
    if (results >= 0)
        return results;
    const int status = lua_status(co);
    if (status != LUA_OK && status != LUA_YIELD) {
        reset(L, co);
        lua_xmove(co, L, 1); /* the error, perhaps a newer one from a __close */
    }
    if (status != LUA_ERRMEM && lua_type(L, -1) == LUA_TSTRING) {
        luaL_where(L, 1);
        lua_insert(L, -2);
        lua_concat(L, 2);
    }
    return lua_error(L);
}

static int safe_create(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_State *co = lua_newthread(L);
    lua_pushvalue(L, 1);
    lua_xmove(L, co, 1);
    return 1;
}

static int safe_wrap_function(lua_State *L)
{
    safe_create(L);
    lua_pushcclosure(L, wrapped, 1);
    return 1;
}

/* A coroutine that can be closed: it sleeps, or it is dead. */
static int can_close(lua_State *L, lua_State *co)
{
    lua_Debug frame;
    if (co == L)
        return 0;
    if (lua_status(co) != LUA_OK)
        return 1;
    return !lua_getstack(co, 0, &frame);
}

static int safe_close(lua_State *L)
{
    lua_State *co = check_coroutine(L, 1);
    if (!can_close(L, co))
        return luaL_error(L, "cannot close a coroutine that runs");
    if (reset(L, co) == LUA_OK) {
        lua_pushboolean(L, 1);
        return 1;
    }
    lua_pushboolean(L, 0);
    lua_xmove(co, L, 1);
    return 2;
}

void safe_coroutine(lua_State *L)
{
    static const luaL_Reg functions[] = {{"resume", safe_resume},
                                         {"create", safe_create},
                                         {"wrap", safe_wrap_function},
                                         {"close", safe_close},
                                         {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}

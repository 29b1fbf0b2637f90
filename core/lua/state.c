#include "lua/state.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/log.h"
#include "lua/budget.h"
#include "lua/fault_place.h"
#include "lua/traceback.h"

/* For the error path: the message handler may go this far over the cap. */
#define STATE_RESERVE (64 * KIB)

/* The collector is generational: a state holds half a megabyte of tables that live as long as it
 * does, and nearly all else lives for one call. So each collection looks at what is new, in per
 * cent of what is there, and gives the next call memory that is still in the processor's cache; a
 * cycle over everything would cost either that or time. At the cap Lua collects before it gives up.
 */
#define STATE_GC_MINOR 20
#define STATE_GC_MAJOR 100

/* lua_Alloc. For a new block `old_size` is a type tag, not a size. */
static void *state_allocate(void *data, void *block, size_t old_size, size_t new_size)
{
    struct state *state = data;
    if (!block)
        old_size = 0;
    if (new_size == 0) {
        blocks_give(&state->blocks, block, old_size);
        state->used -= old_size;
        return NULL;
    }
    if (new_size > old_size && state->used + (new_size - old_size) > state->cap + state->reserve) {
        fault_place_no_memory(state);
        return NULL;
    }
    void *fresh = block ? blocks_resize(&state->blocks, block, old_size, new_size)
                        : blocks_take(&state->blocks, new_size);
    if (!fresh) {
        if (new_size > old_size) {
            fault_place_no_memory(state);
            return NULL;
        }
        fresh = block; /* Lua takes for granted that shrinking works */
    }
    state->used = state->used - old_size + new_size;
    if (state->used > state->peak)
        state->peak = state->used;
    return fresh;
}

/* Only reached by an error outside a protected call, which state_call leaves no room for. */
static int state_panic(lua_State *L)
{
    (void)L;
    return 0; /* Lua aborts: the worker dies and is replaced */
}

/* Of this thread. */
static _Thread_local size_t live_states, lost_bytes;

struct state *state_new(const struct lua_world *world, size_t cap)
{
    struct state *state = mem_zero(1, sizeof *state);
    if (!state)
        return NULL;
    state->world = world;
    state->cap = cap;
    state->stopped = STATE_NOT_STOPPED;
    state->L = lua_newstate(state_allocate, state);
    if (!state->L) {
        blocks_end(&state->blocks);
        mem_free(state);
        return NULL;
    }
    state->running = state->L;
    *(struct state **)lua_getextraspace(state->L) = state;
    lua_atpanic(state->L, state_panic);
    lua_gc(state->L, LUA_GCGEN, STATE_GC_MINOR, STATE_GC_MAJOR);
    live_states++;
    return state;
}

void state_free(struct state *state)
{
    if (!state)
        return;
    state->ready = false;
    lua_close(state->L);
    live_states--;
    lost_bytes += state->used;
    if (state->used && state->world && state->world->log)
        state->world->log(LOG_LEVEL_ERROR, state->name,
                          STR_LIT("memory was left behind when its state was closed"),
                          state->world->data);
    blocks_end(&state->blocks);
    mem_free(state);
}

void lua_ledger(struct lua_ledger *out)
{
    *out = (struct lua_ledger){live_states, lost_bytes, budget_state() != NULL};
}

bool state_spent(const struct state *state)
{
    return state->stopped != STATE_NOT_STOPPED;
}

void state_check(lua_State *L)
{
    const struct state *state = state_of(L);
    if (state->stopped == STATE_NOT_STOPPED)
        return;
    /* A constant: at the deadline the state may be out of memory, too. */
    lua_pushliteral(L, "stopped");
    lua_error(L);
}

int lua_fault_set(struct lua_fault *fault, int guard, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fault->guard = guard;
    fault->traceback[0] = '\0';
    const int size = vsnprintf(fault->message, sizeof fault->message, format, args);
    va_end(args);
    if ((size_t)size >= sizeof fault->message)
        fault->message[utf8_cut(str_of(fault->message), sizeof fault->message - 1)] = '\0';
    return ERR_PLUGIN;
}

/* A zero byte, which would end the text, is said as \\0. */
static void fault_copy(char *to, size_t size, const char *text, size_t len)
{
    size_t used = 0, i = 0;
    for (; i < len && used + (text[i] ? 1 : 2) < size; i++) {
        if (!text[i])
            to[used++] = '\\';
        to[used++] = text[i] ? text[i] : '0';
    }
    if (i < len)
        used -= i - utf8_cut((struct str){text, len}, i);
    to[used] = '\0';
}

/* What is known while the stack still stands, kept by the message handler. */
struct state_run {
    lua_CFunction work;
    void *data;
    struct lua_fault *fault;
    int results;
};

static const char *error_text(lua_State *L, int at, size_t *len)
{
    if (lua_type(L, at) == LUA_TSTRING || lua_type(L, at) == LUA_TNUMBER)
        return lua_tolstring(L, at, len);
    if (!state_spent(state_of(L)) && luaL_getmetafield(L, at, "__tostring") != LUA_TNIL) {
        lua_pushvalue(L, at);
        if (lua_pcall(L, 1, 1, 0) == LUA_OK && lua_type(L, -1) == LUA_TSTRING)
            return lua_tolstring(L, -1, len);
        lua_pop(L, 1);
    }
    lua_pushfstring(L, "an error that is a %s, not a text", luaL_typename(L, at));
    return lua_tolstring(L, -1, len);
}

/* The message handler: message and traceback go straight into the fault. Its allocations may use
 * the reserve. */
static int state_explain(lua_State *L)
{
    struct state *state = state_of(L);
    struct lua_fault *fault = lua_touserdata(L, lua_upvalueindex(1));
    size_t len;
    state->reserve = STATE_RESERVE;
    fault_place_take(state, L);
    const char *text = error_text(L, 1, &len);
    fault_copy(fault->message, sizeof fault->message, text, len);
    luaL_traceback(L, L, NULL, 1);
    text = lua_tolstring(L, -1, &len);
    BUF_AUTO struct buf folded = BUF_INIT;
    traceback_fold(text, &folded);
    const bool whole = buf_failed(&folded) || folded.len == 0;
    fault_copy(fault->traceback, sizeof fault->traceback, whole ? text : folded.at,
               whole ? len : folded.len);
    state->reserve = 0;
    return 0;
}

static int fault_finish(struct state *state, int status, struct lua_fault *fault)
{
    fault->guard = GUARD_ERROR;
    if (status == LUA_ERRMEM && !state_spent(state))
        state->stopped = GUARD_MEMORY;
    if (state->stopped == GUARD_TIME) {
        fault->guard = GUARD_TIME;
        snprintf(fault->message, sizeof fault->message, "stopped after its %llu ms were over",
                 (unsigned long long)state->budget_ms);
    } else if (state->stopped == GUARD_MEMORY) {
        fault->guard = GUARD_MEMORY;
        snprintf(fault->message, sizeof fault->message,
                 "needs more memory than its cap of %zu KiB allows", state->cap / KIB);
        fault->traceback[0] = '\0';
    } else if (fault->message[0] == '\0') {
        snprintf(fault->message, sizeof fault->message, "%s: failed without a message",
                 state->name);
    }
    state_report(state, fault);
    return ERR_PLUGIN;
}

/* Protected by lua_pcall without handler: builds the handler, which can run out of memory. */
static int state_run(lua_State *L)
{
    struct state_run *run = lua_touserdata(L, 1);
    lua_settop(L, 0);
    lua_pushlightuserdata(L, run->fault);
    lua_pushcclosure(L, state_explain, 1);
    lua_pushcfunction(L, run->work);
    lua_pushlightuserdata(L, run->data);
    const int status = lua_pcall(L, 1, run->results, 1);
    if (status == LUA_ERRMEM)
        lua_error(L); /* gives the preallocated message on */
    if (status != LUA_OK) {
        size_t len;
        if (run->fault->message[0] == '\0' && lua_type(L, -1) == LUA_TSTRING) {
            const char *text = lua_tolstring(L, -1, &len); /* LUA_ERRERR: the handler did not run */
            fault_copy(run->fault->message, sizeof run->fault->message, text, len);
        }
        lua_settop(L, 0);
        lua_pushinteger(L, status);
        return 1;
    }
    lua_pushinteger(L, status);
    lua_replace(L, 1);
    return run->results + 1;
}

int state_call(struct state *state, lua_CFunction work, void *data, int results, uint64_t ms,
               struct lua_fault *fault)
{
    lua_State *L = state->L;
    const int top = lua_gettop(L);
    struct state_run run = {work, data, fault, results};
    struct budget_frame outer;
    fault->message[0] = fault->traceback[0] = '\0';
    state->place = (struct state_place){.line = 0};
    state->peak = state->used;
    state->budget_ms = ms;
    if (!lua_checkstack(L, LUA_MINSTACK) || budget_begin(state, ms, &outer) < 0)
        return lua_fault_set(fault, GUARD_MEMORY, "%s: out of memory or timers", state->name);
    lua_pushcfunction(L, state_run);
    lua_pushlightuserdata(L, &run);
    int status = lua_pcall(L, 1, results + 1, 0);
    budget_end(state, &outer);
    state->running = L;
    state->reserve = 0;
    if (status == LUA_OK)
        status = (int)lua_tointeger(L, top + 1);
    if (status == LUA_OK && !state_spent(state)) {
        lua_remove(L, top + 1);
        return 0;
    }
    lua_settop(L, top);
    return fault_finish(state, status, fault);
}

int state_load(lua_State *L, struct str text)
{
    static const char mark[] = "\xEF\xBB\xBF";
    const size_t skip = str_starts(text, mark) ? sizeof mark - 1 : 0;
    return luaL_loadbufferx(L, text.at ? text.at + skip : "", text.len - skip, lua_tostring(L, -1),
                            "t");
}

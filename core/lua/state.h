/* One Lua state with its walls: an allocator cap, a soft budget, a sandbox.
 *
 * A struct state is found from any lua_State of its own by state_of(), since Lua copies the extra
 * space of the main thread to each new coroutine. */
#pragma once

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "lua/blocks.h"
#include "lua/guard.h"
#include "lua/plugin.h"

struct lua_export;

#define STATE_NOT_STOPPED (-1)

/* Where a call was when it failed. */
struct state_place {
    char path[200]; /* "scripts/tag/ships/init.lua" */
    int line;       /* 0: not known */
    char function[80];
};

/* What the call that runs now is about. Cleared when it ends. */
struct state_input {
    const struct article *article;   /* may be NULL */
    const struct document *document; /* may be NULL */
    const struct lua_event *event;   /* may be NULL */
    struct str text;                 /* of the document */
    int64_t now_us;                  /* the item's clock; 0: none */
    bool seeded;                     /* math.random was seeded in this call */
    uint32_t log_lines;
    int reads,
        env; /* registry references: what a test case gives in the place of grants; 0: none */
};

struct state {
    lua_State *L;
    /* Read by the signal handler: the coroutine that runs, and which wall stopped the call
       (STATE_NOT_STOPPED or enum guard). */
    lua_State *volatile running;
    volatile sig_atomic_t stopped;
    bool ready; /* the sandbox stands: memory failures may look at the call stack */

    struct blocks blocks;
    size_t used, cap;
    size_t peak;              /* most that was used since the call began */
    size_t reserve;           /* what the error path may use over the cap; 0 elsewhere */
    struct state_place place; /* of the last failure */

    const struct lua_world *world;
    const struct lua_plugin_source *source; /* NULL for desk.lua */
    char name[160];                         /* "tag/ships" or "desk.lua" */
    struct str config;                      /* bytes of desk.lua, or none */
    const msgpack_object *options;          /* of the call that runs, for reports; may be NULL */
    const char *entry;  /* the plugin's function that was called; NULL: none, it is loaded */
    bool loading;       /* the manifest is not known yet */
    uint64_t budget_ms; /* of the call that runs, for messages */
    struct state_input input;
    uint64_t calls;              /* handles of an earlier one show nothing: handles.c */
    struct lua_export *exported; /* files of the running export, or NULL */
};

/* Makes an empty state with counting allocator. `cap` in bytes. NULL when out of memory.
 * state_free(NULL) is fine. */
struct state *state_new(const struct lua_world *world, size_t cap);
void state_free(struct state *state);

static inline struct state *state_of(lua_State *L)
{
    return *(struct state **)lua_getextraspace(L);
}

/* Runs `work(L)` with `data` as its one argument (a light userdata), protected, with its own budget
 * of `ms`. Below zero: `fault` says why, and nothing is left on the stack. 0: `results` values are
 * on the stack. */
int state_call(struct state *state, lua_CFunction work, void *data, int results, uint64_t ms,
               struct lua_fault *fault);
/* True after a call was stopped by a wall: what is in the state cannot be trusted any more. */
bool state_spent(const struct state *state);

/* Raises the wall's error again if the call was stopped: C functions that could swallow an error
 * (pcall, resume) ask this first. */
void state_check(lua_State *L);

/* Fills a fault; gives ERR_PLUGIN. */
int lua_fault_set(struct lua_fault *fault, int guard, const char *format, ...)
    __attribute__((format(printf, 3, 4), cold));

/* Puts the place in front of the fault's message, as "PATH:LINE: ", unless it names one or is the
 * plugin's own text, and the report (plugin/report.h) before its traceback. state_call has done so
 * for its faults. */
void state_report(const struct state *state, struct lua_fault *fault);
/* Notes where the function that is `function` begins: for what is wrong with its answer. */
void state_place_function(struct state *state, int function);

/* Pushes "@scripts/FOLDER/FILE", the chunk name of a plugin's file. */
const char *state_push_chunk(lua_State *L, const char *folder, const char *file);

/* luaL_loadbufferx of text under the chunk name that is on the top of the stack. A byte order mark,
 * which some editors write, is passed over. */
int state_load(lua_State *L, struct str text);

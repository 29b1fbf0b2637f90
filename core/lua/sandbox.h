/* The globals of a plugin, built up from an allow-list: nothing that Lua brings is there unless it
 * is named in sandbox.c. No os, io, debug, package, dofile, loadfile; `load` takes text only; no
 * __gc; no addresses in texts; library tables and the globals themselves are read-only, and a name
 * that is not there is an error.
 *
 * The closures here take the place of Lua's own functions where those would open a hole. */
#pragma once

#include <lua.h>

/* Sets the globals of a fresh state. `desk` is the table on the top of the stack; it is popped. May
 * raise memory errors. */
void sandbox_open(lua_State *L);

/* Each fills the table on the top of the stack with what it replaces there. Lua's own function of
 * the same name stands in the table before. */
void safe_base(lua_State *L);      /* pcall, xpcall, load, tostring, setmetatable, rawset, ... */
void safe_coroutine(lua_State *L); /* resume, wrap, close: track the running coroutine */
void safe_string(lua_State *L);    /* format, rep */
void safe_table(lua_State *L);     /* move */
void safe_math(lua_State *L);      /* random, randomseed */

/* Pushes the text of the value at `at` as tostring gives it: without addresses. */
const char *safe_push_text(lua_State *L, int at, size_t *len);

/* Replaces the function `name` of the table on the top by a closure of `function` whose upvalue 1
 * is the one that was there. */
void safe_wrap(lua_State *L, const char *name, lua_CFunction function);

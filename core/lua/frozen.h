/* Read-only tables. A frozen table is an empty table whose metatable shows another one: reads go
 * through, writes are errors, and a name that is not there is an error that names the nearest one.
 */
#pragma once

#include <lua.h>
#include <stdbool.h>

/* What the frozen table does with a name that is not there. */
enum frozen_missing { FROZEN_NIL, FROZEN_REFUSE };

/* Replaces the table on the top of the stack by a frozen one. `label` names it in messages
 * ("desk.json", "options"): "unknown name desk.json.encod; did you mean desk.json.encode?".
 * `lookup` (may be NULL) is called as lookup(L) with the real table at 1 and the missing key at 2
 * before that, and gives 1 with a value on the stack, or 0. May raise memory errors. */
void frozen_make(lua_State *L, const char *label, enum frozen_missing missing,
                 lua_CFunction lookup);
/* Freezes tables in the table on the top too, as deep as they go (data: no cycles). */
void frozen_make_deep(lua_State *L, const char *label);
bool frozen_is(lua_State *L, int at);
/* Pushes the real table behind a frozen one and gives true, or pushes nothing. */
bool frozen_real(lua_State *L, int at);

/* Pushes "; did you mean 'LABEL.x'?" for the name nearest to `wanted` among the string keys of the
 * table at `at`, or "" (the label may be NULL). */
void frozen_push_hint(lua_State *L, int at, const char *wanted, const char *label);

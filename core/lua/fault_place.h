/* Where a call failed. Used by state.c. */
#pragma once

#include "lua/state.h"

/* Notes the innermost function of the plugin that runs in `L`. Allocates nothing. */
void fault_place_take(struct state *state, lua_State *L);
/* The same when an allocation was refused. */
void fault_place_no_memory(struct state *state);

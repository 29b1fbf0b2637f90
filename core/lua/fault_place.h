/* Where a call failed. Used by state.c. */
#pragma once

#include "lua/state.h"

/* Notes the innermost function of the plugin that runs in `L`. Allocates nothing. */
void fault_place_take(struct state *state, lua_State *L);
/* The same when an allocation was refused. */
void fault_place_no_memory(struct state *state);
/* The line in "PATH:LINE: " at the head of a message, and the path; 0: there is none. */
int fault_place_of(const char *message, struct str *path);

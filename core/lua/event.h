/* What a task is given: an event, read-only, with its articles. */
#pragma once

#include <lua.h>

#include "lua/plugin.h"

/* Pushes it; what it shows is borrowed until handle_end. May raise memory errors. */
void event_push(lua_State *L, const struct lua_event *event);

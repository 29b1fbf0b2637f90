/* A plugin that is no Lua, dressed as one, so that the same test.lua serves for both. */
#pragma once

#include <lua.h>

#include "lua/plugin.h"

/* Pushes the table that an init.lua would return: the manifest, and functions that call out. May
 * raise memory errors. `outside` is borrowed as long as the state. */
void outside_push(lua_State *L, const struct lua_outside *outside);

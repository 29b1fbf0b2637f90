/* The table that init.lua gives: its shape. What its values mean (option types, api, uses) is
 * checked by plugin/manifest.h, which the host uses again. */
#pragma once

#include <lua.h>

#include "lua/plugin.h"

/* Which functions a kind has; NULL ends. */
enum plugin_function {
    FUNCTION_RUN,
    FUNCTION_CLAIMS,
    FUNCTION_OPEN,
    FUNCTION_WRITE,
    FUNCTION_CLOSE,
    FUNCTION_POLL,
    FUNCTION_COUNT,
};
extern const char *const plugin_function_names[FUNCTION_COUNT];

/* The first line of init.lua that sets `key` and is no comment, or 0. */
int manifest_line(const struct lua_plugin_source *source, const char *key);

/* With the table on the top of the stack: raises an error that names file, line (where the source
 * shows it) and what to change, or replaces it by a plain table without functions, to be sent as
 * the manifest, and pushes below it nothing. `functions` gets registry references, LUA_NOREF where
 * the plugin has none. */
void manifest_check(lua_State *L, const struct lua_plugin_source *source,
                    int functions[FUNCTION_COUNT]);

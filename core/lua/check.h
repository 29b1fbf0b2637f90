/* `plugin check`: what is wrong with a plugin, or probably is, found without calling it. */
#pragma once

#include "base/buf.h"
#include "lua/plugin.h"

/* Loads the plugin for its manifest, and looks at the compiled code of all its files: unknown and
 * accidental globals and names below them, options, articles' and documents' fields that are not
 * there, files and modules that are not there, what `uses` and `gives` leave out or say in vain.
 * Appends a msgpack array of maps {file, line (0: none), level ("error", "warning", "note"), text},
 * in the order of files and lines.
 *
 * An error stops the plugin, or stops it when it comes there; a warning is most likely a slip; a
 * note is advice. */
int lua_check(const struct lua_plugin_source *source, const struct lua_world *world,
              struct buf *out, struct lua_fault *fault);

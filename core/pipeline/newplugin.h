/* `plugin new`: a plugin's folder, filled from the templates that are shipped, in a desk. */
#pragma once

#include "base/buf.h"
#include "base/error.h"
#include "plugin/registry.h"

struct new_plugin {
    struct plugin_spec spec;
    char *desk;     /* the desk's folder */
    char *folder;   /* "scripts/tag/ships", in the desk */
    char **files;   /* names in the folder, sorted */
    size_t count;   /* of files */
    char *replaces; /* folder of the plugin whose place it takes, or NULL */
};

/* Makes the plugin "KIND/NAME" in the desk at `dir` (NULL: the nearest one). All of the folder is
 * there, or nothing. ERR_EXISTS when something is there already; ERR_USAGE for a kind that this
 * version does not run. new_plugin_free in any case. */
int plugin_new(const char *dir, const char *plugin, struct new_plugin *out, struct error *err);
/* The same for a plugin in C, in the desk's folder native/NAME: "tag/NAME", the installed example
 * under another name; "ingest/NAME", "summarize/NAME", from a template. ERR_USAGE: the C ABI has no
 * stage of that kind. */
int plugin_new_native(const char *dir, const char *plugin, struct new_plugin *out,
                      struct error *err);
void new_plugin_free(struct new_plugin *made);

/* Puts .luarc.json, which tells an editor's language server about `desk`, into the folder `dir`,
 * unless there is one. 1: it was written; 0: one was there. */
int plugin_luarc(const char *dir, struct error *err);

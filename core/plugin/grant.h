/* What a plugin may have beyond its own folder: asked for in its manifest (`uses`), granted in
 * desk.lua, bound to what was asked.
 *
 *   desk.grant { "tag/ships", read = { "/srv/fleet.tsv" }, env = { "LANG" }, manifest = "..." }
 *
 * `manifest` is the fingerprint of who asked for what: where the plugin was found, its kind and
 * name, and its `uses`. So a plugin that asks for more after an update, and another one that is put
 * in front of it, has no grant until a person gives it one. Files of the plugin's own folder (names
 * without "/") need none.
 *
 * A task asks for `command = true`: that the host may run something for it. What that is, desk.lua
 * alone says (`command = { "/usr/bin/mail", "-s", "desk" }`), and without a grant the task is
 * loaded all the same: it is refused only what it then asks for. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "plugin/manifest.h"
#include "plugin/registry.h"

struct grant_list {
    const char **at;
    size_t count;
};

struct plugin_grant {
    const char *plugin;        /* "tag/ships" */
    struct grant_list read;    /* absolute paths */
    struct grant_list env;     /* names of environment variables */
    struct grant_list command; /* program and arguments, for a task; none: it may run nothing */
    const char *manifest;      /* fingerprint; "" when the line has none */
    int line;                  /* of desk.lua; 0: unknown */
};

#define GRANT_MARK_SIZE 17
/* The fingerprint that a grant names: 16 digits. */
void grant_mark(const struct manifest *manifest, enum plugin_origin origin,
                char text[GRANT_MARK_SIZE]);

/* Whether it asks for anything that it cannot be loaded without. */
bool grant_needed(const struct manifest *manifest);

/* The line of desk.lua that grants what the manifest asks for; NULL when out of memory. `command`:
 * what a task may run; NULL: a sample of it where the task asks for one. */
char *grant_line(const struct manifest *manifest, enum plugin_origin origin, struct arena *arena);
char *grant_line_with(const struct manifest *manifest, enum plugin_origin origin,
                      const struct grant_list *command, struct arena *arena);

/* 0 when all that the manifest asks for lies in the plugin's folder or is granted by `grant` (NULL:
 * there is none). ERR_DENIED: what is missing, and the line to add or to change. ERR_NOTFOUND: a
 * named file is not in the folder. ERR_INVALID: what is asked for cannot be granted by anyone. */
int grant_check(const struct manifest *manifest, const struct plugin_entry *entry,
                const struct plugin_grant *grant, struct error *err);

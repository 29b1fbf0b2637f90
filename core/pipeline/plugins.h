/* The plugins that a desk, or no desk, can use; for `copydesk plugins`. */
#pragma once

#include <jansson.h>

#include "pipeline/desk.h"

struct plugin_info {
    const char *kind, *name;
    const char *origin;          /* "desk", "user", "shipped", "native" */
    const char *path;            /* its folder, or the shared object */
    const char *shadowed_by;     /* NULL, or the path of the one that wins */
    bool used;                   /* named in desk.lua */
    const char *version, *about; /* NULL when it could not be loaded, and for shadowed ones */
    const char *const *options;  /* "min_score (number, 0.4): Lowest score kept." */
    size_t option_count;
    char fingerprint[65];      /* "" for shadowed ones */
    const struct error *error; /* why it cannot be loaded, or NULL */
    json_t *health; /* as desk.lua runs it, of hosts that have ended (health_to_json); NULL: none.
                       Borrowed */
};

/* By kind, then name, winner first. Desk open for DESK_PLUGINS (optional is fine). `each` gives 0
 * to go on. */
int plugin_list(struct desk *desk, int (*each)(const struct plugin_info *info, void *data),
                void *data, struct error *err);

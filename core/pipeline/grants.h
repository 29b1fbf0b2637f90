/* What plugins ask for beyond their folders, and what desk.lua grants them; for `plugin grant`. */
#pragma once

#include "pipeline/desk.h"
#include "plugin/grant.h"

enum grant_state { GRANT_NONE, GRANT_GIVEN, GRANT_OTHER };

struct grant_report {
    const char *plugin, *origin, *path;
    struct grant_list read, env; /* asked for; files of its own folder left out */
    bool command;                /* asked for */
    enum grant_state state;
    int line;          /* of desk.lua, where there is a grant; 0: none */
    const char *why;   /* GRANT_OTHER: why it is not for this plugin */
    const char *grant; /* the line that grants it */
    const char *error; /* the plugin cannot be loaded: the rest is empty; or NULL */
};

/* `plugin`: "tag/ships", or NULL for each that asks for something. `command`: what a task is to be
 * granted; none: what its present grant says. Desk open for DESK_PLUGINS. */
int grants_look(struct desk *desk, const char *plugin, const struct grant_list *command,
                void (*each)(const struct grant_report *report, void *data), void *data,
                struct error *err);

/* Writes the line into desk.lua: in the place of line `line`, which must hold one whole grant, or
 * at the end (0). The file is replaced at once and keeps its mode. */
int grants_write(struct desk *desk, int line, const char *grant, struct error *err);

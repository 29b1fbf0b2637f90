/* `plugin check`: what is wrong with plugins, or probably is, found without calling them. */
#pragma once

#include "pipeline/desk.h"

enum plugin_issue_level { ISSUE_ERROR, ISSUE_WARNING, ISSUE_NOTE };

struct plugin_issue {
    const char *plugin; /* "tag/keywords" */
    const char *folder; /* where it lies */
    const char *file;   /* "init.lua" */
    int64_t line;       /* 0: none */
    enum plugin_issue_level level;
    const char *text;
};

struct check_counts {
    uint64_t plugins, errors, warnings, notes;
};

const char *plugin_issue_word(enum plugin_issue_level level); /* "error" */

/* `plugin`: "tag/keywords", or NULL for all that can be found (shadowed ones excluded). Desk open
 * for DESK_PLUGINS (optional is fine). Issues of one plugin in the order of files and lines. Gives
 * 0 when all were looked at. */
int plugin_check(struct desk *desk, const char *plugin,
                 void (*each)(const struct plugin_issue *issue, void *data), void *data,
                 struct check_counts *counts, struct error *err);

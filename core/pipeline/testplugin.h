/* `plugin test`: each case of test.lua runs in two processes, a fresh one and one that has run
 * other cases before; answers that differ fail the case. */
#pragma once

#include "pipeline/desk.h"
#include "pipeline/lineup.h"

struct test_report {
    const char *plugin; /* "tag/keywords" */
    const char *path;   /* its folder */
    const char *name;   /* of the case; NULL: the plugin has no tests or cannot be loaded */
    bool passed;
    bool differs;          /* the two processes gave different answers */
    bool missing;          /* no test.lua: reported, and no failure */
    const char *updated;   /* golden file that was written, or NULL */
    const char *message;   /* when it did not pass */
    const char *traceback; /* "" when there is none */
};

typedef void test_fn(const struct test_report *report, void *data);

struct test_counts {
    uint64_t plugins, cases, passed, failed, untested, updated;
};

struct test_options {
    const char
        *plugin; /* "tag/keywords", or NULL for all that can be found (shadowed ones excluded) */
    bool update; /* write golden files anew where nothing else fails */
};

/* Desk open
 * for DESK_PLUGINS (optional is fine). Gives 0 when all ran; failed > 0 is exit code 1. */
int plugin_test(struct desk *desk, const struct test_options *options, test_fn *each, void *data,
                desk_progress_fn *progress, struct test_counts *counts, struct error *err);
/* The same for one plugin of a lineup, which need not be the one that serves. */
void lineup_test(struct lineup *lineup, struct plugin_entry *entry, test_fn *each, void *data,
                 struct test_counts *counts);

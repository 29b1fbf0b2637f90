/* What a plugin is tried on: options that `plugin bench` and `plugin diff` share. */
#pragma once

#include "cli/common.h"
#include "pipeline/traceplugin.h"

#define SAMPLE_OPTIONS                                                                             \
    {"last", 'n', "N", "the newest N stored articles (default: 200)", false},                      \
        {"query", 0, "QUERY", "of those that match", false},                                       \
    {                                                                                              \
        "option", 'o', "K=V", "an option of the plugin, in the place of that of desk.lua", true    \
    }

/* The plugin (first operand), articles or files (the others) and the options above. `given` is the
 * caller's, and lives as long as `out`. An exit code; misuse is reported. */
int read_sample(const struct cli_args *args, struct given_list *given, struct trace_options *out);

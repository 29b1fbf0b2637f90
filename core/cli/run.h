/* Keeping a desk running, for the commands that do. */
#pragma once

#include "cli/cli.h"

/* Until it is told to end. `args` has the options of `copydesk run`; `dir` as after -C, or NULL.
 * The process's exit code. */
int run_desk(const struct cli_args *args, const char *dir);

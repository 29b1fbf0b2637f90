/* The table of commands, in the order in which help lists them. To add one: a file of its own with
 * a `const struct cli_command command_NAME`, and a line here. */
#pragma once

#include "cli/cli.h"

#define COMMAND_MAP(X)                                                                             \
    X(version)

#define COMMAND_DECLARE(name) extern const struct cli_command command_##name;
COMMAND_MAP(COMMAND_DECLARE)
#undef COMMAND_DECLARE

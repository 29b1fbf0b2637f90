/* Parsing of one command's arguments. */
#pragma once

#include "cli/cli.h"

#define CLI_PARSED (-1)

/* Fills `args` (command set) from argv[1..]. CLI_PARSED to go on; otherwise the exit code: help was
 * printed, or misuse was reported. */
int cli_parse(struct cli_args *args, int argc, char **argv);

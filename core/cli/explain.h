/* Cuts and why: `ingest --explain`, and `plugin try` of an ingest plugin. */
#pragma once

#include "cli/cli.h"

/* Explains the operands as paths; `plugin` NULL: what claims most. The exit code. */
int explain_operands(const struct cli_args *args, const char *plugin);

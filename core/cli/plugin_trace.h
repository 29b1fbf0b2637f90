/* `plugin try --trace`. */
#pragma once

#include "cli/common.h"

int trace_plugin(const struct cli_args *args, const struct given_list *given);

/* How plugins do, for a person: what `status` and `plugins` print of health_to_json()'s objects. */
#pragma once

#include "cli/cli.h"
#include "control/client.h"
#include "pipeline/ingest.h"

/* "120 calls, mean 0.80 ms, longest 12.1 ms, 7 failures (error 5, time 2), memory
 * 120 KiB now, 340 at most" */
void print_health(const json_t *plugin);
/* Each plugin that is set aside, as a problem; of the desk that is open, or behind `line`. */
void print_asides(struct desk *desk, struct control_client *line);

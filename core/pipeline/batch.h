/* What a plugin's calls cost beside the plugin itself, with many of them in flight at once, as
 * ingest and rebuild have them. For `plugin bench`. */
#pragma once

#include "pipeline/host.h"
#include "pipeline/sample.h"

#define BATCH_ITEMS 100

/* Microseconds of CPU an article, of host and workers, without the plugin's own: batches of
 * BATCH_ITEMS for `ms`, one at least, after one that is not counted. Articles alone. A call that
 * fails counts as one that does not. Only outside of callbacks. */
int batch_measure(struct lineup *lineup, const struct desk_plugin *plugin,
                  const struct sample *sample, uint64_t ms, double *way_us, struct error *err);

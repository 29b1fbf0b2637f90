/* Where items wait on which a plugin failed. */
#pragma once

#include "pipeline/ingest.h"

/* Each item, oldest first; `each` gives 0 to go on. Desk open for DESK_READ. */
int failed_each(struct desk *desk, int (*each)(const struct store_quarantined *item, void *data),
                void *data, struct error *err);

struct retry_counts {
    struct ingest_counts documents; /* whole documents that were tried again */
    uint64_t articles;              /* stored articles whose plugins were run again */
    uint64_t articles_healed;       /* of these: no plugin failed any more */
    uint64_t articles_failed;
};

/* Tries item `id` (0: all) again with the plugins as they are now. Desk open for DESK_WRITE.
 * ERR_NOTFOUND when no item has that id. Documents are reported as ingest_paths reports them. */
int failed_retry(struct desk *desk, int64_t id, const struct ingest_callbacks *callbacks,
                 struct retry_counts *counts, struct error *err);

/* The same without waiting, also while the desk runs. `done` comes from the loop, never from within
 * retry_start. `failed`: NULL, or why it could not go on. */
typedef void retry_done_fn(const struct retry_counts *counts, const struct error *failed,
                           void *data);
int retry_start(struct desk *desk, int64_t id, const struct ingest_callbacks *callbacks,
                retry_done_fn *done, void *data, struct error *err);

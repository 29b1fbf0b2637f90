/* `plugin try task/NAME`: a task on given articles or events; nothing is stored, written or told.
 */
#pragma once

#include "pipeline/tryplugin.h"

struct try_task_options {
    struct try_options base; /* paths: JSONL, one article a line, or one event where it is no
                                schedule and no article.stored: an object of texts */
    const char *event;       /* NULL: the first of the plugin's `on` */
    int64_t instant_us;
};

/* Each command of the answer as one JSON object, in order. */
int plugin_try_task(struct desk *desk, const struct try_task_options *options, try_fn *each,
                    void *data, struct try_counts *counts, struct error *err);

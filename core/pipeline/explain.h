/* `ingest --explain`, and `plugin try` of ingest plugins: documents are cut and nothing is stored.
 */
#pragma once

#include "model/article.h"
#include "pipeline/desk.h"
#include "plugin/options.h"

/* One document. Lives until the callback returns. Either `error` is set, or the rest is. */
struct explain_report {
    const char *path;
    const char *plugin;      /* "ingest/digest" */
    struct str encoding;     /* what it was decoded from */
    const struct str *notes; /* to be said, not errors */
    size_t note_count;
    struct article_list articles; /* as cut: lines, confidence and evidence, no tags */
    const struct error *error;    /* unreadable, or the plugin failed: */
    const char *guard;            /* "error", "time" ...; NULL: it never came to a plugin */
    const char *traceback;        /* "" when there is none */
};

typedef void explain_fn(const struct explain_report *report, void *data);

struct explain_counts {
    uint64_t documents, articles, failed;
};

/* In the order of the paths. `plugin`: "ingest/digest" with its options, or NULL for the desk's own
 * choice (the highest claim). The desk is open for DESK_WORK, or with `plugin` for DESK_PLUGINS;
 * optional is fine. Gives 0 when all was gone through. */
int explain_paths(struct desk *desk, const char *const *paths, size_t count, const char *plugin,
                  const struct option_text *options, size_t option_count, explain_fn *each,
                  void *data, struct explain_counts *counts, struct error *err);

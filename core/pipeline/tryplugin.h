/* `plugin try KIND/NAME`: a plugin on given input; nothing is stored and no desk is needed. */
#pragma once

#include "pipeline/desk.h"
#include "plugin/options.h"

struct try_options {
    const char *plugin; /* "tag/keywords", "summarize/lead"; ingest plugins: use explain_paths */
    const struct option_text *given;
    size_t given_count;
    const char *const *paths; /* JSONL files, one article a line (model/json.h); "-"; none: "-" */
    size_t path_count;
};

struct try_counts {
    uint64_t articles, failed;
};

/* One JSON object a line (without the newline), in the order of the input:
 *   tag        {"id": .., "tags": [{scheme, label, code, score, spans}], "fields": {"language":
 * ..}} summarize  {"id": .., "summary": {text, spans}} both       {"id": .., "error": {"guard",
 * "message", "traceback"}} when the plugin failed, and
 *              {"line": 7, "error": {...}} when the line cannot be read
 * `id` is as it was given (a number or a string; null when there was none). Gives 0 to go on. */
typedef int try_fn(const char *json, size_t len, void *data);

/* On all workers; input is read as answers are handed out, so memory does not grow with it. Gives 0
 * when all was gone through; a failed article is counted. ERR_CANCELLED when `each` stopped. */
int plugin_try(struct desk *desk, const struct try_options *options, try_fn *each, void *data,
               struct try_counts *counts, struct error *err);

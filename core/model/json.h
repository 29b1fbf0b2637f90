/* The model as JSON (jansson): what commands print with --json, and JSONL articles read by
 * `plugin try`. Values are new references for the caller to json_decref; NULL when out of memory.
 */
#pragma once

#include <jansson.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "model/article.h"
#include "model/command.h"

json_t *str_to_json(struct str text); /* none gives null; U+FFFD for each byte that is no UTF-8 */
/* [[start, end], ...], 0-based half-open; in the headline [start, end, "headline"]. */
json_t *spans_to_json(const struct span_list *spans);

/* id, uri, version, headline, byline, infosource, language, genre, received, tags, summary; `whole`
 * adds the text, captions, note, url, published, dateline, lines, evidence, first_line, last_line,
 * range, confidence, and summary_spans and summary_plugin. The summary is its text, or null.
 * Tags: [{scheme,label,code,score,spans,plugin}]; a field suggestion
 * {field,value,score,spans,plugin}. */
json_t *article_to_json(const struct article *article, bool whole);

/* One cut of `ingest --explain --json`: headline, first_line, last_line, byline, genre,
 * end_mark_line, caption_lines, caption_repeat_lines, subhead_lines, body_lines, confidence,
 * evidence; null or [] where there is none. */
json_t *draft_to_json(const struct article *draft);

json_t *tags_to_json(const struct tag_list *tags);
/* Keys as a task writes them; those that are empty left out. */
json_t *command_to_json(const struct command *command);
/* {text, spans, plugin}; null when there is none. */
json_t *summary_to_json(const struct summary *summary);

/* The flags for what a person or jq reads: on one line, 0.8 as 0.8 and not 0.80000000000000004. */
#define JSON_TEXT (JSON_COMPACT | JSON_REAL_PRECISION(15))

/* Appends the value as text (`flags`: JSON_TEXT ...). Use this and not json_dumps: jansson 2.14
 * overlooks that a key could not be written, and gives text with a hole in it. ERR_NOMEM,
 * ERR_LIMIT. */
int json_to_buf(const json_t *value, size_t flags, struct buf *out, struct error *err);

/* An article from one JSONL line: id (number; a string is kept in `uri`), headline (or title), text
 * (or body), language, byline, dateline, genre, infosource, note, url, published. null is as
 * absent. Other keys are ignored: it is others' input. ERR_INVALID says where the JSON breaks, or
 * which key is of the wrong type. Strings are copied into `arena`. */
int article_from_json(const char *line, size_t len, struct arena *arena, struct article *out,
                      struct error *err);

/* From a parsed query to articles: which ids match, and the piece of text that shows why.
 *
 * The words of a query go to FTS5 as MATCH expressions, built from what the `text` service made of
 * them (match.h); filters become SQL on the store's tables; all values are bound. */
#pragma once

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "store/query.h"
#include "store/sqlite/tokenizer.h"

struct search_row {
    int64_t id, seq; /* seq: of the shown version; 0 where it was not asked for */
    double rank;     /* lower is better; 0 when newest first */
};

struct search_page {
    int64_t before_id;           /* 0: from the newest */
    int64_t after_seq, upto_seq; /* as in struct store_page; upto_seq 0: no window */
    uint32_t limit;
    bool ranked;
};

/* Ids that match, newest first or ranked, into `rows` (room for page->limit). `query` or its root
 * NULL: all. `more`: there are matches past the page, or past the rows that were ranked. */
int search_rows(sqlite3 *db, struct tokenizer *tokenizer, const struct query *query,
                const struct search_page *page, struct search_row *rows, size_t *count, bool *more,
                struct error *err);

/* The best window of `body` for the query's words, about 30 words, its matches between U+0001 and
 * U+0002, "…" where it is cut. The beginning of the body when nothing of it matches. Control
 * characters of the body itself that would look like marks become spaces. */
int search_snippet(struct tokenizer *tokenizer, const struct query *query, struct str body,
                   struct buf *out, struct error *err);

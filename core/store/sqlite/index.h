/* The word index behind the store: FTS5 with external content.
 *
 * What was indexed of an article is written down in index_row: which version, and which tags. The
 * view indexed_text joins that with the versions, which are never changed, so it gives for ever the
 * text that the index holds, whatever became of the article since. That is what makes a delete
 * exact. An article that waits for the index stands in index_queue, in the transaction that changed
 * it; so after a crash the queue is still true.
 *
 * Of the store's own tables it reads versions (headline, body, captions_text) and tags (position,
 * label), and articles.version: which version is the present one.
 *
 * All functions run on the writer's thread. Those that write want a transaction of the caller, who
 * rolls it back to where it was before when one of them fails. */
#pragma once

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"
#include "store/sqlite/tokenizer.h"

struct indexer; /* opaque: prepared statements */

/* Makes index_row, index_queue, index_state, indexed_text and article_fts in a new store, after the
 * store's own tables. Wants the tokenizer registered. */
int index_schema(sqlite3 *db, struct error *err);

int index_open(sqlite3 *db, struct tokenizer *tokenizer, struct indexer **out, struct error *err);
void index_close(struct indexer *indexer); /* NULL is fine; before sqlite3_close */

/* The article is new, has another version, or other tags: call it in the same transaction. */
int index_want(struct indexer *indexer, int64_t article_id, struct error *err);
/* Indexes one article as it stands in the store now and takes it from the queue. 0: done, also when
 * there was nothing to do. (It takes no words from a worker: see tokenizer.h.) */
int index_article(struct indexer *indexer, int64_t article_id, struct error *err);
/* The article is going to be deleted: takes it from index and queue. Before its rows go. */
int index_forget(struct indexer *indexer, int64_t article_id, struct error *err);
/* Ids that wait, oldest first, after `after`. */
int index_pending(struct indexer *indexer, int64_t after, int64_t *ids, size_t max, size_t *count,
                  struct error *err);
/* 1 when the index was made with another version of the text service and must be rebuilt. */
int index_is_stale(struct indexer *indexer, struct error *err);
/* Indexes all that index_row names anew, and the keys of tags and sources. */
int index_rebuild(struct indexer *indexer, struct error *err);
/* FTS5's own integrity-check with rank 1: ERR_CORRUPT when index and text differ. Any
 * connection that has the tokenizer and may write temporary tables, on its own thread; no writer
 * waits for it. Takes room where those tables lie, as much as the index. */
int index_check(sqlite3 *db, struct error *err);

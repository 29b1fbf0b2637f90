/* `copydesk forget`: articles that are to be as if they had never been.
 *
 * What goes with an article: its versions, captions, tags, results, notes, items in quarantine, its
 * words in the index, what runs were given of it and what tasks wrote of it, and the documents that
 * gave nothing else. A document that gave other articles stays known, but its bytes go, since they
 * hold the article's text. When `done` says that all went well, the store's files hold nothing of
 * it any more: the index is merged, the database written anew, its log emptied.
 *
 * What is not the store's is not touched: files in done/, exports that were written, copies. */
#pragma once

#include "pipeline/desk.h"

struct forget_list {
    int64_t *ids; /* mem_alloc'd */
    size_t count, room;
};
/* The articles that a query finds, all of them. The desk is open for DESK_READ. */
int forget_find(struct desk *desk, const char *query, int64_t now_us, struct forget_list *out,
                struct error *err);

/* From the desk's reader; `article` and `document` (may be NULL) are called for each one that goes.
 * ERR_NOTFOUND for an id that is no article's. */
struct forget_show {
    void (*article)(const struct article *article, void *data);
    void (*document)(int64_t id, struct str name, bool stripped, void *data);
    void *data;
};
int forget_plan(struct desk *desk, const struct forget_list *list, const struct forget_show *show,
                struct store_forget_plan *out, struct error *err);

struct forget_result {
    uint64_t articles, versions, documents, stripped;
    struct error error; /* ERR_BUSY: forgotten, but the log could not be emptied yet */
};
/* The desk is open for DESK_WRITE; ids are copied, unknown ones passed over. `more`: others follow,
 * and the store's files are made clean after the last. `done` from the loop, once. NULL: out of
 * memory. */
struct forget *forget_start(struct desk *desk, const int64_t *ids, size_t count, bool more,
                            void (*done)(const struct forget_result *result, void *data),
                            void *data);
/* Nobody wants it any more: what is not begun is not done, and ends with ERR_CANCELLED; what has
 * begun is finished, as if nothing more followed. `done` comes all the same. */
void forget_withdraw(struct forget *forget);

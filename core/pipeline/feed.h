/* Documents, read off the loop's thread: from files and folders, from the store, where an earlier
 * host left them received and not settled, and from what is offered while the desk runs. */
#pragma once

#include "pipeline/host.h"
#include "pipeline/incoming.h"

struct feed;

/* Files and folders, without what belongs to the desk. `source`: NULL gives "folder", and "stdin"
 * for "-". */
int feed_open(struct desk *desk, const char *const *paths, size_t count, const char *source,
              struct feed **out, struct error *err);
/* What waits in the store, oldest first. */
int feed_open_pending(struct desk *desk, struct feed **out, struct error *err);
/* What is offered, until feed_end. */
int feed_open_offers(struct desk *desk, struct feed **out, struct error *err);

struct feed_offer {      /* its strings are copied */
    const char *path;    /* absolute; NULL: */
    int64_t document_id; /* of a document of the store, in the state received */
    const char *shown;   /* what it is called in messages; NULL: its path */
    const char *source;
    bool no_links, spooled; /* see struct incoming_file */
    void *data;
};
/* On any feed of files or offers; offers go first. ERR_NOMEM. */
int feed_offer(struct feed *feed, const struct feed_offer *offer);
void feed_end(struct feed *feed);
size_t feed_waiting(const struct feed *feed); /* offers that no pull has read yet */
/* Whether a pull would give something: an item, or that there are no more. */
bool feed_ready(const struct feed *feed);
/* Takes the oldest offer that waits, unread, for its `data`; false: there is none. */
bool feed_take_back(struct feed *feed, char **path, void **data);

/* Reads the next documents (at most `items`, and no more once they hold `bytes` bytes) and calls
 * `got` on the loop's thread. One pull at a time. `end`: there are no more. `failed`: reading came
 * to an end with an error that is nobody's document. */
typedef void feed_fn(struct incoming *list, bool end, const struct error *failed, void *data);
void feed_pull(struct feed *feed, size_t items, size_t bytes, feed_fn *got, void *data);
/* Not while a pull is running. NULL is fine. */
void feed_close(struct feed *feed);
uint64_t feed_skipped(const struct feed *feed);

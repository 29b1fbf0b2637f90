/* Documents, read off the loop's thread: from files and folders, or from the store, where an
 * earlier run left them received and not settled. */
#pragma once

#include "base/buf.h"
#include "model/document.h"
#include "pipeline/host.h"

/* A document that was read, or could not be. Its strings belong to it. */
struct incoming {
    struct incoming *next;
    char *path;               /* for messages: as given, found, or received; "-" for stdin */
    char *absolute, *source;  /* what document.path and document.source point to; may be NULL */
    struct buf bytes;         /* what document.bytes points to */
    struct document document; /* hash filled; id set when it came from the store */
    struct error error;       /* code set: it could not be read */
};

struct feed;

/* Files and folders. `source`: NULL gives "folder", and "stdin" for "-". */
int feed_open(struct desk *desk, const char *const *paths, size_t count, const char *source,
              struct feed **out, struct error *err);
/* What waits in the store, oldest first. */
int feed_open_pending(struct desk *desk, struct feed **out, struct error *err);

/* Reads the next documents (at most `items`, and no more once they hold `bytes` bytes) and calls
 * `got` on the loop's thread. One pull at a time. `end`: there are no more. `failed`: reading came
 * to an end with an error that is nobody's document. */
typedef void feed_fn(struct incoming *list, bool end, const struct error *failed, void *data);
void feed_pull(struct feed *feed, size_t items, size_t bytes, feed_fn *got, void *data);
/* Not while a pull is running. NULL is fine. */
void feed_close(struct feed *feed);
uint64_t feed_skipped(const struct feed *feed);

void incoming_free(struct incoming *item);

/* A document as it comes in, from a file or from the store. Reading runs on any thread. */
#pragma once

#include "base/buf.h"
#include "base/error.h"
#include "model/document.h"
#include "store/store.h"

/* A document that was read, or could not be. Its strings belong to it. */
struct incoming {
    struct incoming *next;
    char *path;               /* for messages: as given, found, or received; "-" for stdin */
    char *absolute, *source;  /* what document.path and document.source point to; may be NULL */
    struct buf bytes;         /* what document.bytes points to */
    struct document document; /* hash filled; id set when it came from the store */
    struct error error;       /* code set: it could not be read */
    bool read;                /* the facts of its file are in `document`, and: */
    uint64_t size;
    bool skipped; /* passed over, as `error` says */
    bool stored;  /* it came from the store */
    bool offered; /* and `data` is of who offered it */
    void *data;
};

struct incoming_file {
    char *path;         /* as in struct incoming; taken over */
    char *absolute;     /* where it lies; NULL: standard input; taken over */
    const char *source; /* NULL: "folder", or "stdin" for "-" */
    bool named;         /* then pipes are read as well */
    bool no_links;      /* no symbolic link is followed, in no part of the path */
    bool spooled;       /* what came over standard input or a pipe elsewhere: it has no path */
    bool skipped;       /* passed over, as `error` says */
    struct error error; /* code set: it cannot be read, and why */
};

/* Takes the paths. NULL: out of memory, and they are still the caller's. */
struct incoming *incoming_read(struct incoming_file *file);
/* From the store. A document that cannot be read has its error; below zero: reading itself failed.
 */
int incoming_load(struct store_reader *reader, int64_t id, struct incoming **out,
                  struct error *err);
void incoming_free(struct incoming *item);

/* Articles or documents that a plugin is tried, measured or compared on: from the store or from
 * files, packed as they go to a worker, all in memory (SAMPLE_ITEMS, SAMPLE_BYTES). */
#pragma once

#include "base/arena.h"
#include "pipeline/desk.h"

struct sample_item {
    int64_t id;        /* of the article; 0: none */
    const char *title; /* headline, or name of the document */
    size_t bytes;      /* of its text */
    struct str packed; /* article or document on the wire */
};

struct sample {
    struct arena *arena;
    bool documents;
    struct sample_item *at;
    size_t count;
};

struct sample_options {
    bool documents; /* for ingest plugins: documents, whole; files are read as they are */
    const char *const
        *from; /* ids of stored articles ("17"), and files: articles as JSONL, or documents */
    size_t from_count;
    const char *query; /* without `from`: the newest that match; NULL: all */
    size_t last;       /* how many of them */
};

/* Errors: ERR_NOTFOUND for an id that is not there; ERR_USAGE for a query that cannot be
 * understood; ERR_LIMIT. sample_free in any case. Stored ones need a desk. */
int sample_open(struct desk *desk, const struct sample_options *options, struct sample *out,
                struct error *err);
void sample_free(struct sample *sample);

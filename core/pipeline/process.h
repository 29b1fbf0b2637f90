/* The chain of one article: tag plugins, summarize plugins, in one job of a worker.
 * A plugin that fails takes nothing with it but its own result: an error, a late or a wrong answer
 * is noted, and the rest of the chain stands; a plugin that kills its worker is left out and the
 * chain is run again. */
#pragma once

#include "pipeline/host.h"

#define CHAIN_WORDS 4 /* 64 bits each: one for each plugin of a chain */

struct article_work {
    /* the caller's */
    struct lineup *lineup;     /* held by the caller until article_work_free */
    struct arena *arena;       /* of what is decoded; lives as long as the piece */
    struct store_piece *piece; /* article filled; the rest is filled here */
    void (*done)(struct article_work *work);
    void *data;
    /* own */
    struct pool_job job;
    struct pool_frame *frame; /* what the piece points into, with the arena */
    uint64_t skipped[CHAIN_WORDS];
    struct hash content;
    unsigned runs;
    bool given_up; /* no plugin's name stands behind a fault: the article goes on with none */
};

/* `done` is called in any case, later or at once; the piece can be stored then. */
void article_work_start(struct article_work *work);
void article_work_free(struct article_work *work);

/* The name a failure is kept under: GUARD_TIME -> "time". */
struct str guard_str(enum guard guard);
/* Counts it, for status. NULL is fine: no plugin did it. */
void plugin_failed(const struct desk_plugin *plugin, enum guard guard);
/* A text for a failure: copied, cut to QUARANTINE_TEXT. */
struct str failure_text(struct arena *arena, const char *text);

/* The chain of one article: tag plugins, summarize plugins, in one job of a worker.
 * A plugin that fails takes nothing with it but its own result: an error, a late or a wrong answer
 * is noted, and the rest of the chain stands; a plugin that kills its worker is left out and the
 * chain is run again; one that is set aside (health.h) is left out from the start, and noted too.
 * Plugins that have workers of their own (own.h) part the chain into several
 * jobs, one after another: each sees what those before it said. */
#pragma once

#include "pipeline/host.h"

#define CHAIN_WORDS 4 /* 64 bits each: one for each plugin of a chain */

struct article_work {
    /* the caller's */
    struct lineup *lineup;     /* held by the caller until article_work_free */
    struct arena *arena;       /* of what is decoded; lives as long as the piece */
    struct store_piece *piece; /* article filled; the rest is filled here */
    bool again;                /* a person has it tried again: all are asked, set aside or not */
    void (*done)(struct article_work *work);
    void *data;
    /* own */
    struct pool_job job;
    size_t from, upto;          /* the plugins of the job at work: places in the chain */
    struct pool_frame **frames; /* what the piece points into, with the arena */
    size_t frame_count;
    uint64_t skipped[CHAIN_WORDS];
    struct hash content;
    unsigned runs;
    bool given_up; /* no plugin's name stands behind a fault: the article goes on with none */
};

/* The article without what no plugin can see: why and where it was cut. Points into `article`. */
struct article article_for_plugins(const struct article *article);

/* `done` is called in any case, later or at once (an empty chain needs no worker); the piece can be
 * stored then. */
void article_work_start(struct article_work *work);
void article_work_free(struct article_work *work);

/* The name a failure is kept under: GUARD_TIME -> "time". */
struct str guard_str(enum guard guard);
/* A text for a failure: copied, cut to QUARANTINE_TEXT. */
struct str failure_text(struct arena *arena, const char *text);

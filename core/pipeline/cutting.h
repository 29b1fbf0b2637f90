/* Who cuts a document, and what it answers.
 *
 * Where all ingest plugins share workers and none is set aside (health.h), that is one job. Else it
 * is two steps: each pool is asked what its plugins claim, the highest claim wins (among equals the
 * first in desk.lua), and the winner alone is asked to cut. So a plugin with a grant stands beside
 * others and yet in no worker with them; and a document that needs a plugin that is set aside is
 * told from one that another plugin cuts. */
#pragma once

#include "model/document.h"
#include "pipeline/lineup.h"

struct cutting {
    /* the caller's; the lineup is held until `done` */
    struct lineup *lineup;
    const struct plugin_chain *chain;
    const struct document *document;       /* with its bytes, until `sent` */
    bool again;                            /* a retry: who is set aside is asked all the same */
    bool want_text;                        /* the answer holds what the bytes were read as */
    void (*sent)(struct cutting *cutting); /* the last job holds the bytes now */
    void (*done)(struct cutting *cutting, const struct pool_answer *answer);
    void *data;
    /* filled: the plugin that is to cut it and is set aside; `done` has a fault then */
    const struct desk_plugin *barred;
    /* own */
    struct pool_job job;
    const struct desk_plugin *trying; /* one that is set aside, and that this document tries */
    size_t from, upto;                /* who is asked for claims: places in the chain */
    struct desk_plugin *best;
    double claim;
};

/* `done` is called later, or at once, and once: with the answer of INGEST (worker/message.h), or a
 * fault. The answer lives until it returns. */
void cutting_start(struct cutting *cutting);
/* When `done` has been called, or nothing was started. */
void cutting_free(struct cutting *cutting);

/* The engine of ingest: documents in flight, from the feed to the commit that settles them. A desk
 * may have several, of a watch, of a command and of a retry; no document is in two of them. */
#pragma once

#include "pipeline/cutting.h"
#include "pipeline/feed.h"
#include "pipeline/ingest.h"
#include "pipeline/process.h"

struct intake;

/* One document in flight. */
struct doc {
    struct doc *next;                  /* in one list at a time */
    struct doc *older, **newer_points; /* in the desk's list of all in flight */
    struct intake *in;
    struct incoming *item;
    struct lineup *lineup; /* held, from the cut on */
    struct store_request request;
    struct cutting cutting;
    struct pool_frame *frame; /* of the ingest answer */
    struct arena *arena;
    const struct desk_plugin *plugin;
    struct store_piece *pieces;
    struct article_work *works;
    size_t piece_count, started, finished;
    struct str *notes;
    size_t note_count;
    size_t weight; /* bytes it counts for */
    size_t held;   /* bytes of the answer that cut it */
    bool resumed;
    bool listed; /* in the intake's list `cutting` */
    int64_t id;  /* the document's, once the store gave it: the request is the store's until then */
};

struct doc_list {
    struct doc *first, **end;
};

/* What whoever runs an intake hears of. */
struct intake_hooks {
    /* A document is settled, or given back (INGEST_LATER); `item` is freed afterwards. */
    void (*settled)(const struct incoming *item, const struct ingest_report *report, void *data);
    /* The feed is at its end, or `fatal` is set, and nothing is in flight. From within the intake:
     * it must not be closed from here (host_later). */
    void (*idle)(void *data);
    bool gives_back; /* what is not settled, after a fatal error or a drain, is reported as
                        INGEST_LATER; else nothing is said of it */
};

struct intake {
    struct desk *desk;
    const struct intake_hooks *hooks;
    void *data;
    unsigned most; /* documents at once; 0: INFLIGHT_ITEMS */
    bool again;    /* a person has them tried again: plugins are asked, set aside or not */
    struct ingest_counts counts;
    struct feed *feed;
    bool paused; /* nothing new is read, and nothing that was received is cut */
    bool draining;
    bool pulling, feed_end;
    size_t items, bytes;     /* in flight */
    unsigned cuts;           /* documents at an ingest plugin */
    size_t held, expected;   /* bytes of answers here; what one more may bring */
    struct doc_list ready;   /* received, to be cut */
    struct doc_list cutting; /* cut, with articles that were not sent to a worker yet */
    struct error fatal;      /* code set: no further */
    struct error drained;    /* why, when draining */
    struct host_listener listener;
};

void intake_open(struct intake *in, struct desk *desk, const struct intake_hooks *hooks,
                 void *data);
/* Begins with a feed, which stays the caller's; only at first and after `idle`. `fatal` is
 * forgotten. */
void intake_begin(struct intake *in, struct feed *feed);
/* Goes on: after an offer, a resume. */
void intake_pump(struct intake *in);
/* No further: what is in flight comes back as it leaves the workers; then `idle`. */
void intake_stop(struct intake *in, const struct error *why);
/* Takes nothing new: what a worker has is finished and stored, the rest comes back; then `idle`. */
void intake_drain(struct intake *in, const struct error *why);
/* Only when nothing is in flight. */
void intake_close(struct intake *in);

/* ---- steps of a document (document.c) ---- */
void doc_begin(struct intake *in, struct incoming *item);
void doc_cut(struct doc *doc);          /* JOB_INGEST */
void doc_next_article(struct doc *doc); /* one article to a worker */
void doc_free(struct doc *doc);

/* ---- called by the steps ---- */
/* An ingest plugin answered, with so many bytes (0: it failed). */
void intake_answered(struct intake *in, struct doc *doc, size_t bytes);
void intake_ready(struct intake *in, struct doc *doc);
void intake_cutting(struct intake *in, struct doc *doc);
/* Reports, counts, frees. */
void intake_settled(struct intake *in, struct doc *doc, struct ingest_report *report);
void intake_fatal(struct intake *in, struct doc *doc, const struct error *why);
/* One that came after the end. */
void intake_given_back(struct intake *in, struct doc *doc);
/* Frees without a word: somebody else has settled it. */
void intake_dropped(struct intake *in, struct doc *doc);

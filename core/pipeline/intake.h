/* The engine of ingest: documents in flight, from the feed to the commit that settles them. */
#pragma once

#include "pipeline/feed.h"
#include "pipeline/ingest.h"
#include "pipeline/process.h"

struct intake;

/* One document in flight. */
struct doc {
    struct doc *next; /* in one list at a time */
    struct intake *in;
    struct incoming *item;
    struct lineup *lineup; /* held, from the cut on */
    struct store_request request;
    struct pool_job job;
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
};

struct doc_list {
    struct doc *first, **end;
};

struct intake {
    struct desk *desk;
    struct ingest_options options;
    struct ingest_callbacks callbacks;
    struct ingest_counts counts;
    struct feed *feed;
    bool resuming, pulling, feed_end, done;
    size_t items, bytes;     /* in flight */
    unsigned cuts;           /* documents at an ingest plugin */
    size_t held, expected;   /* bytes of answers here; what one more may bring */
    struct doc_list ready;   /* received, to be cut */
    struct doc_list cutting; /* cut, with articles that were not sent to a worker yet */
    int64_t told_us;         /* last progress */
    uint64_t total;          /* documents there will be; 0: not known yet */
    struct error fatal;      /* code set: no further */
    struct host_listener listener;
};

/* Runs a feed to its end and gives what went wrong for all. */
int intake_run(struct intake *in, struct feed *feed, bool resuming, struct error *err);

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

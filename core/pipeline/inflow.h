/* What comes in for as long as a desk runs: files are offered one by one, and each is reported
 * after the commit that settled it. It begins with what an earlier host received and did not
 * settle.
 *
 * When the store cannot write (the disk is full, say) nothing is lost and the desk goes on: what
 * was in flight is given back (INGEST_LATER), and after a while, from INFLOW_RETRY_MIN_MS doubling
 * to INFLOW_RETRY_MAX_MS, it is tried again; until then offers get ERR_BUSY.
 *
 * All on the loop's thread; callbacks come from the loop, never from within a call. */
#pragma once

#include "base/hash.h"
#include "pipeline/ingest.h"

struct inflow;

/* What became of one document. Lives until the callback returns. */
struct inflow_report {
    const struct ingest_report *report;
    bool offered; /* false: an earlier host had received it */
    void *data;   /* of the offer */
    bool read;    /* a file was read, and this is what it was then: */
    uint64_t device, inode, size;
    int64_t mtime_us;
    struct hash hash;
};

struct inflow_callbacks {
    void (*report)(const struct inflow_report *report, void *data);
    void (*room)(void *data); /* after ERR_BUSY; may be NULL */
    void *data;
};

struct inflow_item {
    const char *path;   /* absolute; copied */
    const char *source; /* NULL: "folder"; copied */
    bool no_links;      /* a symbolic link in any part of the path is refused */
};

/* Desk open for DESK_WRITE. */
int inflow_open(struct desk *desk, const struct inflow_callbacks *callbacks, struct inflow **out,
                struct error *err);
/* 0: it will be reported, once. ERR_BUSY: INFLOW_OFFERS wait already, or the store cannot write;
 * `room` will be called. ERR_CANCELLED: it is being closed. ERR_NOMEM. */
int inflow_offer(struct inflow *inflow, const struct inflow_item *item, void *data);
/* Takes a document out of quarantine and cuts it again; the same results, the same report. */
int inflow_retry(struct inflow *inflow, int64_t document_id, void *data);

/* What waits is given back (INGEST_LATER), what is at a worker is finished and stored; then `done`,
 * and the inflow is gone. */
void inflow_close(struct inflow *inflow, void (*done)(void *data), void *data);
/* After inflow_close, when that takes too long: what is still at a worker is given back too, when
 * the workers end (lineup_end_workers). */
void inflow_abandon(struct inflow *inflow);

struct inflow_status {
    size_t waiting, in_flight;   /* documents */
    const struct error *failing; /* NULL, or why the store cannot write */
    int64_t retry_us;            /* until it is tried again */
    struct ingest_counts counts; /* since it was opened */
};
void inflow_status(const struct inflow *inflow, struct inflow_status *out);

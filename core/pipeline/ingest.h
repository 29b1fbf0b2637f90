/* Documents come in: received, cut into articles, tagged, summarised, stored, each step's answer
 * checked. A document is reported after the commit that settled it, never before; killed at any
 * instant and run again, each document and each article is there once. */
#pragma once

#include "pipeline/desk.h"

enum ingest_outcome {
    INGEST_ADDED,   /* its articles are stored */
    INGEST_KNOWN,   /* the same bytes were there already; nothing was added */
    INGEST_FAILED,  /* received, and waits in quarantine; `copydesk failed` shows why */
    INGEST_REFUSED, /* could not be received: unreadable, over a limit */
    INGEST_SKIPPED, /* met in a folder and passed over, as `error` says; no document */
    INGEST_LATER,   /* not settled now, through no fault of its own: the store failed (disk full),
                       or the desk ends. Nothing is lost: it lies where it lay, or waits in the
                       store. Reported by an inflow alone */
};

/* What became of one document. Lives until the callback returns. */
struct ingest_report {
    enum ingest_outcome outcome;
    const char *path;   /* as given or found; "-" for standard input */
    bool resumed;       /* an earlier run that was cut short had received it */
    const char *known;  /* KNOWN: state of the one that was there: "done", "received", "failed" */
    bool again;         /* KNOWN: by its receipt this is the very file that it came from */
    const char *plugin; /* ADDED: "ingest/digest" */
    size_t articles;    /* ADDED: pieces that were cut, of these: */
    size_t added, versions;  /* new articles, new versions of known articles */
    size_t same;             /* articles that were there already, unchanged */
    size_t faults;           /* plugins that failed on an article; it is stored without them */
    const struct str *notes; /* "a.txt: decoded from windows-1252": to be said, not errors */
    size_t note_count;
    const char *guard;         /* FAILED: "error", "time", "memory", ... */
    const struct error *error; /* FAILED, REFUSED, SKIPPED and LATER */
    int64_t document_id;       /* 0: none */
    int64_t quarantine_id;     /* FAILED: for `copydesk failed retry ID` */
};

struct ingest_counts {
    uint64_t documents; /* reported in all */
    uint64_t added, known, failed, refused;
    uint64_t articles, versions, same, faults;
    uint64_t bytes;
    uint64_t skipped; /* names that folders hold and rules ignore: dot files, *.part, links to
                         folders ... */
};

/* What came over another process's standard input or pipe and was put into a file. */
struct ingest_spooled {
    const char *path;  /* absolute; the file stays */
    const char *shown; /* "-", or what the pipe was called */
};

struct ingest_options {
    const char *source; /* of the documents; NULL: "folder", or "stdin" for "-" */
    unsigned inflight;  /* documents at once; 0: INFLIGHT_ITEMS */
    bool again;         /* a retry: plugins are asked, set aside or not (health.h) */
    const struct ingest_spooled *spooled; /* before the paths */
    size_t spooled_count;
};

struct ingest_callbacks {
    void (*report)(const struct ingest_report *report, void *data); /* may be NULL */
    desk_progress_fn *progress;                                     /* may be NULL */
    void *data;
};

/* Files, folders (recursively; links to folders are not followed) and "-". First finishes what an
 * earlier run received and did not settle. The desk must be open for DESK_WRITE. Gives 0 when all
 * was gone through, whatever became of single documents (see counts: failed + refused + faults > 0
 * is exit code 3); below zero when it could not go on: the store failed (disk full), no worker
 * starts. `options`, `callbacks` and `counts` may be NULL. */
int ingest_paths(struct desk *desk, const char *const *paths, size_t count,
                 const struct ingest_options *options, const struct ingest_callbacks *callbacks,
                 struct ingest_counts *counts, struct error *err);

/* The same without waiting, also while the desk runs and others take documents in. `done` comes
 * from the loop, never from within ingest_start; the handle is gone then. What the strings of
 * `options` and `callbacks` point to lives until then. NULL and a message on failure. */
struct ingest;
typedef void ingest_done_fn(const struct ingest_counts *counts, const struct error *failed,
                            void *data); /* `failed`: NULL, or why it could not go on */
struct ingest *ingest_start(struct desk *desk, const char *const *paths, size_t count,
                            const struct ingest_options *options,
                            const struct ingest_callbacks *callbacks, ingest_done_fn *done,
                            void *data, struct error *err);
/* No further file is read, and what was received waits, until it is told to go on. */
void ingest_pause(struct ingest *ingest, bool pause);
/* No further file is read; what is in flight is finished. `done` follows, with ERR_CANCELLED. */
void ingest_cancel(struct ingest *ingest);

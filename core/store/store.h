/* The store: what must never be lost. One process writes a desk (it holds the desk's lock), any
 * number read it.
 *
 * Writing. A struct store has one thread, the only writer. Requests are handed over with
 * store_submit from the loop's thread, gathered, and committed in groups; a request's `done` is
 * called on the loop's thread when it is committed and synced, never before; readers see it between
 * the two. STORE_RECEIVE alone is done when it is committed, which outlasts the process but no loss
 * of power: it is synced with the next write behind it, RECEIPT_SYNC_MS later at the latest. No
 * file is moved and no article acknowledged but after such a write. A request belongs to its caller
 * and must stay as it is until `done`. Each request is atomic: all of it or nothing; one that fails
 * takes no other of its group with it.
 *
 * The queue is bounded (STORE_QUEUE_BYTES, STORE_QUEUE_ITEMS): store_submit gives ERR_BUSY when it
 * is full, and `room` is called when there is room again.
 *
 * Indexing. Articles are visible to list, show and export at commit; the writer indexes behind the
 * store: at once when idle, in groups of INDEX_GROUP under load. store_flush waits for it.
 *
 * The engine behind this interface is a struct store_engine (engine.h); sqlite/ is the default. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include <copydesk/text.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "model/article.h"
#include "model/command.h"
#include "model/document.h"
#include "store/run.h"

struct store;

/* What one plugin said about one article (or about a document, for ingest). */
struct store_result {
    struct str kind, name, version; /* of the plugin */
    struct hash plugin;             /* fingerprint: code, data, options */
    struct hash input;              /* fingerprint of what it was given */
    struct str answer;              /* canonical msgpack; empty for none */
};

/* Why an item waits in quarantine. */
struct store_failure {
    struct str stage;           /* "ingest", "tag", "summarize", "receive" */
    struct str plugin, version; /* "tag/ships", "1.0.0"; empty when no plugin did it */
    struct str guard; /* "error", "time", "memory", "answer", "killed", "input", "aside" */
    struct str message, traceback;
};

/* The plugin was not asked, since it is set aside. An item that waits already goes on as it was. */
#define STORE_GUARD_ASIDE "aside"

/* One article of a document, with all that the plugins said. */
struct store_piece {
    struct article article;     /* language, tags and summary already applied */
    const struct hash *content; /* its article_fingerprint(); NULL: the store makes it */
    struct store_result *results;
    size_t result_count;
    struct store_failure *failures;
    size_t failure_count;
    /* filled by the store: */
    int64_t article_id; /* the article's, also when it was known */
    enum store_outcome { STORE_NEW, STORE_VERSION, STORE_KNOWN } outcome;
};

/* What a task did. Its commands on articles are applied together, as one change, or not at all. */
struct store_task {
    struct store_result said; /* kind, name, version, plugin; answer: the commands, canonical */
    struct str job;           /* with instant_us: the run; empty: none, and none is known again */
    int64_t instant_us;
    int64_t after_seq, upto_seq; /* the window it was given; both 0: none */
    const struct command *commands;
    size_t command_count;
    /* filled by the store: commands done */
    uint64_t tags, fields, notes;
};

/* What `copydesk forget` takes out of the store. */
struct store_forget {
    const int64_t *ids; /* of articles; those that are not there are passed over */
    size_t count;       /* at most FORGET_GROUP */
    /* filled by the store: */
    uint64_t articles, versions, documents; /* documents that held no other article */
    uint64_t stripped; /* documents that hold other articles: their bytes and results are gone */
};

/* What desk.keep bounds. */
enum store_kept {
    KEPT_DOCUMENTS, /* the bytes of documents that are done; that they came is known on */
    KEPT_VERSIONS,  /* versions that another one took the place of, with their results */
    KEPT_RESULTS,   /* what plugins answered; what came of it stays */
    KEPT_RUNS,      /* runs that ended, what they were given, events, answers of tasks */
    KEPT_FILES,     /* what is known of files in done/ and duplicate/: remove those first */
    KEPT_COUNT
};

struct store_keep {
    enum store_kept what;
    int64_t before_us; /* older ones go: received, taken the place of, said, run before */
    /* filled by the store: */
    uint64_t removed; /* 0: nothing is left to do */
};

/* How one plugin does (pipeline/health.h), known by its fingerprint. */
struct store_health {
    struct hash fingerprint;
    struct str plugin, title; /* "tag/ships", "tag/ships@1.0.0" */
    int64_t since_us;         /* what follows was counted from then on */
    int64_t calls, us, most_us, most_bytes;
    struct str failures; /* "error 3 time 1" */
    int64_t running;     /* failures in a row, and what the last of them was */
    struct str guard;
    int64_t aside_us, again_us; /* set aside since then, 0: it is not; when one item tries it */
};

enum store_op {
    STORE_RECEIVE, /* document -> document.id; known is set when its bytes are there already. Its
                      origin is kept each time, once for each path */
    STORE_APPLY,   /* all pieces of a received document, at once; the document becomes done.
                      ERR_EXISTS when it is not in the state "received" */
    STORE_FAIL,    /* a received document goes to quarantine; it keeps its bytes. ERR_EXISTS when it
                      is not in the state "received" */
    STORE_REVISE,  /* new results, tags, summary and fields for one stored article (article.id);
                      clears its failures of the plugins named in `piece.results`, and adds
                      piece.failures. ERR_EXISTS when article.version is set and another one is
                      shown by now */
    STORE_RETRY,  /* takes quarantined document `quarantine_id`, or `document.id`, back to received;
                     all of them when both are 0. ERR_INVALID for an article: run its plugins again
                     and STORE_REVISE. ERR_EXISTS when document.id is not in quarantine */
    STORE_FILES,  /* what a watched folder saw and decided: file_count rows, all or none */
    STORE_TASK,   /* a task's commands, as one change. `known`: the run (job, instant) has its
                     change already, nothing was done; change_id is its */
    STORE_FORGET, /* articles, and documents that held only them, with all that hangs on them, in
                     store and index; store_scrub() makes it final */
    STORE_KEEP,   /* removes at most KEEP_GROUP rows of one kind that are old enough */
    STORE_HEALTH, /* health_count rows, each known by its fingerprint, written anew; of all rows
                     the HEALTH_KEPT newest stay */
    STORE_JOB,    /* what `schedule` says of a job: store/run.h */
    STORE_RUN,    /* and of a run */
};

/* One arrival of a file in a watched folder. */
enum store_file_state {
    STORE_FILE_MOVING, /* is to go to `target`, and may be there already */
    STORE_FILE_MOVED,
    STORE_FILE_DELETING, /* by way of the hidden name `target` */
    STORE_FILE_DELETED,
    STORE_FILE_KEPT,  /* left where it is */
    STORE_FILE_RETRY, /* comes back from failed/, and its document is to be tried again */
    STORE_FILE_GONE,  /* somebody else took it away */
};
enum store_file_outcome {
    STORE_FILE_DONE,
    STORE_FILE_DUPLICATE,
    STORE_FILE_FAILED,
    STORE_FILE_UNREADABLE,
};

struct store_file {
    int64_t id;      /* 0: a new row; else that row is written anew */
    struct str path; /* absolute, where it was seen */
    uint64_t device, inode;
    int64_t size, mtime_ns;
    int64_t seen_us, settle_us; /* when it was first noticed; from then until it was settled */
    int64_t events;
    enum store_file_state state;
    enum store_file_outcome outcome;
    int64_t document_id; /* 0: none */
    struct str target;   /* absolute; empty: none */
    struct str reason;   /* for a person */
    int64_t at_us;       /* decided */
    int64_t stored_id;   /* filled by STORE_FILES */
    /* filled by store_files: */
    struct str document_state, document_name,
        document_path; /* empty: not in the store (any more) */
    bool original;     /* the document came from this very path first */
};

struct store_request {
    enum store_op op;
    struct document document;   /* RECEIVE: all of it; others: id */
    struct store_result ingest; /* APPLY */
    struct store_piece *pieces; /* APPLY: piece_count of them; REVISE: one */
    size_t piece_count;
    struct store_failure failure; /* FAIL */
    int64_t quarantine_id;        /* RETRY; FAIL and REVISE: filled by the store */
    struct store_file *files;     /* FILES */
    size_t file_count;
    struct store_task *task;           /* TASK */
    struct store_schedule *schedule;   /* JOB, RUN */
    struct store_forget *forget;       /* FORGET */
    struct store_keep *keep;           /* KEEP */
    const struct store_health *health; /* HEALTH */
    size_t health_count;
    size_t bytes;                                /* what it counts for in the queue */
    void (*done)(struct store_request *request); /* on the loop's thread */
    void *data;                                  /* the caller's */
    /* filled by the store: */
    bool known;           /* RECEIVE, TASK */
    bool again;           /* RECEIVE, known: by path, device, inode and mtime this is the very
                             file that the known document came from */
    char known_state[12]; /* RECEIVE: "received", "done", "failed" of the known document; APPLY and
                             FAIL: the state it was in */
    int64_t change_id;    /* APPLY, REVISE, TASK */
    struct error error;   /* code 0: committed */
    struct store_request *next; /* the store's */
};

struct store_options {
    const struct desk_text_api *text;              /* needed; must outlive the store */
    void (*room)(struct store *store, void *data); /* loop's thread; may be NULL */
    void (*news)(struct store *store, void *data); /* the same: articles or failures were stored */
    void *data;
    bool no_index; /* bench and tests only */
};

/* Makes an empty store in `dir` (the desk's `.copydesk`). ERR_EXISTS when there is one. */
int store_create(const char *dir, struct error *err);

/* Opens for writing: takes the lock (ERR_BUSY with the pid that holds it), migrates an older
 * schema, refuses a newer one (ERR_VERSION: both numbers and what to do), starts the thread, and
 * finishes what an earlier host left: pending index work. */
int store_open(const char *dir, uv_loop_t *loop, const struct store_options *options,
               struct store **out, struct error *err);
/* 0; ERR_BUSY: the queue is full, `room` will be called; ERR_CANCELLED: the store is being closed.
 * Only after 0 is `done` called. */
int store_submit(struct store *store, struct store_request *request);
/* Takes back what was submitted and is not begun: true, and `done` is not called. */
bool store_withdraw(struct store *store, const struct store_request *request);
/* Calls `done` on the loop's thread when all that was submitted before is committed, and indexed as
 * far as that is possible (what is not, is in the log). ERR_NOMEM: it will not be called. */
int store_flush(struct store *store, void (*done)(void *data), void *data);
/* When all that was submitted before is committed and indexed: makes sure that the store's files
 * hold nothing any more of what was deleted or replaced. The index is merged into one segment, the
 * database written anew, its log emptied. Takes time and room in proportion to the store; writes
 * wait. `done` on the loop's thread. ERR_BUSY there: all is done but emptying the log, since
 * another program reads the store; the next one empties it. ERR_NOMEM here: `done` will not be
 * called. */
int store_scrub(struct store *store, void (*done)(const struct error *err, void *data), void *data);
/* Waits until the thread has ended: what was submitted is committed and indexed first, and each
 * `done` that is due is called from here. Then gives the lock back. The loop must run once more
 * afterwards: the rest is freed in a close callback. NULL is fine. */
void store_close(struct store *store);
/* ERR_IO with what to do when the store's files were removed, replaced or moved away since it was
 * opened. Each commit asks that itself and fails then. */
int store_in_place(const struct store *store, struct error *err);
/* Whether the lock that was taken in `dir` still keeps others out. ERR_NOTFOUND: its file is gone;
 * ERR_EXISTS: another one is there. */
int store_is_locked(const struct store *store, const char *dir, struct error *err);
int64_t store_cpu_us(struct store *store); /* CPU time of the writer thread so far */

/* ---- reading: a connection of one's own, read only, one thread at a time ---- */
struct store_reader;

/* With a window (upto_seq not 0): articles whose shown version has a commit sequence number over
 * after_seq and up to upto_seq. Then, without a query, the newest version comes first. */
struct store_page {
    int64_t before_id;                       /* 0: from the newest */
    int64_t after_seq, upto_seq, before_seq; /* before_seq: as before_id, of the last hit */
    uint32_t limit;
    bool ranked; /* best of the newest RANKED_ROWS matches first */
    bool whole;  /* fill body, captions, lines, evidence too */
    bool snippets;
};

struct store_hit {
    struct article article;
    int64_t seq;        /* of the shown version */
    struct str snippet; /* the body's own bytes, matches between U+0001 and U+0002 */
    double rank;
};

struct store_quarantined {
    int64_t id, document_id, article_id; /* article_id 0: the document as a whole */
    struct str document_name, path, headline;
    struct store_failure failure;
    int64_t at_us;
    int tries;
};

struct store_counts {
    int64_t documents, received, failed, articles, quarantined, unindexed;
};

struct query; /* store/query.h */

/* `text` NULL: no queries. Quick: reads the schema's version and nothing else. */
int store_reader_open(const char *dir, const struct desk_text_api *text, struct store_reader **out,
                      struct error *err);
void store_reader_close(struct store_reader *reader);
int store_counts(struct store_reader *reader, struct store_counts *out, struct error *err);
/* Matching articles, newest first (or ranked); `query` NULL: all. `each` gets hits that live until
 * it returns; it gives 0 to go on, other to stop. `more` (may be NULL): whether a ranked search had
 * more matches than it ranked, or a page more than its limit. */
int store_search(struct store_reader *reader, const struct query *query,
                 const struct store_page *page,
                 int (*each)(const struct store_hit *hit, void *data), void *data, bool *more,
                 struct error *err);
/* ERR_NOTFOUND when there is none. */
int store_article(struct store_reader *reader, int64_t id, struct arena *arena, struct article *out,
                  struct error *err);
/* The document that the shown version of an article was cut from. ERR_NOTFOUND: no such article. */
int store_article_document(struct store_reader *reader, int64_t id, int64_t *document_id,
                           struct error *err);
/* A document by its id: bytes decompressed into `bytes`. ERR_NOTFOUND also when its bytes are not
 * kept any more. */
int store_document(struct store_reader *reader, int64_t id, struct arena *arena,
                   struct document *out, struct buf *bytes, struct error *err);
/* Ids of documents that are received and not done, oldest first, after `after`. */
int store_pending(struct store_reader *reader, int64_t after, int64_t *ids, size_t max,
                  size_t *count, struct error *err);
/* The commands that the run (job, instant) was answered with, into `answer`. 1; 0: there is no
 * change of that run; ERR_NOTFOUND: there is one, but its answer is not kept any more. */
int store_task_answer(struct store_reader *reader, struct str job, int64_t instant_us,
                      struct buf *answer, int64_t *change_id, struct error *err);
/* A job as it stands; its texts are in the arena. ERR_NOTFOUND: the store does not know it yet. */
int store_read_job(struct store_reader *reader, struct str name, struct arena *arena,
                   struct store_job *out, struct error *err);
/* Runs, newest instant first; `each` gives 0 to go on. */
struct store_runs {
    struct str job;    /* empty: of all */
    int64_t before_us; /* instants before it; 0: from the newest */
    int64_t at_us;     /* this instant alone, unless 0 */
    size_t max;
    bool open; /* waiting and running ones, oldest first */
};
int store_read_runs(struct store_reader *reader, const struct store_runs *which,
                    int (*each)(const struct store_run *run, void *data), void *data,
                    struct error *err);
/* What the run was given, in its order, behind the first `after`: at most `max` of them, each as
 * article_pack made it. */
int store_read_inputs(struct store_reader *reader, int64_t run_id, int64_t after, size_t max,
                      int (*each)(struct str packed, void *data), void *data, struct error *err);
/* Events in (after, upto] that a job may run on, oldest first. */
struct store_events {
    struct str job;
    unsigned kinds; /* STORE_EVENT_ bits */
    int64_t after, upto;
    size_t max;
};
int store_read_events(struct store_reader *reader, const struct store_events *which,
                      int (*each)(const struct store_event *event, void *data), void *data,
                      struct error *err);
/* The last commit sequence number given. */
int store_last_seq(struct store_reader *reader, int64_t *seq, struct error *err);
/* The last one from `after` on up to which all was committed by `at_us`. */
int store_seq_by_time(struct store_reader *reader, int64_t after, int64_t at_us, int64_t *seq,
                      struct error *err);
/* What STORE_FORGET of these articles would remove. */
struct store_forget_plan {
    uint64_t articles, versions, tags, results, quarantined, indexed, answers;
    uint64_t documents, stripped; /* as in struct store_forget */
};
/* `each` (may be NULL) gets each document that goes, or of which only the bytes go (`stripped`). */
int store_forget_plan(struct store_reader *reader, const int64_t *ids, size_t count,
                      struct store_forget_plan *out,
                      void (*each)(int64_t id, struct str name, bool stripped, void *data),
                      void *data, struct error *err);
/* Files that were moved to done/ or duplicate/ before `before_us`, from `after_id` on, at most
 * `limit`; `each` as for store_files. */
int store_old_files(struct store_reader *reader, int64_t before_us, int64_t after_id, size_t limit,
                    int (*each)(const struct store_file *file, void *data), void *data,
                    struct error *err);
/* How many rows STORE_KEEP would remove. */
int store_keep_count(struct store_reader *reader, enum store_kept what, int64_t before_us,
                     uint64_t *count, struct error *err);
/* What STORE_HEALTH kept, the oldest first; `each` gives 0 to go on. */
int store_read_health(struct store_reader *reader,
                      int (*each)(const struct store_health *health, void *data), void *data,
                      struct error *err);
int store_quarantine(struct store_reader *reader,
                     int (*each)(const struct store_quarantined *item, void *data), void *data,
                     struct error *err);
/* Arrivals in watched folders, newest first but for `open`, oldest first. One of the choices. */
struct store_file_query {
    struct str path;        /* seen there */
    struct str target;      /* went there; not indexed: for a person's question */
    uint64_t device, inode; /* inode 0: not asked for */
    bool open;              /* MOVING, DELETING, RETRY, and what failed */
    int64_t after_id;       /* with open */
    size_t limit;           /* 0: all */
};
/* `each` gives 0 to go on; the file lives until it returns. */
int store_files(struct store_reader *reader, const struct store_file_query *query,
                int (*each)(const struct store_file *file, void *data), void *data,
                struct error *err);
/* Why a document waits in quarantine. Lives in `arena`. ERR_NOTFOUND when it does not. */
int store_failure(struct store_reader *reader, int64_t document_id, struct arena *arena,
                  struct store_failure *out, int64_t *at_us, struct error *err);
/* PRAGMA integrity_check, foreign_key_check, FTS5's own check with rank 1, and what the tables must
 * say of each other, at one moment of the store: also beside its writer, which does not wait.
 * ERR_CORRUPT with the first finding. */
int store_check(const char *dir, const struct desk_text_api *text, struct error *err);

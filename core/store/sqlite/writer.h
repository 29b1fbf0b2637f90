/* The writing end of the engine: one connection, its prepared statements, and what it remembers
 * between requests. All of it runs on the writer's thread. `err` is never NULL in these files. */
#pragma once

#include <zstd.h>

#include <copydesk/text.h>

#include "base/arena.h"
#include "base/buf.h"
#include "store/engine.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/index.h"
#include "store/sqlite/names.h"
#include "store/sqlite/place.h"
#include "store/sqlite/statements.h"
#include "store/sqlite/tokenizer.h"

#define WRITER_UNINDEXABLE 16

struct engine_writer {
    sqlite3 *db;
    struct place place; /* of its files when they were opened; read by other threads too */
    bool begun;         /* a transaction, neither committed nor rolled back by us */
    bool misplaced;     /* as the last commit found it */
    const struct desk_text_api *text;
    struct tokenizer *tokenizer; /* freed with db */
    struct indexer *indexer;
    bool no_index; /* what waits for the index goes on waiting */
    sqlite3_stmt *statements[STATEMENT_COUNT];
    ZSTD_CCtx *zstd, *zstd_short;       /* of long and of short texts */
    struct buf packed, compressed, key; /* scratch */
    struct arena *arena;                /* cleared at each apply and revise */
    struct names names;                 /* plugins and keys that were looked up */
    int64_t seq;                        /* the last commit sequence number given */
    int64_t committed_seq, marked_seq;
    size_t waiting;                          /* about: articles that wait for the index */
    size_t along;                            /* of them, indexed in the open transaction */
    size_t log_pages;                        /* after the last commit; 0 after a checkpoint */
    int64_t unindexable[WRITER_UNINDEXABLE]; /* articles that the index refused */
    size_t unindexable_count;
};

/* A prepared statement, made at its first use; NULL with an error. */
sqlite3_stmt *writer_statement(struct engine_writer *writer, enum statement which,
                               struct error *err);
/* Runs one that binds one number. */
int writer_run(struct engine_writer *writer, enum statement which, int64_t id, struct error *err);

/* The operations: receive.c, apply.c, quarantine.c, revise.c, files.c, task.c, forget.c,
 * keep.c. */
int writer_receive(struct engine_writer *writer, struct store_request *request, struct error *err);
int writer_apply(struct engine_writer *writer, struct store_request *request, struct error *err);
int writer_fail(struct engine_writer *writer, struct store_request *request, struct error *err);
int writer_revise(struct engine_writer *writer, struct store_request *request, struct error *err);
int writer_retry(struct engine_writer *writer, struct store_request *request, struct error *err);
int writer_files(struct engine_writer *writer, struct store_request *request, struct error *err);
int writer_task(struct engine_writer *writer, struct store_request *request, struct error *err);
int writer_job(struct engine_writer *writer, struct store_schedule *what, struct error *err);
int writer_run_op(struct engine_writer *writer, struct store_schedule *what, struct error *err);

/* A zstd frame of the bytes in writer->compressed. receive.c */
int writer_compress(struct engine_writer *writer, struct str bytes, struct error *err);

/* ---- jobs.c, runs.c, run_inputs.c ---- */

/* The job's row; ERR_NOTFOUND. Texts are left out. */
int job_find(struct engine_writer *writer, struct store_job *job, struct error *err);
int job_see(struct engine_writer *writer, struct str name, int64_t at_us, struct error *err);
/* The next events that the job may run on after that one, of one kind, at most TASK_ITEMS: gives
 * how many, and the last that lies before any other kind. */
int event_range(struct engine_writer *writer, struct str job, int64_t after, unsigned events,
                int64_t *upto, struct error *err);
int event_last(struct engine_writer *writer, int64_t *id, struct error *err);
int event_of_run(struct engine_writer *writer, const struct store_run *run, int64_t now_us,
                 struct error *err);
int event_of_failure(struct engine_writer *writer, int64_t quarantine_id, struct error *err);
int run_inputs(struct engine_writer *writer, const struct store_schedule *what, struct error *err);
int writer_forget(struct engine_writer *writer, struct store_request *request, struct error *err);
int writer_health(struct engine_writer *writer, struct store_request *request, struct error *err);
int writer_keep(struct engine_writer *writer, struct store_request *request, struct error *err);
/* Outside of any transaction: see store_scrub(). */
int writer_scrub(struct engine_writer *writer, struct error *err);

/* ---- what an article has besides its texts: parts.c ---- */

struct article_part {
    int64_t article_id, version, document_id, change_id;
};
/* Binds what plugins may say of an article: infosource, its key, language, genre, byline, dateline,
 * summary, its spans and plugin: parameters 1 to 9. */
int parts_bind_fields(struct engine_writer *writer, sqlite3_stmt *stmt,
                      const struct store_piece *piece, struct error *err);
int parts_add_tags(struct engine_writer *writer, int64_t article_id,
                   const struct store_piece *piece, struct error *err);
int parts_add_results(struct engine_writer *writer, const struct article_part *part,
                      const struct store_piece *piece, struct error *err);

/* ---- quarantine.c ---- */

/* `article_id` 0: the document as a whole. The row's id goes to *id. */
int quarantine_add(struct engine_writer *writer, int64_t document_id, int64_t article_id,
                   const struct store_failure *failure, int64_t *id, struct error *err);
int quarantine_add_all(struct engine_writer *writer, const struct article_part *part,
                       const struct store_piece *piece, struct error *err);

/* ---- task.c ---- */

/* Lays what tasks said of an article over its tags and fields, as the chain's plugins left them. */
int task_lay_over(struct engine_writer *writer, int64_t article_id, struct error *err);

/* ---- change.c ---- */

int change_add(struct engine_writer *writer, const char *kind, int64_t document_id,
               int64_t article_id, int64_t at_us, int64_t *id, struct error *err);

/* Ends a transaction that failed; also when SQLite ended it already, or none was begun. engine.c */
void writer_roll_back(struct engine_writer *writer);

/* ---- log.c ---- */

/* As sync, upkeep_due and upkeep of struct store_engine. */
int writer_sync(struct engine_writer *writer, struct error *err);
enum store_upkeep writer_upkeep_due(struct engine_writer *writer);
void writer_upkeep(struct engine_writer *writer);
/* From now on writer->log_pages is what it says. */
void writer_follow_log(struct engine_writer *writer);
/* The log or its index lost its name (place.h); no transaction is open. */
void writer_save_log(struct engine_writer *writer);

/* ---- indexing.c ---- */

int writer_want_index(struct engine_writer *writer, int64_t article_id, struct error *err);
/* As index_along of struct store_engine. */
int writer_index_along(struct engine_writer *writer, size_t max, struct error *err);
int writer_index_step(struct engine_writer *writer, size_t max, struct error *err);
/* Makes the index and all that follows the text service anew, when its version has changed. */
int writer_follow_text(struct engine_writer *writer, struct error *err);

/* The reading end of the engine: a read-only connection of its own beside the writer. The functions
 * are those of struct store_engine. */
#pragma once

#include "store/engine.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/tokenizer.h"

#define READER_FILES 4 /* ways to ask for files: by path, target, inode, open */

struct engine_reader {
    sqlite3 *db;
    struct tokenizer *tokenizer; /* NULL: opened without the text service; freed with db */
    sqlite3_stmt *list, *article, *tags, *document, *pending;
    sqlite3_stmt *files[READER_FILES];
    unsigned depth; /* of reader_begin */
};

int reader_open(const char *dir, const struct desk_text_api *text, struct engine_reader **out,
                struct error *err);
void reader_close(struct engine_reader *reader);
/* Prepares at first use. */
sqlite3_stmt *reader_statement(struct engine_reader *reader, sqlite3_stmt **stmt, const char *sql,
                               struct error *err);
/* What is read between them is of one state of the store. They nest; reader_end belongs to a
 * reader_begin that failed, too. */
int reader_begin(struct engine_reader *reader, struct error *err);
void reader_end(struct engine_reader *reader);
int reader_counts(struct engine_reader *reader, struct store_counts *out, struct error *err);
int reader_document(struct engine_reader *reader, int64_t id, struct arena *arena,
                    struct document *out, struct buf *bytes, struct error *err);
int reader_pending(struct engine_reader *reader, int64_t after, int64_t *ids, size_t max,
                   size_t *count, struct error *err);
int reader_quarantine(struct engine_reader *reader,
                      int (*each)(const struct store_quarantined *item, void *data), void *data,
                      struct error *err);

/* files.c */
int reader_files(struct engine_reader *reader, const struct store_file_query *query,
                 int (*each)(const struct store_file *file, void *data), void *data,
                 struct error *err);
int reader_failure(struct engine_reader *reader, int64_t document_id, struct arena *arena,
                   struct store_failure *out, int64_t *at_us, struct error *err);

/* read_article.c */
int reader_article_document(struct engine_reader *reader, int64_t id, int64_t *document_id,
                            struct error *err);
int reader_article(struct engine_reader *reader, int64_t id, struct arena *arena,
                   struct article *out, struct error *err);
/* `whole`: with body, captions, evidence, lines; else without. ERR_NOTFOUND. */
int read_article(struct engine_reader *reader, int64_t id, bool whole, struct arena *arena,
                 struct article *out, struct error *err);

/* read_pages.c */
int reader_search(struct engine_reader *reader, const struct query *query,
                  const struct store_page *page,
                  int (*each)(const struct store_hit *hit, void *data), void *data, bool *more,
                  struct error *err);

/* read_tasks.c, read_forget.c */
int reader_task_answer(struct engine_reader *reader, struct str job, int64_t instant_us,
                       struct buf *answer, int64_t *change_id, struct error *err);
int reader_last_seq(struct engine_reader *reader, int64_t *seq, struct error *err);
/* read_runs.c */
int reader_seq_by_time(struct engine_reader *reader, int64_t after, int64_t at_us, int64_t *seq,
                       struct error *err);
int reader_job(struct engine_reader *reader, struct str name, struct arena *arena,
               struct store_job *out, struct error *err);
int reader_runs(struct engine_reader *reader, const struct store_runs *which,
                int (*each)(const struct store_run *run, void *data), void *data,
                struct error *err);
int reader_inputs(struct engine_reader *reader, int64_t run_id, int64_t after, size_t max,
                  int (*each)(struct str packed, void *data), void *data, struct error *err);
int reader_events(struct engine_reader *reader, const struct store_events *which,
                  int (*each)(const struct store_event *event, void *data), void *data,
                  struct error *err);
/* Columns: mark, seen_us, covered_seq, covered_event, covered_us, paused_us, failures. */
void job_of_row(sqlite3_stmt *row, struct store_job *out);
/* The columns RUN_COLUMNS of the present row; its texts live as long as that. */
void run_of_row(sqlite3_stmt *row, struct store_run *out);
int reader_forget_plan(struct engine_reader *reader, const int64_t *ids, size_t count,
                       struct store_forget_plan *out,
                       void (*each)(int64_t id, struct str name, bool stripped, void *data),
                       void *data, struct error *err);
int reader_old_files(struct engine_reader *reader, int64_t before_us, int64_t after_id,
                     size_t limit, int (*each)(const struct store_file *file, void *data),
                     void *data, struct error *err);
int reader_health(struct engine_reader *reader,
                  int (*each)(const struct store_health *health, void *data), void *data,
                  struct error *err);
int reader_keep_count(struct engine_reader *reader, enum store_kept what, int64_t before_us,
                      uint64_t *count, struct error *err);

/* create.c, check.c */
int sqlite_create(const char *dir, struct error *err);
int sqlite_check(const char *dir, const struct desk_text_api *text, struct error *err);

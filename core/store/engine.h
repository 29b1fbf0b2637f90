/* What an engine of the store is: the functions behind store.h. The facade (store.c), the writer's
 * thread with its queue and group commit (writer.c) and the desk's lock (lock.c) are the same for
 * every engine; an engine keeps and finds. sqlite/ is the embedded default. Another one fills in a
 * struct store_engine and is named in engine_default() or, as a plugin of kind `store`, registered
 * by its address: nothing here knows SQLite.
 *
 * Threads. open_writer() is called on the loop's thread before the writer's thread begins, and
 * close_writer() after it ended; between them all functions of a writer are called on that one
 * thread. A reader belongs to one thread at a time; readers and the writer work at the same time.
 *
 * Transactions. The writer calls begin, the operation of each request of a group, and commit. When
 * one of them failed it calls rollback and does the group again with marks: before each request
 * mark, after it keep, or undo when the operation failed; then commit. When the commit failed, or
 * an error made the whole transaction useless (the disk is full), which broken() tells, it calls
 * rollback and tries each request in a transaction of its own, so that one fails alone there too.
 * A group of one request is such a transaction at once. */
#pragma once

#include "store/store.h"

struct engine_writer; /* the engine's own */
struct engine_reader;

enum store_upkeep { UPKEEP_NONE, UPKEEP_AT_LEISURE, UPKEEP_NOW };

struct store_engine {
    const char *name; /* "sqlite" */

    /* An empty store in the folder `dir`, which is there. ERR_EXISTS when it holds one. */
    int (*create)(const char *dir, struct error *err);

    /* Opens for writing; the caller holds the desk's lock. Migrates, makes good what an earlier
     * writer left. `text` must not be NULL. */
    int (*open_writer)(const char *dir, const struct desk_text_api *text, bool no_index,
                       struct engine_writer **out, struct error *err);
    void (*close_writer)(struct engine_writer *writer); /* rolls back what is open; NULL is fine */

    int (*begin)(struct engine_writer *writer, struct error *err);
    int (*commit)(struct engine_writer *writer, struct error *err);
    void (*rollback)(struct engine_writer *writer); /* also when nothing is open */
    int (*mark)(struct engine_writer *writer, struct error *err);
    int (*keep)(struct engine_writer *writer, struct error *err);
    void (*undo)(struct engine_writer *writer); /* back to the last mark, which is gone then */
    /* Whether the transaction cannot go on and must be rolled back whole. */
    bool (*broken)(struct engine_writer *writer);
    /* Whether what was opened is still where it was opened: ERR_IO with what to do when it was
     * removed, replaced or moved away. Commit asks itself. Any thread, until close_writer. */
    int (*in_place)(const struct engine_writer *writer, struct error *err);

    /* One request each; they fill in what store.h says, also `error` of nothing: the code and the
     * message go to the caller. May be called again for the same request. */
    int (*receive)(struct engine_writer *writer, struct store_request *request, struct error *err);
    int (*apply)(struct engine_writer *writer, struct store_request *request, struct error *err);
    int (*fail)(struct engine_writer *writer, struct store_request *request, struct error *err);
    int (*revise)(struct engine_writer *writer, struct store_request *request, struct error *err);
    int (*retry)(struct engine_writer *writer, struct store_request *request, struct error *err);
    int (*files)(struct engine_writer *writer, struct store_request *request, struct error *err);
    int (*task)(struct engine_writer *writer, struct store_request *request, struct error *err);
    int (*forget)(struct engine_writer *writer, struct store_request *request, struct error *err);
    int (*keep_for)(struct engine_writer *writer, struct store_request *request, struct error *err);
    int (*health)(struct engine_writer *writer, struct store_request *request, struct error *err);
    int (*job)(struct engine_writer *writer, struct store_schedule *what, struct error *err);
    int (*run)(struct engine_writer *writer, struct store_schedule *what, struct error *err);

    /* Makes what was committed outlast a loss of power; commit alone outlasts the process. After a
     * failure nothing is certain: do not go on. No transaction is open. */
    int (*sync)(struct engine_writer *writer, struct error *err);
    /* In the open transaction: indexes at most `max` of the articles that wait, those that it made
     * wait among them. When it fails the caller rolls back and does without. */
    int (*index_along)(struct engine_writer *writer, size_t max, struct error *err);
    /* Indexes at most `max` of the articles that wait, oldest first, in a transaction of its own.
     * Gives how many were indexed. 0: none waits. */
    int (*index_step)(struct engine_writer *writer, size_t max, struct error *err);
    /* Articles that wait for the index, committed; a lower bound that costs nothing to ask. */
    size_t (*index_waiting)(struct engine_writer *writer);
    /* As store_scrub() says; no transaction is open. */
    int (*scrub)(struct engine_writer *writer, struct error *err);
    /* Whether there is upkeep that takes some milliseconds (a log to be brought home), for which a
     * commit should not be kept waiting; each commit may change that. No transaction is open. */
    enum store_upkeep (*upkeep_due)(struct engine_writer *writer);
    void (*upkeep)(struct engine_writer *writer);
    /* The queue ran empty: give memory back. */
    void (*idle)(struct engine_writer *writer);

    /* Readers: as the functions of the same name in store.h. */
    int (*open_reader)(const char *dir, const struct desk_text_api *text,
                       struct engine_reader **out, struct error *err);
    void (*close_reader)(struct engine_reader *reader);
    int (*counts)(struct engine_reader *reader, struct store_counts *out, struct error *err);
    int (*search)(struct engine_reader *reader, const struct query *query,
                  const struct store_page *page,
                  int (*each)(const struct store_hit *hit, void *data), void *data, bool *more,
                  struct error *err);
    int (*article)(struct engine_reader *reader, int64_t id, struct arena *arena,
                   struct article *out, struct error *err);
    int (*article_document)(struct engine_reader *reader, int64_t id, int64_t *document_id,
                            struct error *err);
    int (*document)(struct engine_reader *reader, int64_t id, struct arena *arena,
                    struct document *out, struct buf *bytes, struct error *err);
    int (*pending)(struct engine_reader *reader, int64_t after, int64_t *ids, size_t max,
                   size_t *count, struct error *err);
    int (*task_answer)(struct engine_reader *reader, struct str job, int64_t instant_us,
                       struct buf *answer, int64_t *change_id, struct error *err);
    int (*last_seq)(struct engine_reader *reader, int64_t *seq, struct error *err);
    int (*seq_by_time)(struct engine_reader *reader, int64_t after, int64_t at_us, int64_t *seq,
                       struct error *err);
    int (*read_job)(struct engine_reader *reader, struct str name, struct arena *arena,
                    struct store_job *out, struct error *err);
    int (*read_runs)(struct engine_reader *reader, const struct store_runs *which,
                     int (*each)(const struct store_run *run, void *data), void *data,
                     struct error *err);
    int (*read_inputs)(struct engine_reader *reader, int64_t run_id, int64_t after, size_t max,
                       int (*each)(struct str packed, void *data), void *data, struct error *err);
    int (*read_events)(struct engine_reader *reader, const struct store_events *which,
                       int (*each)(const struct store_event *event, void *data), void *data,
                       struct error *err);
    int (*forget_plan)(struct engine_reader *reader, const int64_t *ids, size_t count,
                       struct store_forget_plan *out,
                       void (*each)(int64_t id, struct str name, bool stripped, void *data),
                       void *data, struct error *err);
    int (*old_files)(struct engine_reader *reader, int64_t before_us, int64_t after_id,
                     size_t limit, int (*each)(const struct store_file *file, void *data),
                     void *data, struct error *err);
    int (*keep_count)(struct engine_reader *reader, enum store_kept what, int64_t before_us,
                      uint64_t *count, struct error *err);
    int (*read_health)(struct engine_reader *reader,
                       int (*each)(const struct store_health *health, void *data), void *data,
                       struct error *err);
    int (*quarantine)(struct engine_reader *reader,
                      int (*each)(const struct store_quarantined *item, void *data), void *data,
                      struct error *err);
    int (*read_files)(struct engine_reader *reader, const struct store_file_query *query,
                      int (*each)(const struct store_file *file, void *data), void *data,
                      struct error *err);
    int (*failure)(struct engine_reader *reader, int64_t document_id, struct arena *arena,
                   struct store_failure *out, int64_t *at_us, struct error *err);

    /* Every check of integrity that the engine has, at one moment of the store; beside a writer,
     * who does not wait for it. */
    int (*check)(const char *dir, const struct desk_text_api *text, struct error *err);
};

extern const struct store_engine sqlite_engine; /* sqlite/engine.c */

/* The engine that this desk uses. */
const struct store_engine *engine_default(void);

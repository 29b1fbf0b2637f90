/* The writing side of the engine: its life, and transactions. */
#include "base/alloc.h"
#include "base/limits.h"
#include "store/sqlite/reader.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/writer.h"

sqlite3_stmt *writer_statement(struct engine_writer *writer, enum statement which,
                               struct error *err)
{
    sqlite3_stmt **stmt = &writer->statements[which];
    if (!*stmt)
        sq_prepare(writer->db, statement_sql[which], true, stmt, err);
    return *stmt;
}

int writer_run(struct engine_writer *writer, enum statement which, int64_t id, struct error *err)
{
    sqlite3_stmt *stmt = writer_statement(writer, which, err);
    if (!stmt)
        return err->code;
    sq_bind_int(stmt, 1, id);
    return sq_run(stmt, err);
}

static int run(struct engine_writer *writer, enum statement which, struct error *err)
{
    sqlite3_stmt *stmt = writer_statement(writer, which, err);
    return stmt ? sq_run(stmt, err) : err->code;
}

/* ---- life ---- */

static void close_writer(struct engine_writer *writer)
{
    if (!writer)
        return;
    if (writer->db && !sqlite3_get_autocommit(writer->db))
        sq_exec(writer->db, "ROLLBACK", NULL);
    for (int i = 0; i < STATEMENT_COUNT; i++)
        sqlite3_finalize(writer->statements[i]);
    index_close(writer->indexer);
    connection_close(writer->db);
    place_forget(&writer->place);
    ZSTD_freeCCtx(writer->zstd);
    ZSTD_freeCCtx(writer->zstd_short);
    buf_free(&writer->packed);
    buf_free(&writer->compressed);
    buf_free(&writer->key);
    arena_free(writer->arena);
    mem_free(writer->names.keys);
    mem_free(writer);
}

static int read_state(struct engine_writer *writer, struct error *err)
{
    int64_t waiting = 0;
    int rc = sq_number(writer->db, "SELECT value FROM meta WHERE key='seq'", &writer->seq, err);
    if (rc == 0)
        rc = sq_number(writer->db, "SELECT count(*) FROM index_queue", &waiting, err);
    writer->committed_seq = writer->seq;
    writer->waiting = (size_t)waiting;
    return rc;
}

static int set_up(struct engine_writer *writer, const char *dir, struct error *err)
{
    if (!(writer->arena = arena_new(LIMIT(WRITE_BYTES))))
        return error_set(err, ERR_NOMEM, "out of memory while opening the store");
    int rc = connection_open(dir, CONNECTION_WRITE, &writer->db, err);
    if (rc == 0)
        rc = tokenizer_register(writer->db, writer->text, &writer->tokenizer, err);
    if (rc == 0)
        rc = schema_migrate(writer->db, err);
    if (rc == 0)
        rc = index_open(writer->db, writer->tokenizer, &writer->indexer, err);
    if (rc == 0)
        rc = writer_follow_text(writer, err);
    if (rc == 0)
        rc = read_state(writer, err);
    if (rc == 0)
        writer_follow_log(writer);
    return rc == 0 ? place_note(writer->db, &writer->place, err) : rc;
}

static int open_writer(const char *dir, const struct desk_text_api *text, bool no_index,
                       struct engine_writer **out, struct error *err)
{
    struct engine_writer *writer = mem_zero(1, sizeof *writer);
    if (!writer)
        return error_set(err, ERR_NOMEM, "out of memory while opening the store");
    writer->text = text;
    writer->no_index = no_index;
    int rc = set_up(writer, dir, err);
    if (rc < 0)
        close_writer(writer);
    else
        *out = writer;
    return rc < 0 ? rc : 0;
}

/* ---- transactions ---- */

/* Once something was amiss, no work is done in vain. */
static int begin(struct engine_writer *writer, struct error *err)
{
    if (writer->misplaced && place_check(&writer->place, err) < 0)
        return err->code;
    writer->misplaced = false;
    const int rc = run(writer, STATEMENT_BEGIN, err);
    writer->begun = rc == 0;
    return rc;
}

static void forget(struct engine_writer *writer, int64_t seq)
{
    writer->seq = seq;
    names_rolled_back(&writer->names);
}

/* Without memory a read inside FTS5 makes SQLite roll back by itself, and FTS5 (of 3.40) then holds
 * totals that it did not read and writes them next time. Another rollback makes it forget them. */
void writer_roll_back(struct engine_writer *writer)
{
    if (writer->begun && sqlite3_get_autocommit(writer->db))
        sq_exec(writer->db, "BEGIN IMMEDIATE; DELETE FROM article_fts WHERE rowid=0", NULL);
    if (!sqlite3_get_autocommit(writer->db))
        sq_exec(writer->db, "ROLLBACK", NULL);
    writer->begun = false;
}

static void rollback(struct engine_writer *writer)
{
    writer_roll_back(writer);
    writer->waiting += writer->along;
    writer->along = 0;
    forget(writer, writer->committed_seq);
}

/* The counter is written once a transaction, not once an article. */
static int write_seq(struct engine_writer *writer, struct error *err)
{
    if (writer->seq == writer->committed_seq)
        return 0;
    sqlite3_stmt *stmt = writer_statement(writer, STATEMENT_SET_META, err);
    if (!stmt)
        return err->code;
    sq_bind_text(stmt, 1, STR_LIT("seq"));
    sq_bind_int(stmt, 2, writer->seq);
    return sq_run(stmt, err);
}

static int commit(struct engine_writer *writer, struct error *err)
{
    int rc = place_check(&writer->place, err);
    if (rc < 0) {
        rollback(writer);
        writer_save_log(writer);
        return rc;
    }
    rc = write_seq(writer, err);
    if (rc == 0)
        rc = run(writer, STATEMENT_COMMIT, err);
    if (rc == 0) {
        writer->committed_seq = writer->seq;
        writer->along = 0;
        writer->begun = false;
    }
    return rc;
}

static int mark(struct engine_writer *writer, struct error *err)
{
    writer->marked_seq = writer->seq;
    return run(writer, STATEMENT_SAVEPOINT, err);
}

static int keep(struct engine_writer *writer, struct error *err)
{
    return run(writer, STATEMENT_RELEASE, err);
}

static void undo(struct engine_writer *writer)
{
    struct error err = {0};
    if (!sqlite3_get_autocommit(writer->db) && run(writer, STATEMENT_UNDO, &err) == 0)
        run(writer, STATEMENT_RELEASE, &err);
    forget(writer, writer->marked_seq);
    if (err.code)
        sq_exec(writer->db, "ROLLBACK", NULL);
}

static int in_place(const struct engine_writer *writer, struct error *err)
{
    return place_check(&writer->place, err);
}

/* SQLite rolls a transaction back by itself after some errors (disk full, no memory). */
static bool broken(struct engine_writer *writer)
{
    return sqlite3_get_autocommit(writer->db);
}

/* ---- index, idle ---- */

static int index_along(struct engine_writer *writer, size_t max, struct error *err)
{
    return writer->no_index ? 0 : writer_index_along(writer, max, err);
}

static int index_step(struct engine_writer *writer, size_t max, struct error *err)
{
    return writer->no_index ? 0 : writer_index_step(writer, max, err);
}

static size_t index_waiting(struct engine_writer *writer)
{
    return writer->no_index ? 0 : writer->waiting;
}

static void idle(struct engine_writer *writer)
{
    sqlite3_db_release_memory(writer->db);
    buf_free(&writer->packed);
    buf_free(&writer->compressed);
    arena_clear(writer->arena);
}

const struct store_engine sqlite_engine = {
    .name = "sqlite",
    .create = sqlite_create,
    .open_writer = open_writer,
    .close_writer = close_writer,
    .begin = begin,
    .commit = commit,
    .rollback = rollback,
    .mark = mark,
    .keep = keep,
    .undo = undo,
    .broken = broken,
    .in_place = in_place,
    .receive = writer_receive,
    .apply = writer_apply,
    .fail = writer_fail,
    .revise = writer_revise,
    .retry = writer_retry,
    .files = writer_files,
    .task = writer_task,
    .job = writer_job,
    .run = writer_run_op,
    .forget = writer_forget,
    .keep_for = writer_keep,
    .health = writer_health,
    .scrub = writer_scrub,
    .sync = writer_sync,
    .index_along = index_along,
    .index_step = index_step,
    .index_waiting = index_waiting,
    .upkeep_due = writer_upkeep_due,
    .upkeep = writer_upkeep,
    .idle = idle,
    .open_reader = reader_open,
    .close_reader = reader_close,
    .counts = reader_counts,
    .search = reader_search,
    .article = reader_article,
    .article_document = reader_article_document,
    .document = reader_document,
    .pending = reader_pending,
    .task_answer = reader_task_answer,
    .last_seq = reader_last_seq,
    .seq_by_time = reader_seq_by_time,
    .read_job = reader_job,
    .read_runs = reader_runs,
    .read_inputs = reader_inputs,
    .read_events = reader_events,
    .forget_plan = reader_forget_plan,
    .old_files = reader_old_files,
    .keep_count = reader_keep_count,
    .read_health = reader_health,
    .quarantine = reader_quarantine,
    .read_files = reader_files,
    .failure = reader_failure,
    .check = sqlite_check,
};

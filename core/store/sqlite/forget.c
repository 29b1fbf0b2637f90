/* Articles that are to be as if they had never been, in store and index.
 *
 * A document that gave other articles too stays known, but its bytes and what ingest plugins said
 * of it go: they hold the article's text. Rows of `changes` stay without a name: that something was
 * done at some time. Of a watched folder's history, a file that was left in its place stays, or it
 * would be taken in again. secure_delete is on while rows are deleted, so that no freed page keeps
 * them; what older deletes left, and what the index holds until it is merged, is writer_scrub()'s.
 */
#include "base/clock.h"
#include "base/limits.h"
#include "store/sqlite/writer.h"

/* Each binds the article's id and may be run in any order that foreign keys allow. */
static const enum statement of_article[] = {
    STATEMENT_FORGET_ANSWERS,   STATEMENT_FORGET_TAGS,    STATEMENT_FORGET_TASK_TAGS,
    STATEMENT_FORGET_FIELDS,    STATEMENT_FORGET_NOTES,   STATEMENT_FORGET_RESULTS,
    STATEMENT_FORGET_FAILURES,  STATEMENT_FORGET_CHANGES, STATEMENT_FORGET_SOURCES,
    STATEMENT_FORGET_VERSIONS,  STATEMENT_FORGET_OUTPUTS, STATEMENT_FORGET_INPUTS,
    STATEMENT_FORGET_SNAPSHOTS, STATEMENT_FORGET_EVENTS,  STATEMENT_FORGET_ARTICLE,
};
static const enum statement of_bytes[] = {STATEMENT_FORGET_BYTES,
                                          STATEMENT_FORGET_DOCUMENT_RESULTS};
static const enum statement of_document[] = {
    STATEMENT_FORGET_RECEIPTS,         STATEMENT_FORGET_DOCUMENT_FAILURES,
    STATEMENT_FORGET_DOCUMENT_CHANGES, STATEMENT_FORGET_FILES,
    STATEMENT_FORGET_DOCUMENT_EVENTS,  STATEMENT_FORGET_DOCUMENT};

#define COUNT(list) (sizeof(list) / sizeof *(list))

static int run_all(struct engine_writer *writer, const enum statement *list, size_t count,
                   int64_t id, struct error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < count; i++)
        rc = writer_run(writer, list[i], id, err);
    return rc;
}

/* The number that a statement of one id gives, or -1 when it gives no row. */
static int number_of(struct engine_writer *writer, enum statement which, int64_t id, int64_t *out,
                     struct error *err)
{
    sqlite3_stmt *stmt = writer_statement(writer, which, err);
    if (!stmt)
        return err->code;
    sq_bind_int(stmt, 1, id);
    int rc = sq_row(stmt, err);
    if (rc < 0)
        return rc;
    *out = rc ? sqlite3_column_int64(stmt, 0) : -1;
    sq_done(stmt);
    return 0;
}

struct id_list {
    int64_t *at;
    size_t count;
};

/* The documents that gave the article, into the arena. */
static int list_documents(struct engine_writer *writer, int64_t article_id, struct id_list *out,
                          struct error *err)
{
    int64_t count = 0;
    int rc = number_of(writer, STATEMENT_COUNT_SOURCES, article_id, &count, err);
    if (rc < 0)
        return rc;
    *out = (struct id_list){.at = arena_alloc(writer->arena, (size_t)count, sizeof *out->at)};
    sqlite3_stmt *row = writer_statement(writer, STATEMENT_SOURCES, err);
    if (!row)
        return err->code;
    if (!out->at)
        return error_set(err, ERR_NOMEM, "out of memory forgetting an article");
    sq_bind_int(row, 1, article_id);
    while (out->count < (size_t)count && (rc = sq_row(row, err)) > 0)
        out->at[out->count++] = sqlite3_column_int64(row, 0);
    if (rc >= 0)
        sq_done(row);
    return rc < 0 ? rc : 0;
}

static int set_dropped(struct engine_writer *writer, int64_t id, struct error *err)
{
    sqlite3_stmt *stmt = writer_statement(writer, STATEMENT_SET_DROPPED, err);
    if (!stmt)
        return err->code;
    sq_bind_int(stmt, 1, id);
    sq_bind_int(stmt, 2, clock_wall_us());
    return sq_run(stmt, err);
}

static int forget_document(struct engine_writer *writer, int64_t id, struct store_forget *forget,
                           struct error *err)
{
    int64_t others = 0, bytes = 0;
    int rc = number_of(writer, STATEMENT_GIVES_OTHERS, id, &others, err);
    if (rc == 0)
        rc = number_of(writer, STATEMENT_HAS_BYTES, id, &bytes, err);
    if (rc == 0)
        rc = run_all(writer, of_bytes, COUNT(of_bytes), id, err);
    if (rc < 0)
        return rc;
    if (others < 0) {
        forget->documents++;
        return run_all(writer, of_document, COUNT(of_document), id, err);
    }
    if (bytes < 0) /* gone already */
        return 0;
    forget->stripped++;
    return set_dropped(writer, id, err);
}

static int forget_article(struct engine_writer *writer, int64_t id, struct store_forget *forget,
                          struct error *err)
{
    int64_t versions = 0;
    struct id_list documents = {0};
    int rc = number_of(writer, STATEMENT_COUNT_VERSIONS, id, &versions, err);
    if (rc < 0 || versions == 0)
        return rc;
    rc = list_documents(writer, id, &documents, err);
    if (rc == 0)
        rc = index_forget(writer->indexer, id, err);
    if (rc == 0)
        rc = run_all(writer, of_article, COUNT(of_article), id, err);
    for (size_t i = 0; rc == 0 && i < documents.count; i++)
        rc = forget_document(writer, documents.at[i], forget, err);
    forget->articles++;
    forget->versions += (uint64_t)versions;
    return rc;
}

int writer_forget(struct engine_writer *writer, struct store_request *request, struct error *err)
{
    struct store_forget *forget = request->forget;
    arena_clear(writer->arena);
    forget->articles = forget->versions = forget->documents = forget->stripped = 0;
    if (forget->count > LIMIT(FORGET_GROUP))
        return error_set(err, ERR_LIMIT, "%zu articles to forget at once, but %s allows %lu",
                         forget->count, LIMIT_NAME(FORGET_GROUP), LIMIT(FORGET_GROUP));
    int rc = sq_exec(writer->db, "PRAGMA secure_delete=ON", err);
    for (size_t i = 0; rc == 0 && i < forget->count; i++)
        rc = forget_article(writer, forget->ids[i], forget, err);
    int64_t mode; /* as connection.c sets it */
    int back = sq_number(writer->db, "PRAGMA secure_delete=FAST", &mode, rc < 0 ? NULL : err);
    return rc < 0 ? rc : back;
}

/* VACUUM keeps its copy in a file, not in memory. */
static int rewrite(struct engine_writer *writer, struct error *err)
{
    int rc = sq_exec(writer->db, "PRAGMA temp_store=FILE; VACUUM", err);
    int back = sq_exec(writer->db, "PRAGMA temp_store=MEMORY", rc < 0 ? NULL : err);
    return rc < 0 ? rc : back;
}

/* The pragma gives (busy, pages of the log, pages moved). */
static int empty_log(struct engine_writer *writer, struct error *err)
{
    int64_t busy = 0;
    int rc = sq_number(writer->db, "PRAGMA wal_checkpoint(TRUNCATE)", &busy, err);
    if (rc == 0 && busy)
        return error_set(err, ERR_BUSY,
                         "%s-wal still holds former pages, since another program reads the store; "
                         "it is emptied by the next `copydesk forget` or when the desk is closed",
                         sq_path(writer->db));
    return rc;
}

int writer_scrub(struct engine_writer *writer, struct error *err)
{
    int rc = sq_exec(writer->db, "INSERT INTO article_fts(article_fts) VALUES('optimize')", err);
    if (rc == 0)
        rc = rewrite(writer, err);
    return rc == 0 ? empty_log(writer, err) : rc;
}

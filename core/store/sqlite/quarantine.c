/* Where items wait on which a plugin failed. A document that failed waits as a whole; an article is
 * stored and visible without what the failed plugin would have said, and a row names that plugin.
 *
 * A document's row stays while it is tried again, so that tries are counted; it is gone when the
 * document is done, and not listed while the document is received. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "store/sqlite/writer.h"

static int find_failure(struct engine_writer *writer, int64_t document_id, int64_t article_id,
                        struct str plugin, int64_t *id, struct error *err)
{
    sqlite3_stmt *stmt = writer_statement(
        writer, article_id ? STATEMENT_ARTICLE_FAILURE : STATEMENT_DOCUMENT_FAILURE, err);
    if (!stmt)
        return err->code;
    sq_bind_int(stmt, 1, article_id ? article_id : document_id);
    if (article_id)
        sq_bind_text(stmt, 2, plugin);
    int rc = sq_row(stmt, err);
    if (rc < 0)
        return rc;
    *id = rc ? sqlite3_column_int64(stmt, 0) : 0;
    sq_done(stmt);
    return 0;
}

static struct str bounded(struct str text)
{
    return (struct str){text.at, utf8_cut(text, LIMIT(QUARANTINE_TEXT))};
}

static void bind_failure(sqlite3_stmt *stmt, const struct store_failure *failure)
{
    sq_bind_text(stmt, 3, failure->stage);
    sq_bind_text(stmt, 4, failure->plugin);
    sq_bind_text(stmt, 5, failure->version);
    sq_bind_text(stmt, 6, failure->guard);
    sq_bind_text(stmt, 7, bounded(failure->message));
    sq_bind_text(stmt, 8, bounded(failure->traceback));
    sq_bind_int(stmt, 9, clock_wall_us());
}

int quarantine_add(struct engine_writer *writer, int64_t document_id, int64_t article_id,
                   const struct store_failure *failure, int64_t *id, struct error *err)
{
    int rc = find_failure(writer, document_id, article_id, failure->plugin, id, err);
    if (rc < 0)
        return rc;
    if (*id && str_is(failure->guard, STORE_GUARD_ASIDE))
        return 0; /* it was not tried: what is known of it stays */
    sqlite3_stmt *stmt =
        writer_statement(writer, *id ? STATEMENT_FAILED_AGAIN : STATEMENT_ADD_FAILURE, err);
    if (!stmt)
        return err->code;
    bind_failure(stmt, failure);
    sq_bind_int(stmt, 1, *id ? *id : document_id);
    if (article_id && !*id)
        sq_bind_int(stmt, 2, article_id);
    rc = sq_run(stmt, err);
    if (!*id)
        *id = sqlite3_last_insert_rowid(writer->db);
    return rc < 0 ? rc : event_of_failure(writer, *id, err);
}

int quarantine_add_all(struct engine_writer *writer, const struct article_part *part,
                       const struct store_piece *piece, struct error *err)
{
    int64_t id = 0;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < piece->failure_count; i++)
        rc = quarantine_add(writer, part->document_id, part->article_id, &piece->failures[i], &id,
                            err);
    return rc;
}

static int set_state(struct engine_writer *writer, int64_t document_id, const char *state,
                     struct error *err)
{
    sqlite3_stmt *stmt = writer_statement(writer, STATEMENT_SET_STATE, err);
    if (!stmt)
        return err->code;
    sq_bind_int(stmt, 1, document_id);
    sq_bind_text(stmt, 2, str_of(state));
    int rc = sq_run(stmt, err);
    if (rc == 0 && sqlite3_changes(writer->db) == 0)
        return error_set(err, ERR_NOTFOUND, "there is no document %lld in the store",
                         (long long)document_id);
    return rc;
}

/* What was settled meanwhile stays so. */
static int check_received(struct engine_writer *writer, struct store_request *request,
                          struct error *err)
{
    const int64_t document_id = request->document.id;
    sqlite3_stmt *stmt = writer_statement(writer, STATEMENT_DOCUMENT_STATE, err);
    if (!stmt)
        return err->code;
    sq_bind_int(stmt, 1, document_id);
    int rc = sq_row(stmt, err);
    if (rc < 0)
        return rc;
    if (rc > 0)
        snprintf(request->known_state, sizeof request->known_state, STR_FMT,
                 STR_ARG(sq_text(stmt, 1)));
    if (rc > 0 && strcmp(request->known_state, "received") != 0)
        rc = error_set(err, ERR_EXISTS, "document %lld is " STR_FMT ", not received: nothing done",
                       (long long)document_id, STR_ARG(sq_text(stmt, 1)));
    sq_done(stmt);
    return rc < 0 ? rc : 0;
}

int writer_fail(struct engine_writer *writer, struct store_request *request, struct error *err)
{
    int64_t document_id = request->document.id;
    int rc = check_received(writer, request, err);
    if (rc == 0)
        rc = set_state(writer, document_id, "failed", err);
    if (rc < 0)
        return rc;
    return quarantine_add(writer, document_id, 0, &request->failure, &request->quarantine_id, err);
}

/* An article's row is no matter of this: its plugins are run again, and STORE_REVISE says what came
 * of it. */
static int retry_one(struct engine_writer *writer, int64_t id, struct error *err)
{
    sqlite3_stmt *stmt = writer_statement(writer, STATEMENT_FAILURE, err);
    if (!stmt)
        return err->code;
    sq_bind_int(stmt, 1, id);
    int rc = sq_row(stmt, err);
    if (rc < 0)
        return rc;
    int64_t document_id = rc ? sqlite3_column_int64(stmt, 0) : 0;
    bool whole = rc && sqlite3_column_type(stmt, 1) == SQLITE_NULL;
    sq_done(stmt);
    if (rc == 0)
        return error_set(err, ERR_NOTFOUND, "nothing in quarantine has the id %lld", (long long)id);
    if (!whole)
        return error_set(err, ERR_INVALID,
                         "item %lld is an article, not a document: run its plugins again",
                         (long long)id);
    return set_state(writer, document_id, "received", err);
}

static int retry_document(struct engine_writer *writer, int64_t id, struct error *err)
{
    const int rc = writer_run(writer, STATEMENT_RETRY_DOCUMENT, id, err);
    if (rc == 0 && sqlite3_changes(writer->db) == 0)
        return error_set(err, ERR_EXISTS, "document %lld is not in quarantine", (long long)id);
    return rc;
}

int writer_retry(struct engine_writer *writer, struct store_request *request, struct error *err)
{
    if (request->quarantine_id)
        return retry_one(writer, request->quarantine_id, err);
    if (request->document.id)
        return retry_document(writer, request->document.id, err);
    sqlite3_stmt *stmt = writer_statement(writer, STATEMENT_RETRY_ALL, err);
    return stmt ? sq_run(stmt, err) : err->code;
}

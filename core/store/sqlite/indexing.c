/* The index behind the store: articles that wait for it, in groups, each group a transaction.
 *
 * An article that the index refuses (the text service fails on it) must not stop the others: it is
 * left out and named in the log, stays in the queue, and is tried again at the next start. */
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/log.h"
#include "store/identity.h"
#include "store/sqlite/writer.h"

int writer_want_index(struct engine_writer *writer, int64_t article_id, struct error *err)
{
    writer->waiting++;
    return index_want(writer->indexer, article_id, err);
}

static bool is_unindexable(const struct engine_writer *writer, int64_t id)
{
    for (size_t i = 0; i < writer->unindexable_count; i++)
        if (writer->unindexable[i] == id)
            return true;
    return false;
}

/* What is about this article alone; all else (disk full, no memory, locked) is about the store. */
static bool is_its_own(int code)
{
    return code == ERR_INVALID || code == ERR_LIMIT || code == ERR_PLUGIN || code == ERR_INTERNAL;
}

/* In the open transaction. Gives how many were indexed; *at is the article that failed. */
static int index_each(struct engine_writer *writer, const int64_t *ids, size_t count, int64_t *at,
                      struct error *err)
{
    int done = 0, rc = 0;
    for (size_t i = 0; rc == 0 && i < count; i++) {
        if (is_unindexable(writer, ids[i]))
            continue;
        rc = index_article(writer->indexer, ids[i], err);
        done += rc == 0;
        *at = rc < 0 ? ids[i] : 0;
    }
    return rc < 0 ? rc : done;
}

/* One transaction. *at is the article that failed, 0 when it was none of them. */
static int index_group(struct engine_writer *writer, const int64_t *ids, size_t count, int64_t *at,
                       struct error *err)
{
    int done = 0, rc = sq_exec(writer->db, "BEGIN IMMEDIATE", err);
    *at = 0;
    writer->begun = rc == 0;
    if (rc == 0)
        rc = done = index_each(writer, ids, count, at, err);
    if (rc >= 0)
        rc = sq_exec(writer->db, "COMMIT", err);
    if (rc < 0)
        writer_roll_back(writer);
    return rc < 0 ? rc : done;
}

static int leave_out(struct engine_writer *writer, int64_t id, const struct error *err)
{
    if (id == 0 || !is_its_own(err->code) || writer->unindexable_count == WRITER_UNINDEXABLE)
        return err->code;
    log_error("store", "article %lld cannot be indexed and will not be found by search: %s",
              (long long)id, err->text);
    writer->unindexable[writer->unindexable_count++] = id;
    return 0;
}

/* How many still wait after `done` of the `found` of at most `max`. */
static size_t still_waiting(const struct engine_writer *writer, size_t found, size_t max,
                            size_t done)
{
    return found < max || done > writer->waiting ? 0 : writer->waiting - done;
}

static int index_some(struct engine_writer *writer, int64_t *ids, size_t max, struct error *err)
{
    for (;;) {
        size_t count = 0;
        int64_t at = 0;
        int rc = index_pending(writer->indexer, 0, ids, max, &count, err);
        if (rc == 0 && count > 0)
            rc = index_group(writer, ids, count, &at, err);
        if (rc >= 0) {
            writer->waiting = still_waiting(writer, count, max, (size_t)rc);
            return rc;
        }
        if ((rc = leave_out(writer, at, err)) < 0)
            return rc;
    }
}

int writer_index_along(struct engine_writer *writer, size_t max, struct error *err)
{
    size_t count = 0;
    int64_t at = 0;
    max += WRITER_UNINDEXABLE;
    int64_t *ids = mem_array(max, sizeof *ids);
    if (!ids)
        return error_set(err, ERR_NOMEM, "out of memory for the index");
    int rc = index_pending(writer->indexer, 0, ids, max, &count, err);
    if (rc == 0)
        rc = index_each(writer, ids, count, &at, err);
    if (rc >= 0) {
        const size_t left = still_waiting(writer, count, max, (size_t)rc);
        writer->along += writer->waiting - left;
        writer->waiting = left;
    }
    mem_free(ids);
    return rc;
}

int writer_index_step(struct engine_writer *writer, size_t max, struct error *err)
{
    max += WRITER_UNINDEXABLE; /* so that those that are left out never fill a whole group */
    int64_t *ids = mem_array(max, sizeof *ids);
    if (!ids)
        return error_set(err, ERR_NOMEM, "out of memory for the index");
    int rc = index_some(writer, ids, max, err);
    mem_free(ids);
    return rc;
}

/* ---- when the service folds otherwise than before ---- */

static int new_identity(struct engine_writer *writer, sqlite3_stmt *row, sqlite3_stmt *update,
                        struct error *err)
{
    struct article article = {
        .url = sq_text(row, 1), .infosource = sq_text(row, 2), .headline = sq_text(row, 3)};
    IDENTITY_AUTO struct identity identity = {.key = BUF_INIT};
    int64_t number;
    int rc =
        identity_make(writer->text, tokenizer_text(writer->tokenizer), &article, &identity, err);
    if (rc < 0)
        return rc;
    memcpy(&number, &identity.hash, sizeof number);
    sq_bind_int(update, 1, sqlite3_column_int64(row, 0));
    if (identity.key.len)
        sq_bind_int(update, 2, number);
    return sq_run(update, err);
}

static int new_identities(struct engine_writer *writer, struct error *err)
{
    SQ_AUTO sqlite3_stmt *row = NULL, *update = NULL;
    int rc = sq_prepare(writer->db,
                        "SELECT a.id, v.url, a.infosource, v.headline FROM articles a"
                        " JOIN versions v ON v.article_id=a.id AND v.version=a.version",
                        false, &row, err);
    if (rc == 0)
        rc = sq_prepare(writer->db, "UPDATE articles SET identity=?2 WHERE id=?1", false, &update,
                        err);
    while (rc == 0 && (rc = sq_row(row, err)) > 0)
        rc = new_identity(writer, row, update, err);
    return rc;
}

static int set_words(struct engine_writer *writer, struct error *err)
{
    sqlite3_stmt *stmt = writer_statement(writer, STATEMENT_SET_META, err);
    if (!stmt)
        return err->code;
    sq_bind_text(stmt, 1, STR_LIT("identity_words"));
    sq_bind_int(stmt, 2, writer->text->words_version);
    return sq_run(stmt, err);
}

static int follow_identities(struct engine_writer *writer, struct error *err)
{
    int64_t words;
    int rc =
        sq_number(writer->db, "SELECT value FROM meta WHERE key='identity_words'", &words, err);
    if (rc < 0 || words == writer->text->words_version)
        return rc;
    rc = sq_exec(writer->db, "BEGIN IMMEDIATE", err);
    if (rc == 0)
        rc = new_identities(writer, err);
    if (rc == 0)
        rc = set_words(writer, err);
    if (rc == 0)
        rc = sq_exec(writer->db, "COMMIT", err);
    if (rc < 0 && !sqlite3_get_autocommit(writer->db))
        sq_exec(writer->db, "ROLLBACK", NULL);
    return rc;
}

static int follow_index(struct engine_writer *writer, struct error *err)
{
    int rc = index_is_stale(writer->indexer, err);
    int64_t articles;
    if (rc <= 0 ||
        (rc = sq_number(writer->db, "SELECT count(*) FROM index_row", &articles, err)) < 0)
        return rc;
    if (articles)
        log_info("store",
                 "the text service reads words otherwise than before: indexing %lld "
                 "articles anew",
                 (long long)articles);
    rc = sq_exec(writer->db, "BEGIN IMMEDIATE", err);
    if (rc == 0)
        rc = index_rebuild(writer->indexer, err);
    if (rc == 0)
        rc = sq_exec(writer->db, "COMMIT", err);
    if (rc < 0 && !sqlite3_get_autocommit(writer->db))
        sq_exec(writer->db, "ROLLBACK", NULL);
    return rc;
}

int writer_follow_text(struct engine_writer *writer, struct error *err)
{
    int rc = follow_identities(writer, err);
    return rc < 0 ? rc : follow_index(writer, err);
}

/* Whether the store is whole. */
#include "store/sqlite/index.h"
#include "store/sqlite/reader.h"
#include "store/sqlite/schema.h"

/* The first row of a pragma that gives none, or "ok", when all is well. */
static int check_pragma(sqlite3 *db, const char *sql, struct error *err)
{
    SQ_AUTO sqlite3_stmt *row = NULL;
    int rc = sq_prepare(db, sql, false, &row, err);
    if (rc == 0)
        rc = sq_row(row, err);
    if (rc <= 0)
        return rc;
    struct str said = sq_text(row, 0);
    if (str_is(said, "ok"))
        return 0;
    return error_set(err, ERR_CORRUPT, "%s: %s: " STR_FMT " %lld", sq_path(db), sql, STR_ARG(said),
                     (long long)sqlite3_column_int64(row, 1));
}

/* What the tables say of each other beyond foreign keys. Gives the id of an offender. */
static const struct rule {
    const char *what, *sql;
} rules[] = {
    {"article without the version it shows",
     "SELECT a.id FROM articles a LEFT JOIN versions v ON v.article_id=a.id AND"
     " v.version=a.version WHERE v.id IS NULL"},
    {"article that no document gave",
     "SELECT a.id FROM articles a LEFT JOIN article_documents s ON s.document_id=a.document_id"
     " AND s.piece=a.piece WHERE s.article_id IS NOT a.id"},
    {"document without bytes", "SELECT d.id FROM documents d LEFT JOIN document_bytes b ON"
                               " b.document_id=d.id WHERE b.document_id IS NULL"},
    {"failed document that is not in quarantine",
     "SELECT d.id FROM documents d LEFT JOIN quarantine q ON q.document_id=d.id AND"
     " q.article_id IS NULL WHERE d.state='failed' AND q.id IS NULL"},
    {"version past the last sequence number",
     "SELECT article_id FROM versions WHERE seq>(SELECT value FROM meta WHERE key='seq')"},
    {"article that is neither indexed nor waiting",
     "SELECT a.id FROM articles a LEFT JOIN index_queue q ON q.article_id=a.id"
     " LEFT JOIN index_row r ON r.article_id=a.id"
     " WHERE q.article_id IS NULL AND r.version IS NOT a.version"},
};

static int check_rule(sqlite3 *db, const struct rule *rule, struct error *err)
{
    SQ_AUTO sqlite3_stmt *row = NULL;
    int rc = sq_prepare(db, rule->sql, false, &row, err);
    if (rc == 0)
        rc = sq_row(row, err);
    if (rc <= 0)
        return rc;
    return error_set(err, ERR_CORRUPT, "%s: %s: %lld", sq_path(db), rule->what,
                     (long long)sqlite3_column_int64(row, 0));
}

int sqlite_check(const char *dir, const struct desk_text_api *text, struct error *err)
{
    sqlite3 *db = NULL;
    struct tokenizer *tokenizer;
    int rc = connection_open(dir, CONNECTION_WRITE, &db, err);
    if (rc == 0)
        rc = tokenizer_register(db, text, &tokenizer, err);
    if (rc == 0)
        rc = schema_check(db, err);
    if (rc == 0)
        rc = check_pragma(db, "PRAGMA integrity_check", err);
    if (rc == 0)
        rc = check_pragma(db, "PRAGMA foreign_key_check", err);
    if (rc == 0)
        rc = index_check(db, err);
    for (size_t i = 0; rc == 0 && i < sizeof rules / sizeof *rules; i++)
        rc = check_rule(db, &rules[i], err);
    connection_close(db);
    return rc;
}

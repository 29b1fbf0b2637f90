#include <string.h>

#include "store/sqlite/connection.h"

int sq_exec(sqlite3 *db, const char *sql, struct error *err)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK)
        return 0;
    char what[80];
    sqlite3_snprintf(sizeof what, what, "\"%.60s\"", sql);
    return sq_error(db, what, err);
}

int sq_prepare(sqlite3 *db, const char *sql, bool persistent, sqlite3_stmt **out, struct error *err)
{
    unsigned flags = persistent ? SQLITE_PREPARE_PERSISTENT : 0;
    if (sqlite3_prepare_v3(db, sql, -1, flags, out, NULL) == SQLITE_OK)
        return 0;
    *out = NULL;
    char what[80];
    sqlite3_snprintf(sizeof what, what, "\"%.60s\"", sql);
    return sq_error(db, what, err);
}

int sq_number(sqlite3 *db, const char *sql, int64_t *out, struct error *err)
{
    SQ_AUTO sqlite3_stmt *stmt = NULL;
    *out = 0;
    int rc = sq_prepare(db, sql, false, &stmt, err);
    if (rc == 0 && (rc = sq_row(stmt, err)) > 0)
        *out = sqlite3_column_int64(stmt, 0);
    return rc < 0 ? rc : 0;
}

void sq_bind_int(sqlite3_stmt *stmt, int index, int64_t value)
{
    sqlite3_bind_int64(stmt, index, value);
}

void sq_bind_real(sqlite3_stmt *stmt, int index, double value)
{
    sqlite3_bind_double(stmt, index, value);
}

void sq_bind_text(sqlite3_stmt *stmt, int index, struct str text)
{
    sqlite3_bind_text64(stmt, index, text.len ? text.at : "", text.len, SQLITE_STATIC, SQLITE_UTF8);
}

void sq_bind_blob(sqlite3_stmt *stmt, int index, const void *bytes, size_t len)
{
    sqlite3_bind_blob64(stmt, index, len ? bytes : "", len, SQLITE_STATIC);
}

static int failed(sqlite3_stmt *stmt, struct error *err)
{
    const char *sql = sqlite3_sql(stmt);
    char what[80];
    sqlite3_snprintf(sizeof what, what, "\"%.60s\"", sql ? sql : "");
    int rc = sq_error(sqlite3_db_handle(stmt), what, err);
    sq_done(stmt);
    return rc;
}

int sq_row(sqlite3_stmt *stmt, struct error *err)
{
    int rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW)
        return 1;
    if (rc != SQLITE_DONE)
        return failed(stmt, err);
    sq_done(stmt);
    return 0;
}

int sq_run(sqlite3_stmt *stmt, struct error *err)
{
    int rc = sqlite3_step(stmt);
    if (rc != SQLITE_DONE && rc != SQLITE_ROW)
        return failed(stmt, err);
    sq_done(stmt);
    return 0;
}

void sq_done(sqlite3_stmt *stmt)
{
    if (!stmt)
        return;
    sqlite3_reset(stmt);
    sqlite3_clear_bindings(stmt);
}

/* Text is read as a blob: sqlite3_column_text() may have to allocate room for a NUL, and its answer
 * when it cannot looks like an empty text. */
struct str sq_text(sqlite3_stmt *stmt, int column)
{
    return sq_blob(stmt, column);
}

struct str sq_blob(sqlite3_stmt *stmt, int column)
{
    const char *bytes = sqlite3_column_blob(stmt, column);
    return bytes ? (struct str){bytes, (size_t)sqlite3_column_bytes(stmt, column)} : STR_NONE;
}

void sq_finalize_at(sqlite3_stmt **stmt)
{
    sqlite3_finalize(*stmt);
}

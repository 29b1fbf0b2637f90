/* What desk.keep lets go, a bounded step at a time. */
#include "base/clock.h"
#include "base/limits.h"
#include "store/sqlite/writer.h"

/* Removes at most `most` rows and adds their number. */
static int remove_some(struct engine_writer *writer, enum statement which, int64_t before_us,
                       int64_t most, uint64_t *removed, struct error *err)
{
    sqlite3_stmt *stmt = writer_statement(writer, which, err);
    if (!stmt)
        return err->code;
    sq_bind_int(stmt, 1, before_us);
    sq_bind_int(stmt, 2, most);
    int rc = sq_run(stmt, err);
    if (rc == 0 && removed)
        *removed += (uint64_t)sqlite3_changes64(writer->db);
    return rc;
}

/* The moment marks the rows of this step. */
static int drop_bytes(struct engine_writer *writer, struct store_keep *keep, struct error *err)
{
    const int64_t now_us = clock_wall_us();
    sqlite3_stmt *stmt = writer_statement(writer, STATEMENT_KEEP_DOCUMENTS, err);
    if (!stmt)
        return err->code;
    sq_bind_int(stmt, 1, keep->before_us);
    sq_bind_int(stmt, 2, (int64_t)LIMIT(KEEP_GROUP));
    sq_bind_int(stmt, 3, now_us);
    int rc = sq_run(stmt, err);
    keep->removed = (uint64_t)sqlite3_changes64(writer->db);
    return rc == 0 ? writer_run(writer, STATEMENT_KEEP_BYTES, now_us, err) : rc;
}

static int drop_runs(struct engine_writer *writer, struct store_keep *keep, struct error *err)
{
    const uint64_t before = keep->removed;
    int rc = remove_some(writer, STATEMENT_KEEP_RUN_ROWS, keep->before_us,
                         (int64_t)(LIMIT(KEEP_GROUP) - before), &keep->removed, err);
    sqlite3_stmt *stmt = NULL;
    if (rc < 0 || keep->removed == before)
        return rc;
    stmt = writer_statement(writer, STATEMENT_KEEP_SNAPSHOTS, err);
    return stmt ? sq_run(stmt, err) : err->code;
}

/* What is removed one after the other, the whole of them a step's rows; ends in STATEMENT_COUNT. */
static const enum statement steps[KEPT_COUNT][5] = {
    [KEPT_VERSIONS] = {STATEMENT_KEEP_VERSIONS, STATEMENT_COUNT},
    [KEPT_RESULTS] = {STATEMENT_KEEP_RESULTS, STATEMENT_KEEP_DOCUMENT_RESULTS, STATEMENT_COUNT},
    [KEPT_RUNS] = {STATEMENT_KEEP_RUNS, STATEMENT_KEEP_EVENTS, STATEMENT_COUNT},
    [KEPT_FILES] = {STATEMENT_KEEP_FILES, STATEMENT_COUNT},
};

int writer_keep(struct engine_writer *writer, struct store_request *request, struct error *err)
{
    struct store_keep *keep = request->keep;
    const int64_t most = (int64_t)LIMIT(KEEP_GROUP);
    int rc = 0;
    keep->removed = 0;
    if ((unsigned)keep->what >= KEPT_COUNT)
        return error_set(err, ERR_INTERNAL, "desk.keep bounds no thing with number %d", keep->what);
    if (keep->what == KEPT_DOCUMENTS)
        return drop_bytes(writer, keep, err);
    if (keep->what == KEPT_VERSIONS)
        rc = remove_some(writer, STATEMENT_KEEP_VERSION_RESULTS, keep->before_us, most, NULL, err);
    const enum statement *step = steps[keep->what];
    for (; rc == 0 && *step != STATEMENT_COUNT && keep->removed < (uint64_t)most; step++)
        rc = remove_some(writer, *step, keep->before_us, most - (int64_t)keep->removed,
                         &keep->removed, err);
    return rc == 0 && keep->what == KEPT_RUNS ? drop_runs(writer, keep, err) : rc;
}

#include "store/sqlite/schema.h"

#include "store/sqlite/connection.h"
#include "store/sqlite/index.h"
#include "store/sqlite/schema_v1.h"
#include "store/sqlite/schema_v2.h"
#include "store/sqlite/schema_v3.h"
#include "store/sqlite/schema_v4.h"
#include "store/sqlite/schema_v5.h"
#include "store/sqlite/schema_v6.h"

/* A migration leads from version n to n + 1, n being its place in the list. */
struct migration {
    const char *sql;
    int (*step)(sqlite3 *db, struct error *err); /* after the SQL; may be NULL */
};

static const struct migration migrations[] = {
    {schema_v1, index_schema}, {schema_v2, NULL}, {schema_v3, NULL},
    {schema_v4, NULL},         {schema_v5, NULL}, {schema_v6, NULL},
};

int schema_version(void)
{
    return (int)(sizeof migrations / sizeof *migrations);
}

static int read_version(sqlite3 *db, int *version, struct error *err)
{
    int64_t application = 0, number = 0;
    int rc = sq_number(db, "PRAGMA user_version", &number, err);
    if (rc == 0)
        rc = sq_number(db, "PRAGMA application_id", &application, err);
    if (rc < 0)
        return rc;
    *version = (int)number;
    if (number > schema_version() && application == SCHEMA_APPLICATION)
        return error_set(err, ERR_VERSION,
                         "the store has schema %d, this copydesk knows schemas up to %d: it was "
                         "written by a newer release; install that release or a later one",
                         *version, schema_version());
    if (number < 0 || (application != SCHEMA_APPLICATION && (application != 0 || number != 0)))
        return error_set(err, ERR_CORRUPT,
                         "%s is no copydesk store (application id 0x%08x); restore it from a copy",
                         sq_path(db), (unsigned)application);
    return 0;
}

/* While a table is made anew its rows are nobody's parents; before the COMMIT all must fit again.
 */
static int check_keys(sqlite3 *db, struct error *err)
{
    SQ_AUTO sqlite3_stmt *row = NULL;
    int rc = sq_prepare(db, "PRAGMA foreign_key_check", false, &row, err);
    if (rc == 0)
        rc = sq_row(row, err);
    if (rc <= 0)
        return rc;
    return error_set(err, ERR_CORRUPT, "%s: a row of " STR_FMT " names another one that is missing",
                     sq_path(db), STR_ARG(sq_text(row, 0)));
}

static int migrate_one(sqlite3 *db, int from, struct error *err)
{
    char pragma[96];
    sqlite3_snprintf(sizeof pragma, pragma, "PRAGMA application_id=%d; PRAGMA user_version=%d",
                     SCHEMA_APPLICATION, from + 1);
    int rc = sq_exec(db, "BEGIN IMMEDIATE", err);
    if (rc == 0)
        rc = sq_exec(db, migrations[from].sql, err);
    if (rc == 0 && migrations[from].step)
        rc = migrations[from].step(db, err);
    if (rc == 0)
        rc = check_keys(db, err);
    if (rc == 0)
        rc = sq_exec(db, pragma, err);
    if (rc == 0)
        rc = sq_exec(db, "COMMIT", err);
    if (rc < 0 && !sqlite3_get_autocommit(db))
        sq_exec(db, "ROLLBACK", NULL);
    return rc < 0 ? error_wrap(err, "making schema %d", from + 1) : 0;
}

int schema_migrate(sqlite3 *db, struct error *err)
{
    int version = 0;
    int rc = read_version(db, &version, err);
    if (rc < 0 || version == schema_version())
        return rc;
    rc = sq_exec(db, "PRAGMA foreign_keys=OFF", err);
    for (; rc == 0 && version < schema_version(); version++)
        rc = migrate_one(db, version, err);
    return rc == 0 ? sq_exec(db, "PRAGMA foreign_keys=ON", err) : rc;
}

int schema_check(sqlite3 *db, struct error *err)
{
    int version = 0;
    int rc = read_version(db, &version, err);
    if (rc == 0 && version < schema_version())
        return error_set(err, ERR_VERSION,
                         "the store has schema %d, this copydesk reads schema %d: run a command "
                         "that writes (`copydesk ingest`) once, it brings the store up",
                         version, schema_version());
    return rc;
}

/* The write-ahead log: when it is synced, and when it is brought home into the database. */
#include "base/limits.h"
#include "store/sqlite/writer.h"

int writer_sync(struct engine_writer *writer, struct error *err)
{
    sqlite3_file *log = NULL;
    if (sqlite3_file_control(writer->db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) != SQLITE_OK ||
        !log || !log->pMethods)
        return error_set(err, ERR_INTERNAL, "%s has no log to sync", sq_path(writer->db));
    const int rc = log->pMethods->xSync(log, SQLITE_SYNC_NORMAL);
    if (rc == SQLITE_OK)
        return 0;
    return error_set(err, ERR_IO,
                     "%s-wal could not be synced (SQLite %d): what the disk holds is not certain; "
                     "nothing more is stored; look at the disk, then stop copydesk and start it "
                     "again",
                     sq_path(writer->db), rc);
}

/* A commit that finds the log too long would bring it home itself, and who waits for that commit
 * would wait for two more syncs and some megabytes. So the writer's thread chooses the time. */
static int log_grew(void *data, sqlite3 *db, const char *name, int pages)
{
    struct engine_writer *writer = data;
    (void)db;
    (void)name;
    writer->log_pages = (size_t)pages;
    return SQLITE_OK;
}

void writer_follow_log(struct engine_writer *writer)
{
    sqlite3_wal_hook(writer->db, log_grew, writer);
}

enum store_upkeep writer_upkeep_due(struct engine_writer *writer)
{
    return writer->log_pages >= LIMIT(LOG_PAGES)       ? UPKEEP_NOW
           : writer->log_pages >= LIMIT(LOG_PAGES) / 4 ? UPKEEP_AT_LEISURE
                                                       : UPKEEP_NONE;
}

/* The first write into a log that was brought home begins it anew, with a sync of its own; so one
 * is made that nobody waits for. SQLite leaves out what changes no byte, hence there and back. When
 * it fails the next write will say so. */
static void begin_log(struct engine_writer *writer)
{
    sq_exec(writer->db,
            "BEGIN IMMEDIATE; UPDATE meta SET value=value+1 WHERE key='seq';"
            "UPDATE meta SET value=value-1 WHERE key='seq'; COMMIT",
            NULL);
    if (!sqlite3_get_autocommit(writer->db))
        sq_exec(writer->db, "ROLLBACK", NULL);
}

/* What readers still look at stays in the log until another time. */
void writer_upkeep(struct engine_writer *writer)
{
    if (sqlite3_wal_checkpoint_v2(writer->db, "main", SQLITE_CHECKPOINT_PASSIVE, NULL, NULL) ==
        SQLITE_OK)
        begin_log(writer);
    writer->log_pages = 0;
}

/* What the log holds is in it alone: without its name it would be gone when the host is killed. */
void writer_save_log(struct engine_writer *writer)
{
    writer->misplaced = true;
    if (place_has_database(&writer->place))
        sqlite3_wal_checkpoint_v2(writer->db, "main", SQLITE_CHECKPOINT_FULL, NULL, NULL);
}

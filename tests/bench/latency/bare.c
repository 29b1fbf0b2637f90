#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "latency.h"

#define FILE_MOST 65536

static int insert(sqlite3_stmt *statement, const char *path)
{
    static char bytes[FILE_MOST];
    FILE_AUTO int fd = open(path, O_RDONLY | O_CLOEXEC);
    const ssize_t len = fd < 0 ? -1 : read(fd, bytes, sizeof bytes);
    if (len < 0)
        return -1;
    sqlite3_reset(statement);
    sqlite3_bind_text(statement, 1, bytes, (int)len, SQLITE_STATIC);
    return sqlite3_step(statement) == SQLITE_DONE ? 0 : -1; /* a transaction of its own */
}

static int take_events(int watch, sqlite3_stmt *statement, const char *folder)
{
    char events[4096] __attribute__((aligned(__alignof__(struct inotify_event)))), path[4200];
    const ssize_t len = read(watch, events, sizeof events);
    for (ssize_t at = 0; at < len;) {
        const struct inotify_event *event = (const struct inotify_event *)(events + at);
        snprintf(path, sizeof path, "%s/%s", folder, event->name);
        if (insert(statement, path) < 0)
            return -1;
        at += (ssize_t)(sizeof *event + event->len);
    }
    return len > 0 ? 0 : -1;
}

/* As the desk's store is: a log that is synced at each commit. */
static sqlite3 *open_store(const char *store)
{
    sqlite3 *db = NULL;
    if (sqlite3_open(store, &db) == SQLITE_OK &&
        sqlite3_exec(db,
                     "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                     "CREATE VIRTUAL TABLE texts USING fts5(body)",
                     NULL, NULL, NULL) == SQLITE_OK)
        return db;
    fprintf(stderr, "latency: %s: %s\n", store, sqlite3_errmsg(db));
    sqlite3_close(db);
    return NULL;
}

int bare_loop(const char *folder, const char *store)
{
    sqlite3 *db = open_store(store);
    sqlite3_stmt *statement = NULL;
    const int watch = inotify_init1(IN_CLOEXEC);
    if (!db || watch < 0 || inotify_add_watch(watch, folder, IN_CLOSE_WRITE) < 0 ||
        sqlite3_prepare_v2(db, "INSERT INTO texts VALUES(?)", -1, &statement, NULL) != SQLITE_OK)
        return 1;
    while (take_events(watch, statement, folder) == 0)
        continue;
    return 1;
}

/* ---- looking ---- */

struct bare_reader {
    sqlite3 *db;
    sqlite3_stmt *statement;
};

struct bare_reader *bare_open(const char *store)
{
    struct bare_reader *reader = mem_zero(1, sizeof *reader);
    for (int tries = 0; reader && tries < 500; tries++, usleep(10000)) {
        if (sqlite3_open_v2(store, &reader->db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
            sqlite3_prepare_v2(reader->db, "SELECT 1 FROM texts WHERE texts MATCH ?", -1,
                               &reader->statement, NULL) == SQLITE_OK)
            return reader;
        sqlite3_close(reader->db);
        reader->db = NULL;
    }
    mem_free(reader);
    return NULL;
}

bool bare_finds(struct bare_reader *reader, const char *word)
{
    sqlite3_bind_text(reader->statement, 1, word, -1, SQLITE_STATIC);
    const bool found = sqlite3_step(reader->statement) == SQLITE_ROW;
    sqlite3_reset(reader->statement);
    return found;
}

void bare_close(struct bare_reader *reader)
{
    if (!reader)
        return;
    sqlite3_finalize(reader->statement);
    sqlite3_close(reader->db);
    mem_free(reader);
}

#include "store/sqlite/connection.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/limits.h"

const char *sq_path(sqlite3 *db)
{
    const char *path = db ? sqlite3_db_filename(db, "main") : NULL;
    return path && *path ? path : "the store";
}

static int disk_full(const char *path, const char *what, struct error *err)
{
    return error_set(err, ERR_IO,
                     "the disk is full: %s in %s failed and nothing of it was written; free some "
                     "space and try again",
                     what, path);
}

static int read_only(const char *path, const char *what, struct error *err)
{
    return error_set(err, ERR_DENIED,
                     "%s is read-only: %s is not possible; check the owner and the permissions of "
                     "the file and its folder, and how the file system is mounted",
                     path, what);
}

static int damaged(const char *path, const char *what, const char *said, struct error *err)
{
    return error_set(err, ERR_CORRUPT,
                     "%s is damaged (%s, while %s); keep it, and restore the desk from a copy",
                     path, said, what);
}

static int file_errno(sqlite3_file *file)
{
    int number = 0;
    if (file && file->pMethods)
        file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &number);
    return number;
}

/* sqlite3_system_errno() knows nothing of errors inside a COMMIT; the files do, the log above all.
 * A write that was cut short has no number at all: then the file system is asked for room. */
static int find_errno(sqlite3 *db, const char *path)
{
    sqlite3_file *log = NULL, *file = NULL;
    struct statvfs room;
    int number = sqlite3_system_errno(db);
    if (number == 0 &&
        sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) == SQLITE_OK)
        number = file_errno(log);
    if (number == 0 &&
        sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK)
        number = file_errno(file);
    if (number == 0 && statvfs(path, &room) == 0 && room.f_bavail * room.f_frsize < MIB)
        number = ENOSPC;
    return number;
}

static int input_output(sqlite3 *db, const char *path, const char *what, struct error *err)
{
    int number = find_errno(db, path);
    if (number == ENOSPC || number == EDQUOT || number == EFBIG)
        return disk_full(path, what, err);
    if (number == EACCES || number == EPERM || number == EROFS)
        return read_only(path, what, err);
    int code = number == ENOENT ? ERR_NOTFOUND : ERR_IO;
    return error_set(err, code, "%s: %s failed: %s (SQLite %d)%s%s", path, what, sqlite3_errmsg(db),
                     sqlite3_extended_errcode(db), number ? ": " : "",
                     number ? strerror(number) : "");
}

static int classify(sqlite3 *db, int rc, const char *path, const char *what, struct error *err)
{
    switch (rc & 0xff) {
    case SQLITE_FULL:
        return disk_full(path, what, err);
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
        if (rc == SQLITE_IOERR_NOMEM)
            return error_set(err, ERR_NOMEM, "out of memory while %s in %s", what, path);
        return input_output(db, path, what, err);
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return read_only(path, what, err);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return error_set(err, ERR_BUSY, "%s is in use by another process; try again later", path);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return damaged(path, what, sqlite3_errmsg(db), err);
    case SQLITE_NOMEM:
        return error_set(err, ERR_NOMEM, "out of memory while %s in %s", what, path);
    case SQLITE_TOOBIG:
        return error_set(err, ERR_LIMIT, "%s: %s: a text is too long for the store", path, what);
    default:
        return error_set(err, ERR_INTERNAL, "%s: %s failed: %s (SQLite %d)", path, what,
                         sqlite3_errmsg(db), rc);
    }
}

int sq_error(sqlite3 *db, const char *what, struct error *err)
{
    if (!db)
        return error_set(err, ERR_NOMEM, "out of memory while %s", what);
    return classify(db, sqlite3_extended_errcode(db), sq_path(db), what, err);
}

/* Once a process, before the first connection: counting every allocation costs a mutex each, and
 * nobody asks for the count. Too late (a test has begun already) is fine. */
static void configure(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

/* Cache sizes are given in KiB, as negative numbers. The writer's journal is cut back after a
 * checkpoint, so that one large transaction does not leave a large file for ever. */
static int set_up(sqlite3 *db, enum connection_use use, struct error *err)
{
    char sql[400];
    bool reads = use == CONNECTION_READ;
    unsigned long cache = reads ? LIMIT(CACHE_READER_BYTES) : LIMIT(CACHE_WRITER_BYTES);
    sqlite3_snprintf(sizeof sql, sql,
                     "PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF;"
                     "PRAGMA cell_size_check=ON; PRAGMA cache_size=-%lu; %s",
                     cache / KIB,
                     reads ? "PRAGMA query_only=ON"
                           : "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
                             "PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint=0;"
                             "PRAGMA secure_delete=FAST;"
                             "PRAGMA journal_size_limit=67108864");
    sqlite3_busy_timeout(db, (int)LIMIT(STORE_WAIT_MS));
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    return sq_exec(db, sql, err);
}

/* The path as a URI, so that "mode=ro" can be said; '?', '#' and '%' of the path are escaped. */
static char *make_uri(const char *path, const char *query)
{
    static const char digits[] = "0123456789ABCDEF";
    char *uri = mem_alloc(strlen(path) * 3 + strlen(query) + sizeof "file:?");
    if (!uri)
        return NULL;
    char *to = uri + sizeof "file:" - 1;
    memcpy(uri, "file:", sizeof "file:" - 1);
    for (; *path; path++) {
        unsigned char byte = (unsigned char)*path;
        if (byte == '?' || byte == '#' || byte == '%') {
            *to++ = '%';
            *to++ = digits[byte >> 4];
            *to++ = digits[byte & 15];
        } else {
            *to++ = *path;
        }
    }
    *to++ = '?';
    memcpy(to, query, strlen(query) + 1);
    return uri;
}

static int open_uri(const char *path, const char *query, int flags, enum connection_use use,
                    sqlite3 **out, struct error *err)
{
    MEM_AUTO char *uri = make_uri(path, query);
    if (!uri)
        return error_set(err, ERR_NOMEM, "out of memory while opening %s", path);
    sqlite3 *db = NULL;
    flags |= SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    int rc = sqlite3_open_v2(uri, &db, flags, NULL);
    rc = rc == SQLITE_OK ? set_up(db, use, err)
         : db            ? classify(db, rc, path, "opening it", err)
                         : error_set(err, ERR_NOMEM, "out of memory while opening %s", path);
    if (rc < 0) {
        sqlite3_close(db);
        return rc;
    }
    *out = db;
    return 0;
}

/* Readers of a WAL database want its shared memory file. In a folder that cannot be written, after
 * a writer that closed well, there is none and none can be made, but then nothing is written
 * either: the file alone is the whole store, and may be read as one that does not change. */
static bool can_be_frozen(const char *path, int code)
{
    MEM_AUTO char *wal = mem_alloc(strlen(path) + sizeof "-wal");
    if (!wal)
        return false;
    stpcpy(stpcpy(wal, path), "-wal");
    return (code == ERR_IO || code == ERR_DENIED || code == ERR_NOTFOUND) && access(wal, F_OK) != 0;
}

static int open_reader(const char *path, sqlite3 **out, struct error *err)
{
    int64_t version;
    int rc = open_uri(path, "mode=ro", SQLITE_OPEN_READONLY, CONNECTION_READ, out, err);
    if (rc == 0 && (rc = sq_number(*out, "PRAGMA user_version", &version, err)) < 0) {
        sqlite3_close(*out);
        *out = NULL;
    }
    if (rc == 0 || !can_be_frozen(path, rc))
        return rc;
    return open_uri(path, "mode=ro&immutable=1", SQLITE_OPEN_READONLY, CONNECTION_READ, out, err);
}

/* A folder without its file has lost it; without the folder there never was one. */
static int no_store(const char *dir, struct error *err)
{
    return error_set(
        err, ERR_NOTFOUND,
        access(dir, F_OK) == 0
            ? "the store in %s is gone: put store.db back, or restore it from a copy (a "
              "store.db-wal that lies there goes with the lost one: remove it "
              "first), or remove that folder, and the next `copydesk ingest` makes an "
              "empty store"
            : "there is no store in %s yet: `copydesk ingest` makes one",
        dir);
}

int connection_open(const char *dir, enum connection_use use, sqlite3 **out, struct error *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, configure);
    *out = NULL;
    MEM_AUTO char *path = file_join(dir, CONNECTION_FILE);
    if (!path)
        return error_set(err, ERR_NOMEM, "out of memory while opening the store in %s", dir);
    struct stat info;
    bool there = stat(path, &info) == 0;
    if (use == CONNECTION_CREATE && there)
        return error_set(err, ERR_EXISTS, "%s is there already", path);
    if (use != CONNECTION_CREATE && !there)
        return errno == EACCES ? error_errno(err, errno, "cannot open %s", path)
                               : no_store(dir, err);
    if (there && !S_ISREG(info.st_mode))
        return error_set(err, ERR_CORRUPT, "%s is no file; restore it from a copy", path);
    if (use == CONNECTION_READ)
        return open_reader(path, out, err);
    int flags = SQLITE_OPEN_READWRITE | (use == CONNECTION_CREATE ? SQLITE_OPEN_CREATE : 0);
    return open_uri(path, use == CONNECTION_CREATE ? "mode=rwc" : "mode=rw", flags, use, out, err);
}

void connection_close(sqlite3 *db)
{
    sqlite3_close_v2(db);
}

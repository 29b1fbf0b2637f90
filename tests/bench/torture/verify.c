/* Everything is looked at from outside: the folders, the store by SQLite, and `copydesk check`. */
#include <dirent.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/hash.h"
#include "torture.h"

enum place { PLACE_DONE, PLACE_DUPLICATE, PLACE_FAILED, PLACES };
static const char *const places[] = {"done", "duplicate", "failed"};

struct seen {
    unsigned in[PLACES];
};

unsigned folder_entries(const char *path)
{
    unsigned count = 0;
    const struct dirent *entry;
    DIR *dir = opendir(path);
    while (dir && (entry = readdir(dir)) != NULL)
        count += entry->d_name[0] != '.';
    if (dir)
        closedir(dir);
    return count;
}

#define TELL_MOST 20 /* more of the same tell no more */

static void tell(const struct findings *found, const char *what, size_t which, const char *more)
{
    if (found->lost + found->doubled + found->broken <= TELL_MOST)
        fprintf(stderr, "torture: %s: content %zu%s%s\n", what, which, *more ? ": " : "", more);
}

/* ---- folders ---- */

/* The number in its text, when the text is whole. */
static bool read_number(const struct drops *drops, const char *path, size_t *which)
{
    char text[DROP_TEXT_MAX];
    BUF_AUTO struct buf bytes = BUF_INIT;
    if (file_read(path, DROP_TEXT_MAX, &bytes, NULL, NULL) < 0 || !bytes.at)
        return false;
    const char *mark = strstr(bytes.at, DROP_MARK);
    if (!mark)
        return false;
    *which = strtoul(mark + strlen(DROP_MARK), NULL, 10);
    return *which < drops->count && drops_text(drops, *which, text, sizeof text) == bytes.len &&
           memcmp(text, bytes.at, bytes.len) == 0;
}

static void look_at_file(const struct drops *drops, const char *path, enum place place,
                         struct seen *seen, struct findings *found)
{
    size_t which = 0;
    if (str_ends(str_of(path), ".error.json"))
        return;
    if (read_number(drops, path, &which)) {
        seen[which].in[place]++;
        return;
    }
    found->broken++;
    tell(found, "a file is not what was dropped", which, path);
}

static void look_into(const struct desk_under *desk, const struct drops *drops, enum place place,
                      struct seen *seen, struct findings *found)
{
    char path[1400];
    const struct dirent *entry;
    snprintf(path, sizeof path, "%s/%s", desk->dir, places[place]);
    DIR *dir = opendir(path);
    while (dir && (entry = readdir(dir)) != NULL) {
        snprintf(path, sizeof path, "%s/%s/%s", desk->dir, places[place], entry->d_name);
        if (entry->d_name[0] != '.')
            look_at_file(drops, path, place, seen, found);
    }
    if (dir)
        closedir(dir);
}

/* The first of the same bytes is done (or failed), each other a duplicate. */
static void judge_files(const struct content *content, const struct seen *seen, size_t which,
                        struct findings *found)
{
    char more[160];
    const unsigned once = content->files > 0;
    const unsigned *in = seen->in;
    const unsigned all = in[PLACE_DONE] + in[PLACE_DUPLICATE] + in[PLACE_FAILED];
    const unsigned first = content->articles ? in[PLACE_DONE] : in[PLACE_FAILED];
    snprintf(more, sizeof more, "%u files dropped, %u in done, %u in duplicate, %u in failed",
             content->files, in[PLACE_DONE], in[PLACE_DUPLICATE], in[PLACE_FAILED]);
    found->done += in[PLACE_DONE];
    found->duplicate += in[PLACE_DUPLICATE];
    found->failed += in[PLACE_FAILED];
    if (all < content->files) {
        found->lost += content->files - all;
        tell(found, "lost", which, more);
    } else if (all > content->files) {
        found->doubled += all - content->files;
        tell(found, "doubled", which, more);
    } else if (first != once) {
        found->broken++;
        tell(found, "in the wrong folder", which, more);
    }
}

static int verify_folders(const struct desk_under *desk, const struct drops *drops,
                          struct findings *found)
{
    struct seen *seen = mem_zero(drops->count + 1, sizeof *seen);
    if (!seen)
        return -1;
    for (unsigned place = 0; place < PLACES; place++)
        look_into(desk, drops, (enum place)place, seen, found);
    for (size_t i = 0; i < drops->count; i++)
        judge_files(&drops->contents[i], &seen[i], i, found);
    mem_free(seen);
    return 0;
}

/* ---- the store ---- */

long long count_of(sqlite3 *db, const char *sql)
{
    long long count = -1;
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        count = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    if (count < 0)
        fprintf(stderr, "torture: %s: %s\n", sql, sqlite3_errmsg(db));
    return count;
}

static void expect_count(sqlite3 *db, const char *what, const char *sql, long long wanted,
                         unsigned *less, unsigned *more)
{
    const long long count = count_of(db, sql);
    if (count == wanted)
        return;
    fprintf(stderr, "torture: %s: %lld, and not %lld\n", what, count, wanted);
    if (count < wanted)
        *less += (unsigned)(wanted - count);
    else
        *more += (unsigned)(count - wanted);
}

/* What is in the store of one content, by its hash. */
static void judge_document(sqlite3_stmt *statement, const struct drops *drops, size_t which,
                           struct findings *found)
{
    char text[DROP_TEXT_MAX], more[120];
    struct hash hash;
    const struct content *content = &drops->contents[which];
    hash_bytes(text, drops_text(drops, which, text, sizeof text), &hash);
    sqlite3_reset(statement);
    sqlite3_bind_blob(statement, 1, hash.bytes, HASH_SIZE, SQLITE_TRANSIENT);
    if (sqlite3_step(statement) != SQLITE_ROW) {
        found->lost++;
        tell(found, "no document", which, "");
        return;
    }
    const char *state = (const char *)sqlite3_column_text(statement, 0);
    const unsigned pieces = (unsigned)sqlite3_column_int(statement, 1);
    const char *wanted = content->articles ? "done" : "failed";
    if (pieces == content->articles && strcmp(state, wanted) == 0)
        return;
    snprintf(more, sizeof more, "%s with %u articles, and not %s with %u", state, pieces, wanted,
             content->articles);
    found->lost += pieces < content->articles;
    found->doubled += pieces > content->articles;
    found->broken += pieces == content->articles;
    tell(found, "a document is not what it should be", which, more);
}

static void judge_documents(sqlite3 *db, const struct drops *drops, struct findings *found)
{
    sqlite3_stmt *statement = NULL;
    long long failing = 0;
    if (sqlite3_prepare_v2(db,
                           "SELECT state, (SELECT count(*) FROM article_documents a"
                           " WHERE a.document_id = d.id) FROM documents d WHERE hash = ?",
                           -1, &statement, NULL) != SQLITE_OK) {
        fprintf(stderr, "torture: %s\n", sqlite3_errmsg(db));
        found->broken++;
        return;
    }
    for (size_t i = 0; i < drops->count; i++) {
        const struct content *content = &drops->contents[i];
        if (content->files == 0 && !content->piped)
            continue;
        found->documents++;
        found->articles += content->articles;
        failing += content->articles == 0;
        judge_document(statement, drops, i, found);
    }
    sqlite3_finalize(statement);
    expect_count(db, "documents in quarantine", "SELECT count(*) FROM quarantine", failing,
                 &found->lost, &found->doubled);
}

static int verify_store(const struct desk_under *desk, const struct drops *drops,
                        const struct jobs *jobs, struct findings *found)
{
    char path[700];
    sqlite3 *db = NULL;
    snprintf(path, sizeof path, "%s/.copydesk/store.db", desk->dir);
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK) {
        fprintf(stderr, "torture: %s: %s\n", path, sqlite3_errmsg(db));
        sqlite3_close(db);
        return -1;
    }
    judge_documents(db, drops, found);
    expect_count(db, "documents", "SELECT count(*) FROM documents", found->documents, &found->lost,
                 &found->doubled);
    expect_count(db, "articles", "SELECT count(*) FROM articles", found->articles, &found->lost,
                 &found->doubled);
    expect_count(db, "versions", "SELECT count(*) FROM versions", found->articles, &found->lost,
                 &found->doubled);
    jobs_verify(jobs, desk, db, found);
    sqlite3_close(db);
    return 0;
}

int verify(const struct desk_under *desk, const struct drops *drops, const struct jobs *jobs,
           struct findings *out)
{
    static const char *const check[] = {"check", NULL};
    *out = (struct findings){0};
    if (verify_folders(desk, drops, out) < 0 || verify_store(desk, drops, jobs, out) < 0)
        return -1;
    if (desk_command(desk, check, NULL) != 0) {
        fprintf(stderr, "torture: copydesk check failed\n");
        out->broken++;
    }
    return 0;
}

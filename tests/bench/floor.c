/* The floor: what a bare C loop takes that inserts the same rows into the same schema, with the
 * same pragmas and page cache, and with index words that were computed beforehand, in batches of
 * 1,000 articles. Only inserting, committing and closing is timed; reading the rows is not. */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "bench.h"
#include "plugin/native.h"
#include "plugin/registry.h"
#include "rows.h"
#include "store/sqlite/connection.h"
#include "store/store.h"

struct floor {
    sqlite3 *db;
    sqlite3_stmt *insert[ROWS_TABLES], *index;
    const struct rows_words *words; /* of the next text that FTS5 asks about */
    int64_t cpu_us;
    uint64_t articles;
    struct error err;
};

/* ---- the tokenizer: gives the words that are there ---- */

static int create(void *context, const char **args, int count, Fts5Tokenizer **out)
{
    (void)args;
    (void)count;
    *out = context;
    return SQLITE_OK;
}

static void delete_instance(Fts5Tokenizer *instance)
{
    (void)instance;
}

static int tokenize(Fts5Tokenizer *instance, void *context, int flags, const char *bytes, int size,
                    int (*sink)(void *, int, const char *, int, int, int))
{
    struct floor *floor = (struct floor *)(void *)instance;
    const struct rows_words *words = floor->words++;
    int rc = SQLITE_OK;
    (void)flags;
    (void)bytes;
    if ((size_t)size != words->text.len)
        return SQLITE_INTERNAL;
    for (size_t i = 0; rc == SQLITE_OK && i < words->count; i++) {
        const struct desk_word *word = &words->at[i];
        rc = sink(context, 0, word->folded, (int)word->folded_size, (int)word->start,
                  (int)word->end);
    }
    return rc;
}

static int register_tokenizer(struct floor *floor)
{
    static fts5_tokenizer functions = {create, delete_instance, tokenize};
    fts5_api *api = NULL;
    SQ_AUTO sqlite3_stmt *stmt = NULL;
    if (sq_prepare(floor->db, "SELECT fts5(?1)", false, &stmt, &floor->err) < 0)
        return -1;
    sqlite3_bind_pointer(stmt, 1, &api, "fts5_api_ptr", NULL);
    sqlite3_step(stmt);
    if (!api || api->xCreateTokenizer(api, "copydesk", floor, &functions, NULL) != SQLITE_OK)
        return error_set(&floor->err, ERR_INTERNAL, "cannot register the tokenizer");
    return 0;
}

/* ---- the loop ---- */

static void bind_cell(sqlite3_stmt *stmt, int at, const struct rows_cell *cell)
{
    switch (cell->type) {
    case SQLITE_INTEGER:
        sqlite3_bind_int64(stmt, at, cell->integer);
        break;
    case SQLITE_FLOAT:
        sqlite3_bind_double(stmt, at, cell->real);
        break;
    case SQLITE_TEXT:
        sqlite3_bind_text(stmt, at, cell->bytes, cell->len, SQLITE_STATIC);
        break;
    case SQLITE_BLOB:
        sqlite3_bind_blob(stmt, at, cell->bytes, cell->len, SQLITE_STATIC);
        break;
    default:
        sqlite3_bind_null(stmt, at);
    }
}

static int insert_row(struct floor *floor, sqlite3_stmt *stmt, const struct rows_row *row,
                      int columns)
{
    for (int i = 0; i < columns; i++)
        bind_cell(stmt, i + 1, &row->cells[i]);
    int rc = sqlite3_step(stmt);
    sqlite3_reset(stmt);
    return rc == SQLITE_DONE ? 0 : sq_error(floor->db, "inserting", &floor->err);
}

static int insert_words(struct floor *floor, const struct rows_article *article)
{
    floor->words = article->texts;
    sqlite3_bind_int64(floor->index, 1, article->id);
    for (int i = 0; i < ROWS_FTS_TEXTS; i++)
        sqlite3_bind_text(floor->index, i + 2, article->texts[i].text.at,
                          (int)article->texts[i].text.len, SQLITE_STATIC);
    /* an empty text must not be NULL: FTS5 would not ask for its words */
    for (int i = 0; i < ROWS_FTS_TEXTS; i++)
        if (!article->texts[i].text.at)
            sqlite3_bind_text(floor->index, i + 2, "", 0, SQLITE_STATIC);
    int rc = sqlite3_step(floor->index);
    sqlite3_reset(floor->index);
    return rc == SQLITE_DONE ? 0 : sq_error(floor->db, "indexing", &floor->err);
}

static int insert_batch(struct floor *floor, struct rows_batch *batch)
{
    int rc = sq_exec(floor->db, "BEGIN IMMEDIATE", &floor->err);
    for (size_t i = 0; rc == 0 && i < batch->count; i++) {
        for (int table = 0; rc == 0 && table < ROWS_TABLES; table++) {
            struct rows_row **at = &batch->tables[table];
            for (; rc == 0 && *at && (*at)->place == batch->articles[i].id; *at = (*at)->next)
                rc = insert_row(floor, floor->insert[table], *at, batch->columns[table]);
        }
        if (rc == 0)
            rc = insert_words(floor, &batch->articles[i]);
    }
    return rc < 0 ? rc : sq_exec(floor->db, "COMMIT", &floor->err);
}

/* ---- around it ---- */

static int prepare(struct floor *floor, sqlite3 *source)
{
    static const char marks[] = "?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?";
    char sql[256];
    for (int i = 0; i < ROWS_TABLES; i++) {
        SQ_AUTO sqlite3_stmt *stmt = NULL;
        snprintf(sql, sizeof sql, "SELECT * FROM %s", rows_table_names[i]);
        if (sq_prepare(source, sql, false, &stmt, &floor->err) < 0)
            return -1;
        int columns = sqlite3_column_count(stmt);
        if (columns > ROWS_COLUMNS)
            return error_set(&floor->err, ERR_LIMIT, "%s: too many columns", rows_table_names[i]);
        snprintf(sql, sizeof sql, "INSERT INTO %s VALUES(%.*s)", rows_table_names[i],
                 2 * columns - 1, marks);
        if (sq_prepare(floor->db, sql, true, &floor->insert[i], &floor->err) < 0)
            return -1;
    }
    return sq_prepare(floor->db,
                      "INSERT INTO article_fts(rowid, headline, body, captions, tags)"
                      " VALUES(?1, ?2, ?3, ?4, ?5)",
                      true, &floor->index, &floor->err);
}

/* The few rows that all articles share. */
static int copy_plugins(struct floor *floor, sqlite3 *source)
{
    SQ_AUTO sqlite3_stmt *from = NULL, *to = NULL;
    int rc = sq_prepare(source, "SELECT * FROM plugins", false, &from, &floor->err);
    if (rc == 0)
        rc =
            sq_prepare(floor->db, "INSERT INTO plugins VALUES(?,?,?,?,?)", false, &to, &floor->err);
    while (rc == 0 && (rc = sq_row(from, &floor->err)) > 0) {
        for (int i = 0; i < 5; i++)
            sqlite3_bind_value(to, i + 1, sqlite3_column_value(from, i));
        rc = sq_run(to, &floor->err);
    }
    return rc;
}

static int insert_all(struct floor *floor, struct rows *rows)
{
    struct rows_batch batch;
    int rc = rows_next(rows, &batch, &floor->err);
    while (rc == 0 && batch.count > 0) {
        int64_t begun = clock_process_cpu_us();
        rc = insert_batch(floor, &batch);
        floor->cpu_us += clock_process_cpu_us() - begun;
        floor->articles += batch.count;
        if (rc == 0)
            rc = rows_next(rows, &batch, &floor->err);
    }
    for (int i = 0; i < ROWS_TABLES; i++)
        sqlite3_finalize(floor->insert[i]);
    sqlite3_finalize(floor->index);
    return rc;
}

static const struct desk_text_api *open_text(struct error *err)
{
    MEM_AUTO char *folder = NULL;
    if (registry_native_folder(&folder, err) < 0)
        return NULL;
    struct native_registry *natives = native_registry_new(folder, err);
    if (!natives || native_load_installed(natives, err) < 0)
        return NULL;
    return native_service(natives, DESK_TEXT_SERVICE, DESK_TEXT_VERSION, err);
}

/* In the host the store's thread syncs each group of articles and brings the log home when it is
 * long; the connection does neither. Here SQLite is asked to do both. */
static int set_up(struct floor *floor)
{
    char sql[80];
    snprintf(sql, sizeof sql, "PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=%lu",
             LIMIT(LOG_PAGES));
    return sq_exec(floor->db, sql, &floor->err);
}

static int open_floor(struct floor *floor, const char *from, const char *to, struct rows **rows)
{
    struct error *err = &floor->err;
    const struct desk_text_api *text = open_text(err);
    MEM_AUTO char *store = file_join(from, ".copydesk");
    if (!text || !store)
        return -1;
    if (mkdir(to, 0700) < 0)
        return error_errno(err, errno, "%s", to);
    int rc = store_create(to, err);
    if (rc == 0)
        rc = connection_open(to, CONNECTION_WRITE, &floor->db, err);
    if (rc == 0)
        rc = set_up(floor);
    if (rc == 0)
        rc = register_tokenizer(floor);
    if (rc == 0)
        rc = rows_open(store, text, rows, err);
    if (rc == 0)
        rc = prepare(floor, rows_db(*rows));
    return rc < 0 ? rc : copy_plugins(floor, rows_db(*rows));
}

int part_floor(int argc, char **argv)
{
    struct floor floor = {0};
    struct rows *rows = NULL;
    if (argc != 3)
        return bench_fail(argv[0], "wants DESK DIR");
    int rc = open_floor(&floor, argv[1], argv[2], &rows);
    if (rc == 0)
        rc = insert_all(&floor, rows);
    if (rc < 0)
        return bench_fail(argv[0], floor.err.text);
    rows_close(rows);
    int64_t begun = clock_process_cpu_us();
    connection_close(floor.db);
    floor.cpu_us += clock_process_cpu_us() - begun;
    return bench_print(json_pack("{s:I,s:I}", "articles", (json_int_t)floor.articles, "cpu_us",
                                 (json_int_t)floor.cpu_us));
}

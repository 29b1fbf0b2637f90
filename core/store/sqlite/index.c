#include "store/sqlite/index.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "store/sqlite/connection.h"

/* tags in index_row: the labels as they were indexed, since the table `tags` changes.
 *
 * The options of article_fts: detail=full, since phrases need it, and ranking without it reads the
 * texts again; columnsize=1, since bm25 needs it; no prefix index, which makes each insert much
 * dearer. hashsize holds more of a group of INDEX_GROUP articles before FTS5 writes a segment: in
 * one run each over 3,000 articles 165 us an article with 1 MiB, 147 with 4, 150 with 16; the
 * differences are near the noise. */
static const char index_sql[] =
    "CREATE TABLE index_state("
    "  id INTEGER PRIMARY KEY CHECK(id = 1),"
    "  words_version INTEGER NOT NULL"
    ") STRICT;"
    "INSERT INTO index_state VALUES(1, 0);"
    "CREATE TABLE index_queue(article_id INTEGER PRIMARY KEY) STRICT;"
    "CREATE TABLE index_row("
    "  article_id INTEGER PRIMARY KEY,"
    "  version INTEGER NOT NULL,"
    "  tags TEXT NOT NULL"
    ") STRICT;"
    "CREATE VIEW indexed_text(id, headline, body, captions, tags) AS"
    "  SELECT r.article_id, v.headline, v.body, v.captions_text, r.tags"
    "  FROM index_row AS r CROSS JOIN versions AS v"
    "    ON v.article_id = r.article_id AND v.version = r.version;"
    "CREATE VIRTUAL TABLE article_fts USING fts5("
    "  headline, body, captions, tags,"
    "  content='indexed_text', content_rowid='id', tokenize='copydesk');"
    "INSERT INTO article_fts(article_fts, rank) VALUES('hashsize', 4194304);";

/* X(name, SQL) */
#define STATEMENT_MAP(X)                                                                           \
    X(WANT, "INSERT OR IGNORE INTO index_queue VALUES(?1)")                                        \
    X(UNWANT, "DELETE FROM index_queue WHERE article_id = ?1")                                     \
    X(PENDING, "SELECT article_id FROM index_queue WHERE article_id > ?1 ORDER BY 1 LIMIT ?2")     \
    X(NOW, "SELECT v.version, v.headline, v.body, v.captions_text, r.version, r.tags"              \
           " FROM articles AS a"                                                                   \
           " JOIN versions AS v ON v.article_id = a.id AND v.version = a.version"                  \
           " LEFT JOIN index_row AS r ON r.article_id = a.id WHERE a.id = ?1")                     \
    X(LABELS, "SELECT label FROM tags WHERE article_id = ?1 ORDER BY position")                    \
    X(INSERT, "INSERT INTO article_fts(rowid, headline, body, captions, tags)"                     \
              " VALUES(?1, ?2, ?3, ?4, ?5)")                                                       \
    X(DELETE, "DELETE FROM article_fts WHERE rowid = ?1")                                          \
    X(HAS_ROW, "SELECT 1 FROM index_row WHERE article_id = ?1")                                    \
    X(SET_ROW, "INSERT OR REPLACE INTO index_row VALUES(?1, ?2, ?3)")                              \
    X(DELETE_ROW, "DELETE FROM index_row WHERE article_id = ?1")                                   \
    X(VERSION, "SELECT words_version FROM index_state")                                            \
    X(SET_VERSION, "UPDATE index_state SET words_version = ?1")

enum statement {
#define STATEMENT_ENUM(name, sql) SQL_##name,
    STATEMENT_MAP(STATEMENT_ENUM)
#undef STATEMENT_ENUM
        SQL_COUNT
};

static const char *const statements[] = {
#define STATEMENT_TEXT(name, sql) sql,
    STATEMENT_MAP(STATEMENT_TEXT)
#undef STATEMENT_TEXT
};

struct indexer {
    sqlite3 *db;
    struct tokenizer *tokenizer;
    sqlite3_stmt *stmt[SQL_COUNT];
    struct buf labels; /* of the article in work, a line each */
};

int index_schema(sqlite3 *db, struct error *err)
{
    return sq_exec(db, index_sql, err);
}

/* ---- opening ---- */

void index_close(struct indexer *indexer)
{
    if (!indexer)
        return;
    for (int i = 0; i < SQL_COUNT; i++)
        sqlite3_finalize(indexer->stmt[i]);
    buf_free(&indexer->labels);
    mem_free(indexer);
}

int index_open(sqlite3 *db, struct tokenizer *tokenizer, struct indexer **out, struct error *err)
{
    int rc = 0;
    struct indexer *indexer = mem_zero(1, sizeof(*indexer));
    if (!indexer)
        return error_set(err, ERR_NOMEM, "out of memory opening the index");
    indexer->db = db;
    indexer->tokenizer = tokenizer;
    for (int i = 0; rc >= 0 && i < SQL_COUNT; i++)
        rc = sq_prepare(db, statements[i], true, &indexer->stmt[i], err);
    if (rc < 0) {
        index_close(indexer);
        return error_wrap(err, "opening the index");
    }
    *out = indexer;
    return 0;
}

/* ---- one article ---- */

static int run_with_id(struct indexer *indexer, enum statement which, int64_t id, struct error *err)
{
    sq_bind_int(indexer->stmt[which], 1, id);
    return sq_run(indexer->stmt[which], err);
}

/* 1 or 0: whether the statement gives a row for `id`. */
static int has_row(struct indexer *indexer, enum statement which, int64_t id, struct error *err)
{
    sq_bind_int(indexer->stmt[which], 1, id);
    int rc = sq_row(indexer->stmt[which], err);
    sq_done(indexer->stmt[which]);
    return rc;
}

/* FTS5 reads the text of the delete from indexed_text, so index_row must still say what the index
 * holds. */
static int remove_row(struct indexer *indexer, int64_t id, struct error *err)
{
    return run_with_id(indexer, SQL_DELETE, id, err);
}

/* Into indexer->labels. A loop takes a third of what group_concat() over a sorted subquery takes.
 */
static int read_labels(struct indexer *indexer, int64_t id, struct error *err)
{
    sqlite3_stmt *stmt = indexer->stmt[SQL_LABELS];
    int rc;
    buf_clear(&indexer->labels);
    sq_bind_int(stmt, 1, id);
    for (size_t i = 0; (rc = sq_row(stmt, err)) > 0; i++) {
        if (i > 0)
            buf_byte(&indexer->labels, '\n');
        buf_str(&indexer->labels, sq_text(stmt, 0));
    }
    if (rc == 0 && buf_failed(&indexer->labels))
        rc = error_set(err, ERR_NOMEM, "out of memory for an article's labels");
    return rc;
}

/* `now` stands on a row of SQL_NOW; what is bound are its own bytes. */
static int add_row(struct indexer *indexer, sqlite3_stmt *now, int64_t id, struct error *err)
{
    sqlite3_stmt *row = indexer->stmt[SQL_SET_ROW], *words = indexer->stmt[SQL_INSERT];
    sq_bind_int(row, 1, id);
    sq_bind_int(row, 2, sqlite3_column_int64(now, 0));
    sq_bind_text(row, 3, buf_view(&indexer->labels));
    int rc = sq_run(row, err);
    if (rc < 0)
        return rc;
    sq_bind_int(words, 1, id);
    for (int i = 0; i < 3; i++)
        sq_bind_text(words, i + 2, sq_text(now, i + 1));
    sq_bind_text(words, 5, buf_view(&indexer->labels));
    return sq_run(words, err);
}

static int index_changed(struct indexer *indexer, sqlite3_stmt *now, int64_t id, struct error *err)
{
    const bool indexed = sqlite3_column_type(now, 4) != SQLITE_NULL;
    int rc = read_labels(indexer, id, err);
    if (rc == 0 && indexed && sqlite3_column_int64(now, 4) == sqlite3_column_int64(now, 0) &&
        str_same(sq_text(now, 5), buf_view(&indexer->labels)))
        return 0;
    if (rc == 0 && indexed)
        rc = remove_row(indexer, id, err);
    return rc < 0 ? rc : add_row(indexer, now, id, err);
}

static int wrap_service(struct indexer *indexer, int64_t id, struct error *err)
{
    const char *said = tokenizer_message(indexer->tokenizer);
    return error_wrap(err, "indexing article %lld%s%s", (long long)id, *said ? ": " : "", said);
}

int index_article(struct indexer *indexer, int64_t article_id, struct error *err)
{
    sqlite3_stmt *now = indexer->stmt[SQL_NOW];
    sq_bind_int(now, 1, article_id);
    int rc = sq_row(now, err);
    if (rc > 0)
        rc = index_changed(indexer, now, article_id, err);
    sq_done(now);
    if (rc >= 0)
        rc = run_with_id(indexer, SQL_UNWANT, article_id, err);
    return rc < 0 ? wrap_service(indexer, article_id, err) : 0;
}

int index_want(struct indexer *indexer, int64_t article_id, struct error *err)
{
    return run_with_id(indexer, SQL_WANT, article_id, err);
}

int index_forget(struct indexer *indexer, int64_t article_id, struct error *err)
{
    int rc = has_row(indexer, SQL_HAS_ROW, article_id, err);
    if (rc > 0)
        rc = remove_row(indexer, article_id, err);
    if (rc >= 0)
        rc = run_with_id(indexer, SQL_DELETE_ROW, article_id, err);
    if (rc >= 0)
        rc = run_with_id(indexer, SQL_UNWANT, article_id, err);
    return rc < 0 ? wrap_service(indexer, article_id, err) : 0;
}

int index_pending(struct indexer *indexer, int64_t after, int64_t *ids, size_t max, size_t *count,
                  struct error *err)
{
    sqlite3_stmt *stmt = indexer->stmt[SQL_PENDING];
    int rc = 0;
    *count = 0;
    sq_bind_int(stmt, 1, after);
    sq_bind_int(stmt, 2, (int64_t)max);
    while (*count < max && (rc = sq_row(stmt, err)) > 0)
        ids[(*count)++] = sqlite3_column_int64(stmt, 0);
    sq_done(stmt);
    return rc < 0 ? error_wrap(err, "reading the index queue") : 0;
}

/* ---- the whole index ---- */

int index_is_stale(struct indexer *indexer, struct error *err)
{
    sqlite3_stmt *stmt = indexer->stmt[SQL_VERSION];
    int rc = sq_row(stmt, err);
    const int64_t made_with = rc > 0 ? sqlite3_column_int64(stmt, 0) : 0;
    sq_done(stmt);
    if (rc < 0)
        return rc;
    return made_with != tokenizer_api(indexer->tokenizer)->words_version;
}

int index_rebuild(struct indexer *indexer, struct error *err)
{
    static const char rebuild[] =
        "INSERT INTO article_fts(article_fts) VALUES('rebuild');"
        "UPDATE tags SET key = desk_key(label) WHERE key <> desk_key(label);"
        "UPDATE articles SET source_key = desk_key(infosource)"
        "  WHERE source_key <> desk_key(infosource);";
    int rc = sq_exec(indexer->db, rebuild, err);
    if (rc >= 0)
        rc = run_with_id(indexer, SQL_SET_VERSION, tokenizer_api(indexer->tokenizer)->words_version,
                         err);
    return rc < 0 ? error_wrap(err, "rebuilding the index") : 0;
}

/* FTS5's check is a write for SQLite, and would keep the store's writer waiting. So what the index
 * holds is copied into temporary tables of the same kind, whose text is that of the store: as large
 * as the index, in a file without a name. 'delete-all' lets FTS5 forget the empty index that it has
 * just made. */
static const char copy_sql[] =
    "CREATE TEMP VIEW copied_text AS"
    "  SELECT id, headline, body, captions, tags FROM main.indexed_text;"
    "CREATE VIRTUAL TABLE temp.copied_fts USING fts5("
    "  headline, body, captions, tags,"
    "  content='copied_text', content_rowid='id', tokenize='copydesk');"
    "INSERT INTO copied_fts(copied_fts) VALUES('delete-all');"
    "DELETE FROM temp.copied_fts_data;"
    "INSERT INTO temp.copied_fts_data SELECT id, block FROM main.article_fts_data;"
    "DELETE FROM temp.copied_fts_idx;"
    "INSERT INTO temp.copied_fts_idx SELECT segid, term, pgno FROM main.article_fts_idx;"
    "DELETE FROM temp.copied_fts_docsize;"
    "INSERT INTO temp.copied_fts_docsize SELECT id, sz FROM main.article_fts_docsize;"
    "DELETE FROM temp.copied_fts_config;"
    "INSERT INTO temp.copied_fts_config SELECT k, v FROM main.article_fts_config;";

/* FTS5's own tables are written, which a guarded connection does not let anybody do. */
static int check_copy(sqlite3 *db, struct error *err)
{
    static const char check[] =
        "INSERT INTO copied_fts(copied_fts, rank) VALUES('integrity-check', 1)";
    int guarded = 0;
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, -1, &guarded);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
    int rc = sq_exec(db, copy_sql, err);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, guarded, NULL);
    if (rc == 0)
        rc = sq_exec(db, check, err);
    sq_exec(db, "DROP TABLE IF EXISTS temp.copied_fts; DROP VIEW IF EXISTS temp.copied_text", NULL);
    return rc;
}

int index_check(sqlite3 *db, struct error *err)
{
    struct error why = {0};
    if (check_copy(db, &why) == 0)
        return 0;
    if (why.code != ERR_CORRUPT)
        return error_set(err, why.code, "checking a copy of the index in the temporary folder: %s",
                         why.text);
    return error_set(err, ERR_CORRUPT,
                     "the word index does not hold what the articles say; "
                     "the articles are whole, the index can be rebuilt");
}

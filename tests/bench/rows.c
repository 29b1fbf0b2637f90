#include "rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/tokenizer.h"

const char *const rows_table_names[ROWS_TABLES] = {
#define ROWS_NAME(name) #name,
    ROWS_TABLE_MAP(ROWS_NAME)
#undef ROWS_NAME
};

/* The first column is the place. The batch is ?1 < article <= ?2; articles of one document have
 * ids without a gap, since a document is applied at once. */
#define BY_ARTICLE(table, id)                                                                      \
    "SELECT " id ", t.* FROM " table " t WHERE " id ">?1 AND " id "<=?2 ORDER BY 1"
#define BY_DOCUMENT(table, id)                                                                     \
    "SELECT d.place, t.* FROM (SELECT document_id AS doc, min(id) AS place FROM articles"          \
    " WHERE id>?1 AND id<=?2 GROUP BY document_id) d JOIN " table " t ON t." id                    \
    "=d.doc ORDER BY 1"

static const char *const queries[ROWS_TABLES] = {
    [ROWS_documents] = BY_DOCUMENT("documents", "id"),
    [ROWS_document_bytes] = BY_DOCUMENT("document_bytes", "document_id"),
    [ROWS_receipts] = BY_DOCUMENT("receipts", "document_id"),
    [ROWS_changes] =
        "SELECT v.place, t.* FROM (SELECT change_id AS change, min(article_id) AS place"
        " FROM versions WHERE article_id>?1 AND article_id<=?2 GROUP BY change_id) v"
        " JOIN changes t ON t.id=v.change ORDER BY 1",
    [ROWS_document_results] = BY_DOCUMENT("document_results", "document_id"),
    [ROWS_articles] = BY_ARTICLE("articles", "t.id"),
    [ROWS_versions] = BY_ARTICLE("versions", "t.article_id"),
    [ROWS_article_documents] = BY_ARTICLE("article_documents", "t.article_id"),
    [ROWS_tags] = BY_ARTICLE("tags", "t.article_id"),
    [ROWS_results] = BY_ARTICLE("results", "t.article_id"),
    [ROWS_index_row] = BY_ARTICLE("index_row", "t.article_id"),
};
static const char fts_query[] = "SELECT id, headline, body, captions, tags FROM indexed_text"
                                " WHERE id>?1 AND id<=?2 ORDER BY 1";
/* The last article of the document that the batch's last article comes from. */
static const char end_query[] =
    "SELECT max(id) FROM articles WHERE id>?1 AND id<=?1+?2+1000 AND document_id="
    "(SELECT document_id FROM articles WHERE id>?1 AND id<=?1+?2 ORDER BY id DESC LIMIT 1)";

struct rows {
    sqlite3 *db;
    struct tokenizer *tokenizer;
    struct arena *arena;
    int64_t last;
};

int rows_open(const char *dir, const struct desk_text_api *text, struct rows **out,
              struct error *err)
{
    struct rows *rows = calloc(1, sizeof *rows);
    if (!rows || !(rows->arena = arena_new(1024 * MIB)))
        return error_set(err, ERR_NOMEM, "no memory for rows");
    *out = rows;
    int rc = connection_open(dir, CONNECTION_READ, &rows->db, err);
    return rc < 0 ? rc : tokenizer_register(rows->db, text, &rows->tokenizer, err);
}

void rows_close(struct rows *rows)
{
    connection_close(rows->db);
    arena_free(rows->arena);
    free(rows);
}

sqlite3 *rows_db(struct rows *rows)
{
    return rows->db;
}

static void keep_cell(struct rows *rows, sqlite3_stmt *stmt, int column, struct rows_cell *cell)
{
    cell->type = sqlite3_column_type(stmt, column);
    if (cell->type == SQLITE_INTEGER) {
        cell->integer = sqlite3_column_int64(stmt, column);
    } else if (cell->type == SQLITE_FLOAT) {
        cell->real = sqlite3_column_double(stmt, column);
    } else if (cell->type != SQLITE_NULL) {
        struct str copy = arena_str(rows->arena, sq_blob(stmt, column));
        cell->bytes = copy.at ? copy.at : "";
        cell->len = (int)copy.len;
    }
}

static int read_table(struct rows *rows, int64_t end, enum rows_table table,
                      struct rows_batch *batch, struct error *err)
{
    SQ_AUTO sqlite3_stmt *stmt = NULL;
    struct rows_row **to = &batch->tables[table];
    int rc = sq_prepare(rows->db, queries[table], false, &stmt, err);
    if (rc < 0)
        return rc;
    int columns = batch->columns[table] = sqlite3_column_count(stmt) - 1;
    sq_bind_int(stmt, 1, rows->last);
    sq_bind_int(stmt, 2, end);
    while ((rc = sq_row(stmt, err)) > 0) {
        size_t size = sizeof **to + (size_t)columns * sizeof(struct rows_cell);
        if (!(*to = arena_alloc(rows->arena, 1, size)))
            return error_set(err, ERR_NOMEM, "no memory for rows");
        (*to)->place = sqlite3_column_int64(stmt, 0);
        for (int i = 0; i < columns; i++)
            keep_cell(rows, stmt, i + 1, &(*to)->cells[i]);
        to = &(*to)->next;
    }
    return rc;
}

static int read_words(struct rows *rows, struct str text, struct rows_words *out, struct error *err)
{
    struct desk_text_bytes blob;
    struct desk_error why = {0};
    struct desk_words_reader reader;
    out->text = arena_str(rows->arena, text);
    if (text.len == 0)
        return 0;
    if (tokenizer_api(rows->tokenizer)
            ->words(tokenizer_text(rows->tokenizer), text.at, text.len, &blob, &why) < 0)
        return error_set(err, ERR_PLUGIN, "%s", why.text);
    struct str kept = arena_str(rows->arena, (struct str){blob.bytes, blob.size});
    if (!kept.at || !out->text.at || !desk_words_open(&reader, kept.at, kept.len, text.len))
        return error_set(err, ERR_NOMEM, "no memory for words");
    out->at = arena_alloc(rows->arena, reader.left, sizeof *out->at);
    if (!out->at)
        return error_set(err, ERR_NOMEM, "no memory for words");
    while (desk_words_next(&reader, &out->at[out->count]) > 0)
        out->count++;
    return 0;
}

static int read_articles(struct rows *rows, int64_t end, struct rows_batch *batch,
                         struct error *err)
{
    SQ_AUTO sqlite3_stmt *stmt = NULL;
    size_t room = (size_t)(end - rows->last);
    batch->articles = arena_alloc(rows->arena, room, sizeof *batch->articles);
    if (!batch->articles)
        return error_set(err, ERR_NOMEM, "no memory for articles");
    int rc = sq_prepare(rows->db, fts_query, false, &stmt, err);
    if (rc < 0)
        return rc;
    sq_bind_int(stmt, 1, rows->last);
    sq_bind_int(stmt, 2, end);
    while (batch->count < room && (rc = sq_row(stmt, err)) > 0) {
        struct rows_article *article = &batch->articles[batch->count++];
        article->id = sqlite3_column_int64(stmt, 0);
        for (int i = 0; rc >= 0 && i < ROWS_FTS_TEXTS; i++)
            rc = read_words(rows, sq_text(stmt, i + 1), &article->texts[i], err);
        if (rc < 0)
            return rc;
    }
    return rc < 0 ? rc : 0;
}

static int find_end(struct rows *rows, int64_t *end, struct error *err)
{
    SQ_AUTO sqlite3_stmt *stmt = NULL;
    int rc = sq_prepare(rows->db, end_query, false, &stmt, err);
    if (rc < 0)
        return rc;
    sq_bind_int(stmt, 1, rows->last);
    sq_bind_int(stmt, 2, ROWS_BATCH);
    rc = sq_row(stmt, err);
    *end = rc > 0 ? sqlite3_column_int64(stmt, 0) : 0;
    return rc < 0 ? rc : 0;
}

int rows_next(struct rows *rows, struct rows_batch *batch, struct error *err)
{
    int64_t end = 0;
    *batch = (struct rows_batch){.count = 0};
    arena_clear(rows->arena);
    int rc = find_end(rows, &end, err);
    if (rc < 0 || end == 0)
        return rc;
    for (int table = 0; rc == 0 && table < ROWS_TABLES; table++)
        rc = read_table(rows, end, (enum rows_table)table, batch, err);
    if (rc == 0)
        rc = read_articles(rows, end, batch, err);
    rows->last = end;
    return rc;
}

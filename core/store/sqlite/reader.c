#include "store/sqlite/reader.h"

#include <string.h>
#include <zstd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "store/sqlite/schema.h"

void reader_close(struct engine_reader *reader)
{
    if (!reader)
        return;
    sqlite3_finalize(reader->list);
    sqlite3_finalize(reader->article);
    sqlite3_finalize(reader->tags);
    sqlite3_finalize(reader->document);
    sqlite3_finalize(reader->pending);
    for (size_t i = 0; i < READER_FILES; i++)
        sqlite3_finalize(reader->files[i]);
    connection_close(reader->db);
    mem_free(reader);
}

int reader_open(const char *dir, const struct desk_text_api *text, struct engine_reader **out,
                struct error *err)
{
    struct engine_reader *reader = mem_zero(1, sizeof *reader);
    if (!reader)
        return error_set(err, ERR_NOMEM, "out of memory while opening the store");
    int rc = connection_open(dir, CONNECTION_READ, &reader->db, err);
    if (rc == 0)
        rc = schema_check(reader->db, err);
    if (rc == 0 && text)
        rc = tokenizer_register(reader->db, text, &reader->tokenizer, err);
    if (rc < 0)
        reader_close(reader);
    else
        *out = reader;
    return rc < 0 ? rc : 0;
}

sqlite3_stmt *reader_statement(struct engine_reader *reader, sqlite3_stmt **stmt, const char *sql,
                               struct error *err)
{
    if (!*stmt)
        sq_prepare(reader->db, sql, true, stmt, err);
    return *stmt;
}

int reader_begin(struct engine_reader *reader, struct error *err)
{
    if (reader->depth++ > 0)
        return 0;
    /* a COMMIT that finds no memory leaves its transaction open */
    int rc = sqlite3_get_autocommit(reader->db) ? 0 : sq_exec(reader->db, "COMMIT", err);
    return rc < 0 ? rc : sq_exec(reader->db, "BEGIN", err);
}

void reader_end(struct engine_reader *reader)
{
    if (--reader->depth == 0 && !sqlite3_get_autocommit(reader->db))
        sq_exec(reader->db, "COMMIT", NULL);
}

/* ---- numbers ---- */

int reader_counts(struct engine_reader *reader, struct store_counts *out, struct error *err)
{
    const struct {
        const char *sql;
        int64_t *to;
    } counts[] = {
        {"SELECT count(*) FROM documents", &out->documents},
        {"SELECT count(*) FROM documents WHERE state='received' AND state<>'done'", &out->received},
        {"SELECT count(*) FROM documents WHERE state='failed' AND state<>'done'", &out->failed},
        {"SELECT count(*) FROM articles", &out->articles},
        {"SELECT count(*) FROM quarantine q JOIN documents d ON d.id=q.document_id"
         " WHERE q.article_id IS NOT NULL OR d.state='failed'",
         &out->quarantined},
        {"SELECT count(*) FROM index_queue", &out->unindexed},
    };
    int rc = reader_begin(reader, err);
    for (size_t i = 0; rc == 0 && i < sizeof counts / sizeof *counts; i++)
        rc = sq_number(reader->db, counts[i].sql, counts[i].to, err);
    reader_end(reader);
    return rc;
}

/* ---- documents ---- */

static const char document_sql[] =
    "SELECT d.hash, d.size, d.name, d.encoding, d.received_us, b.bytes,"
    " r.path, r.source, r.device, r.inode, r.mtime_us, d.dropped_us FROM documents d"
    " LEFT JOIN document_bytes b ON b.document_id=d.id"
    " LEFT JOIN receipts r ON r.document_id=d.id WHERE d.id=?1 ORDER BY r.at_us LIMIT 1";

static int damaged(int64_t id, const char *why, struct error *err)
{
    return error_set(err, ERR_CORRUPT,
                     "the kept bytes of document %lld are damaged (%s): restore the desk from a "
                     "copy",
                     (long long)id, why);
}

static int dropped(int64_t id, int64_t at_us, struct error *err)
{
    char text[CLOCK_TEXT_SIZE];
    return error_set(
        err, ERR_NOTFOUND,
        "the bytes of document %lld are not kept any more: they went at %s (desk.keep, "
        "or an article of it was forgotten)",
        (long long)id, clock_format(at_us, text));
}

static int decompress(int64_t id, struct str frame, uint64_t size, struct buf *bytes,
                      struct error *err)
{
    buf_clear(bytes);
    if (size > LIMIT(DOCUMENT_BYTES) || ZSTD_getFrameContentSize(frame.at, frame.len) != size)
        return damaged(id, "the size does not fit", err);
    int rc = buf_reserve(bytes, size);
    if (rc < 0)
        return error_set(err, rc, "no room for document %lld of %llu bytes", (long long)id,
                         (unsigned long long)size);
    size_t len = ZSTD_decompress(bytes->at, size, frame.at, frame.len);
    if (ZSTD_isError(len))
        return damaged(id, ZSTD_getErrorName(len), err);
    bytes->len = len;
    return len == size ? 0 : damaged(id, "it is cut short", err);
}

static int copy_document(sqlite3_stmt *row, struct arena *arena, struct document *out)
{
    struct str hash = sq_blob(row, 0);
    if (hash.len == HASH_SIZE)
        memcpy(out->hash.bytes, hash.at, HASH_SIZE);
    struct {
        int column;
        struct str *to;
    } texts[] = {{2, &out->name}, {3, &out->encoding}, {6, &out->path}, {7, &out->source}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct str text = sq_text(row, texts[i].column);
        *texts[i].to = arena_str(arena, text);
        if (text.len && !texts[i].to->at)
            return ERR_NOMEM;
    }
    out->received_us = sqlite3_column_int64(row, 4);
    out->device = (uint64_t)sqlite3_column_int64(row, 8);
    out->inode = (uint64_t)sqlite3_column_int64(row, 9);
    out->mtime_us = sqlite3_column_int64(row, 10);
    return 0;
}

int reader_document(struct engine_reader *reader, int64_t id, struct arena *arena,
                    struct document *out, struct buf *bytes, struct error *err)
{
    sqlite3_stmt *row = reader_statement(reader, &reader->document, document_sql, err);
    if (!row)
        return err->code;
    *out = (struct document){.id = id};
    sq_bind_int(row, 1, id);
    int rc = sq_row(row, err);
    if (rc < 0)
        return rc;
    if (rc == 0)
        return error_set(err, ERR_NOTFOUND, "there is no document %lld in the store",
                         (long long)id);
    rc = copy_document(row, arena, out);
    if (rc < 0)
        error_set(err, rc, "out of memory for document %lld", (long long)id);
    else if (sqlite3_column_type(row, 11) != SQLITE_NULL)
        rc = dropped(id, sqlite3_column_int64(row, 11), err);
    else
        rc = decompress(id, sq_blob(row, 5), (uint64_t)sqlite3_column_int64(row, 1), bytes, err);
    sq_done(row);
    out->bytes = buf_view(bytes);
    return rc;
}

int reader_pending(struct engine_reader *reader, int64_t after, int64_t *ids, size_t max,
                   size_t *count, struct error *err)
{
    sqlite3_stmt *row = reader_statement(
        reader, &reader->pending,
        "SELECT id FROM documents WHERE state='received' AND state<>'done' AND id>?1"
        " ORDER BY id LIMIT ?2",
        err);
    int rc = 0;
    *count = 0;
    if (!row)
        return err->code;
    sq_bind_int(row, 1, after);
    sq_bind_int(row, 2, (int64_t)max);
    while (*count < max && (rc = sq_row(row, err)) > 0)
        ids[(*count)++] = sqlite3_column_int64(row, 0);
    sq_done(row);
    return rc < 0 ? rc : 0;
}

/* ---- quarantine ---- */

static const char quarantine_sql[] =
    "SELECT q.id, q.document_id, q.article_id, d.name,"
    " (SELECT path FROM receipts r WHERE r.document_id=d.id ORDER BY at_us LIMIT 1),"
    " v.headline, q.stage, q.plugin, q.plugin_version, q.guard, q.message, q.traceback, q.at_us,"
    " q.tries FROM quarantine q JOIN documents d ON d.id=q.document_id"
    " LEFT JOIN articles a ON a.id=q.article_id"
    " LEFT JOIN versions v ON v.article_id=a.id AND v.version=a.version"
    " WHERE q.article_id IS NOT NULL OR d.state='failed' ORDER BY q.id";

int reader_quarantine(struct engine_reader *reader,
                      int (*each)(const struct store_quarantined *item, void *data), void *data,
                      struct error *err)
{
    SQ_AUTO sqlite3_stmt *row = NULL;
    int rc = sq_prepare(reader->db, quarantine_sql, false, &row, err);
    while (rc == 0 && (rc = sq_row(row, err)) > 0) {
        struct store_quarantined item = {
            .id = sqlite3_column_int64(row, 0),
            .document_id = sqlite3_column_int64(row, 1),
            .article_id = sqlite3_column_int64(row, 2),
            .document_name = sq_text(row, 3),
            .path = sq_text(row, 4),
            .headline = sq_text(row, 5),
            .failure = {.stage = sq_text(row, 6),
                        .plugin = sq_text(row, 7),
                        .version = sq_text(row, 8),
                        .guard = sq_text(row, 9),
                        .message = sq_text(row, 10),
                        .traceback = sq_text(row, 11)},
            .at_us = sqlite3_column_int64(row, 12),
            .tries = sqlite3_column_int(row, 13),
        };
        rc = 0;
        if (each(&item, data) != 0)
            break;
    }
    return rc;
}

/* Articles as they stand now, out of the tables and into the model. Texts are copied into the
 * caller's arena. */
#include <string.h>

#include <msgpack.h>

#include "base/limits.h"
#include "model/wire.h"
#include "store/sqlite/reader.h"

#define SAID_BY "iif(p.kind='','',p.kind||'/')||p.name||iif(p.version='','','@'||p.version)"

/* A document's own note, then those of tasks, a line each, with who says so. */
#define NOTES                                                                                      \
    "v.note||coalesce((SELECT iif(v.note='','',char(10))||group_concat(line, char(10)) FROM"       \
    " (SELECT n.text||' (task/'||t.name||'@'||t.version||')' AS line FROM task_notes AS n"         \
    " JOIN plugins AS t ON t.id=n.plugin_id WHERE n.article_id=a.id ORDER BY t.name, t.id)), '')"

/* body and extras come last: SQLite reads a row no further than the columns that are asked for. */
#define COLUMNS                                                                                    \
    "a.version, a.received_us, d.hash, a.piece, a.infosource, a.language, a.genre, a.byline,"      \
    " a.dateline, a.summary, a.summary_spans, " SAID_BY ", v.headline, v.url, v.published,"        \
    " " NOTES ", v.first_line, v.last_line, v.range_start, v.range_end, v.confidence"
#define TABLES                                                                                     \
    " FROM articles a JOIN versions v ON v.article_id=a.id AND v.version=a.version"                \
    " JOIN documents d ON d.id=a.document_id LEFT JOIN plugins p ON p.id=a.summary_plugin"         \
    " WHERE a.id=?1"

static const char list_sql[] = "SELECT " COLUMNS TABLES;
static const char article_sql[] = "SELECT " COLUMNS ", v.extras, v.body" TABLES;
static const char tags_sql[] = "SELECT scheme, label, code, score, spans, " SAID_BY
                               " FROM tags LEFT JOIN plugins p ON p.id=plugin_id"
                               " WHERE article_id=?1 ORDER BY position";

static int no_memory(struct error *err)
{
    return error_set(err, ERR_NOMEM, "out of memory for an article");
}

static bool copy(struct arena *arena, struct str text, struct str *to)
{
    *to = arena_str(arena, text);
    return text.len == 0 || to->at;
}

static int read_spans(struct str packed, struct arena *arena, struct span_list *out,
                      struct error *err)
{
    msgpack_zone zone;
    msgpack_object value;
    *out = (struct span_list){0};
    if (packed.len == 0)
        return 0;
    if (!msgpack_zone_init(&zone, 512))
        return no_memory(err);
    msgpack_unpack_return got = msgpack_unpack(packed.at, packed.len, NULL, &zone, &value);
    int rc = got == MSGPACK_UNPACK_SUCCESS
                 ? spans_unpack(&value, arena, out, err)
                 : error_set(err, ERR_CORRUPT, "the spans of a tag or summary are damaged");
    msgpack_zone_destroy(&zone);
    return rc;
}

static int read_texts(sqlite3_stmt *row, struct arena *arena, struct article *out,
                      struct error *err)
{
    struct {
        int column;
        struct str *to;
    } texts[] = {{4, &out->infosource}, {5, &out->language},
                 {6, &out->genre},      {7, &out->byline},
                 {8, &out->dateline},   {9, &out->summary.text},
                 {12, &out->headline},  {11, &out->summary.plugin},
                 {13, &out->url},       {14, &out->published},
                 {15, &out->note}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!copy(arena, sq_text(row, texts[i].column), texts[i].to))
            return no_memory(err);
    out->note.len = utf8_cut(out->note, LIMIT(FIELD_BYTES)); /* notes of many tasks */
    return read_spans(sq_blob(row, 10), arena, &out->summary.spans, err);
}

static int read_uri(sqlite3_stmt *row, struct arena *arena, struct article *out, struct error *err)
{
    struct hash hash = {{0}};
    struct str bytes = sq_blob(row, 2);
    char uri[ARTICLE_URI_SIZE];
    if (bytes.len == HASH_SIZE)
        memcpy(hash.bytes, bytes.at, HASH_SIZE);
    article_uri(&hash, (uint32_t)sqlite3_column_int64(row, 3), uri);
    return copy(arena, str_of(uri), &out->uri) ? 0 : no_memory(err);
}

static int read_row(sqlite3_stmt *row, bool whole, struct arena *arena, struct article *out,
                    struct error *err)
{
    out->version = sqlite3_column_int64(row, 0);
    out->received_us = sqlite3_column_int64(row, 1);
    out->first_line = (uint32_t)sqlite3_column_int64(row, 16);
    out->last_line = (uint32_t)sqlite3_column_int64(row, 17);
    out->range_start = (uint64_t)sqlite3_column_int64(row, 18);
    out->range_end = (uint64_t)sqlite3_column_int64(row, 19);
    out->confidence = sqlite3_column_double(row, 20);
    int rc = read_uri(row, arena, out, err);
    if (rc == 0)
        rc = read_texts(row, arena, out, err);
    if (rc < 0 || !whole)
        return rc;
    struct str extras = sq_blob(row, 21), kept;
    if (!copy(arena, sq_text(row, 22), &out->body) || !copy(arena, extras, &kept))
        return no_memory(err);
    return extras_unpack(kept.at, kept.len, arena, out, err);
}

static int read_tag(sqlite3_stmt *row, struct arena *arena, struct tag *out, struct error *err)
{
    if (!copy(arena, sq_text(row, 0), &out->scheme) || !copy(arena, sq_text(row, 1), &out->label) ||
        !copy(arena, sq_text(row, 2), &out->code) || !copy(arena, sq_text(row, 5), &out->plugin))
        return no_memory(err);
    out->score = sqlite3_column_double(row, 3);
    return read_spans(sq_blob(row, 4), arena, &out->spans, err);
}

/* Doubles the list in the arena as it grows: most articles have few tags. */
static struct tag *next_tag(struct arena *arena, struct tag_list *tags, size_t *room)
{
    if (tags->count == *room) {
        size_t more = *room ? *room * 2 : 16;
        struct tag *at = arena_alloc(arena, more, sizeof *at);
        if (!at)
            return NULL;
        if (tags->count)
            memcpy(at, tags->at, tags->count * sizeof *at);
        tags->at = at;
        *room = more;
    }
    return &tags->at[tags->count++];
}

static int read_tags(struct engine_reader *reader, int64_t id, struct arena *arena,
                     struct tag_list *out, struct error *err)
{
    size_t room = 0;
    sqlite3_stmt *row = reader_statement(reader, &reader->tags, tags_sql, err);
    if (!row)
        return err->code;
    sq_bind_int(row, 1, id);
    int rc;
    while ((rc = sq_row(row, err)) > 0) {
        struct tag *tag = next_tag(arena, out, &room);
        rc = tag ? read_tag(row, arena, tag, err) : no_memory(err);
        if (rc < 0)
            break;
    }
    sq_done(row);
    return rc;
}

int read_article(struct engine_reader *reader, int64_t id, bool whole, struct arena *arena,
                 struct article *out, struct error *err)
{
    sqlite3_stmt *row = whole ? reader_statement(reader, &reader->article, article_sql, err)
                              : reader_statement(reader, &reader->list, list_sql, err);
    if (!row)
        return err->code;
    *out = (struct article){.id = id};
    sq_bind_int(row, 1, id);
    int rc = sq_row(row, err);
    if (rc < 0)
        return rc;
    if (rc == 0)
        return error_set(err, ERR_NOTFOUND, "there is no article %lld in the store", (long long)id);
    rc = read_row(row, whole, arena, out, err);
    sq_done(row);
    return rc < 0 ? rc : read_tags(reader, id, arena, &out->tags, err);
}

/* Both statements see the same state of the store. */
int reader_article(struct engine_reader *reader, int64_t id, struct arena *arena,
                   struct article *out, struct error *err)
{
    int rc = reader_begin(reader, err);
    if (rc == 0)
        rc = read_article(reader, id, true, arena, out, err);
    reader_end(reader);
    return rc;
}

int reader_article_document(struct engine_reader *reader, int64_t id, int64_t *document_id,
                            struct error *err)
{
    SQ_AUTO sqlite3_stmt *row = NULL;
    int rc = sq_prepare(reader->db,
                        "SELECT v.document_id FROM articles a JOIN versions v"
                        " ON v.article_id=a.id AND v.version=a.version WHERE a.id=?1",
                        false, &row, err);
    if (rc < 0)
        return rc;
    sq_bind_int(row, 1, id);
    if ((rc = sq_row(row, err)) < 0)
        return rc;
    if (rc == 0)
        return error_set(err, ERR_NOTFOUND, "there is no article %lld in the store", (long long)id);
    *document_id = sqlite3_column_int64(row, 0);
    return 0;
}

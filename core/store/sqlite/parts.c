/* What an article has besides its texts: fields that plugins say, tags, results. */
#include <string.h>

#include "model/wire.h"
#include "store/sqlite/writer.h"

/* "kind/name@version" of a result. */
static bool is_said_by(const struct store_result *result, struct str plugin)
{
    size_t len = result->kind.len + result->name.len + result->version.len + 2;
    const char *at = plugin.at;
    if (plugin.len != len || memcmp(at, result->kind.at, result->kind.len) != 0)
        return false;
    at += result->kind.len;
    if (*at++ != '/' || memcmp(at, result->name.at, result->name.len) != 0)
        return false;
    at += result->name.len;
    return *at++ == '@' &&
           (result->version.len == 0 || memcmp(at, result->version.at, result->version.len) == 0);
}

/* A plugin that no result of the piece names is kept by its name, without a fingerprint. */
static int find_unnamed(struct engine_writer *writer, struct str plugin, int64_t *id,
                        struct error *err)
{
    const char *slash = memchr(plugin.at, '/', plugin.len);
    const char *at = memrchr(plugin.at, '@', plugin.len);
    const char *end = plugin.at + plugin.len;
    if (!at)
        at = end;
    const char *name = slash && slash < at ? slash + 1 : plugin.at;
    struct str kind = {plugin.at, name > plugin.at ? (size_t)(name - 1 - plugin.at) : 0};
    struct str version = {at, 0};
    if (at < end)
        version = (struct str){at + 1, (size_t)(end - at - 1)};
    return names_plugin(writer, kind, (struct str){name, (size_t)(at - name)}, version, NULL, id,
                        err);
}

/* The row of the plugin that said something; *id is 0 when nobody is named. */
static int find_plugin(struct engine_writer *writer, const struct store_piece *piece,
                       struct str plugin, int64_t *id, struct error *err)
{
    *id = 0;
    if (plugin.len == 0)
        return 0;
    for (size_t i = 0; i < piece->result_count; i++) {
        const struct store_result *result = &piece->results[i];
        if (is_said_by(result, plugin))
            return names_plugin(writer, result->kind, result->name, result->version,
                                &result->plugin, id, err);
    }
    return find_unnamed(writer, plugin, id, err);
}

/* The packed bytes stay in writer->packed until the next call. No spans: NULL. */
static int bind_spans(struct engine_writer *writer, sqlite3_stmt *stmt, int at,
                      const struct span_list *spans, struct error *err)
{
    msgpack_packer packer;
    if (spans->count == 0)
        return sqlite3_bind_null(stmt, at), 0;
    buf_clear(&writer->packed);
    wire_packer(&packer, &writer->packed);
    if (spans_pack(&packer, spans) < 0 || buf_failed(&writer->packed))
        return error_set(err, ERR_NOMEM, "out of memory for spans");
    sq_bind_blob(stmt, at, writer->packed.at, writer->packed.len);
    return 0;
}

static void bind_id(sqlite3_stmt *stmt, int at, int64_t id)
{
    if (id)
        sq_bind_int(stmt, at, id);
    else
        sqlite3_bind_null(stmt, at);
}

int parts_bind_fields(struct engine_writer *writer, sqlite3_stmt *stmt,
                      const struct store_piece *piece, struct error *err)
{
    const struct article *article = &piece->article;
    struct str key;
    int64_t plugin = 0;
    int rc = names_key(writer, article->infosource, &key, err);
    if (rc == 0)
        rc = find_plugin(writer, piece, article->summary.plugin, &plugin, err);
    if (rc < 0)
        return rc;
    sq_bind_text(stmt, 1, article->infosource);
    sq_bind_text(stmt, 2, key);
    sq_bind_text(stmt, 3, article->language);
    sq_bind_text(stmt, 4, article->genre);
    sq_bind_text(stmt, 5, article->byline);
    sq_bind_text(stmt, 6, article->dateline);
    sq_bind_text(stmt, 7, article->summary.text);
    bind_id(stmt, 9, plugin);
    return bind_spans(writer, stmt, 8, &article->summary.spans, err);
}

static int add_tag(struct engine_writer *writer, int64_t article_id, size_t position,
                   const struct store_piece *piece, const struct tag *tag, struct error *err)
{
    struct str key;
    int64_t plugin = 0;
    sqlite3_stmt *stmt = writer_statement(writer, STATEMENT_ADD_TAG, err);
    if (!stmt)
        return err->code;
    int rc = names_key(writer, tag->label, &key, err);
    if (rc == 0)
        rc = find_plugin(writer, piece, tag->plugin, &plugin, err);
    if (rc == 0)
        rc = bind_spans(writer, stmt, 8, &tag->spans, err);
    if (rc < 0)
        return rc;
    sq_bind_int(stmt, 1, article_id);
    sq_bind_int(stmt, 2, (int64_t)position);
    sq_bind_text(stmt, 3, tag->scheme);
    sq_bind_text(stmt, 4, tag->label);
    sq_bind_text(stmt, 5, key);
    sq_bind_text(stmt, 6, tag->code);
    sq_bind_real(stmt, 7, tag->score);
    bind_id(stmt, 9, plugin);
    return sq_run(stmt, err);
}

/* Suggestions for fields are no tags: they are in the article's fields already. What a task said is
 * laid over the rest (task.c). */
int parts_add_tags(struct engine_writer *writer, int64_t article_id,
                   const struct store_piece *piece, struct error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < piece->article.tags.count; i++) {
        const struct tag *tag = &piece->article.tags.at[i];
        if (tag->field.len == 0 && !str_starts(tag->plugin, "task/"))
            rc = add_tag(writer, article_id, i, piece, tag, err);
    }
    return rc;
}

static int add_result(struct engine_writer *writer, const struct article_part *part,
                      const struct store_result *result, struct error *err)
{
    int64_t plugin = 0;
    int rc = names_plugin(writer, result->kind, result->name, result->version, &result->plugin,
                          &plugin, err);
    sqlite3_stmt *stmt = rc < 0 ? NULL : writer_statement(writer, STATEMENT_SET_RESULT, err);
    if (!stmt)
        return err->code;
    sq_bind_int(stmt, 1, part->article_id);
    sq_bind_int(stmt, 2, part->version);
    sq_bind_int(stmt, 3, plugin);
    sq_bind_blob(stmt, 4, result->input.bytes, HASH_SIZE);
    sq_bind_blob(stmt, 5, result->answer.at, result->answer.len);
    sq_bind_int(stmt, 6, part->change_id);
    return sq_run(stmt, err);
}

int parts_add_results(struct engine_writer *writer, const struct article_part *part,
                      const struct store_piece *piece, struct error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < piece->result_count; i++)
        rc = add_result(writer, part, &piece->results[i], err);
    return rc;
}

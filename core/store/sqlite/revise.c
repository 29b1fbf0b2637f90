/* New answers for an article that is stored: its text stays, what plugins say of it changes. */
#include "base/clock.h"
#include "store/sqlite/writer.h"

static int find_article(struct engine_writer *writer, const struct article *article,
                        struct article_part *part, struct error *err)
{
    sqlite3_stmt *stmt = writer_statement(writer, STATEMENT_ARTICLE_STATE, err);
    if (!stmt)
        return err->code;
    sq_bind_int(stmt, 1, article->id);
    int rc = sq_row(stmt, err);
    if (rc < 0)
        return rc;
    if (rc == 0)
        return error_set(err, ERR_NOTFOUND, "there is no article %lld in the store",
                         (long long)article->id);
    part->article_id = article->id;
    part->version = sqlite3_column_int64(stmt, 0);
    part->document_id = sqlite3_column_int64(stmt, 1);
    sq_done(stmt);
    if (article->version && article->version != part->version)
        return error_set(err, ERR_EXISTS,
                         "article %lld has version %lld by now, the answers are about version "
                         "%lld: run the plugins again",
                         (long long)article->id, (long long)part->version,
                         (long long)article->version);
    return 0;
}

static int set_fields(struct engine_writer *writer, const struct article_part *part,
                      const struct store_piece *piece, struct error *err)
{
    sqlite3_stmt *stmt = writer_statement(writer, STATEMENT_SET_ARTICLE, err);
    if (!stmt)
        return err->code;
    int rc = parts_bind_fields(writer, stmt, piece, err);
    if (rc < 0)
        return rc;
    sq_bind_int(stmt, 10, part->article_id);
    sq_bind_int(stmt, 11, part->version);
    return sq_run(stmt, err);
}

/* Failures are kept by "kind/name", as struct store_failure has it. */
static int clear_failure(struct engine_writer *writer, int64_t article_id,
                         const struct store_result *result, struct error *err)
{
    const char *plugin = arena_printf(writer->arena, STR_FMT "/" STR_FMT, STR_ARG(result->kind),
                                      STR_ARG(result->name));
    sqlite3_stmt *stmt = writer_statement(writer, STATEMENT_DROP_ARTICLE_FAILURE, err);
    if (!stmt)
        return err->code;
    if (!plugin)
        return error_set(err, ERR_NOMEM, "out of memory for a plugin's name");
    sq_bind_int(stmt, 1, article_id);
    sq_bind_text(stmt, 2, str_of(plugin));
    return sq_run(stmt, err);
}

static int clear_failures(struct engine_writer *writer, int64_t article_id,
                          const struct store_piece *piece, struct error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < piece->result_count; i++)
        rc = clear_failure(writer, article_id, &piece->results[i], err);
    return rc;
}

static int replace_tags(struct engine_writer *writer, const struct article_part *part,
                        const struct store_piece *piece, struct error *err)
{
    int rc = writer_run(writer, STATEMENT_DROP_TAGS, part->article_id, err);
    if (rc == 0)
        rc = parts_add_tags(writer, part->article_id, piece, err);
    if (rc == 0)
        rc = task_lay_over(writer, part->article_id, err);
    if (rc == 0)
        rc = writer_want_index(writer, part->article_id, err);
    return rc;
}

int writer_revise(struct engine_writer *writer, struct store_request *request, struct error *err)
{
    struct article_part part = {0};
    arena_clear(writer->arena);
    if (request->piece_count != 1)
        return error_set(err, ERR_INTERNAL, "a revision is of one article, not of %zu",
                         request->piece_count);
    struct store_piece *piece = &request->pieces[0];
    int rc = find_article(writer, &piece->article, &part, err);
    if (rc == 0)
        rc = change_add(writer, "revise", part.document_id, part.article_id, clock_wall_us(),
                        &request->change_id, err);
    part.change_id = request->change_id;
    if (rc == 0)
        rc = set_fields(writer, &part, piece, err);
    if (rc == 0)
        rc = replace_tags(writer, &part, piece, err);
    if (rc == 0)
        rc = parts_add_results(writer, &part, piece, err);
    if (rc == 0)
        rc = clear_failures(writer, part.article_id, piece, err);
    if (rc == 0)
        rc = quarantine_add_all(writer, &part, piece, err);
    piece->article_id = part.article_id;
    return rc;
}

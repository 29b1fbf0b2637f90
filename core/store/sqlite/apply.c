/* The articles of a document: each is new, a version of one that is there, or known. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "model/wire.h"
#include "store/identity.h"
#include "store/sqlite/writer.h"
#include "store/words.h"

/* An article of the store that the piece may be a version of. */
struct found {
    int64_t id, version; /* id 0: none */
    bool same_text;
};

struct applied {
    struct article_part part;
    int64_t received_us;
    uint32_t number; /* of the piece, from 1 */
    struct hash fingerprint;
    bool has_identity;
    int64_t identity;
};

/* Whether the document has given that article already: two pieces of one document are never
 * versions of each other. 1 or 0. */
static int has_given(struct engine_writer *writer, int64_t document_id, int64_t article_id,
                     struct error *err)
{
    sqlite3_stmt *stmt = writer_statement(writer, STATEMENT_GAVE, err);
    if (!stmt)
        return err->code;
    sq_bind_int(stmt, 1, document_id);
    sq_bind_int(stmt, 2, article_id);
    int rc = sq_row(stmt, err);
    if (rc > 0)
        sq_done(stmt);
    return rc;
}

/* 1 when the candidate on the present row is the same article. */
static int judge(struct engine_writer *writer, sqlite3_stmt *row, const struct applied *applied,
                 const struct article *article, struct found *found, struct error *err)
{
    struct str fingerprint = sq_blob(row, 2);
    struct article known = {.received_us = sqlite3_column_int64(row, 3),
                            .url = sq_text(row, 4),
                            .published = sq_text(row, 5),
                            .infosource = sq_text(row, 6),
                            .headline = sq_text(row, 7),
                            .body = sq_text(row, 8)};
    found->id = sqlite3_column_int64(row, 0);
    found->version = sqlite3_column_int64(row, 1);
    found->same_text = fingerprint.len == HASH_SIZE &&
                       memcmp(fingerprint.at, applied->fingerprint.bytes, HASH_SIZE) == 0;
    int rc = has_given(writer, applied->part.document_id, found->id, err);
    if (rc != 0)
        return rc < 0 ? rc : 0;
    return identity_matches(writer->text, tokenizer_text(writer->tokenizer), &known, article,
                            found->same_text, err);
}

/* Looks through the newest articles of that identity. */
static int find(struct engine_writer *writer, const struct applied *applied,
                const struct article *article, struct found *found, struct error *err)
{
    struct found candidate = {0};
    *found = candidate;
    if (!applied->has_identity)
        return 0;
    sqlite3_stmt *row = writer_statement(writer, STATEMENT_CANDIDATES, err);
    if (!row)
        return err->code;
    sq_bind_int(row, 1, applied->identity);
    sq_bind_int(row, 2, (int64_t)LIMIT(IDENTITY_CANDIDATES));
    int rc = 0;
    while (found->id == 0 && (rc = sq_row(row, err)) > 0) {
        rc = judge(writer, row, applied, article, &candidate, err);
        if (rc < 0)
            break;
        if (rc > 0)
            *found = candidate;
    }
    if (rc != 0)
        sq_done(row);
    return rc < 0 ? rc : 0;
}

static int pack_extras(struct engine_writer *writer, const struct article *article,
                       struct error *err)
{
    msgpack_packer packer;
    buf_clear(&writer->packed);
    wire_packer(&packer, &writer->packed);
    if (extras_pack(&packer, article) < 0 || buf_failed(&writer->packed))
        return error_set(err, ERR_NOMEM, "out of memory for an article's captions");
    return 0;
}

static void bind_version(sqlite3_stmt *stmt, const struct applied *applied,
                         const struct article *article)
{
    const struct article_part *part = &applied->part;
    sq_bind_int(stmt, 1, part->article_id);
    sq_bind_int(stmt, 2, part->version);
    sq_bind_int(stmt, 4, part->change_id);
    sq_bind_int(stmt, 5, part->document_id);
    sq_bind_int(stmt, 6, applied->number);
    sq_bind_int(stmt, 7, applied->received_us);
    sq_bind_blob(stmt, 8, applied->fingerprint.bytes, HASH_SIZE);
    sq_bind_int(stmt, 9, article->first_line);
    sq_bind_int(stmt, 10, article->last_line);
    sq_bind_int(stmt, 11, (int64_t)article->range_start);
    sq_bind_int(stmt, 12, (int64_t)article->range_end);
    sq_bind_real(stmt, 13, article->confidence);
    sq_bind_text(stmt, 14, article->headline);
    sq_bind_text(stmt, 15, article->url);
    sq_bind_text(stmt, 16, article->published);
    sq_bind_text(stmt, 17, article->note);
}

static int add_version(struct engine_writer *writer, const struct applied *applied,
                       const struct article *article, struct error *err)
{
    struct str captions;
    sqlite3_stmt *stmt = writer_statement(writer, STATEMENT_ADD_VERSION, err);
    if (!stmt)
        return err->code;
    int rc = pack_extras(writer, article, err);
    if (rc < 0)
        return rc;
    if (words_column_text(article, WORDS_CAPTIONS, writer->arena, &captions) < 0)
        return error_set(err, ERR_NOMEM, "out of memory for an article's captions");
    bind_version(stmt, applied, article);
    sq_bind_int(stmt, 3, writer->seq);
    sq_bind_text(stmt, 18, captions);
    sq_bind_blob(stmt, 19, writer->packed.at, writer->packed.len);
    sq_bind_text(stmt, 20, article->body);
    return sq_run(stmt, err);
}

static int add_article(struct engine_writer *writer, struct applied *applied,
                       const struct store_piece *piece, struct error *err)
{
    sqlite3_stmt *stmt = writer_statement(writer, STATEMENT_ADD_ARTICLE, err);
    if (!stmt)
        return err->code;
    int rc = parts_bind_fields(writer, stmt, piece, err);
    if (rc < 0)
        return rc;
    sq_bind_int(stmt, 10, writer->seq);
    sq_bind_int(stmt, 11, applied->part.document_id);
    sq_bind_int(stmt, 12, applied->number);
    if (applied->has_identity)
        sq_bind_int(stmt, 13, applied->identity);
    sq_bind_int(stmt, 14, applied->received_us);
    rc = sq_run(stmt, err);
    applied->part.article_id = sqlite3_last_insert_rowid(writer->db);
    applied->part.version = 1;
    return rc;
}

/* The article shows the new version from now on; what was said of the old one goes with it. */
static int change_article(struct engine_writer *writer, struct applied *applied,
                          const struct store_piece *piece, const struct found *found,
                          struct error *err)
{
    applied->part.article_id = found->id;
    applied->part.version = found->version + 1;
    int rc = writer_run(writer, STATEMENT_DROP_TAGS, found->id, err);
    if (rc == 0)
        rc = writer_run(writer, STATEMENT_DROP_ARTICLE_FAILURES, found->id, err);
    sqlite3_stmt *stmt = rc < 0 ? NULL : writer_statement(writer, STATEMENT_SET_ARTICLE, err);
    if (!stmt)
        return err->code;
    rc = parts_bind_fields(writer, stmt, piece, err);
    if (rc < 0)
        return rc;
    sq_bind_int(stmt, 10, found->id);
    sq_bind_int(stmt, 11, applied->part.version);
    return sq_run(stmt, err);
}

static int add_source(struct engine_writer *writer, const struct applied *applied,
                      const struct article *article, struct error *err)
{
    sqlite3_stmt *stmt = writer_statement(writer, STATEMENT_ADD_SOURCE, err);
    if (!stmt)
        return err->code;
    sq_bind_int(stmt, 1, applied->part.document_id);
    sq_bind_int(stmt, 2, applied->number);
    sq_bind_int(stmt, 3, applied->part.article_id);
    sq_bind_int(stmt, 4, applied->part.version);
    sq_bind_int(stmt, 5, (int64_t)article->range_start);
    sq_bind_int(stmt, 6, (int64_t)article->range_end);
    return sq_run(stmt, err);
}

/* An article or version that was not there: its row, its texts, and all that hangs on it. */
static int add_text(struct engine_writer *writer, struct applied *applied,
                    struct store_piece *piece, const struct found *found, struct error *err)
{
    writer->seq++;
    int rc = found->id ? change_article(writer, applied, piece, found, err)
                       : add_article(writer, applied, piece, err);
    if (rc == 0)
        rc = add_version(writer, applied, &piece->article, err);
    if (rc == 0)
        rc = parts_add_tags(writer, applied->part.article_id, piece, err);
    if (rc == 0 && found->id)
        rc = task_lay_over(writer, applied->part.article_id, err);
    if (rc == 0)
        rc = parts_add_results(writer, &applied->part, piece, err);
    if (rc == 0)
        rc = quarantine_add_all(writer, &applied->part, piece, err);
    if (rc == 0)
        rc = writer_want_index(writer, applied->part.article_id, err);
    piece->outcome = found->id ? STORE_VERSION : STORE_NEW;
    return rc;
}

static int apply_piece(struct engine_writer *writer, struct applied *applied,
                       struct store_piece *piece, struct error *err)
{
    struct found found = {0};
    struct article article = piece->article;
    IDENTITY_AUTO struct identity identity = {.key = BUF_INIT};
    article.received_us = applied->received_us;
    if (piece->content)
        applied->fingerprint = *piece->content;
    else
        article_fingerprint(&article, &applied->fingerprint);
    int rc =
        identity_make(writer->text, tokenizer_text(writer->tokenizer), &article, &identity, err);
    applied->has_identity = identity.key.len > 0;
    memcpy(&applied->identity, &identity.hash, sizeof applied->identity);
    if (rc == 0)
        rc = find(writer, applied, &article, &found, err);
    if (rc < 0)
        return rc;
    if (found.id && found.same_text) {
        applied->part.article_id = found.id;
        applied->part.version = found.version;
        piece->outcome = STORE_KNOWN;
    } else if ((rc = add_text(writer, applied, piece, &found, err)) < 0) {
        return rc;
    }
    piece->article_id = applied->part.article_id;
    return add_source(writer, applied, &piece->article, err);
}

/* Only a received document can be applied: doing it twice would give each article twice. */
static int check_document(struct engine_writer *writer, struct store_request *request,
                          struct applied *applied, struct error *err)
{
    const int64_t id = request->document.id;
    sqlite3_stmt *stmt = writer_statement(writer, STATEMENT_DOCUMENT_STATE, err);
    if (!stmt)
        return err->code;
    sq_bind_int(stmt, 1, id);
    int rc = sq_row(stmt, err);
    if (rc < 0)
        return rc;
    if (rc == 0)
        return error_set(err, ERR_NOTFOUND, "there is no document %lld in the store",
                         (long long)id);
    snprintf(request->known_state, sizeof request->known_state, STR_FMT, STR_ARG(sq_text(stmt, 1)));
    if (strcmp(request->known_state, "received") != 0)
        rc = error_set(err, ERR_EXISTS, "document %lld is " STR_FMT ", not received: nothing done",
                       (long long)id, STR_ARG(sq_text(stmt, 1)));
    applied->received_us = sqlite3_column_int64(stmt, 2);
    sq_done(stmt);
    return rc < 0 ? rc : 0;
}

static int finish_document(struct engine_writer *writer, const struct store_request *request,
                           struct error *err)
{
    sqlite3_stmt *stmt = writer_statement(writer, STATEMENT_DOCUMENT_DONE, err);
    if (!stmt)
        return err->code;
    sq_bind_int(stmt, 1, request->document.id);
    sq_bind_text(stmt, 2, request->document.encoding);
    int rc = sq_run(stmt, err);
    return rc < 0 ? rc
                  : writer_run(writer, STATEMENT_DROP_DOCUMENT_FAILURE, request->document.id, err);
}

static int add_ingest_result(struct engine_writer *writer, const struct store_request *request,
                             int64_t change_id, struct error *err)
{
    const struct store_result *result = &request->ingest;
    int64_t plugin;
    if (result->name.len == 0)
        return 0;
    int rc = names_plugin(writer, result->kind, result->name, result->version, &result->plugin,
                          &plugin, err);
    sqlite3_stmt *stmt =
        rc < 0 ? NULL : writer_statement(writer, STATEMENT_SET_DOCUMENT_RESULT, err);
    if (!stmt)
        return err->code;
    sq_bind_int(stmt, 1, request->document.id);
    sq_bind_int(stmt, 2, plugin);
    sq_bind_blob(stmt, 3, result->input.bytes, HASH_SIZE);
    sq_bind_blob(stmt, 4, result->answer.at, result->answer.len);
    sq_bind_int(stmt, 5, change_id);
    return sq_run(stmt, err);
}

int writer_apply(struct engine_writer *writer, struct store_request *request, struct error *err)
{
    struct applied applied = {.part.document_id = request->document.id};
    arena_clear(writer->arena);
    int rc = check_document(writer, request, &applied, err);
    if (rc == 0)
        rc = change_add(writer, "ingest", request->document.id, 0, clock_wall_us(),
                        &request->change_id, err);
    applied.part.change_id = request->change_id;
    if (rc == 0)
        rc = add_ingest_result(writer, request, request->change_id, err);
    for (size_t i = 0; rc == 0 && i < request->piece_count; i++) {
        applied.number = (uint32_t)i + 1;
        rc = apply_piece(writer, &applied, &request->pieces[i], err);
    }
    return rc < 0 ? rc : finish_document(writer, request, err);
}

/* Documents come in: their bytes, once, and where they came from, each time. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "store/sqlite/writer.h"

/* Level 1: higher levels save little on texts of a few pages. The frame carries a checksum. */
#define COMPRESSION_LEVEL 1

/* A text as short as this repeats hardly a word: nearly all that can be saved is in the letters'
 * frequencies. So repetitions are looked for in passing, and letters coded all the same, which zstd
 * leaves out at such levels unless told. An article of 3 KB then takes 75,000 instructions and not
 * 180,000, and 55 % of its size and not 49 %; at 20 KB it would be 59 % and not 44 %. */
#define SHORT_TEXT     4096
#define SHORT_LEVEL    (-100)
#define SHORT_HASH_LOG 6
#define CODE_LITERALS  ZSTD_c_experimentalParam5 /* ZSTD_c_literalCompressionMode */
#define ALWAYS         1                         /* ZSTD_ps_enable */

static int zstd_failed(size_t code, struct error *err)
{
    return error_set(err, ERR_NOMEM, "cannot compress: %s", ZSTD_getErrorName(code));
}

/* Made at first use. A library that does not know CODE_LITERALS: level 1 for short texts, too. */
static ZSTD_CCtx *context_for(struct engine_writer *writer, size_t len)
{
    ZSTD_CCtx **context = len <= SHORT_TEXT ? &writer->zstd_short : &writer->zstd;
    if (*context || !(*context = ZSTD_createCCtx()))
        return *context;
    ZSTD_CCtx_setParameter(*context, ZSTD_c_compressionLevel, COMPRESSION_LEVEL);
    ZSTD_CCtx_setParameter(*context, ZSTD_c_checksumFlag, 1);
    if (len <= SHORT_TEXT &&
        !ZSTD_isError(ZSTD_CCtx_setParameter(*context, CODE_LITERALS, ALWAYS))) {
        ZSTD_CCtx_setParameter(*context, ZSTD_c_compressionLevel, SHORT_LEVEL);
        ZSTD_CCtx_setParameter(*context, ZSTD_c_hashLog, SHORT_HASH_LOG);
    }
    return *context;
}

int writer_compress(struct engine_writer *writer, struct str bytes, struct error *err)
{
    struct buf *out = &writer->compressed;
    buf_clear(out);
    ZSTD_CCtx *context = context_for(writer, bytes.len);
    if (!context)
        return error_set(err, ERR_NOMEM, "out of memory for compression");
    size_t bound = ZSTD_compressBound(bytes.len);
    if (buf_reserve(out, bound) < 0)
        return error_set(err, ERR_NOMEM, "out of memory for %zu bytes", bytes.len);
    size_t len = ZSTD_compress2(context, out->at, bound, bytes.at, bytes.len);
    if (ZSTD_isError(len))
        return zstd_failed(len, err);
    out->len = len;
    return 0;
}

/* Whether the bytes are there already: then `id` and `state` are theirs. */
static int find_known(struct engine_writer *writer, struct store_request *request,
                      struct error *err)
{
    sqlite3_stmt *stmt = writer_statement(writer, STATEMENT_DOCUMENT_BY_HASH, err);
    if (!stmt)
        return err->code;
    sq_bind_blob(stmt, 1, request->document.hash.bytes, HASH_SIZE);
    int rc = sq_row(stmt, err);
    if (rc < 0)
        return rc;
    request->known = rc > 0;
    if (rc > 0) {
        request->document.id = sqlite3_column_int64(stmt, 0);
        snprintf(request->known_state, sizeof request->known_state, STR_FMT,
                 STR_ARG(sq_text(stmt, 1)));
    }
    sq_done(stmt);
    return 0;
}

static int add_document(struct engine_writer *writer, struct document *document, int64_t now_us,
                        struct error *err)
{
    int rc = writer_compress(writer, document->bytes, err);
    if (rc < 0)
        return rc;
    sqlite3_stmt *stmt = writer_statement(writer, STATEMENT_ADD_DOCUMENT, err);
    if (!stmt)
        return err->code;
    sq_bind_blob(stmt, 1, document->hash.bytes, HASH_SIZE);
    sq_bind_int(stmt, 2, (int64_t)document->bytes.len);
    sq_bind_text(stmt, 3, document->name);
    sq_bind_text(stmt, 4, document->encoding);
    sq_bind_int(stmt, 5, now_us);
    if ((rc = sq_run(stmt, err)) < 0)
        return rc;
    document->id = sqlite3_last_insert_rowid(writer->db);
    if (!(stmt = writer_statement(writer, STATEMENT_ADD_BYTES, err)))
        return err->code;
    sq_bind_int(stmt, 1, document->id);
    sq_bind_blob(stmt, 2, writer->compressed.at, writer->compressed.len);
    rc = sq_run(stmt, err);
    if (writer->compressed.cap > MIB)
        buf_free(&writer->compressed);
    return rc;
}

/* Device and inode are kept as SQLite keeps numbers: signed, all bits of them. */
static int add_receipt(struct engine_writer *writer, const struct document *document,
                       int64_t now_us, struct error *err)
{
    sqlite3_stmt *stmt = writer_statement(writer, STATEMENT_ADD_RECEIPT, err);
    if (!stmt)
        return err->code;
    sq_bind_int(stmt, 1, document->id);
    sq_bind_text(stmt, 2, document->path);
    sq_bind_text(stmt, 3, document->source);
    sq_bind_int(stmt, 4, (int64_t)document->device);
    sq_bind_int(stmt, 5, (int64_t)document->inode);
    sq_bind_int(stmt, 6, document->mtime_us);
    sq_bind_int(stmt, 7, now_us);
    return sq_run(stmt, err);
}

/* Looked up before the receipt is written anew. The first receipt of a document has its time. */
static int find_again(struct engine_writer *writer, struct store_request *request,
                      struct error *err)
{
    const struct document *document = &request->document;
    if (document->path.len == 0)
        return 0;
    sqlite3_stmt *stmt = writer_statement(writer, STATEMENT_SAME_FILE, err);
    if (!stmt)
        return err->code;
    sq_bind_int(stmt, 1, document->id);
    sq_bind_text(stmt, 2, document->path);
    sq_bind_text(stmt, 3, document->source);
    sq_bind_int(stmt, 4, (int64_t)document->device);
    sq_bind_int(stmt, 5, (int64_t)document->inode);
    sq_bind_int(stmt, 6, document->mtime_us);
    const int rc = sq_row(stmt, err);
    if (rc < 0)
        return rc;
    request->again = rc > 0 && sqlite3_column_int(stmt, 0) == 1;
    sq_done(stmt);
    return 0;
}

int writer_receive(struct engine_writer *writer, struct store_request *request, struct error *err)
{
    struct document *document = &request->document;
    int64_t now_us = document->received_us ? document->received_us : clock_wall_us();
    document->id = 0;
    request->known_state[0] = '\0';
    request->again = false;
    if (document->bytes.len > LIMIT(DOCUMENT_BYTES))
        return error_set(err, ERR_LIMIT, "the document has %zu bytes, over %s (%lu)",
                         document->bytes.len, LIMIT_NAME(DOCUMENT_BYTES), LIMIT(DOCUMENT_BYTES));
    int rc = find_known(writer, request, err);
    if (rc == 0 && request->known)
        rc = find_again(writer, request, err);
    else if (rc == 0)
        rc = add_document(writer, document, now_us, err);
    return rc < 0 ? rc : add_receipt(writer, document, now_us, err);
}

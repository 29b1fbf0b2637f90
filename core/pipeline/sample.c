#include "pipeline/sample.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "model/json.h"
#include "model/wire.h"
#include "pipeline/lines.h"
#include "store/query.h"

struct sampling {
    struct desk *desk;
    struct sample *to;
    struct store_reader *reader;
    struct error *err;
    int result;
};

static int no_memory(struct sampling *in)
{
    return error_set(in->err, ERR_LIMIT,
                     "the articles are over %lu MiB together (limit SAMPLE_BYTES); take fewer with "
                     "--last",
                     LIMIT(SAMPLE_BYTES) / MIB);
}

static int add(struct sampling *in, const struct buf *packed, int64_t id, struct str title,
               size_t bytes)
{
    struct sample *to = in->to;
    if (to->count >= LIMIT(SAMPLE_ITEMS))
        return error_set(in->err, ERR_LIMIT, "more than %lu items (limit SAMPLE_ITEMS)",
                         LIMIT(SAMPLE_ITEMS));
    struct sample_item *item = &to->at[to->count];
    *item = (struct sample_item){.id = id, .bytes = bytes};
    item->packed = arena_str(to->arena, buf_view(packed));
    item->title = arena_text(to->arena, title);
    if (buf_failed(packed) || !item->packed.at || !item->title)
        return no_memory(in);
    to->count++;
    return 0;
}

static int add_article(struct sampling *in, const struct article *article)
{
    BUF_AUTO struct buf packed = BUF_INIT;
    msgpack_packer packer;
    wire_packer(&packer, &packed);
    article_pack(&packer, article);
    return add(in, &packed, article->id, article->headline, article->body.len);
}

static int add_document(struct sampling *in, const struct document *document)
{
    BUF_AUTO struct buf packed = BUF_INIT;
    msgpack_packer packer;
    wire_packer(&packer, &packed);
    document_pack(&packer, document);
    return add(in, &packed, document->id, document->name, document->bytes.len);
}

/* ---- from the store ---- */

static int open_reader(struct sampling *in)
{
    return in->reader ? 0 : desk_reader(in->desk, true, &in->reader, in->err);
}

static int stored(struct sampling *in, int64_t id)
{
    ARENA_AUTO struct arena *arena = arena_new(LIMIT(SAMPLE_BYTES));
    struct article article;
    int code = arena ? open_reader(in) : no_memory(in);
    if (code >= 0)
        code = store_article(in->reader, id, arena, &article, in->err);
    return code < 0 ? code : add_article(in, &article);
}

static int take_hit(const struct store_hit *hit, void *data)
{
    struct sampling *in = data;
    in->result = add_article(in, &hit->article);
    return in->result < 0;
}

static int newest(struct sampling *in, const struct sample_options *options)
{
    ARENA_AUTO struct arena *arena = arena_new(MIB);
    struct query query = {0};
    const struct store_page page = {.limit = (uint32_t)options->last, .whole = true};
    if (!arena)
        return no_memory(in);
    if (options->query &&
        query_parse(str_of(options->query), clock_wall_us(), arena, &query, in->err) < 0)
        return error_set(in->err, ERR_USAGE, "%s", in->err->text);
    int code = open_reader(in);
    if (code >= 0)
        code = store_search(in->reader, query.root ? &query : NULL, &page, take_hit, in, NULL,
                            in->err);
    return code < 0 ? code : in->result;
}

/* ---- from files ---- */

static int read_articles(struct sampling *in, const char *path)
{
    struct lines *lines = NULL;
    struct str text;
    uint64_t number = 0;
    int code = lines_open(&path, 1, &lines, in->err);
    while (code >= 0 && (code = lines_next(lines, &text, &number, in->err)) > 0) {
        ARENA_AUTO struct arena *arena = arena_new(LIMIT(SAMPLE_BYTES));
        struct article article;
        code =
            arena ? article_from_json(text.at, text.len, arena, &article, in->err) : no_memory(in);
        if (code >= 0)
            code = add_article(in, &article);
        else
            error_wrap(in->err, "%s:%llu", path, (unsigned long long)number);
    }
    lines_close(lines);
    return code;
}

static int read_document(struct sampling *in, const char *path)
{
    BUF_AUTO struct buf bytes = BUF_INIT;
    struct stat info;
    const int code = file_read(path, LIMIT(DOCUMENT_BYTES), &bytes, &info, in->err);
    if (code < 0)
        return code;
    const struct document document = {.bytes = buf_view(&bytes),
                                      .name = str_of(file_base_name(path)),
                                      .path = str_of(path),
                                      .source = STR_LIT("folder"),
                                      .received_us = clock_wall_us()};
    return add_document(in, &document);
}

/* "17": digits alone, and no file of that name. */
static int64_t id_of(const char *text)
{
    struct stat info;
    char *end = NULL;
    const long long id = strtoll(text, &end, 10);
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && id > 0 && stat(text, &info) < 0 ? id
                                                                                               : 0;
}

static int take(struct sampling *in, const char *from)
{
    const int64_t id = in->to->documents ? 0 : id_of(from);
    if (id)
        return stored(in, id);
    return in->to->documents ? read_document(in, from) : read_articles(in, from);
}

int sample_open(struct desk *desk, const struct sample_options *options, struct sample *out,
                struct error *err)
{
    struct sampling in = {.desk = desk, .to = out, .err = err};
    *out =
        (struct sample){.documents = options->documents, .arena = arena_new(LIMIT(SAMPLE_BYTES))};
    if (out->arena)
        out->at = arena_alloc(out->arena, LIMIT(SAMPLE_ITEMS), sizeof *out->at);
    if (!out->at)
        return error_set(err, ERR_NOMEM, "out of memory");
    int code = 0;
    if (options->documents && options->from_count == 0)
        return error_set(err, ERR_USAGE, "an ingest plugin is given documents: name files");
    for (size_t i = 0; code >= 0 && i < options->from_count; i++)
        code = take(&in, options->from[i]);
    if (options->from_count == 0)
        code = newest(&in, options);
    store_reader_close(in.reader);
    return code < 0 ? code : 0;
}

void sample_free(struct sample *sample)
{
    arena_free(sample->arena);
    *sample = (struct sample){0};
}

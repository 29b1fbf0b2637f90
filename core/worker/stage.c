/* Stages of native plugins, served as plugins are. Their input is packed with the field names of
 * the Lua contract; their answers (spans 0-based and half-open, as C counts) are checked and given
 * on with spans as Lua counts them, so that the host reads one shape. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "model/wire.h"
#include "worker/frame.h"
#include "worker/serve.h"

static void pack_field(msgpack_packer *packer, const char *key, struct str value)
{
    wire_pack_key(packer, key);
    wire_pack_str(packer, value);
}

static void pack_time(msgpack_packer *packer, const char *key, int64_t us)
{
    char text[CLOCK_TEXT_SIZE];
    pack_field(packer, key, us ? str_of(clock_format(us, text)) : STR_NONE);
}

static void pack_options(msgpack_packer *packer, const struct served_plugin *plugin)
{
    wire_pack_key(packer, "options");
    if (plugin->source.options)
        msgpack_pack_object(packer, *plugin->source.options);
    else
        msgpack_pack_map(packer, 0);
}

static int pack_document(struct buf *out, const struct served_plugin *plugin,
                         const struct document *document, struct str text)
{
    msgpack_packer packer;
    wire_packer(&packer, out);
    msgpack_pack_map(&packer, 7);
    pack_field(&packer, "text", text);
    pack_field(&packer, "name", document->name);
    pack_field(&packer, "source", document->source);
    pack_field(&packer, "encoding", document->encoding);
    wire_pack_key(&packer, "size");
    msgpack_pack_uint64(&packer, document->bytes.len);
    pack_time(&packer, "received", document->received_us);
    pack_options(&packer, plugin);
    return buf_failed(out) ? ERR_NOMEM : 0;
}

/* Spans as C counts them, as in the answer of a stage. */
static void pack_spans(msgpack_packer *packer, const struct span_list *spans)
{
    wire_pack_key(packer, "spans");
    msgpack_pack_array(packer, spans->count);
    for (size_t i = 0; i < spans->count; i++) {
        const bool headline = spans->at[i].field == SPAN_HEADLINE;
        msgpack_pack_array(packer, headline ? 3 : 2);
        msgpack_pack_uint64(packer, spans->at[i].start);
        msgpack_pack_uint64(packer, spans->at[i].end);
        if (headline)
            wire_pack_str(packer, STR_LIT("headline"));
    }
}

static void pack_tags(msgpack_packer *packer, const struct tag_list *tags)
{
    wire_pack_key(packer, "tags");
    msgpack_pack_array(packer, tags->count);
    for (size_t i = 0; i < tags->count; i++) {
        const struct tag *tag = &tags->at[i];
        msgpack_pack_map(packer, 5);
        pack_field(packer, "scheme", tag->scheme);
        pack_field(packer, "label", tag->label);
        pack_field(packer, "code", tag->code);
        wire_pack_key(packer, "score");
        msgpack_pack_double(packer, tag->score);
        pack_spans(packer, &tag->spans);
    }
}

static void pack_captions(msgpack_packer *packer, const struct caption_list *captions)
{
    wire_pack_key(packer, "captions");
    msgpack_pack_array(packer, captions->count);
    for (size_t i = 0; i < captions->count; i++) {
        msgpack_pack_map(packer, 2);
        pack_field(packer, "text", captions->at[i].text);
        pack_field(packer, "credit", captions->at[i].credit);
    }
}

static int pack_article(struct buf *out, const struct served_plugin *plugin,
                        const struct article *article)
{
    msgpack_packer packer;
    wire_packer(&packer, out);
    msgpack_pack_map(&packer, 18);
    wire_pack_key(&packer, "id");
    msgpack_pack_int64(&packer, article->id);
    wire_pack_key(&packer, "version");
    msgpack_pack_int64(&packer, article->version);
    pack_field(&packer, "uri", article->uri);
    pack_field(&packer, "headline", article->headline);
    pack_field(&packer, "text", article->body);
    pack_field(&packer, "language", article->language);
    pack_field(&packer, "byline", article->byline);
    pack_field(&packer, "dateline", article->dateline);
    pack_field(&packer, "genre", article->genre);
    pack_field(&packer, "infosource", article->infosource);
    pack_field(&packer, "url", article->url);
    pack_field(&packer, "published", article->published);
    pack_time(&packer, "received", article->received_us);
    pack_field(&packer, "note", article->note);
    pack_field(&packer, "summary", article->summary.text);
    pack_captions(&packer, &article->captions);
    pack_tags(&packer, &article->tags);
    pack_options(&packer, plugin);
    return buf_failed(out) ? ERR_NOMEM : 0;
}

static int on_write(void *state, const void *bytes, size_t size)
{
    int rc = buf_append(state, bytes, size);
    return rc == 0 ? DESK_OK : rc == ERR_LIMIT ? DESK_ERR_LIMIT : DESK_ERR_NOMEM;
}

/* [start, end) -> {start + 1, end}. A pair that is none is left for the host to refuse. */
static void to_lua_span(msgpack_object *span)
{
    if (span->type == MSGPACK_OBJECT_ARRAY && span->via.array.size >= 2 &&
        span->via.array.ptr[0].type == MSGPACK_OBJECT_POSITIVE_INTEGER &&
        span->via.array.ptr[0].via.u64 < UINT64_MAX)
        span->via.array.ptr[0].via.u64++;
}

static void to_lua(msgpack_object *map)
{
    if (map->type != MSGPACK_OBJECT_MAP)
        return;
    msgpack_object *range = (msgpack_object *)wire_get(map, "range");
    msgpack_object *spans = (msgpack_object *)wire_get(map, "spans");
    if (range)
        to_lua_span(range);
    for (uint32_t i = 0; spans && spans->type == MSGPACK_OBJECT_ARRAY && i < spans->via.array.size;
         i++)
        to_lua_span(&spans->via.array.ptr[i]);
}

/* Runs the stage on `input` and appends its answer, checked and converted. */
static int run(struct serve *serve, uint32_t index, const struct buf *input, struct buf *answer)
{
    const struct desk_stage *stage = serve->plugins[index].stage;
    BUF_AUTO struct buf raw = BUF_INIT;
    struct desk_output output = {.state = &raw, .write = on_write};
    struct desk_error why = {0};
    struct error err = {0};
    msgpack_object root;
    msgpack_packer packer;
    buf_init(&raw, LIMIT(FRAME_BYTES));
    if (stage->run(stage->state, input->at, input->len, &output, &why) < 0)
        return fault_set(serve, index, GUARD_ERROR, "%s/%s: %.*s", stage->kind, stage->name,
                         DESK_ERROR_TEXT_MAX, why.text[0] ? why.text : "failed without a word");
    if (frame_unpack(raw.at ? raw.at : "", raw.len, &serve->zone, &root, &err) < 0)
        return fault_set(serve, index, GUARD_ANSWER, "%s/%s: %s", stage->kind, stage->name,
                         err.text);
    to_lua(&root);
    for (uint32_t i = 0; root.type == MSGPACK_OBJECT_ARRAY && i < root.via.array.size; i++)
        to_lua(&root.via.array.ptr[i]);
    wire_packer(&packer, answer);
    msgpack_pack_object(&packer, root);
    return buf_failed(answer) ? fault_set(serve, index, GUARD_MEMORY, "no memory for an answer")
                              : 0;
}

int stage_claims(struct serve *serve, uint32_t index, const struct document *document,
                 struct str text, double *claim)
{
    const struct served_plugin *plugin = &serve->plugins[index];
    BUF_AUTO struct buf input = BUF_INIT;
    *claim = 0;
    if (!plugin->stage->claims)
        return 0;
    if (pack_document(&input, plugin, document, text) < 0)
        return fault_set(serve, index, GUARD_MEMORY, "no memory for a document");
    double value = plugin->stage->claims(plugin->stage->state, input.at, input.len);
    if (value > 0) /* not for NaN */
        *claim = value < 1 ? value : 1;
    return 0;
}

int stage_ingest(struct serve *serve, uint32_t index, const struct document *document,
                 struct str text, struct buf *answer)
{
    BUF_AUTO struct buf input = BUF_INIT;
    if (pack_document(&input, &serve->plugins[index], document, text) < 0)
        return fault_set(serve, index, GUARD_MEMORY, "no memory for a document");
    return run(serve, index, &input, answer);
}

int stage_article(struct serve *serve, uint32_t index, const struct article *article,
                  struct buf *answer)
{
    BUF_AUTO struct buf input = BUF_INIT;
    if (pack_article(&input, &serve->plugins[index], article) < 0)
        return fault_set(serve, index, GUARD_MEMORY, "no memory for an article");
    return run(serve, index, &input, answer);
}

/* A recorded call as a case of test.lua. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "model/wire.h"
#include "pipeline/fixture.h"

#define CASE_INDENT 8

static void indent(struct buf *out, unsigned columns)
{
    buf_printf(out, "%*s", (int)columns, "");
}

/* In double quotes; an end of line stays one, behind a backslash, so that texts can be read. */
static void add_text(struct buf *out, struct str text)
{
    buf_byte(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        const unsigned char byte = (unsigned char)text.at[i];
        if (byte == '"' || byte == '\\' || byte == '\n')
            buf_printf(out, "\\%c", byte);
        else if (byte == '\t')
            buf_text(out, "\\t");
        else if (byte == '\r')
            buf_text(out, "\\r");
        else if (byte < 0x20 || byte == 0x7F)
            buf_printf(out, "\\%03u", byte);
        else
            buf_byte(out, byte);
    }
    buf_byte(out, '"');
}

static bool is_word(struct str key)
{
    static const char *const reserved[] = {
        "and",      "break",  "do",   "else", "elseif", "end",   "false", "for",
        "function", "goto",   "if",   "in",   "local",  "nil",   "not",   "or",
        "repeat",   "return", "then", "true", "until",  "while", NULL};
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    static const char digits[] = "0123456789";
    for (size_t i = 0; i < key.len; i++)
        if (!key.at[i] || (!strchr(letters, key.at[i]) && (i == 0 || !strchr(digits, key.at[i]))))
            return false;
    for (size_t i = 0; reserved[i]; i++)
        if (str_is(key, reserved[i]))
            return false;
    return key.len > 0;
}

static void add_key(struct buf *out, struct str key)
{
    if (is_word(key)) {
        buf_str(out, key);
    } else {
        buf_byte(out, '[');
        add_text(out, key);
        buf_byte(out, ']');
    }
    buf_text(out, " = ");
}

static void add_number(struct buf *out, double number)
{
    char text[40];
    snprintf(text, sizeof text, "%.15g", number);
    if (strtod(text, NULL) != number)
        snprintf(text, sizeof text, "%.17g", number);
    buf_text(out, text);
}

static bool is_flat(const msgpack_object_array *list)
{
    for (uint32_t i = 0; i < list->size; i++)
        if (list->ptr[i].type == MSGPACK_OBJECT_MAP || list->ptr[i].type == MSGPACK_OBJECT_ARRAY ||
            list->ptr[i].type == MSGPACK_OBJECT_STR)
            return false;
    return list->size < 16;
}

static void add_value(struct buf *out, const msgpack_object *value, unsigned columns);

static void add_list(struct buf *out, const msgpack_object_array *list, unsigned columns)
{
    const bool flat = is_flat(list);
    buf_text(out, list->size ? flat ? "{ " : "{\n" : "{}");
    for (uint32_t i = 0; i < list->size; i++) {
        if (!flat)
            indent(out, columns + 4);
        add_value(out, &list->ptr[i], columns + 4);
        buf_text(out, !flat ? ",\n" : i + 1 < list->size ? ", " : " }");
    }
    if (list->size && !flat) {
        indent(out, columns);
        buf_byte(out, '}');
    }
}

static void add_map(struct buf *out, const msgpack_object_map *map, unsigned columns)
{
    buf_text(out, map->size ? "{\n" : "{}");
    for (uint32_t i = 0; i < map->size; i++) {
        const msgpack_object *key = &map->ptr[i].key;
        if (map->ptr[i].val.type == MSGPACK_OBJECT_NIL)
            continue;
        indent(out, columns + 4);
        if (key->type == MSGPACK_OBJECT_STR)
            add_key(out, (struct str){key->via.str.ptr, key->via.str.size});
        else
            buf_printf(out, "[%lld] = ", (long long)key->via.i64);
        add_value(out, &map->ptr[i].val, columns + 4);
        buf_text(out, ",\n");
    }
    if (map->size) {
        indent(out, columns);
        buf_byte(out, '}');
    }
}

static void add_value(struct buf *out, const msgpack_object *value, unsigned columns)
{
    switch (value->type) {
    case MSGPACK_OBJECT_BOOLEAN:
        buf_text(out, value->via.boolean ? "true" : "false");
        break;
    case MSGPACK_OBJECT_POSITIVE_INTEGER:
    case MSGPACK_OBJECT_NEGATIVE_INTEGER:
        buf_printf(out, "%lld", (long long)value->via.i64);
        break;
    case MSGPACK_OBJECT_FLOAT32:
    case MSGPACK_OBJECT_FLOAT64:
        add_number(out, value->via.f64);
        break;
    case MSGPACK_OBJECT_STR:
        add_text(out, (struct str){value->via.str.ptr, value->via.str.size});
        break;
    case MSGPACK_OBJECT_ARRAY:
        add_list(out, &value->via.array, columns);
        break;
    case MSGPACK_OBJECT_MAP:
        add_map(out, &value->via.map, columns);
        break;
    default:
        buf_text(out, "desk.null");
    }
}

/* ---- the input ---- */

static void add_field(struct buf *out, const char *key, struct str text)
{
    if (text.len == 0)
        return;
    indent(out, CASE_INDENT + 4);
    buf_printf(out, "%s = ", key);
    add_text(out, text);
    buf_text(out, ",\n");
}

static void add_whole(struct buf *out, const char *key, int64_t number)
{
    if (number == 0)
        return;
    indent(out, CASE_INDENT + 4);
    buf_printf(out, "%s = %lld,\n", key, (long long)number);
}

static void add_time(struct buf *out, int64_t us)
{
    char text[CLOCK_TEXT_SIZE];
    add_field(out, "received", us ? str_of(clock_format(us, text)) : STR_NONE);
}

static void add_spans(struct buf *out, const struct span_list *spans)
{
    buf_text(out, ", spans = { ");
    for (size_t i = 0; i < spans->count; i++)
        buf_printf(out, "%s{ %llu, %u%s }", i ? ", " : "",
                   (unsigned long long)spans->at[i].start + 1, spans->at[i].end,
                   spans->at[i].field == SPAN_HEADLINE ? ", \"headline\"" : "");
    buf_text(out, spans->count ? " }" : "}");
}

static void add_part(struct buf *out, const char *key, struct str text)
{
    if (text.len == 0)
        return;
    buf_printf(out, "%s = ", key);
    add_text(out, text);
    buf_text(out, ", ");
}

static void add_tags(struct buf *out, const struct tag_list *tags)
{
    if (tags->count == 0)
        return;
    indent(out, CASE_INDENT + 4);
    buf_text(out, "tags = {\n");
    for (size_t i = 0; i < tags->count; i++) {
        const struct tag *tag = &tags->at[i];
        indent(out, CASE_INDENT + 8);
        buf_text(out, "{ ");
        add_part(out, "scheme", tag->scheme);
        add_part(out, "label", tag->label);
        add_part(out, "code", tag->code);
        add_part(out, "plugin", tag->plugin);
        buf_text(out, "score = ");
        add_number(out, tag->score);
        add_spans(out, &tag->spans);
        buf_text(out, " },\n");
    }
    indent(out, CASE_INDENT + 4);
    buf_text(out, "},\n");
}

static void add_captions(struct buf *out, const struct caption_list *captions)
{
    if (captions->count == 0)
        return;
    indent(out, CASE_INDENT + 4);
    buf_text(out, "captions = {\n");
    for (size_t i = 0; i < captions->count; i++) {
        indent(out, CASE_INDENT + 8);
        buf_text(out, "{ ");
        add_part(out, "text", captions->at[i].text);
        add_part(out, "credit", captions->at[i].credit);
        buf_printf(out, "line = %u },\n", captions->at[i].line);
    }
    indent(out, CASE_INDENT + 4);
    buf_text(out, "},\n");
}

static int add_article(struct buf *out, struct str packed, struct error *err)
{
    ARENA_AUTO struct arena *arena = arena_new(LIMIT(FRAME_BYTES));
    msgpack_zone zone;
    msgpack_object value;
    struct article article;
    if (!arena || !msgpack_zone_init(&zone, MSGPACK_ZONE_CHUNK_SIZE))
        return error_set(err, ERR_NOMEM, "out of memory while writing a test");
    int code = wire_unpack(packed.at, packed.len, "an article", &zone, &value, err);
    if (code >= 0)
        code = article_unpack(&value, arena, &article, err);
    if (code >= 0) {
        indent(out, CASE_INDENT);
        buf_text(out, "article = {\n");
        add_whole(out, "id", article.id);
        add_whole(out, "version", article.version);
        add_field(out, "uri", article.uri);
        add_field(out, "headline", article.headline);
        add_field(out, "byline", article.byline);
        add_field(out, "dateline", article.dateline);
        add_field(out, "language", article.language);
        add_field(out, "genre", article.genre);
        add_field(out, "infosource", article.infosource);
        add_field(out, "url", article.url);
        add_field(out, "published", article.published);
        add_time(out, article.received_us);
        add_field(out, "note", article.note);
        add_field(out, "summary", article.summary.text);
        add_field(out, "text", article.body);
        add_captions(out, &article.captions);
        add_tags(out, &article.tags);
        indent(out, CASE_INDENT);
        buf_text(out, "},\n");
    }
    msgpack_zone_destroy(&zone);
    return code;
}

/* `text`: what its bytes were read as. */
static bool add_document(struct buf *out, const struct document *document, struct str text)
{
    if (!text.at)
        return false;
    indent(out, CASE_INDENT);
    buf_text(out, "document = {\n");
    add_field(out, "name", document->name);
    add_field(out, "path", document->path);
    add_field(out, "source", document->source);
    add_time(out, document->received_us);
    add_field(out, "text", text);
    indent(out, CASE_INDENT);
    buf_text(out, "},\n");
    return true;
}

/* ---- what was granted ---- */

static void add_granted(struct buf *out, const struct fixture_plugin *plugin)
{
    if (!plugin->granted)
        return;
    indent(out, CASE_INDENT);
    buf_text(out, "reads = {\n");
    for (size_t i = 0; i < plugin->file_count; i++) {
        indent(out, CASE_INDENT + 4);
        add_key(out, str_of(plugin->files[i].name));
        add_text(out, (struct str){plugin->files[i].bytes, plugin->files[i].len});
        buf_text(out, ",\n");
    }
    indent(out, CASE_INDENT);
    buf_text(out, "},\n");
    indent(out, CASE_INDENT);
    buf_text(out, "env = {\n");
    for (size_t i = 0; i < plugin->env_count; i++) {
        const char *equals = strchr(plugin->env[i], '=');
        if (!equals)
            continue;
        indent(out, CASE_INDENT + 4);
        add_key(out, (struct str){plugin->env[i], (size_t)(equals - plugin->env[i])});
        add_text(out, str_of(equals + 1));
        buf_text(out, ",\n");
    }
    indent(out, CASE_INDENT);
    buf_text(out, "},\n");
}

/* ---- what is expected ---- */

static int add_packed(struct buf *out, const char *key, struct str packed, const char *member,
                      struct error *err)
{
    msgpack_zone zone;
    msgpack_object value;
    if (!msgpack_zone_init(&zone, MSGPACK_ZONE_CHUNK_SIZE))
        return error_set(err, ERR_NOMEM, "out of memory while writing a test");
    const int code = wire_unpack(packed.at, packed.len, key, &zone, &value, err);
    const msgpack_object *shown = code >= 0 && member ? wire_get(&value, member) : &value;
    const bool empty = code >= 0 && shown && shown->type == MSGPACK_OBJECT_MAP &&
                       shown->via.map.size == 0 && strcmp(key, "options") == 0;
    if (code >= 0 && !empty) {
        indent(out, CASE_INDENT);
        if (!shown || shown->type == MSGPACK_OBJECT_NIL) {
            buf_text(out, "check = function(answer)\n");
            indent(out, CASE_INDENT + 4);
            buf_text(out, "assert(answer == nil)\n");
            indent(out, CASE_INDENT);
            buf_text(out, "end,\n");
        } else {
            buf_printf(out, "%s = ", key);
            add_value(out, shown, CASE_INDENT);
            buf_text(out, ",\n");
        }
    }
    msgpack_zone_destroy(&zone);
    return code;
}

static void add_comment(struct buf *out, struct str text)
{
    while (text.len) {
        const char *end = memchr(text.at, '\n', text.len);
        const size_t len = end ? (size_t)(end - text.at) : text.len;
        buf_text(out, "--     ");
        for (size_t i = 0; i < len; i++)
            buf_byte(out, (unsigned char)text.at[i] < 0x20 ? ' ' : (unsigned char)text.at[i]);
        buf_byte(out, '\n');
        text.at += len + (end != NULL);
        text.len -= len + (end != NULL);
    }
}

static void add_head(struct buf *out, const struct fixture *fixture,
                     const struct fixture_call *call, const struct fixture_plugin *plugin)
{
    buf_text(out, "-- Recorded by `copydesk record`");
    if (fixture->item_id)
        buf_printf(out, ", of item %lld in quarantine", (long long)fixture->item_id);
    else if (fixture->article_id)
        buf_printf(out, ", of article %lld", (long long)fixture->article_id);
    buf_printf(out, ". %s/%s@%s %s.\n", plugin->kind, plugin->name, plugin->version,
               call->said.failed ? "failed on it; the case passes when it fails no more"
                                 : "gave this answer");
    if (call->said.failed)
        add_comment(out, str_of(call->said.message));
}

int fixture_test(const struct fixture *fixture, const struct fixture_call *call, const char *slug,
                 struct buf *out, struct error *err)
{
    const struct fixture_plugin *plugin = fixture_answerer(call);
    int code = 0;
    if (!plugin)
        return 0;
    add_head(out, fixture, call, plugin);
    buf_text(out, "return {\n    {\n        name = ");
    add_text(out, str_of(slug));
    buf_text(out, ",\n");
    if (call->document && !add_document(out, &fixture->document, call->said.text))
        return 0;
    if (!call->document)
        code = add_article(out, call->article, err);
    if (code >= 0)
        code = add_packed(out, "options", plugin->options, NULL, err);
    add_granted(out, plugin);
    if (code >= 0 && call->said.failed)
        buf_text(out, "        check = function() end,\n");
    else if (code >= 0)
        code = add_packed(out, "answer", call->said.answer, call->document ? "answer" : NULL, err);
    buf_text(out, "    },\n}\n");
    if (buf_failed(out))
        return error_set(err, out->failed, "no room for a test of %s/%s", plugin->kind,
                         plugin->name);
    return code < 0 ? code : 1;
}

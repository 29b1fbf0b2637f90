#include "model/json.h"

#include "base/clock.h"

/* An object that is being filled. A member that cannot be made marks it, and `finish` gives NULL:
 * so each function can add all its members and check once. */
struct maker {
    json_t *object;
    bool failed;
};

static struct maker begin(void)
{
    struct maker make = {.object = json_object()};
    make.failed = !make.object;
    return make;
}

static void put(struct maker *make, const char *key, json_t *value)
{
    if (make->failed)
        json_decref(value);
    else if (json_object_set_new_nocheck(make->object, key, value) < 0)
        make->failed = true;
}

static json_t *finish(struct maker *make)
{
    if (make->failed)
        json_decref(make->object);
    return make->failed ? NULL : make->object;
}

/* Appends an item; on failure frees the list and gives NULL. */
static json_t *append(json_t *list, json_t *item)
{
    if (!list) {
        json_decref(item);
        return NULL;
    }
    if (json_array_append_new(list, item) == 0)
        return list;
    json_decref(list);
    return NULL;
}

/* Model text is UTF-8, but file names are any bytes. */
static json_t *mended(struct str text)
{
    BUF_AUTO struct buf out = BUF_INIT;
    while (text.len) {
        size_t good = utf8_valid(text.at, text.len);
        buf_append(&out, text.at, good);
        if (good < text.len) {
            buf_text(&out, "\xEF\xBF\xBD");
            good++;
        }
        text.at += good;
        text.len -= good;
    }
    return buf_failed(&out) ? NULL : json_stringn_nocheck(out.at, out.len);
}

json_t *str_to_json(struct str text)
{
    if (!text.at)
        return json_null();
    if (utf8_valid(text.at, text.len) < text.len)
        return mended(text);
    return json_stringn_nocheck(text.at, text.len);
}

/* 0 is "none" for ids and lines. */
static json_t *number_or_null(int64_t number)
{
    return number ? json_integer(number) : json_null();
}

static json_t *text_or_null(struct str text)
{
    return text.len ? str_to_json(text) : json_null();
}

static json_t *lines_to_json(const struct line_list *lines)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < lines->count; i++)
        list = append(list, json_integer(lines->at[i]));
    return list;
}

static json_t *pair_to_json(uint64_t start, uint64_t end)
{
    json_t *pair = append(json_array(), json_integer((json_int_t)start));
    return append(pair, json_integer((json_int_t)end));
}

json_t *spans_to_json(const struct span_list *spans)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < spans->count; i++) {
        json_t *pair = pair_to_json(spans->at[i].start, spans->at[i].end);
        if (spans->at[i].field == SPAN_HEADLINE)
            pair = append(pair, json_string("headline"));
        list = append(list, pair);
    }
    return list;
}

static json_t *tag_to_json(const struct tag *tag)
{
    struct maker make = begin();
    if (tag->field.len) {
        put(&make, "field", str_to_json(tag->field));
        put(&make, "value", str_to_json(tag->label));
    } else {
        put(&make, "scheme", text_or_null(tag->scheme));
        put(&make, "label", text_or_null(tag->label));
        put(&make, "code", text_or_null(tag->code));
    }
    put(&make, "score", json_real(tag->score));
    put(&make, "spans", spans_to_json(&tag->spans));
    put(&make, "plugin", text_or_null(tag->plugin));
    return finish(&make);
}

json_t *tags_to_json(const struct tag_list *tags)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < tags->count; i++)
        list = append(list, tag_to_json(&tags->at[i]));
    return list;
}

json_t *summary_to_json(const struct summary *summary)
{
    if (summary->text.len == 0)
        return json_null();
    struct maker make = begin();
    put(&make, "text", str_to_json(summary->text));
    put(&make, "spans", spans_to_json(&summary->spans));
    put(&make, "plugin", text_or_null(summary->plugin));
    return finish(&make);
}

static json_t *caption_to_json(const struct caption *caption)
{
    struct maker make = begin();
    put(&make, "text", str_to_json(caption->text));
    put(&make, "credit", text_or_null(caption->credit));
    put(&make, "line", number_or_null(caption->line));
    put(&make, "repeats", lines_to_json(&caption->repeats));
    return finish(&make);
}

static json_t *captions_to_json(const struct caption_list *captions)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < captions->count; i++)
        list = append(list, caption_to_json(&captions->at[i]));
    return list;
}

static json_t *evidence_to_json(const struct evidence_list *evidence)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < evidence->count; i++) {
        const struct evidence *entry = &evidence->at[i];
        struct maker make = begin();
        put(&make, "rule", str_to_json(entry->rule));
        put(&make, "line", number_or_null(entry->line));
        put(&make, "weight", json_real(entry->weight));
        put(&make, "text", text_or_null(entry->text));
        list = append(list, finish(&make));
    }
    return list;
}

static json_t *draft_lines_to_json(const struct draft_lines *lines)
{
    struct maker make = begin();
    put(&make, "title", lines_to_json(&lines->title));
    put(&make, "byline", lines_to_json(&lines->byline));
    put(&make, "end_mark", number_or_null(lines->end_mark));
    put(&make, "captions", lines_to_json(&lines->captions));
    put(&make, "caption_repeats", lines_to_json(&lines->caption_repeats));
    put(&make, "subheads", lines_to_json(&lines->subheads));
    put(&make, "body", lines_to_json(&lines->body));
    return finish(&make);
}

static void put_whole(struct maker *make, const struct article *article)
{
    put(make, "text", json_stringn(article->body.at ? article->body.at : "", article->body.len));
    put(make, "captions", captions_to_json(&article->captions));
    put(make, "note", text_or_null(article->note));
    put(make, "url", text_or_null(article->url));
    put(make, "published", text_or_null(article->published));
    put(make, "dateline", text_or_null(article->dateline));
    put(make, "summary_spans", spans_to_json(&article->summary.spans));
    put(make, "summary_plugin", text_or_null(article->summary.plugin));
    put(make, "first_line", number_or_null(article->first_line));
    put(make, "last_line", number_or_null(article->last_line));
    put(make, "range", pair_to_json(article->range_start, article->range_end));
    put(make, "lines", draft_lines_to_json(&article->lines));
    put(make, "confidence", json_real(article->confidence));
    put(make, "evidence", evidence_to_json(&article->evidence));
}

json_t *article_to_json(const struct article *article, bool whole)
{
    char received[CLOCK_TEXT_SIZE];
    struct maker make = begin();
    put(&make, "id", number_or_null(article->id));
    put(&make, "uri", text_or_null(article->uri));
    put(&make, "version", number_or_null(article->version));
    put(&make, "headline", text_or_null(article->headline));
    put(&make, "byline", text_or_null(article->byline));
    put(&make, "infosource", text_or_null(article->infosource));
    put(&make, "language", text_or_null(article->language));
    put(&make, "genre", text_or_null(article->genre));
    put(&make, "received",
        article->received_us ? json_string(clock_format(article->received_us, received))
                             : json_null());
    put(&make, "tags", tags_to_json(&article->tags));
    put(&make, "summary", text_or_null(article->summary.text));
    if (whole)
        put_whole(&make, article);
    return finish(&make);
}

json_t *draft_to_json(const struct article *draft)
{
    struct maker make = begin();
    put(&make, "headline", text_or_null(draft->headline));
    put(&make, "first_line", number_or_null(draft->first_line));
    put(&make, "last_line", number_or_null(draft->last_line));
    put(&make, "byline", text_or_null(draft->byline));
    put(&make, "genre", text_or_null(draft->genre));
    put(&make, "end_mark_line", number_or_null(draft->lines.end_mark));
    put(&make, "caption_lines", lines_to_json(&draft->lines.captions));
    put(&make, "caption_repeat_lines", lines_to_json(&draft->lines.caption_repeats));
    put(&make, "subhead_lines", lines_to_json(&draft->lines.subheads));
    put(&make, "body_lines", lines_to_json(&draft->lines.body));
    put(&make, "confidence", json_real(draft->confidence));
    put(&make, "evidence", evidence_to_json(&draft->evidence));
    return finish(&make);
}

static int append_text(const char *bytes, size_t len, void *out)
{
    return buf_append(out, bytes, len) < 0 ? -1 : 0;
}

int json_to_buf(const json_t *value, size_t flags, struct buf *out, struct error *err)
{
    int rc = json_dump_callback(value, append_text, out, flags | JSON_ENCODE_ANY);
    if (out->failed == ERR_LIMIT)
        return error_set(err, ERR_LIMIT, "the JSON text is over %zu bytes", out->max);
    if (rc < 0 || buf_failed(out)) /* the model's values can fail in no other way */
        return error_set(err, ERR_NOMEM, "out of memory");
    return 0;
}

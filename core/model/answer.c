/* What Lua plugins answer: drafts, tags, summaries. Here Lua's spans become the model's. */
#include <string.h>

#include "base/clock.h"
#include "model/answer.h"
#include "model/checks.h"
#include "model/records.h"
#include "model/spans.h"
#include "model/tags.h"
#include "model/wire.h"

static const char *check_time(struct str text)
{
    int64_t us;
    return clock_parse(text, &us, NULL) < 0 ? "is no time; write 2026-05-04 or 2026-05-04T10:20:30Z"
                                            : NULL;
}

static const struct field draft_fields[] = {
    FIELD(article, headline, "headline", TEXT, MOST(HEADLINE_BYTES),
          .flags = FIELD_REQUIRED | FIELD_FILLED | FIELD_ONE_LINE),
    FIELD(article, body, "body", TEXT, MOST(BODY_BYTES), .flags = FIELD_REQUIRED),
    FIELD(article, byline, "byline", TEXT, MOST(FIELD_BYTES)),
    FIELD(article, dateline, "dateline", TEXT, MOST(FIELD_BYTES)),
    FIELD(article, genre, "genre", TEXT, MOST(FIELD_BYTES), .flags = FIELD_ONE_LINE),
    FIELD(article, language, "language", TEXT, MOST(FIELD_BYTES), .check = check_language_tag),
    FIELD(article, infosource, "infosource", TEXT, MOST(FIELD_BYTES), .flags = FIELD_ONE_LINE),
    FIELD(article, url, "url", TEXT, MOST(FIELD_BYTES), .flags = FIELD_ONE_LINE),
    FIELD(article, published, "published", TEXT, MOST(FIELD_BYTES), .check = check_time),
    FIELD(article, note, "note", TEXT, MOST(FIELD_BYTES)),
    FIELD(article, first_line, "first_line", LINE),
    FIELD(article, last_line, "last_line", LINE),
    FIELD(article, range_start, "range", RANGE),
    FIELD(article, captions, "captions", LIST, MOST(CAPTIONS_PER_ARTICLE), .type = &record_caption),
    FIELD(article, lines, "lines", RECORD, .type = &record_lines),
    FIELD(article, confidence, "confidence", REAL, SHARE),
    FIELD(article, evidence, "evidence", LIST, MOST(EVIDENCE_PER_ARTICLE),
          .type = &record_evidence),
};

static int draft_check(struct reader *in, const struct place *at, void *record)
{
    const struct article *draft = record;
    if (draft->last_line && draft->last_line < draft->first_line) {
        struct place last = place_key(at, "last_line");
        return place_fail(in->err, &last, ERR_INVALID, "is %u, before first_line (%u)",
                          draft->last_line, draft->first_line);
    }
    return 0;
}

static const struct record_type draft_type = {FIELDS_OF(draft_fields), sizeof(struct article),
                                              draft_check};

int drafts_unpack(const msgpack_object *answer, uint64_t text_len, struct arena *arena,
                  struct article_list *out, struct error *err)
{
    struct reader in = {.arena = arena, .err = err, .lua = true, .text_len = text_len};
    struct place root = place_key(NULL, "answer");
    *out = (struct article_list){0};
    return list_read(&in, &root, answer, &draft_type, LIMIT_ARTICLES_PER_DOCUMENT_INDEX, out);
}

/* A tag as a plugin writes it. A suggestion's value is read into a place of its own, so that the
 * two forms can be told apart. */
struct said {
    struct tag tag;
    struct str value;
};

enum { SAID_SCHEME, SAID_LABEL, SAID_CODE, SAID_SCORE, SAID_SPANS, SAID_FIELD, SAID_VALUE };

static const struct field said_fields[] = {
    [SAID_SCHEME] = FIELD(said, tag.scheme, "scheme", TEXT, MOST(TAG_BYTES), .flags = FIELD_FILLED,
                          .check = check_scheme_name),
    [SAID_LABEL] = FIELD(said, tag.label, "label", TEXT, MOST(TAG_BYTES),
                         .flags = FIELD_FILLED | FIELD_ONE_LINE),
    [SAID_CODE] = FIELD(said, tag.code, "code", TEXT, MOST(TAG_BYTES), .flags = FIELD_ONE_LINE),
    [SAID_SCORE] = FIELD(said, tag.score, "score", REAL, SHARE),
    [SAID_SPANS] = FIELD(said, tag.spans, "spans", SPANS),
    [SAID_FIELD] = FIELD(said, tag.field, "field", TEXT, MOST(TAG_BYTES), .flags = FIELD_FILLED),
    [SAID_VALUE] = FIELD(said, value, "value", TEXT, MOST(FIELD_BYTES),
                         .flags = FIELD_FILLED | FIELD_ONE_LINE),
};

static int suggestion_check(struct reader *in, const struct place *at, struct said *said)
{
    static const char *const known[] = {"language", "genre", "infosource", "byline", "dateline"};
    const size_t count = sizeof known / sizeof known[0];
    struct place field = place_key(at, "field"), value = place_key(at, "value");
    size_t i = 0;
    while (i < count && !str_is(said->tag.field, known[i]))
        i++;
    if (i == count) {
        const char *near = str_nearest(said->tag.field, known, count);
        return place_fail(in->err, &field, ERR_INVALID,
                          "cannot be suggested%s%s%s (language, genre, infosource, byline and "
                          "dateline can)",
                          near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
    }
    if (said->tag.scheme.len || said->tag.label.len || said->tag.code.len)
        return place_fail(in->err, at, ERR_INVALID,
                          "has both a field and a tag's keys; write {field=, value=} or "
                          "{scheme=, label=}");
    if (said->value.len == 0)
        return place_fail(in->err, &value, ERR_INVALID, "is missing, but must be given");
    const char *wrong = i == 0 ? check_language_tag(said->value) : NULL;
    if (wrong)
        return place_fail(in->err, &value, ERR_INVALID, "%s", wrong);
    said->tag.label = said->value;
    return 0;
}

static int said_check(struct reader *in, const struct place *at, void *record)
{
    struct said *said = record;
    if (said->tag.field.len)
        return suggestion_check(in, at, said);
    const char *lacks = said->tag.scheme.len == 0  ? "scheme"
                        : said->tag.label.len == 0 ? "label"
                                                   : NULL;
    if (lacks) {
        struct place member = place_key(at, lacks);
        return place_fail(in->err, &member, ERR_INVALID, "is missing, but must be given");
    }
    if (said->value.len)
        return place_fail(in->err, at, ERR_INVALID, "has a value but no field");
    return 0;
}

static int said_text(struct reader *in, const struct place *at, int which, struct str text,
                     struct str *out)
{
    if (text.len == 0)
        return 0;
    const struct place member = place_key(at, said_fields[which].key);
    return text_check(in, &member, text, &said_fields[which], out);
}

int tag_check(struct reader *in, const struct place *at, struct tag *tag)
{
    struct said said = {.tag = *tag};
    const bool suggests = tag->field.len > 0;
    int rc = said_text(in, at, SAID_SCHEME, tag->scheme, &said.tag.scheme);
    if (rc == 0 && suggests) {
        said.tag.label = STR_NONE;
        rc = said_text(in, at, SAID_VALUE, tag->label, &said.value);
    } else if (rc == 0) {
        rc = said_text(in, at, SAID_LABEL, tag->label, &said.tag.label);
    }
    if (rc == 0)
        rc = said_text(in, at, SAID_CODE, tag->code, &said.tag.code);
    if (rc == 0)
        rc = said_text(in, at, SAID_FIELD, tag->field, &said.tag.field);
    if (rc == 0)
        rc = said_check(in, at, &said);
    *tag = said.tag;
    return rc;
}

static const struct record_type said_type = {FIELDS_OF(said_fields), sizeof(struct said),
                                             said_check};

int tags_unpack(const msgpack_object *answer, const struct article *article, struct arena *arena,
                struct tag_list *out, struct error *err)
{
    struct reader in = {.arena = arena, .err = err, .lua = true, .about = article};
    struct place root = place_key(NULL, "answer");
    struct {
        struct said *at;
        size_t count;
    } all = {0};
    *out = (struct tag_list){0};
    int rc = list_read(&in, &root, answer, &said_type, LIMIT_TAGS_PER_ANSWER_INDEX, &all);
    if (rc < 0 || all.count == 0)
        return rc;
    out->at = arena_alloc(arena, all.count, sizeof *out->at);
    if (!out->at)
        return place_no_memory(err, &root);
    for (; out->count < all.count; out->count++)
        out->at[out->count] = all.at[out->count].tag;
    tags_sort(out);
    return tags_merge(&in, &root, out);
}

int tags_finish(struct tag_list *tags, const struct article *article, struct arena *arena)
{
    struct reader in = {.arena = arena, .lua = true, .about = article};
    const struct place root = place_key(NULL, "answer");
    for (size_t i = 0; i < tags->count; i++) {
        const struct place item = place_item(&root, i);
        int rc = tag_check(&in, &item, &tags->at[i]);
        if (rc == 0)
            rc = spans_check(&in, &item, &tags->at[i].spans, article);
        if (rc < 0)
            return rc;
    }
    tags_sort(tags);
    return tags_merge(&in, &root, tags);
}

static const struct field summary_fields[] = {
    FIELD(summary, text, "text", TEXT, MOST(SUMMARY_BYTES), .flags = FIELD_REQUIRED),
    FIELD(summary, spans, "spans", SPANS),
};

static int summary_check(struct reader *in, const struct place *at, void *record)
{
    struct summary *summary = record;
    struct place spans = place_key(at, "spans");
    for (size_t i = 0; i < summary->spans.count; i++) {
        struct place span = place_item(&spans, i);
        if (summary->spans.at[i].field != SPAN_BODY)
            return place_fail(in->err, &span, ERR_INVALID,
                              "lies in the headline; a summary is made of the body's sentences");
    }
    return 0;
}

static const struct record_type summary_type = {FIELDS_OF(summary_fields), sizeof(struct summary),
                                                summary_check};

int summary_unpack(const msgpack_object *answer, const struct article *article, struct arena *arena,
                   struct summary *out, struct error *err)
{
    struct reader in = {.arena = arena, .err = err, .lua = true, .about = article};
    struct place root = place_key(NULL, "answer");
    *out = (struct summary){0};
    int rc = is_absent(answer) ? 0 : record_read(&in, &root, answer, &summary_type, out);
    if (rc < 0 || out->text.len == 0)
        *out = (struct summary){0};
    return rc;
}

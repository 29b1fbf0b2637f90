#include "model/records.h"

static const struct field lines_fields[] = {
    FIELD(draft_lines, title, "title", LINES),
    FIELD(draft_lines, byline, "byline", LINES),
    FIELD(draft_lines, end_mark, "end_mark", LINE),
    FIELD(draft_lines, captions, "captions", LINES),
    FIELD(draft_lines, caption_repeats, "caption_repeats", LINES),
    FIELD(draft_lines, subheads, "subheads", LINES),
    FIELD(draft_lines, body, "body", LINES),
};

/* Refuses lists of lines that are over LINES_PER_ARTICLE together. */
static int draft_lines_check(struct reader *in, const struct place *at, void *record)
{
    const struct draft_lines *lines = record;
    size_t count = lines->title.count + lines->byline.count + lines->captions.count +
                   lines->caption_repeats.count + lines->subheads.count + lines->body.count;
    return count > LIMIT(LINES_PER_ARTICLE)
               ? place_over(in->err, at, count, LIMIT_LINES_PER_ARTICLE_INDEX)
               : 0;
}

const struct record_type record_lines = {FIELDS_OF(lines_fields), sizeof(struct draft_lines),
                                         draft_lines_check};

static const struct field evidence_fields[] = {
    FIELD(evidence, rule, "rule", TEXT, MOST(TAG_BYTES),
          .flags = FIELD_REQUIRED | FIELD_FILLED | FIELD_ONE_LINE),
    FIELD(evidence, line, "line", LINE),
    FIELD(evidence, weight, "weight", REAL, .least = -1000, .most = 1000),
    FIELD(evidence, text, "text", TEXT, MOST(FIELD_BYTES)),
};

const struct record_type record_evidence = {FIELDS_OF(evidence_fields), sizeof(struct evidence),
                                            NULL};

static const struct field caption_fields[] = {
    FIELD(caption, text, "text", TEXT, MOST(CAPTION_BYTES)),
    FIELD(caption, credit, "credit", TEXT, MOST(FIELD_BYTES)),
    FIELD(caption, line, "line", LINE),
    FIELD(caption, repeats, "repeats", LINES),
};

static int caption_check(struct reader *in, const struct place *at, void *record)
{
    const struct caption *caption = record;
    if (caption->text.len == 0 && caption->credit.len == 0)
        return place_fail(in->err, at, ERR_INVALID, "has neither text nor credit");
    return 0;
}

const struct record_type record_caption = {FIELDS_OF(caption_fields), sizeof(struct caption),
                                           caption_check};

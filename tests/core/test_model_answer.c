#include <stdio.h>

#include "model_help.h"

/* The article that answers are about: its body has an accent at byte 3 (0-based), two bytes long.
 */
static const struct article about = {
    .headline = {"Caf\xC3\xA9s open", 11},
    .body = {"The caf\xC3\xA9s of Paris open.", 25},
};

static void tags_refused(const char *json, int code, const char *message)
{
    struct bench b;
    struct tag_list tags;
    enter(&b);
    int rc = tags_unpack(from_json(&b, json), &about, b.arena, &tags, &b.err);
    assert_int_equal(rc, code);
    assert_string_equal(b.err.text, message);
    leave(&b);
}

static void drafts_refused(const char *json, int code, const char *message)
{
    struct bench b;
    struct article_list drafts;
    enter(&b);
    int rc = drafts_unpack(from_json(&b, json), 100, b.arena, &drafts, &b.err);
    assert_int_equal(rc, code);
    assert_string_equal(b.err.text, message);
    leave(&b);
}

static void summary_refused(const char *json, int code, const char *message)
{
    struct bench b;
    struct summary summary;
    enter(&b);
    int rc = summary_unpack(from_json(&b, json), &about, b.arena, &summary, &b.err);
    assert_int_equal(rc, code);
    assert_string_equal(b.err.text, message);
    leave(&b);
}

static void read_tags(struct bench *b, const char *json, struct tag_list *tags)
{
    enter(b);
    if (tags_unpack(from_json(b, json), &about, b->arena, tags, &b->err) < 0)
        fail_msg("%s", b->err.text);
}

static void read_drafts(struct bench *b, const char *json, struct article_list *drafts)
{
    enter(b);
    if (drafts_unpack(from_json(b, json), 100, b->arena, drafts, &b->err) < 0)
        fail_msg("%s", b->err.text);
}

/* ---- tags ---- */

static void lua_spans_become_half_open(void **state)
{
    (void)state;
    struct bench b;
    struct tag_list tags;
    read_tags(&b,
              "[{'scheme': 'place', 'label': 'Paris', 'score': 0.5, 'code': 'FR-75',"
              "  'spans': [[14, 18], [1, 6, 'headline']]}]",
              &tags);
    assert_int_equal(tags.count, 1);
    const struct tag *tag = &tags.at[0];
    assert_text(tag->label, "Paris");
    assert_text(tag->code, "FR-75");
    assert_true(tag->score == 0.5);
    assert_int_equal(tag->spans.count, 2);
    assert_int_equal(tag->spans.at[0].start, 13);
    assert_int_equal(tag->spans.at[0].end, 18);
    assert_int_equal(tag->spans.at[0].field, SPAN_BODY);
    assert_int_equal(tag->spans.at[1].field, SPAN_HEADLINE);
    leave(&b);
}

static void a_tag_without_score_is_certain(void **state)
{
    (void)state;
    struct bench b;
    struct tag_list tags;
    read_tags(&b, "[{'scheme': 'keyword', 'label': 'x'}]", &tags);
    assert_true(tags.at[0].score == 1);
    leave(&b);
}

static void nothing_and_the_empty_table_are_no_tags(void **state)
{
    (void)state;
    struct bench b;
    struct tag_list tags;
    read_tags(&b, "null", &tags);
    assert_int_equal(tags.count, 0);
    leave(&b);
    read_tags(&b, "{}", &tags);
    assert_int_equal(tags.count, 0);
    leave(&b);
}

static void tags_come_in_canonical_order(void **state)
{
    (void)state;
    struct bench b;
    struct tag_list tags;
    read_tags(&b,
              "[{'scheme': 'place', 'label': 'b'}, {'scheme': 'place', 'label': 'a'},"
              " {'scheme': 'keyword', 'label': 'z'}]",
              &tags);
    assert_text(tags.at[0].label, "z");
    assert_text(tags.at[1].label, "a");
    assert_text(tags.at[2].label, "b");
    leave(&b);
}

static void what_is_said_twice_is_one_tag_with_all_spans(void **state)
{
    (void)state;
    struct bench b;
    struct tag_list tags;
    read_tags(&b,
              "[{'scheme': 'p', 'label': 'a', 'score': 0.2, 'spans': [[5, 5], [1, 1]]},"
              " {'scheme': 'p', 'label': 'b'},"
              " {'scheme': 'p', 'label': 'a', 'score': 0.9, 'spans': [[5, 5], [3, 3]]}]",
              &tags);
    assert_int_equal(tags.count, 2);
    assert_true(tags.at[0].score == 0.9);
    assert_int_equal(tags.at[0].spans.count, 3);
    assert_int_equal(tags.at[0].spans.at[0].start, 0);
    assert_int_equal(tags.at[0].spans.at[2].start, 4);
    leave(&b);
}

static void a_suggestion_has_field_and_value(void **state)
{
    (void)state;
    struct bench b;
    struct tag_list tags;
    read_tags(&b, "[{'field': 'language', 'value': 'zh-Hans', 'score': 0.7}]", &tags);
    assert_text(tags.at[0].field, "language");
    assert_text(tags.at[0].label, "zh-Hans");
    assert_text(tags.at[0].scheme, "");
    leave(&b);
}

static void spans_outside_the_text_are_refused(void **state)
{
    (void)state;
    tags_refused("[{'scheme':'a','label':'b'}, {'scheme':'a','label':'b','spans':[[1,2],[3,26]]}]",
                 ERR_INVALID, "answer[2].spans[2]: ends at byte 26, but the body has 25");
    tags_refused("[{'scheme':'a','label':'b','spans':[[1,12,'headline']]}]", ERR_INVALID,
                 "answer[1].spans[1]: ends at byte 12, but the headline has 11");
    tags_refused("[{'scheme':'a','label':'b','spans':[[0,2]]}]", ERR_INVALID,
                 "answer[1].spans[1][1]: is 0, but must lie in 1 to 4294967295");
    tags_refused("[{'scheme':'a','label':'b','spans':[[5,4]]}]", ERR_INVALID,
                 "answer[1].spans[1]: ends at byte 4, before it begins (5)");
}

static void spans_that_cut_a_character_are_refused(void **state)
{
    (void)state;
    tags_refused("[{'scheme':'a','label':'b','spans':[[9,10]]}]", ERR_INVALID,
                 "answer[1].spans[1]: begins inside a character of the body, byte 9");
    tags_refused("[{'scheme':'a','label':'b','spans':[[5,8]]}]", ERR_INVALID,
                 "answer[1].spans[1]: ends inside a character of the body, byte 8");
}

static void spans_of_no_text_or_form_are_refused(void **state)
{
    (void)state;
    tags_refused("[{'scheme':'a','label':'b','spans':[[1,2,'title']]}]", ERR_INVALID,
                 "answer[1].spans[1][3]: names no text that spans may lie in; write \"headline\" "
                 "or \"body\"");
    tags_refused("[{'scheme':'a','label':'b','spans':[1,2]}]", ERR_INVALID,
                 "answer[1].spans[1]: is a number, but a pair {first, last} of bytes is needed");
    tags_refused("[{'scheme':'a','label':'b','spans':[[1]]}]", ERR_INVALID,
                 "answer[1].spans[1]: is a list, but a pair {first, last} of bytes is needed");
}

static void an_unknown_key_is_refused_with_the_nearest(void **state)
{
    (void)state;
    tags_refused("[{'scheme':'a','lable':'b'}]", ERR_INVALID,
                 "answer[1]: unknown key \"lable\"; did you mean \"label\"?");
    tags_refused("[{'zebra':'b'}]", ERR_INVALID,
                 "answer[1]: unknown key \"zebra\"; known are scheme, label, code, score, spans, "
                 "field, value");
}

static void tags_need_scheme_and_label(void **state)
{
    (void)state;
    tags_refused("[{'label':'b'}]", ERR_INVALID, "answer[1].scheme: is missing, but must be given");
    tags_refused("[{'scheme':'b'}]", ERR_INVALID, "answer[1].label: is missing, but must be given");
    tags_refused("[{'scheme':'b','label':' '}]", ERR_INVALID,
                 "answer[1].label: is empty; leave it out, or give it a value");
    tags_refused("[{'scheme':'b c','label':'d'}]", ERR_INVALID,
                 "answer[1].scheme: has a space, quote or control character in it; write one like "
                 "\"place\"");
    tags_refused("[{'scheme':'b','label':'d\\n'}]", ERR_INVALID,
                 "answer[1].label: has more than one line; join them with spaces");
}

static void scores_lie_in_0_to_1(void **state)
{
    (void)state;
    tags_refused("[{'scheme':'b','label':'d','score':1.01}]", ERR_INVALID,
                 "answer[1].score: is 1.01, but must lie in 0 to 1");
    tags_refused("[{'scheme':'b','label':'d','score':'high'}]", ERR_INVALID,
                 "answer[1].score: is a string, but a number is needed");
}

static void only_some_fields_can_be_suggested(void **state)
{
    (void)state;
    tags_refused("[{'field':'langage','value':'fr'}]", ERR_INVALID,
                 "answer[1].field: cannot be suggested; did you mean \"language\"? (language, "
                 "genre, infosource, byline and dateline can)");
    tags_refused("[{'field':'language'}]", ERR_INVALID,
                 "answer[1].value: is missing, but must be given");
    tags_refused("[{'field':'language','value':'French language'}]", ERR_INVALID,
                 "answer[1].value: is no language tag; write one like \"fr\" or \"zh-Hans\"");
    tags_refused("[{'field':'genre','value':'x','label':'y'}]", ERR_INVALID,
                 "answer[1]: has both a field and a tag's keys; write {field=, value=} or "
                 "{scheme=, label=}");
    tags_refused("[{'scheme':'genre','label':'x','value':'y'}]", ERR_INVALID,
                 "answer[1]: has a value but no field");
}

static void an_answer_of_another_shape_is_refused(void **state)
{
    (void)state;
    tags_refused("{'scheme':'a','label':'b'}", ERR_INVALID,
                 "answer: is a table with keys, but a list is needed");
    tags_refused("['paris']", ERR_INVALID,
                 "answer[1]: is a string, but a table with keys is needed");
    tags_refused("true", ERR_INVALID, "answer: is true, but a list is needed");
}

static void too_many_tags_are_refused_by_name(void **state)
{
    (void)state;
    char json[3 * 1100] = "[[]";
    for (int i = 0; i < 1000; i++)
        strcat(json, ",0");
    strcat(json, "]");
    tags_refused(json, ERR_LIMIT, "answer: has 1001 tags, but TAGS_PER_ANSWER allows 1000");
}

static void a_key_given_twice_is_refused(void **state)
{
    (void)state;
    struct bench b;
    msgpack_packer packer;
    struct tag_list tags;
    enter(&b);
    wire_packer(&packer, &b.bytes);
    msgpack_pack_array(&packer, 1);
    msgpack_pack_map(&packer, 2);
    for (int i = 0; i < 2; i++) {
        wire_pack_key(&packer, "label");
        wire_pack_key(&packer, "x");
    }
    assert_int_equal(tags_unpack(packed(&b), &about, b.arena, &tags, &b.err), ERR_INVALID);
    assert_string_equal(b.err.text, "answer[1].label: is given twice");
    leave(&b);
}

/* ---- tags on their way from a worker ---- */

#define TAGS                                                                                       \
    "[{'field': 'language', 'value': 'fr', 'score': 0.5},"                                         \
    " {'scheme': 'place', 'label': 'Paris', 'code': 'FR-75', 'spans': [[14, 18], [1, 6, "          \
    "'headline']]}, {'scheme': 'place', 'label': 'Rome', 'score': 1}]"

static int take_bytes(struct bench *b, const void *bytes, size_t size, struct tag_list *tags)
{
    struct str kept;
    const msgpack_object value = {.type = MSGPACK_OBJECT_BIN, .via.bin = {(uint32_t)size, bytes}};
    const int rc = tags_take(&value, &about, b->arena, tags, &kept, &b->err);
    if (rc >= 0) {
        assert_ptr_equal(kept.at, bytes);
        assert_int_equal(kept.len, size);
    }
    return rc;
}

static void put_tags(struct bench *b, const char *json, struct buf *out)
{
    struct tag_list tags;
    msgpack_packer packer;
    read_tags(b, json, &tags);
    wire_packer(&packer, out);
    assert_int_equal(tags_put(&packer, out, &tags), 0);
}

static void tags_are_taken_as_they_were_put(void **state)
{
    (void)state;
    struct bench b;
    struct tag_list tags;
    struct buf again = BUF_INIT;
    msgpack_packer packer;
    struct buf out = BUF_INIT;
    put_tags(&b, TAGS, &out);
    const struct str put = {out.at + 5, out.len - 5};
    if (take_bytes(&b, put.at, put.len, &tags) < 0)
        fail_msg("%s", b.err.text);
    assert_int_equal(tags.count, 3);
    wire_packer(&packer, &again);
    assert_int_equal(tags_pack(&packer, &tags), 0);
    assert_int_equal(again.len, put.len);
    assert_memory_equal(again.at, put.at, put.len);
    buf_free(&again);
    buf_free(&out);
    leave(&b);
}

static void tags_cut_off_or_damaged_are_refused_or_read(void **state)
{
    (void)state;
    struct bench b;
    struct tag_list tags;
    struct buf out = BUF_INIT;
    put_tags(&b, TAGS, &out);
    char *at = out.at + 5;
    const size_t size = out.len - 5;
    for (size_t i = 0; i < size; i++) {
        char copy[512];
        assert_true(size <= sizeof copy);
        memcpy(copy, at, size);
        assert_true(take_bytes(&b, copy, i, &tags) < 0);
        for (int bit = 0; bit < 8; bit++) {
            copy[i] = (char)(at[i] ^ 1 << bit);
            take_bytes(&b, copy, size, &tags); /* must not read past the end (asan) */
        }
    }
    assert_true(take_bytes(&b, at, size, &tags) >= 0);
    buf_free(&out);
    leave(&b);
}

static void take_refused(const char *bytes, size_t size, const char *message)
{
    struct bench b;
    struct tag_list tags;
    enter(&b);
    assert_int_equal(take_bytes(&b, bytes, size, &tags), ERR_INVALID);
    assert_string_equal(b.err.text, message);
    leave(&b);
}

#define TAKE_REFUSED(bytes, message) take_refused(bytes, sizeof(bytes) - 1, message)
#define TAG_S(label)                 "\x82\xa6scheme\xa1s\xa5label\xa1" label

static void a_worker_is_not_believed(void **state)
{
    (void)state;
    struct bench b;
    struct tag_list tags;
    struct str kept;
    TAKE_REFUSED("\x92" TAG_S("b") TAG_S("a"),
                 "answer[2]: is not in order, or says what the one before says");
    TAKE_REFUSED("\x92" TAG_S("a") TAG_S("a"),
                 "answer[2]: is not in order, or says what the one before says");
    TAKE_REFUSED("\x91\x82\xa5label\xa1l\xa6scheme\xa1s", "answer[1]: is not packed as tags are");
    TAKE_REFUSED("\x91\x81\xa6scheme\xa1s", "answer[1].label: is missing, but must be given");
    TAKE_REFUSED("\x91\x82\xa5label\xa2"
                 "fr\xa5"
                 "field\xa3"
                 "url",
                 "answer[1].field: cannot be suggested (language, genre, infosource, byline and "
                 "dateline can)");
    TAKE_REFUSED("\x91\x83\xa6scheme\xa1s\xa5label\xa1l\xa5spans\x91\x92\x00\x63",
                 "answer[1].spans[1]: ends at byte 99, but the body has 25");
    TAKE_REFUSED("\x91\x83\xa6scheme\xa1s\xa5label\xa1l\xa5spans\x92\x92\x01\x02\x92\x00\x01",
                 "answer[1].spans: is not in order");
    TAKE_REFUSED("\x91\x83\xa6scheme\xa1s\xa5label\xa1l\xa5score\xcb\x7f\xf8\0\0\0\0\0\0",
                 "answer[1]: is not packed as tags are");
    TAKE_REFUSED("\x90\xc0", "answer: is not packed as tags are");
    enter(&b);
    assert_int_equal(tags_take(from_json(&b, "[]"), &about, b.arena, &tags, &kept, &b.err),
                     ERR_INVALID);
    leave(&b);
}

/* ---- drafts ---- */

static void a_whole_draft_is_read(void **state)
{
    (void)state;
    struct bench b;
    struct article_list drafts;
    read_drafts(&b,
                "[{'headline': 'H', 'body': 'One.\\n\\nTwo.', 'byline': 'B', 'dateline': 'D',"
                "  'genre': 'interview', 'language': 'en', 'infosource': 'I', 'url': 'U',"
                "  'published': '2026-05-04', 'note': 'N', 'first_line': 3, 'last_line': 9.0,"
                "  'range': [11, 100], 'confidence': 0.75,"
                "  'captions': [{'text': 'C', 'credit': 'VCG', 'line': 5, 'repeats': [6, 7]}],"
                "  'lines': {'title': [3], 'byline': [4], 'end_mark': 9, 'captions': [5],"
                "            'caption_repeats': [6, 7], 'subheads': {}, 'body': [8]},"
                "  'evidence': [{'rule': 'blank-before', 'line': 2, 'weight': 0.3, 'text': 'W'}]}]",
                &drafts);
    const struct article *draft = &drafts.at[0];
    assert_int_equal(drafts.count, 1);
    assert_text(draft->headline, "H");
    assert_text(draft->body, "One.\n\nTwo.");
    assert_text(draft->published, "2026-05-04");
    assert_text(draft->note, "N");
    assert_int_equal(draft->last_line, 9);
    assert_int_equal(draft->range_start, 10);
    assert_int_equal(draft->range_end, 100);
    assert_text(draft->captions.at[0].credit, "VCG");
    assert_int_equal(draft->captions.at[0].repeats.at[1], 7);
    assert_int_equal(draft->lines.end_mark, 9);
    assert_int_equal(draft->lines.caption_repeats.count, 2);
    assert_text(draft->evidence.at[0].rule, "blank-before");
    assert_true(draft->confidence == 0.75);
    leave(&b);
}

static void a_draft_without_confidence_is_certain(void **state)
{
    (void)state;
    struct bench b;
    struct article_list drafts;
    read_drafts(&b, "[{'headline': 'H', 'body': ''}]", &drafts);
    assert_true(drafts.at[0].confidence == 1);
    assert_int_equal(drafts.at[0].body.len, 0);
    leave(&b);
}

static void drafts_need_headline_and_body(void **state)
{
    (void)state;
    drafts_refused("[{'body':''}]", ERR_INVALID,
                   "answer[1].headline: is missing, but must be given");
    drafts_refused("[{'headline':'H'}]", ERR_INVALID,
                   "answer[1].body: is missing, but must be given");
    drafts_refused("[{'headline':'','body':''}]", ERR_INVALID,
                   "answer[1].headline: is empty, but must be given");
    drafts_refused("[{'headline':'A\\nB','body':''}]", ERR_INVALID,
                   "answer[1].headline: has more than one line; join them with spaces");
}

static void ranges_lie_in_the_document(void **state)
{
    (void)state;
    drafts_refused("[{'headline':'H','body':'','range':[1,101]}]", ERR_INVALID,
                   "answer[1].range: ends at byte 101, but the document has 100");
    drafts_refused("[{'headline':'H','body':'','range':{'first':1}}]", ERR_INVALID,
                   "answer[1].range: is a table with keys, but a pair {first, last} of bytes is "
                   "needed");
}

static void lines_count_from_one_and_in_order(void **state)
{
    (void)state;
    drafts_refused("[{'headline':'H','body':'','first_line':0}]", ERR_INVALID,
                   "answer[1].first_line: is 0, but must lie in 1 to 4294967295");
    drafts_refused("[{'headline':'H','body':'','first_line':5,'last_line':4}]", ERR_INVALID,
                   "answer[1].last_line: is 4, before first_line (5)");
    drafts_refused("[{'headline':'H','body':'','lines':{'body':[1,-2]}}]", ERR_INVALID,
                   "answer[1].lines.body[2]: is -2, but must lie in 1 to 4294967295");
}

static void members_are_checked_and_named(void **state)
{
    (void)state;
    drafts_refused("[{'headline':'H','body':'','published':'yesterday'}]", ERR_INVALID,
                   "answer[1].published: is no time; write 2026-05-04 or 2026-05-04T10:20:30Z");
    drafts_refused("[{'headline':'H','body':'','language':'en_GB'}]", ERR_INVALID,
                   "answer[1].language: is no language tag; write one like \"fr\" or \"zh-Hans\"");
    drafts_refused("[{'headline':'H','body':'','captions':[{'text':'a'},{'line':4}]}]", ERR_INVALID,
                   "answer[1].captions[2]: has neither text nor credit");
    drafts_refused("[{'headline':'H','body':'','evidence':[{'weight':1}]}]", ERR_INVALID,
                   "answer[1].evidence[1].rule: is missing, but must be given");
    drafts_refused("[{'headline':'H','body':'','head_line':'x'}]", ERR_INVALID,
                   "answer[1]: unknown key \"head_line\"; did you mean \"headline\"?");
}

static void headlines_are_limited_by_name(void **state)
{
    (void)state;
    char json[3000];
    snprintf(json, sizeof json, "[{'headline':'%02500d','body':''}]", 0);
    drafts_refused(json, ERR_LIMIT,
                   "answer[1].headline: has 2500 bytes, but HEADLINE_BYTES allows 2048");
}

static void a_full_arena_is_no_memory(void **state)
{
    (void)state;
    struct bench b;
    struct article_list drafts;
    enter(&b);
    arena_free(b.arena);
    b.arena = arena_new(100);
    const msgpack_object *answer = from_json(&b, "[{'headline':'H','body':''}]");
    assert_int_equal(drafts_unpack(answer, 1, b.arena, &drafts, &b.err), ERR_NOMEM);
    leave(&b);
}

/* ---- summaries ---- */

static void a_summary_names_its_sentences(void **state)
{
    (void)state;
    struct bench b;
    struct summary summary;
    enter(&b);
    const msgpack_object *answer = from_json(&b, "{'text': 'S', 'spans': [[1, 25]]}");
    assert_int_equal(summary_unpack(answer, &about, b.arena, &summary, &b.err), 0);
    assert_text(summary.text, "S");
    assert_int_equal(summary.spans.at[0].end, 25);
    leave(&b);
}

static void nothing_and_empty_text_are_no_summary(void **state)
{
    (void)state;
    struct bench b;
    struct summary summary;
    enter(&b);
    assert_int_equal(summary_unpack(from_json(&b, "null"), &about, b.arena, &summary, &b.err), 0);
    assert_int_equal(summary.text.len, 0);
    assert_int_equal(
        summary_unpack(from_json(&b, "{'text':''}"), &about, b.arena, &summary, &b.err), 0);
    assert_int_equal(summary.text.len, 0);
    leave(&b);
}

static void summaries_are_checked(void **state)
{
    (void)state;
    summary_refused("'text'", ERR_INVALID, "answer: is a string, but a table with keys is needed");
    summary_refused("{'spans':[]}", ERR_INVALID, "answer.text: is missing, but must be given");
    summary_refused("{'text':'S','spans':[[1,26]]}", ERR_INVALID,
                    "answer.spans[1]: ends at byte 26, but the body has 25");
    summary_refused("{'text':'S','spans':[[1,3,'headline']]}", ERR_INVALID,
                    "answer.spans[1]: lies in the headline; a summary is made of the body's "
                    "sentences");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lua_spans_become_half_open),
        cmocka_unit_test(a_tag_without_score_is_certain),
        cmocka_unit_test(nothing_and_the_empty_table_are_no_tags),
        cmocka_unit_test(tags_come_in_canonical_order),
        cmocka_unit_test(what_is_said_twice_is_one_tag_with_all_spans),
        cmocka_unit_test(a_suggestion_has_field_and_value),
        cmocka_unit_test(spans_outside_the_text_are_refused),
        cmocka_unit_test(spans_that_cut_a_character_are_refused),
        cmocka_unit_test(spans_of_no_text_or_form_are_refused),
        cmocka_unit_test(an_unknown_key_is_refused_with_the_nearest),
        cmocka_unit_test(tags_need_scheme_and_label),
        cmocka_unit_test(scores_lie_in_0_to_1),
        cmocka_unit_test(only_some_fields_can_be_suggested),
        cmocka_unit_test(an_answer_of_another_shape_is_refused),
        cmocka_unit_test(too_many_tags_are_refused_by_name),
        cmocka_unit_test(a_key_given_twice_is_refused),
        cmocka_unit_test(tags_are_taken_as_they_were_put),
        cmocka_unit_test(tags_cut_off_or_damaged_are_refused_or_read),
        cmocka_unit_test(a_worker_is_not_believed),
        cmocka_unit_test(a_whole_draft_is_read),
        cmocka_unit_test(a_draft_without_confidence_is_certain),
        cmocka_unit_test(drafts_need_headline_and_body),
        cmocka_unit_test(ranges_lie_in_the_document),
        cmocka_unit_test(lines_count_from_one_and_in_order),
        cmocka_unit_test(members_are_checked_and_named),
        cmocka_unit_test(headlines_are_limited_by_name),
        cmocka_unit_test(a_full_arena_is_no_memory),
        cmocka_unit_test(a_summary_names_its_sentences),
        cmocka_unit_test(nothing_and_empty_text_are_no_summary),
        cmocka_unit_test(summaries_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <stdio.h>
#include <stdlib.h>

#include "model/json.h"
#include "model_sample.h"
#include "unit.h"

static void assert_json(json_t *value, const char *wanted)
{
    char *got = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    assert_string_equal(got, wanted);
    free(got);
    json_decref(value);
}

static void texts_become_strings_and_none_null(void **state)
{
    (void)state;
    assert_json(str_to_json(STR_NONE), "null");
    assert_json(str_to_json(STR_LIT("")), "\"\"");
    assert_json(str_to_json(STR_LIT("a\"b")), "\"a\\\"b\"");
}

static void bytes_that_are_no_utf8_are_replaced(void **state)
{
    (void)state;
    assert_json(str_to_json(STR_LIT("caf\xE9.txt")), "\"caf\xEF\xBF\xBD.txt\"");
}

static void spans_become_pairs(void **state)
{
    (void)state;
    struct span_list spans = {sample_spans, 3};
    assert_json(spans_to_json(&spans), "[[0,3],[4,9],[0,4,\"headline\"]]");
}

static void tags_and_suggestions_are_told_apart(void **state)
{
    (void)state;
    assert_json(tags_to_json(&sample_article.tags),
                "[{\"scheme\":\"person\",\"label\":\"Ada\",\"code\":\"Q7259\",\"score\":0.5,"
                "\"spans\":[[0,3],[4,9],[0,4,\"headline\"]],\"plugin\":\"tag/entities@1.0.0\"},"
                "{\"field\":\"language\",\"value\":\"en\",\"score\":0.25,\"spans\":[],"
                "\"plugin\":null}]");
}

static void a_summary_has_text_and_spans(void **state)
{
    (void)state;
    struct summary none = {0};
    assert_json(summary_to_json(&sample_article.summary),
                "{\"text\":\"Ada spoke.\",\"spans\":[[0,3]],\"plugin\":\"p\"}");
    assert_json(summary_to_json(&none), "null");
}

static void an_article_in_short_has_no_text(void **state)
{
    (void)state;
    struct article article = sample_article;
    article.tags.count = 0;
    assert_json(article_to_json(&article, false),
                "{\"id\":42,\"uri\":\"urn:copydesk:0:1\",\"version\":3,"
                "\"headline\":\"Ada speaks\",\"byline\":\"By Charles\","
                "\"infosource\":\"Gazette\",\"language\":\"en\",\"genre\":\"news\","
                "\"received\":\"1969-12-31T23:59:59.999995Z\",\"tags\":[],"
                "\"summary\":\"Ada spoke.\"}");
}

static void an_article_whole_has_all(void **state)
{
    (void)state;
    json_t *whole = article_to_json(&sample_article, true);
    static const char *const keys[] = {"text",  "captions",   "note",       "url",
                                       "lines", "published",  "evidence",   "dateline",
                                       "range", "first_line", "confidence", "summary_spans"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (!json_object_get(whole, keys[i]))
            fail_msg("no %s", keys[i]);
    }
    json_decref(whole);
}

static void a_cut_is_explained(void **state)
{
    (void)state;
    assert_json(draft_to_json(&sample_article),
                "{\"headline\":\"Ada speaks\",\"first_line\":2,\"last_line\":9,"
                "\"byline\":\"By Charles\",\"genre\":\"news\",\"end_mark_line\":9,"
                "\"caption_lines\":[2],\"caption_repeat_lines\":[2],\"subhead_lines\":[2],"
                "\"body_lines\":[2,3,70000],\"confidence\":0.75,\"evidence\":[{"
                "\"rule\":\"blank-before\",\"line\":1,\"weight\":-0.5,"
                "\"text\":\"a blank line\"}]}");
}

static void an_empty_cut_has_null_and_empty_lists(void **state)
{
    (void)state;
    struct article none = {0};
    json_t *cut = draft_to_json(&none);
    assert_true(json_is_null(json_object_get(cut, "byline")));
    assert_true(json_is_null(json_object_get(cut, "end_mark_line")));
    assert_int_equal(json_array_size(json_object_get(cut, "caption_lines")), 0);
    json_decref(cut);
}

static int read_line(struct arena *arena, const char *line, struct article *out, struct error *err)
{
    return article_from_json(line, strlen(line), arena, out, err);
}

static void a_jsonl_line_is_an_article(void **state)
{
    (void)state;
    ARENA_AUTO struct arena *arena = arena_new(1 << 20);
    struct article article;
    assert_int_equal(read_line(arena,
                               "{\"id\": 5, \"headline\": \"H\", \"text\": \"T\", "
                               "\"language\": \"fr\", \"other\": [1]}",
                               &article, NULL),
                     0);
    assert_int_equal(article.id, 5);
    assert_text(article.headline, "H");
    assert_text(article.body, "T");
    assert_text(article.language, "fr");
}

static void title_and_body_are_read_too(void **state)
{
    (void)state;
    ARENA_AUTO struct arena *arena = arena_new(1 << 20);
    struct article article;
    assert_int_equal(read_line(arena,
                               "{\"id\": \"a-7\", \"headline\": null, \"title\": \"H\", "
                               "\"body\": \"T\\u0000\"}",
                               &article, NULL),
                     0);
    assert_text(article.uri, "a-7");
    assert_text(article.headline, "H");
    assert_int_equal(article.body.len, 2);
}

static void lines_that_are_no_article_are_refused(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"{\"id\": 1", "is no JSON at byte 8"},
        {"", "is no JSON at byte 0"},
        {"[1]", "is a list, but a JSON object is needed"},
        {"null", "is null, but a JSON object is needed"},
        {"{\"text\": 7}", "text: is a number, but a string is needed"},
        {"{\"id\": 1.5}", "id: is a number, but a whole number or a string is needed"},
        {"{\"text\": \"\xFF\"}", "is no JSON at byte"},
    };
    ARENA_AUTO struct arena *arena = arena_new(1 << 20);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct article article;
        struct error err = {0};
        assert_int_equal(read_line(arena, cases[i][0], &article, &err), ERR_INVALID);
        assert_has(err.text, cases[i][1]);
    }
}

static void jsonl_headlines_are_limited_by_name(void **state)
{
    (void)state;
    ARENA_AUTO struct arena *arena = arena_new(1 << 20);
    char line[3000];
    struct article article;
    struct error err = {0};
    snprintf(line, sizeof line, "{\"headline\": \"%02500d\"}", 0);
    assert_int_equal(read_line(arena, line, &article, &err), ERR_LIMIT);
    assert_string_equal(err.text, "headline: has 2500 bytes, but HEADLINE_BYTES allows 2048");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_become_strings_and_none_null),
        cmocka_unit_test(bytes_that_are_no_utf8_are_replaced),
        cmocka_unit_test(spans_become_pairs),
        cmocka_unit_test(tags_and_suggestions_are_told_apart),
        cmocka_unit_test(a_summary_has_text_and_spans),
        cmocka_unit_test(an_article_in_short_has_no_text),
        cmocka_unit_test(an_article_whole_has_all),
        cmocka_unit_test(a_cut_is_explained),
        cmocka_unit_test(an_empty_cut_has_null_and_empty_lists),
        cmocka_unit_test(a_jsonl_line_is_an_article),
        cmocka_unit_test(title_and_body_are_read_too),
        cmocka_unit_test(lines_that_are_no_article_are_refused),
        cmocka_unit_test(jsonl_headlines_are_limited_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "model_sample.h"
#include "unit.h"

static struct hash print_of(const struct article *article)
{
    struct hash hash;
    article_fingerprint(article, &hash);
    return hash;
}

static void changes_content(const struct article *article, int wanted)
{
    struct hash before = print_of(&sample_article), after = print_of(article);
    assert_int_equal(!hash_same(&before, &after), wanted);
}

static void content_is_in_the_fingerprint(void **state)
{
    (void)state;
    struct caption caption = sample_captions[0];
    struct article article = sample_article;
    article.headline = STR_LIT("Ada speak");
    changes_content(&article, 1);
    article = sample_article;
    article.body.len--;
    changes_content(&article, 1);
    article = sample_article;
    article.note = STR_NONE;
    changes_content(&article, 1);
    article = sample_article;
    caption.text = STR_LIT("Other");
    article.captions.at = &caption;
    changes_content(&article, 1);
}

static void what_is_volatile_is_not_in_the_fingerprint(void **state)
{
    (void)state;
    struct article article = sample_article;
    article.id = 1;
    article.byline = STR_LIT("by charles");
    article.url = STR_LIT("https://example.org/1?utm_source=x");
    article.tags.count = 0;
    article.summary.text = STR_NONE;
    article.received_us = 99;
    article.lines.end_mark = 1;
    changes_content(&article, 0);
}

static void texts_cut_elsewhere_have_other_fingerprints(void **state)
{
    (void)state;
    struct article a = {.headline = STR_LIT("ab"), .body = STR_LIT("c")};
    struct article b = {.headline = STR_LIT("a"), .body = STR_LIT("bc")};
    struct hash one = print_of(&a), other = print_of(&b);
    assert_false(hash_same(&one, &other));
}

static void uris_name_document_and_piece(void **state)
{
    (void)state;
    struct hash hash;
    char uri[ARTICLE_URI_SIZE];
    hash_bytes("abc", 3, &hash);
    assert_string_equal(article_uri(&hash, 1, uri),
                        "urn:copydesk:ba7816bf8f01cfea414140de5dae2223:1");
    assert_has(article_uri(&hash, UINT32_MAX, uri), ":4294967295");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(content_is_in_the_fingerprint),
        cmocka_unit_test(what_is_volatile_is_not_in_the_fingerprint),
        cmocka_unit_test(texts_cut_elsewhere_have_other_fingerprints),
        cmocka_unit_test(uris_name_document_and_piece),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

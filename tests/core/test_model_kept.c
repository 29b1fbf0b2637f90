#include "model_help.h"
#include "model_sample.h"

#include "model/document.h"

#define assert_bytes(a, b)                                                                         \
    do {                                                                                           \
        assert_int_equal((a).len, (b).len);                                                        \
        assert_memory_equal((a).at, (b).at, (a).len);                                              \
    } while (0)

static void pack_article(struct bench *b, const struct article *article)
{
    msgpack_packer packer;
    enter(b);
    wire_packer(&packer, &b->bytes);
    assert_int_equal(article_pack(&packer, article), 0);
}

/* What was read packs to the same bytes, so nothing was lost and nothing added. */
static void a_whole_article_goes_there_and_back(void **state)
{
    (void)state;
    struct bench b;
    struct article read;
    msgpack_packer packer;
    BUF_AUTO struct buf again = BUF_INIT;
    pack_article(&b, &sample_article);
    if (article_unpack(packed(&b), b.arena, &read, &b.err) < 0)
        fail_msg("%s", b.err.text);
    wire_packer(&packer, &again);
    assert_int_equal(article_pack(&packer, &read), 0);
    assert_bytes(again, b.bytes);
    assert_text(read.note, "A note");
    assert_int_equal(read.received_us, -5);
    assert_int_equal(read.range_end, 5000000000);
    assert_int_equal(read.lines.body.at[2], 70000);
    assert_int_equal(read.tags.at[0].spans.at[2].field, SPAN_HEADLINE);
    leave(&b);
}

static void an_empty_article_goes_there_and_back(void **state)
{
    (void)state;
    struct bench b;
    struct article read, none = {.confidence = 1};
    pack_article(&b, &none);
    assert_true(b.bytes.len < 30);
    assert_int_equal(article_unpack(packed(&b), b.arena, &read, &b.err), 0);
    assert_int_equal(read.tags.count, 0);
    assert_null(read.headline.at);
    leave(&b);
}

static void spans_must_lie_in_the_articles_texts(void **state)
{
    (void)state;
    struct bench b;
    struct article read, article = sample_article;
    article.body.len = 8;
    pack_article(&b, &article);
    assert_int_equal(article_unpack(packed(&b), b.arena, &read, &b.err), ERR_INVALID);
    assert_string_equal(b.err.text, "article.tags[1].spans[2]: ends at byte 9, but the body has 8");
    leave(&b);
    article.tags.count = 0;
    article.body.len = 2;
    pack_article(&b, &article);
    assert_int_equal(article_unpack(packed(&b), b.arena, &read, &b.err), ERR_INVALID);
    assert_string_equal(b.err.text, "article.summary.spans[1]: ends at byte 3, but the body has 2");
    leave(&b);
}

static void a_foreign_article_is_refused(void **state)
{
    (void)state;
    struct bench b;
    struct article read;
    enter(&b);
    assert_int_equal(article_unpack(from_json(&b, "{'id': -1}"), b.arena, &read, &b.err),
                     ERR_INVALID);
    assert_has(b.err.text, "article.id: is -1");
    assert_int_equal(article_unpack(from_json(&b, "[1]"), b.arena, &read, &b.err), ERR_INVALID);
    assert_int_equal(article_unpack(from_json(&b, "{'hedline':''}"), b.arena, &read, &b.err),
                     ERR_INVALID);
    assert_has(b.err.text, "did you mean \"headline\"?");
    leave(&b);
}

static void a_document_goes_there_and_back(void **state)
{
    (void)state;
    const struct document document = {
        .id = 7,
        .bytes = {"raw\0\xFF", 5},
        .source = {"folder", 6},
        .path = {"/in/caf\xE9.txt", 12}, /* a Latin-1 name: any bytes are a name */
        .name = {"caf\xE9.txt", 8},
        .received_us = 1,
        .device = UINT64_MAX,
        .inode = 2,
        .mtime_us = -3,
    };
    struct bench b;
    struct document read;
    msgpack_packer packer;
    enter(&b);
    wire_packer(&packer, &b.bytes);
    assert_int_equal(document_pack(&packer, &document), 0);
    if (document_unpack(packed(&b), &read, &b.err) < 0)
        fail_msg("%s", b.err.text);
    assert_bytes(read.bytes, document.bytes);
    assert_bytes(read.path, document.path);
    assert_text(read.source, "folder");
    assert_true(read.device == UINT64_MAX);
    assert_int_equal(read.mtime_us, -3);
    leave(&b);
}

static void kept_tags_go_there_and_back(void **state)
{
    (void)state;
    struct bench b;
    struct tag_list read;
    msgpack_packer packer;
    enter(&b);
    wire_packer(&packer, &b.bytes);
    assert_int_equal(tags_pack(&packer, &sample_article.tags), 0);
    assert_int_equal(tags_unpack_kept(packed(&b), b.arena, &read, &b.err), 0);
    assert_int_equal(read.count, 2);
    assert_text(read.at[0].plugin, "tag/entities@1.0.0");
    assert_text(read.at[1].field, "language");
    assert_int_equal(read.at[0].spans.count, 3);
    leave(&b);
}

static void kept_spans_must_be_pairs_in_order(void **state)
{
    (void)state;
    struct bench b;
    struct span_list read;
    enter(&b);
    assert_int_equal(spans_unpack(from_json(&b, "[[3, 2]]"), b.arena, &read, &b.err), ERR_INVALID);
    assert_string_equal(b.err.text, "spans[1]: ends at byte 2, before it begins (3)");
    assert_int_equal(spans_unpack(from_json(&b, "[[1, 2, 2]]"), b.arena, &read, &b.err),
                     ERR_INVALID);
    assert_int_equal(spans_unpack(from_json(&b, "[[0, 0]]"), b.arena, &read, &b.err), 0);
    leave(&b);
}

static void sorting_does_not_depend_on_the_order_given(void **state)
{
    (void)state;
    struct span one[] = {{5, 6, 0}, {1, 2, 0}, {1, 2, 0}, {0, 1, 1}};
    struct span other[] = {{0, 1, 1}, {1, 2, 0}, {5, 6, 0}, {1, 2, 0}};
    struct tag a[] = {{.scheme = {"p", 1}, .label = {"x", 1}, .spans = {one, 4}},
                      {.scheme = {"p", 1}, .label = {"x", 1}, .code = {"c", 1}}};
    struct tag z[] = {{.scheme = {"p", 1}, .label = {"x", 1}, .code = {"c", 1}},
                      {.scheme = {"p", 1}, .label = {"x", 1}, .spans = {other, 4}}};
    struct tag_list first = {a, 2}, second = {z, 2};
    BUF_AUTO struct buf x = BUF_INIT, y = BUF_INIT;
    msgpack_packer packer;
    tags_sort(&first);
    tags_sort(&second);
    wire_packer(&packer, &x);
    tags_pack(&packer, &first);
    wire_packer(&packer, &y);
    tags_pack(&packer, &second);
    assert_bytes(x, y);
    assert_int_equal(first.at[0].spans.count, 3);
}

static void extras_go_there_and_back(void **state)
{
    (void)state;
    struct bench b;
    struct article read = {.id = 9};
    msgpack_packer packer;
    enter(&b);
    wire_packer(&packer, &b.bytes);
    assert_int_equal(extras_pack(&packer, &sample_article), 0);
    if (extras_unpack(b.bytes.at, b.bytes.len, b.arena, &read, &b.err) < 0)
        fail_msg("%s", b.err.text);
    assert_int_equal(read.id, 9);
    assert_text(read.captions.at[0].text, "A picture");
    assert_text(read.evidence.at[0].rule, "blank-before");
    assert_int_equal(read.lines.end_mark, 9);
    assert_int_equal(read.tags.count, 0);
    leave(&b);
}

static void damaged_extras_are_refused_wherever_they_break(void **state)
{
    (void)state;
    struct bench b;
    msgpack_packer packer;
    enter(&b);
    wire_packer(&packer, &b.bytes);
    extras_pack(&packer, &sample_article);
    for (size_t len = 0; len < b.bytes.len; len++) {
        struct article read = {0};
        assert_true(extras_unpack(b.bytes.at, len, b.arena, &read, &b.err) < 0);
    }
    for (size_t at = 0; at < b.bytes.len; at++) {
        struct article read = {0};
        b.bytes.at[at] ^= 0x5A; /* may still be read, but must not crash */
        extras_unpack(b.bytes.at, b.bytes.len, b.arena, &read, &b.err);
        b.bytes.at[at] ^= 0x5A;
        arena_clear(b.arena);
    }
    leave(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_article_goes_there_and_back),
        cmocka_unit_test(an_empty_article_goes_there_and_back),
        cmocka_unit_test(spans_must_lie_in_the_articles_texts),
        cmocka_unit_test(a_foreign_article_is_refused),
        cmocka_unit_test(a_document_goes_there_and_back),
        cmocka_unit_test(kept_tags_go_there_and_back),
        cmocka_unit_test(kept_spans_must_be_pairs_in_order),
        cmocka_unit_test(sorting_does_not_depend_on_the_order_given),
        cmocka_unit_test(extras_go_there_and_back),
        cmocka_unit_test(damaged_extras_are_refused_wherever_they_break),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

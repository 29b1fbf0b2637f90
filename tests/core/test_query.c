/* The query language: what is understood, and what is refused and where. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/limits.h"
#include "store/query.h"

#define NOW 1780000000000000 /* 2026-05-28T20:26:40Z */

static void print(struct buf *out, const struct query_node *node)
{
    static const char *const kinds[] = {"w", "p", "x", "f", "and", "or", "not"};
    buf_printf(out, "%s(", kinds[node->kind]);
    if (node->kind == QUERY_FILTER)
        buf_printf(out, "%d:", (int)node->filter);
    buf_str(out, node->text);
    if (node->left)
        print(out, node->left);
    if (node->right) {
        buf_text(out, ",");
        print(out, node->right);
    }
    buf_text(out, ")");
}

static void expect(const char *text, const char *tree)
{
    ARENA_AUTO struct arena *arena = arena_new(1 << 20);
    BUF_AUTO struct buf shown = BUF_INIT;
    struct query query;
    struct error err = {0};
    if (query_parse(str_of(text), NOW, arena, &query, &err) < 0)
        fail_msg("%s: %s", text, err.text);
    if (query.root)
        print(&shown, query.root);
    assert_string_equal(shown.at ? shown.at : "", tree);
}

static void refused(const char *text, int column, const char *part)
{
    ARENA_AUTO struct arena *arena = arena_new(1 << 20);
    struct query query;
    struct error err = {0};
    char where[40];
    snprintf(where, sizeof(where), "query, column %d:", column);
    if (query_parse(str_of(text), NOW, arena, &query, &err) >= 0)
        fail_msg("accepted: %s", text);
    if (!strstr(err.text, where) || !strstr(err.text, part))
        fail_msg("%s: %s", text, err.text);
    assert_null(query.root);
}

static void nothing_is_everything(void **state)
{
    (void)state;
    expect("", "");
    expect("  \t\xe3\x80\x80", "");
}

static void words_beside_each_other_mean_and(void **state)
{
    (void)state;
    expect("a b c", "and(and(w(a),w(b)),w(c))");
    expect("a AND b", "and(w(a),w(b))");
    expect("a\xe3\x80\x80"
           "b",
           "and(w(a),w(b))");
}

static void or_binds_weaker(void **state)
{
    (void)state;
    expect("a b OR c -d", "or(and(w(a),w(b)),and(w(c),not(w(d))))");
    expect("a (b OR c)", "and(w(a),or(w(b),w(c)))");
    expect("or Oregon ORacle", "and(and(w(or),w(Oregon)),w(ORacle))");
}

static void phrases_and_prefixes(void **state)
{
    (void)state;
    expect("\"new york\" ti*", "and(p(new york),x(ti))");
    expect("-\"a OR b\"", "not(p(a OR b))");
    expect("foo(bar)\"baz\"", "and(and(w(foo),w(bar)),p(baz))");
}

static void signs_in_words_are_no_operators(void **state)
{
    (void)state;
    expect("C++ don't well-known a*b", "and(and(and(w(C++),w(don't)),w(well-known)),w(a*b))");
    expect("--a", "not(not(w(a)))");
    expect("-(a b)", "not(and(w(a),w(b)))");
}

static void filters_have_values(void **state)
{
    (void)state;
    expect("tag:energy Place:\"New York\"", "and(f(0:energy),f(1:New York))");
    expect("-source:xinhua lang:sr", "and(not(f(4:xinhua)),f(5:sr))");
    expect("person:\xc3\x89lise organisation:UN", "and(f(2:\xc3\x89lise),f(3:UN))");
}

static void other_colons_are_words(void **state)
{
    (void)state;
    expect("12:30 http://example.org/a GT: tag://x",
           "and(and(and(w(12:30),w(http://example.org/a)),w(GT:)),f(0://x))");
    expect("ratio:3 \"tga:x\"", "and(w(ratio:3),p(tga:x))");
}

static void times_are_resolved(void **state)
{
    (void)state;
    ARENA_AUTO struct arena *arena = arena_new(1 << 20);
    struct query query;
    struct error err = {0};
    assert_int_equal(query_parse(STR_LIT("since:7d"), NOW, arena, &query, &err), 0);
    assert_true(query.root->time_us == NOW - 7 * 86400 * INT64_C(1000000));
    assert_int_equal(query_parse(STR_LIT("before:2024-05-10"), NOW, arena, &query, &err), 0);
    assert_true(query.root->time_us == INT64_C(1715299200000000));
}

static void what_cannot_be_read_is_refused_with_its_column(void **state)
{
    (void)state;
    refused("a \"b c", 3, "not closed");
    refused("a \"\"", 3, "no letter or digit");
    refused("\xe6\xb3\x95\xe5\x9b\xbd )", 4, "closes nothing");
    refused(")", 1, "closes nothing");
    refused("(a", 1, "not closed");
    refused("(", 1, "not closed");
    refused("a ()", 3, "nothing between");
    refused("-", 1, "stands alone");
    refused("a - b", 3, "stands alone");
    refused("(a -)", 4, "stands alone");
    refused("a ++", 3, "no letter or digit");
    refused("a \xe2\x80\x94 b", 3, "no letter or digit");
    refused("OR a", 1, "nothing before");
    refused("a OR", 3, "nothing behind");
    refused("a OR OR b", 3, "nothing behind");
    refused("(a OR) b", 4, "nothing behind");
    refused("a AND", 3, "nothing behind");
    refused("*", 1, "no letter or digit");
    refused("a\xff", 2, "not UTF-8");
}

static void filters_that_cannot_be_read_are_refused(void **state)
{
    (void)state;
    refused("x tga:y", 3, "did you mean \"tag:\"");
    refused("sourse:\"a b\"", 1, "did you mean \"source:\"");
    refused("tag:", 5, "wants a value");
    refused("tag: x", 5, "wants a value");
    refused("since:yes", 7, "no date");
    refused("before:2024-13-01", 8, "no date");
    refused("tag:fra*", 8, "words alone");
    refused("tag:\"x", 5, "not closed");
}

static void limits_are_named(void **state)
{
    (void)state;
    ARENA_AUTO struct arena *arena = arena_new(1 << 20);
    char text[5000];
    struct query query;
    struct error err = {0};
    memset(text, '(', sizeof(text));
    assert_int_equal(query_parse((struct str){text, 100}, NOW, arena, &query, &err), ERR_LIMIT);
    assert_non_null(strstr(err.text, "QUERY_DEPTH"));
    assert_int_equal(query_parse((struct str){text, 4999}, NOW, arena, &query, &err), ERR_LIMIT);
    assert_non_null(strstr(err.text, "QUERY_BYTES"));
    for (int i = 0; i < 200; i++)
        text[i] = i % 2 ? ' ' : 'a';
    assert_int_equal(query_parse((struct str){text, 200}, NOW, arena, &query, &err), ERR_LIMIT);
    assert_non_null(strstr(err.text, "QUERY_TERMS"));
    assert_non_null(strstr(err.text, "column 129"));
    memset(text, '-', 100);
    assert_int_equal(query_parse((struct str){text, 100}, NOW, arena, &query, &err), ERR_LIMIT);
}

static void memory_that_runs_out_is_an_error(void **state)
{
    (void)state;
    const struct str text = STR_LIT("a (b OR -\"c d\") tag:x");
    struct arena *arena = arena_new(400); /* less than the nodes need */
    struct query query;
    struct error err = {0};
    assert_int_equal(query_parse(text, NOW, arena, &query, &err), ERR_NOMEM);
    assert_null(query.root);
    arena_free(arena);
    arena = arena_new(1 << 20);
    mem_fail_nth(1);
    assert_int_equal(query_parse(text, NOW, arena, &query, &err), ERR_NOMEM);
    assert_true(mem_fail_nth(0));
    assert_int_equal(query_parse(text, NOW, arena, &query, &err), 0);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_everything),
        cmocka_unit_test(words_beside_each_other_mean_and),
        cmocka_unit_test(or_binds_weaker),
        cmocka_unit_test(phrases_and_prefixes),
        cmocka_unit_test(signs_in_words_are_no_operators),
        cmocka_unit_test(filters_have_values),
        cmocka_unit_test(other_colons_are_words),
        cmocka_unit_test(times_are_resolved),
        cmocka_unit_test(what_cannot_be_read_is_refused_with_its_column),
        cmocka_unit_test(filters_that_cannot_be_read_are_refused),
        cmocka_unit_test(limits_are_named),
        cmocka_unit_test(memory_that_runs_out_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

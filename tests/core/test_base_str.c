#include "base/str.h"
#include "unit.h"

static size_t valid(const char *text)
{
    return utf8_valid(text, strlen(text));
}

static void nothing_is_the_empty_text(void **state)
{
    (void)state;
    assert_true(str_is(STR_NONE, ""));
    assert_true(str_same(STR_NONE, STR_LIT("")));
    assert_int_equal(str_compare(STR_NONE, STR_LIT("a")), -1);
}

static void a_prefix_comes_before_the_longer_text(void **state)
{
    (void)state;
    assert_true(str_compare(STR_LIT("ab"), STR_LIT("abc")) < 0);
    assert_true(str_compare(STR_LIT("b"), STR_LIT("abc")) > 0);
    assert_true(str_compare(STR_LIT("\xC3\xA9"), STR_LIT("z")) > 0);
}

static void ends_are_compared(void **state)
{
    (void)state;
    assert_true(str_starts(STR_LIT("abc"), "ab"));
    assert_false(str_starts(STR_LIT("a"), "ab"));
    assert_true(str_ends(STR_LIT("a.lua"), ".lua"));
    assert_false(str_ends(STR_LIT("lua"), ".lua"));
}

static void trimming_keeps_what_is_between(void **state)
{
    (void)state;
    assert_text(str_trim(STR_LIT(" \t a b\r\n")), "a b");
    assert_text(str_trim(STR_LIT(" \n ")), "");
}

static void valid_texts_of_all_lengths_pass(void **state)
{
    (void)state;
    assert_int_equal(valid("\xC2\x80 \xDF\xBF"), 5);
    assert_int_equal(valid("\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF"), 12);
    assert_int_equal(valid("\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"), 8);
    assert_int_equal(utf8_valid("", 0), 0);
}

static void overlong_forms_are_refused(void **state)
{
    (void)state;
    assert_int_equal(valid("a\xC0\xAF"), 1);
    assert_int_equal(valid("a\xC1\xBF"), 1);
    assert_int_equal(valid("a\xE0\x9F\xBF"), 1);
    assert_int_equal(valid("a\xF0\x8F\xBF\xBF"), 1);
}

static void surrogates_and_what_is_past_unicode_are_refused(void **state)
{
    (void)state;
    assert_int_equal(valid("ab\xED\xA0\x80"), 2);
    assert_int_equal(valid("ab\xED\xBF\xBF"), 2);
    assert_int_equal(valid("ab\xF4\x90\x80\x80"), 2);
    assert_int_equal(valid("ab\xF5\x80\x80\x80"), 2);
}

static void sequences_cut_off_are_refused(void **state)
{
    (void)state;
    assert_int_equal(valid("\x80"), 0);
    assert_int_equal(valid("a\xC3"), 1);
    assert_int_equal(valid("a\xE2\x82"), 1);
    assert_int_equal(valid("a\xF0\x9F\x98"), 1);
    assert_int_equal(valid("a\xE2\x82z"), 1);
}

/* The ASCII path steps by words: a bad byte must be found at each offset of one. */
static void a_bad_byte_is_found_at_every_offset(void **state)
{
    (void)state;
    char text[80];
    for (size_t at = 0; at < sizeof text; at++) {
        memset(text, 'a', sizeof text);
        text[at] = '\xFF';
        assert_int_equal(utf8_valid(text, sizeof text), at);
    }
}

static void a_cut_never_breaks_a_sequence(void **state)
{
    (void)state;
    struct str euro = STR_LIT("a\xE2\x82\xAC"
                              "b");
    assert_int_equal(utf8_cut(euro, 1), 1);
    assert_int_equal(utf8_cut(euro, 2), 1);
    assert_int_equal(utf8_cut(euro, 3), 1);
    assert_int_equal(utf8_cut(euro, 4), 4);
    assert_int_equal(utf8_cut(euro, 99), 5);
}

static void a_swap_is_one_edit(void **state)
{
    (void)state;
    assert_int_equal(str_distance(STR_LIT("lable"), STR_LIT("label"), 5), 1);
    assert_int_equal(str_distance(STR_LIT("kitten"), STR_LIT("SITTING"), 5), 3);
    assert_int_equal(str_distance(STR_LIT(""), STR_LIT("abc"), 5), 3);
    assert_int_equal(str_distance(STR_LIT("same"), STR_LIT("same"), 0), 0);
}

static void distances_stop_past_the_limit(void **state)
{
    (void)state;
    assert_int_equal(str_distance(STR_LIT("abcdef"), STR_LIT("uvwxyz"), 2), 3);
    assert_int_equal(str_distance(STR_LIT("a"), STR_LIT("abcdef"), 2), 3);
}

static void names_too_long_to_compare_are_far_apart(void **state)
{
    (void)state;
    char name[200];
    memset(name, 'x', sizeof name);
    struct str a = {name, sizeof name}, b = {name, sizeof name - 1};
    assert_int_equal(str_distance(a, b, 3), 4);
}

static void the_nearest_name_is_offered(void **state)
{
    (void)state;
    const char *const names[] = {"headline", "byline", "dateline"};
    assert_string_equal(str_nearest(STR_LIT("headlin"), names, 3), "headline");
    assert_string_equal(str_nearest(STR_LIT("Dateline"), names, 3), "dateline");
}

static void no_name_is_offered_when_none_is_near(void **state)
{
    (void)state;
    const char *const names[] = {"headline", "byline", "dateline"};
    assert_null(str_nearest(STR_LIT("zebra"), names, 3));
    assert_null(str_nearest(STR_LIT(""), names, 3));
}

static bool is_harmless(const char *text, size_t len)
{
    bool harmless;
    assert_int_equal(utf8_next(str_of(text), &harmless), len);
    return harmless;
}

static void what_a_terminal_obeys_is_told_apart(void **state)
{
    (void)state;
    assert_true(is_harmless("a", 1));
    assert_true(is_harmless("\u00e9", 2));
    assert_true(is_harmless("\u4e2d", 3));
    assert_true(is_harmless("\U0001F600", 4));
    assert_false(is_harmless("\033[31m", 1));
    assert_false(is_harmless("\x7f", 1));
    assert_false(is_harmless("\xC2\x9B", 2));
    assert_false(is_harmless("\u202e", 3));
    assert_false(is_harmless("\u2066", 3));
    assert_false(is_harmless("\x9B", 1));
    assert_false(is_harmless("\xE4\xB8", 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_the_empty_text),
        cmocka_unit_test(a_prefix_comes_before_the_longer_text),
        cmocka_unit_test(ends_are_compared),
        cmocka_unit_test(trimming_keeps_what_is_between),
        cmocka_unit_test(valid_texts_of_all_lengths_pass),
        cmocka_unit_test(overlong_forms_are_refused),
        cmocka_unit_test(surrogates_and_what_is_past_unicode_are_refused),
        cmocka_unit_test(sequences_cut_off_are_refused),
        cmocka_unit_test(a_bad_byte_is_found_at_every_offset),
        cmocka_unit_test(a_cut_never_breaks_a_sequence),
        cmocka_unit_test(what_a_terminal_obeys_is_told_apart),
        cmocka_unit_test(a_swap_is_one_edit),
        cmocka_unit_test(distances_stop_past_the_limit),
        cmocka_unit_test(names_too_long_to_compare_are_far_apart),
        cmocka_unit_test(the_nearest_name_is_offered),
        cmocka_unit_test(no_name_is_offered_when_none_is_near),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

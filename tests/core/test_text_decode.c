/* From bytes of unknown encoding to UTF-8. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "text_help.h"

static struct desk_text_decoded decode(struct text_fixture *fixture, const char *bytes, size_t size)
{
    struct desk_text_decoded out;
    const int rc = fixture->api->decode(fixture->text, bytes, size, 1 << 20, &out, &fixture->error);
    if (rc < 0)
        fail_msg("%s", fixture->error.text);
    return out;
}

#define DECODES(bytes, want_text, want_encoding)                                                   \
    do {                                                                                           \
        const struct desk_text_decoded out = decode(*state, bytes, sizeof bytes - 1);              \
        assert_string_equal(out.encoding, want_encoding);                                          \
        assert_int_equal(out.size, strlen(want_text));                                             \
        assert_memory_equal(out.text, want_text, out.size);                                        \
    } while (0)

static void leaves_utf8_as_it_is(void **state)
{
    DECODES("d\xC3\xA9j\xC3\xA0 vu\r\n", "déjà vu\r\n", "UTF-8");
    assert_string_equal(decode(*state, "plain", 5).notes, "");
    assert_int_equal(decode(*state, "", 0).size, 0);
}

static void takes_byte_order_marks_away(void **state)
{
    DECODES("\xEF\xBB\xBF"
            "a\xC3\xA9",
            "aé", "UTF-8");
    DECODES("\xFF\xFE"
            "a\0\xE9\0",
            "aé", "UTF-16LE");
    DECODES("\xFE\xFF"
            "\0a\0\xE9",
            "aé", "UTF-16BE");
    DECODES("\xFF\xFE"
            "\x3D\xD8\x00\xDE",
            "😀", "UTF-16LE");
}

static void knows_utf16_without_a_mark(void **state)
{
    DECODES("H\0e\0l\0l\0o\0\n\0", "Hello\n", "UTF-16LE");
    DECODES("\0H\0e\0l\0l\0o\0\n", "Hello\n", "UTF-16BE");
}

static void takes_windows_1252_for_what_is_no_utf8(void **state)
{
    DECODES("caf\xE9 \x93quoted\x94 \x80", "café “quoted” €", "windows-1252");
}

static void takes_latin1_where_windows_1252_has_no_character(void **state)
{
    DECODES("caf\xE9 \x81", "café \xC2\x81", "ISO-8859-1");
}

static void marks_bad_bytes_in_good_utf8_and_says_so(void **state)
{
    DECODES("d\xC3\xA9j\xC3\xA0 vu, \xC3\xA9t\xC3\xA9 \xFF!", "déjà vu, été \xEF\xBF\xBD!",
            "UTF-8");
    const char bytes[] = "d\xC3\xA9j\xC3\xA0 \xC3\xA9t\xC3\xA9 \xFF!";
    const struct desk_text_decoded out = decode(*state, bytes, sizeof bytes - 1);
    assert_int_equal(out.replaced, 1);
    assert_non_null(strstr(out.notes, "U+FFFD"));
}

static void marks_nul_bytes_in_good_text(void **state)
{
    DECODES("one\0two, three and four", "one\xEF\xBF\xBDtwo, three and four", "UTF-8");
}

static void refuses_what_is_no_text_and_says_where(void **state)
{
    struct text_fixture *fixture = *state;
    struct desk_text_decoded out;
    const char bytes[] = "\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\x02\0\0\0\x01\0\x08\x06\0\0";
    assert_int_equal(
        fixture->api->decode(fixture->text, bytes, sizeof bytes - 1, 1000, &out, &fixture->error),
        DESK_ERR_INVALID);
    assert_non_null(strstr(fixture->error.text, "byte 7 (0x1A)"));
}

static void keeps_to_its_cap(void **state)
{
    struct text_fixture *fixture = *state;
    struct desk_text_decoded out;
    const struct desk_text_api *api = fixture->api;
    assert_int_equal(api->decode(fixture->text, "\xE9\xE9\xE9\xE9", 4, 8, &out, NULL), 0);
    assert_int_equal(api->decode(fixture->text, "\xE9\xE9\xE9\xE9", 4, 7, &out, &fixture->error),
                     DESK_ERR_LIMIT);
    assert_non_null(strstr(fixture->error.text, "7 bytes"));
    assert_int_equal(api->decode(fixture->text, "abcdefgh", 8, 7, &out, NULL), DESK_ERR_LIMIT);
}

static void survives_halves_of_utf16(void **state)
{
    DECODES("\xFF\xFE"
            "a\0b",
            "a\xEF\xBF\xBD", "UTF-16LE");
    DECODES("\xFF\xFE"
            "a\0\x3D\xD8",
            "a\xEF\xBF\xBD", "UTF-16LE");
    DECODES("\xFF\xFE"
            "\x00\xDE"
            "a\0",
            "\xEF\xBF\xBD"
            "a",
            "UTF-16LE");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEXT_TEST(leaves_utf8_as_it_is),
        TEXT_TEST(takes_byte_order_marks_away),
        TEXT_TEST(knows_utf16_without_a_mark),
        TEXT_TEST(takes_windows_1252_for_what_is_no_utf8),
        TEXT_TEST(takes_latin1_where_windows_1252_has_no_character),
        TEXT_TEST(marks_bad_bytes_in_good_utf8_and_says_so),
        TEXT_TEST(marks_nul_bytes_in_good_text),
        TEXT_TEST(refuses_what_is_no_text_and_says_where),
        TEXT_TEST(keeps_to_its_cap),
        TEXT_TEST(survives_halves_of_utf16),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

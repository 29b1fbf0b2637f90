#include <errno.h>

#include "base/limits.h"
#include "unit.h"

static void setting_gives_the_code_back(void **state)
{
    (void)state;
    struct error err = {0};
    assert_int_equal(error_set(&err, ERR_LIMIT, "%d is over", 7), ERR_LIMIT);
    assert_int_equal(err.code, ERR_LIMIT);
    assert_string_equal(err.text, "7 is over");
    assert_int_equal(error_set(NULL, ERR_IO, "nobody listens"), ERR_IO);
}

static void wrapping_keeps_the_code(void **state)
{
    (void)state;
    struct error err = {0};
    error_set(&err, ERR_IO, "disk full");
    assert_int_equal(error_wrap(&err, "saving %s", "a"), ERR_IO);
    assert_string_equal(err.text, "saving a: disk full");
}

static void errno_chooses_the_code(void **state)
{
    (void)state;
    struct error err = {0};
    assert_int_equal(error_errno(&err, ENOENT, "cannot open %s", "a"), ERR_NOTFOUND);
    assert_string_equal(err.text, "cannot open a: No such file or directory");
    assert_int_equal(error_errno(&err, EROFS, "x"), ERR_DENIED);
    assert_int_equal(error_errno(&err, ENOSPC, "x"), ERR_IO);
}

static void long_messages_are_cut_between_characters(void **state)
{
    (void)state;
    char text[2 * ERROR_TEXT_MAX + 1];
    struct error err = {0};
    for (size_t shift = 0; shift < 3; shift++) {
        for (size_t i = 0; i + 3 < sizeof text; i += 3)
            memcpy(text + i, "\xE2\x82\xAC", 3);
        text[sizeof text / 3 * 3 - 3] = '\0';
        error_set(&err, ERR_INVALID, "%.*s%s", (int)shift, "ab", text);
        assert_int_equal(utf8_valid(err.text, strlen(err.text)), strlen(err.text));
        assert_true(strlen(err.text) > ERROR_TEXT_MAX - 5);
    }
}

static void codes_have_names_and_words(void **state)
{
    (void)state;
    assert_string_equal(error_name(ERR_NOMEM), "NOMEM");
    assert_string_equal(error_words(ERR_BUSY), "in use");
    assert_string_equal(error_name(-99), "UNKNOWN");
}

static void limits_are_found_by_their_bytes(void **state)
{
    (void)state;
    assert_string_equal(limit_in_bytes(LIMIT(DOCUMENT_BYTES))->name, "DOCUMENT_BYTES");
    assert_string_equal(LIMIT_NAME(TAG_BYTES), "TAG_BYTES");
    assert_null(limit_in_bytes(12345));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(setting_gives_the_code_back),
        cmocka_unit_test(wrapping_keeps_the_code),
        cmocka_unit_test(errno_chooses_the_code),
        cmocka_unit_test(long_messages_are_cut_between_characters),
        cmocka_unit_test(codes_have_names_and_words),
        cmocka_unit_test(limits_are_found_by_their_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "base/alloc.h"
#include "base/buf.h"
#include "unit.h"

static void appends_follow_each_other_and_end_in_nul(void **state)
{
    (void)state;
    BUF_AUTO struct buf buf = BUF_INIT;
    buf_text(&buf, "one ");
    buf_str(&buf, STR_LIT("two "));
    buf_printf(&buf, "%d ", 3);
    buf_byte(&buf, '4');
    assert_string_equal(buf.at, "one two 3 4");
    assert_int_equal(buf.len, 11);
}

static void grows_past_any_first_size(void **state)
{
    (void)state;
    BUF_AUTO struct buf buf = BUF_INIT;
    for (int i = 0; i < 10000; i++)
        buf_byte(&buf, (uint8_t)i);
    assert_int_equal(buf.len, 10000);
    assert_int_equal((uint8_t)buf.at[9999], 9999 % 256);
}

static void the_limit_counts_bytes_without_the_nul(void **state)
{
    (void)state;
    BUF_AUTO struct buf buf;
    buf_init(&buf, 4);
    assert_int_equal(buf_text(&buf, "1234"), 0);
    assert_int_equal(buf_byte(&buf, '5'), ERR_LIMIT);
    assert_text(buf_view(&buf), "1234");
}

static void a_failed_buffer_fails_until_it_is_cleared(void **state)
{
    (void)state;
    BUF_AUTO struct buf buf;
    buf_init(&buf, 2);
    buf_text(&buf, "123");
    assert_int_equal(buf_text(&buf, "1"), ERR_LIMIT);
    assert_true(buf_failed(&buf));
    buf_clear(&buf);
    assert_int_equal(buf_text(&buf, "1"), 0);
}

static void no_memory_is_told_from_no_room(void **state)
{
    (void)state;
    BUF_AUTO struct buf buf = BUF_INIT;
    mem_fail_nth(1);
    assert_int_equal(buf_text(&buf, "1"), ERR_NOMEM);
    mem_fail_nth(0);
    assert_int_equal(buf_text(&buf, "1"), ERR_NOMEM);
}

static void dropping_more_than_there_is_empties_it(void **state)
{
    (void)state;
    BUF_AUTO struct buf buf = BUF_INIT;
    buf_text(&buf, "abcdef");
    buf_drop(&buf, 2);
    assert_string_equal(buf.at, "cdef");
    buf_drop(&buf, 99);
    assert_int_equal(buf.len, 0);
}

static void taking_leaves_an_empty_buffer(void **state)
{
    (void)state;
    BUF_AUTO struct buf buf = BUF_INIT;
    size_t len;
    buf_text(&buf, "mine");
    MEM_AUTO char *taken = buf_take(&buf, &len);
    assert_string_equal(taken, "mine");
    assert_int_equal(len, 4);
    assert_int_equal(buf.len, 0);
    MEM_AUTO char *none = buf_take(&buf, NULL);
    assert_string_equal(none, "");
}

static void taking_from_a_failed_buffer_gives_null(void **state)
{
    (void)state;
    BUF_AUTO struct buf buf;
    buf_init(&buf, 1);
    buf_text(&buf, "ab");
    assert_null(buf_take(&buf, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appends_follow_each_other_and_end_in_nul),
        cmocka_unit_test(grows_past_any_first_size),
        cmocka_unit_test(the_limit_counts_bytes_without_the_nul),
        cmocka_unit_test(a_failed_buffer_fails_until_it_is_cleared),
        cmocka_unit_test(no_memory_is_told_from_no_room),
        cmocka_unit_test(dropping_more_than_there_is_empties_it),
        cmocka_unit_test(taking_leaves_an_empty_buffer),
        cmocka_unit_test(taking_from_a_failed_buffer_gives_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

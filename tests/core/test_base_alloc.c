#include "base/alloc.h"
#include "unit.h"

static void sizes_that_overflow_give_null(void **state)
{
    (void)state;
    assert_null(mem_zero(SIZE_MAX / 2, 3));
    assert_null(mem_array(SIZE_MAX / 2, 3));
    assert_null(mem_resize_array(NULL, SIZE_MAX / 2, 3));
}

static void size_zero_gives_memory_that_can_be_freed(void **state)
{
    (void)state;
    MEM_AUTO char *none = mem_alloc(0);
    MEM_AUTO char *zero = mem_zero(0, 8);
    assert_non_null(none);
    assert_non_null(zero);
    char *same = mem_resize(none, 0);
    assert_non_null(same);
    none = same;
}

static void copies_end_in_nul(void **state)
{
    (void)state;
    MEM_AUTO char *copy = mem_strndup("a\0b", 3);
    MEM_AUTO char *none = mem_strndup(NULL, 0);
    assert_memory_equal(copy, "a\0b\0", 4);
    assert_string_equal(none, "");
}

static void only_the_armed_allocation_fails(void **state)
{
    (void)state;
    mem_fail_nth(2);
    MEM_AUTO void *first = mem_alloc(1);
    MEM_AUTO void *second = mem_alloc(1);
    MEM_AUTO void *third = mem_alloc(1);
    assert_non_null(first);
    assert_null(second);
    assert_non_null(third);
    assert_true(mem_fail_nth(0));
}

static void disarming_tells_whether_it_fired(void **state)
{
    (void)state;
    mem_fail_nth(100);
    mem_free(mem_alloc(1));
    assert_false(mem_fail_nth(0));
    assert_false(mem_fail_nth(0));
}

static void a_resize_that_fails_leaves_the_old_memory(void **state)
{
    (void)state;
    MEM_AUTO char *text = mem_strdup("kept");
    mem_fail_nth(1);
    assert_null(mem_resize(text, 1000));
    mem_fail_nth(0);
    assert_string_equal(text, "kept");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_that_overflow_give_null),
        cmocka_unit_test(size_zero_gives_memory_that_can_be_freed),
        cmocka_unit_test(copies_end_in_nul),
        cmocka_unit_test(only_the_armed_allocation_fails),
        cmocka_unit_test(disarming_tells_whether_it_fired),
        cmocka_unit_test(a_resize_that_fails_leaves_the_old_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

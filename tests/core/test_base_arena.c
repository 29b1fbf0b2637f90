#include "base/arena.h"
#include "unit.h"

static void pieces_are_zeroed_and_aligned(void **state)
{
    (void)state;
    ARENA_AUTO struct arena *arena = arena_new(1 << 20);
    for (int i = 1; i < 200; i++) {
        unsigned char *piece = arena_alloc(arena, (size_t)i, 3);
        assert_int_equal((uintptr_t)piece % 16, 0);
        for (int at = 0; at < 3 * i; at++)
            assert_int_equal(piece[at], 0);
        memset(piece, 0xFF, 3 * (size_t)i);
    }
}

static void memory_used_again_is_zeroed_again(void **state)
{
    (void)state;
    ARENA_AUTO struct arena *arena = arena_new(1 << 20);
    memset(arena_alloc(arena, 100, 1), 0xFF, 100);
    arena_clear(arena);
    unsigned char *piece = arena_alloc(arena, 100, 1);
    for (int at = 0; at < 100; at++)
        assert_int_equal(piece[at], 0);
}

static void nothing_is_given_past_the_limit(void **state)
{
    (void)state;
    ARENA_AUTO struct arena *arena = arena_new(1000);
    assert_non_null(arena_alloc(arena, 900, 1));
    assert_null(arena_alloc(arena, 200, 1));
    assert_non_null(arena_alloc(arena, 80, 1));
}

static void products_that_overflow_give_null(void **state)
{
    (void)state;
    ARENA_AUTO struct arena *arena = arena_new(SIZE_MAX);
    assert_null(arena_alloc(arena, SIZE_MAX / 2, 3));
    assert_null(arena_alloc(arena, SIZE_MAX, 1));
}

static void a_piece_larger_than_a_block_fits(void **state)
{
    (void)state;
    ARENA_AUTO struct arena *arena = arena_new(4 << 20);
    char *small = arena_text(arena, STR_LIT("small"));
    char *large = arena_alloc(arena, 3 << 20, 1);
    assert_non_null(large);
    memset(large, 1, 3 << 20);
    assert_string_equal(small, "small");
}

static void texts_are_copies_with_nul(void **state)
{
    (void)state;
    ARENA_AUTO struct arena *arena = arena_new(1000);
    char bytes[] = "abc";
    struct str copy = arena_str(arena, (struct str){bytes, 2});
    bytes[0] = 'x';
    assert_text(copy, "ab");
    assert_string_equal(copy.at, "ab");
    assert_null(arena_str(arena, STR_LIT("")).at);
    assert_string_equal(arena_text(arena, STR_NONE), "");
    assert_string_equal(arena_printf(arena, "%s-%d", "a", 7), "a-7");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_zeroed_and_aligned),
        cmocka_unit_test(memory_used_again_is_zeroed_again),
        cmocka_unit_test(nothing_is_given_past_the_limit),
        cmocka_unit_test(products_that_overflow_give_null),
        cmocka_unit_test(a_piece_larger_than_a_block_fits),
        cmocka_unit_test(texts_are_copies_with_nul),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "base/hash.h"
#include "unit.h"

/* The test vectors of FIPS 180-4's examples and of the FNV authors. */
static void sha256_of_known_texts(void **state)
{
    (void)state;
    struct hash hash;
    char hex[HASH_HEX_SIZE];
    hash_bytes("", 0, &hash);
    assert_string_equal(hash_hex(&hash, hex),
                        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    hash_bytes("abc", 3, &hash);
    assert_string_equal(hash_hex(&hash, hex),
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void fnv1a_of_known_texts(void **state)
{
    (void)state;
    assert_int_equal(hash_64("", 0), 0xCBF29CE484222325u);
    assert_int_equal(hash_64("foobar", 6), 0x85944171F73967E8u);
}

static void pieces_give_the_hash_of_the_whole(void **state)
{
    (void)state;
    struct hasher hasher;
    struct hash whole, pieces;
    hash_bytes("abc", 3, &whole);
    hash_begin(&hasher);
    hash_add(&hasher, "a", 1);
    hash_add(&hasher, NULL, 0);
    hash_add(&hasher, "bc", 2);
    hash_end(&hasher, &pieces);
    assert_true(hash_same(&whole, &pieces));
}

static void fields_cut_elsewhere_differ(void **state)
{
    (void)state;
    struct hasher hasher;
    struct hash one, other;
    hash_begin(&hasher);
    hash_add_field(&hasher, "ab", 2);
    hash_add_field(&hasher, "c", 1);
    hash_end(&hasher, &one);
    hash_begin(&hasher);
    hash_add_field(&hasher, "a", 1);
    hash_add_field(&hasher, "bc", 2);
    hash_end(&hasher, &other);
    assert_false(hash_same(&one, &other));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_of_known_texts),
        cmocka_unit_test(fnv1a_of_known_texts),
        cmocka_unit_test(pieces_give_the_hash_of_the_whole),
        cmocka_unit_test(fields_cut_elsewhere_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

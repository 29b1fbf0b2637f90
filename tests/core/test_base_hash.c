#include <sha2.h>
#include <string.h>

#include "base/hash.h"
#include "base/sha256.h"
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

static void fill(uint8_t *bytes, size_t len)
{
    uint64_t number = 1;
    for (size_t i = 0; i < len; i++) {
        number = number * 6364136223846793005u + 1442695040888963407u;
        bytes[i] = (uint8_t)(number >> 56);
    }
}

/* libmd is the other implementation at hand. */
static void sha256_of_every_length_is_what_libmd_says(void **state)
{
    (void)state;
    uint8_t bytes[260], expected[SHA256_DIGEST_LENGTH];
    fill(bytes, sizeof bytes);
    for (size_t len = 0; len <= sizeof bytes; len++) {
        struct hasher hasher;
        struct hash hash;
        SHA2_CTX libmd;
        SHA256Init(&libmd);
        SHA256Update(&libmd, bytes, len);
        SHA256Final(expected, &libmd);
        hash_bytes(bytes, len, &hash);
        assert_memory_equal(hash.bytes, expected, sizeof expected);
        hash_begin(&hasher);
        for (size_t at = 0, piece = len % 70 + 1; at < len; at += piece)
            hash_add(&hasher, bytes + at, len - at < piece ? len - at : piece);
        hash_end(&hasher, &hash);
        assert_memory_equal(hash.bytes, expected, sizeof expected);
    }
}

static void the_instructions_do_what_libmd_does(void **state)
{
    (void)state;
    uint8_t bytes[5 * SHA256_BLOCK];
    uint32_t fast[8] = {1, 2, 3, 4, 5, 6, 7, 8}, slow[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    fill(bytes, sizeof bytes);
    if (!sha256_blocks_fast(fast, bytes, 5))
        skip();
    for (int i = 0; i < 5; i++)
        SHA256Transform(slow, bytes + (ptrdiff_t)i * SHA256_BLOCK);
    assert_memory_equal(fast, slow, sizeof fast);
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
        cmocka_unit_test(sha256_of_every_length_is_what_libmd_says),
        cmocka_unit_test(the_instructions_do_what_libmd_does),
        cmocka_unit_test(fnv1a_of_known_texts),
        cmocka_unit_test(pieces_give_the_hash_of_the_whole),
        cmocka_unit_test(fields_cut_elsewhere_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

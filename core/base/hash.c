#include "base/hash.h"

#include <string.h>

#include "base/sha256.h"

#define LENGTH_SIZE 8 /* of the bit length at the end of the last block */

_Static_assert(sizeof((struct hasher *)0)->block == SHA256_BLOCK, "a hasher keeps one block");

void hash_begin(struct hasher *hasher)
{
    static const uint32_t first[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    memcpy(hasher->state, first, sizeof first);
    hasher->len = 0;
}

/* Adds what completes the block that was begun; gives how many bytes it took. */
static size_t fill_block(struct hasher *hasher, const uint8_t *bytes, size_t len)
{
    size_t kept = hasher->len % SHA256_BLOCK;
    size_t take = SHA256_BLOCK - kept;
    if (take > len)
        take = len;
    memcpy(hasher->block + kept, bytes, take);
    hasher->len += take;
    if (hasher->len % SHA256_BLOCK == 0)
        sha256_blocks(hasher->state, hasher->block, 1);
    return take;
}

void hash_add(struct hasher *hasher, const void *bytes, size_t len)
{
    const uint8_t *at = bytes;
    if (len > 0 && hasher->len % SHA256_BLOCK != 0) {
        size_t taken = fill_block(hasher, at, len);
        at += taken;
        len -= taken;
    }
    size_t whole = len / SHA256_BLOCK;
    if (whole > 0) {
        sha256_blocks(hasher->state, at, whole);
        hasher->len += whole * SHA256_BLOCK;
        at += whole * SHA256_BLOCK;
        len -= whole * SHA256_BLOCK;
    }
    if (len > 0)
        fill_block(hasher, at, len);
}

void hash_add_field(struct hasher *hasher, const void *bytes, size_t len)
{
    uint8_t count[8]; /* little-endian, so that a hash kept on disk fits any machine */
    for (unsigned i = 0; i < sizeof count; i++)
        count[i] = (uint8_t)((uint64_t)len >> (8 * i));
    hash_add(hasher, count, sizeof count);
    hash_add(hasher, bytes, len);
}

void hash_end(struct hasher *hasher, struct hash *out)
{
    static const uint8_t padding[SHA256_BLOCK] = {0x80};
    uint8_t length[LENGTH_SIZE];
    uint64_t bits = hasher->len * 8;
    for (size_t i = 0; i < LENGTH_SIZE; i++)
        length[i] = (uint8_t)(bits >> (56 - 8 * i));
    size_t kept = (hasher->len + LENGTH_SIZE) % SHA256_BLOCK;
    hash_add(hasher, padding, SHA256_BLOCK - kept);
    hash_add(hasher, length, sizeof length);
    for (size_t i = 0; i < HASH_SIZE; i++)
        out->bytes[i] = (uint8_t)(hasher->state[i / 4] >> (24 - 8 * (i % 4)));
}

void hash_bytes(const void *bytes, size_t len, struct hash *out)
{
    struct hasher hasher;
    hash_begin(&hasher);
    hash_add(&hasher, bytes, len);
    hash_end(&hasher, out);
}

char *hash_hex(const struct hash *hash, char text[HASH_HEX_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < HASH_SIZE; i++) {
        text[2 * i] = digits[hash->bytes[i] >> 4];
        text[2 * i + 1] = digits[hash->bytes[i] & 15];
    }
    text[2 * HASH_SIZE] = '\0';
    return text;
}

int hash_same(const struct hash *a, const struct hash *b)
{
    return memcmp(a->bytes, b->bytes, HASH_SIZE) == 0;
}

uint64_t hash_64(const void *bytes, size_t len)
{
    const uint8_t *at = bytes;
    uint64_t hash = 0xCBF29CE484222325u;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ at[i]) * 0x100000001B3u;
    return hash;
}

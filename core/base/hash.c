#include "base/hash.h"

#include <nettle/sha2.h>
#include <string.h>

_Static_assert(sizeof(struct sha256_ctx) <= sizeof(struct hasher), "struct hasher has no room");
_Static_assert(_Alignof(struct sha256_ctx) <= _Alignof(struct hasher),
               "struct hasher is not aligned");
_Static_assert(SHA256_DIGEST_SIZE == HASH_SIZE, "a hash is a SHA-256");

static struct sha256_ctx *context(struct hasher *hasher)
{
    return (struct sha256_ctx *)hasher->room;
}

void hash_begin(struct hasher *hasher)
{
    sha256_init(context(hasher));
}

void hash_add(struct hasher *hasher, const void *bytes, size_t len)
{
    if (len)
        sha256_update(context(hasher), len, bytes);
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
    sha256_digest(context(hasher), HASH_SIZE, out->bytes);
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

/* SHA-256 (nettle) for what is kept, a 64-bit hash (FNV-1a) for tables in memory. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define HASH_SIZE     32
#define HASH_HEX_SIZE 65

struct hash {
    uint8_t bytes[HASH_SIZE];
};

struct hasher { /* room for nettle's struct sha256_ctx, checked in hash.c */
    uint64_t room[32];
};

void hash_bytes(const void *bytes, size_t len, struct hash *out);
void hash_begin(struct hasher *hasher);
void hash_add(struct hasher *hasher, const void *bytes, size_t len);
/* Adds the length first, so that ("ab","c") and ("a","bc") differ. */
void hash_add_field(struct hasher *hasher, const void *bytes, size_t len);
void hash_end(struct hasher *hasher, struct hash *out); /* then hash_begin again */
/* Lower-case hex and a NUL into `text`; gives `text`. */
char *hash_hex(const struct hash *hash, char text[HASH_HEX_SIZE]);
int hash_same(const struct hash *a, const struct hash *b); /* 1 or 0 */
uint64_t hash_64(const void *bytes, size_t len);

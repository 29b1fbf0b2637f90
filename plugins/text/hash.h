/* A fast hash for words: 64 bits, never 0. Not for input that someone wants to collide on purpose
 * into anything that matters: a collision here costs a wrong stop word, not safety. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t hash_mix(uint64_t a, uint64_t b)
{
    const unsigned __int128 product =
        (unsigned __int128)(a ^ UINT64_C(0x9E3779B97F4A7C15)) * (b ^ UINT64_C(0xD1B54A32D192ED03));
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t hash_bytes(const void *bytes, size_t size)
{
    const unsigned char *at = bytes;
    uint64_t hash = size, word;
    while (size >= 8) {
        memcpy(&word, at, 8);
        hash = hash_mix(hash, word);
        at += 8;
        size -= 8;
    }
    word = 0;
    if (size >= 4) { /* two halves, which may overlap */
        uint32_t first, last;
        memcpy(&first, at, 4);
        memcpy(&last, at + size - 4, 4);
        word = (uint64_t)first << 32 | last;
    } else if (size > 0) {
        word = (uint64_t)at[0] << 16 | (uint64_t)at[size / 2] << 8 | at[size - 1];
    }
    hash = hash_mix(hash, word);
    hash = hash_mix(hash, UINT64_C(0xA0761D6478BD642F));
    return hash ? hash : 1;
}

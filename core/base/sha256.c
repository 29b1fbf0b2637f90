#include "base/sha256.h"

#include <sha2.h>

#if defined __x86_64__

#include <cpuid.h>
#include <immintrin.h>
#include <stdatomic.h>

#define TARGET __attribute__((target("sha,sse4.1,ssse3")))
#define INLINE TARGET static inline __attribute__((always_inline))

static const uint32_t constants[64] __attribute__((aligned(16))) = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

/* The instructions want the eight words of the state as (a b e f) and (c d g h), a the highest. */
struct halves {
    __m128i abef, cdgh;
};

INLINE struct halves load_state(const uint32_t state[8])
{
    __m128i cdab = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(const void *)state), 0xB1);
    __m128i efgh =
        _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(const void *)(state + 4)), 0x1B);
    return (struct halves){_mm_alignr_epi8(cdab, efgh, 8), _mm_blend_epi16(efgh, cdab, 0xF0)};
}

INLINE void save_state(struct halves halves, uint32_t state[8])
{
    __m128i feba = _mm_shuffle_epi32(halves.abef, 0x1B);
    __m128i dchg = _mm_shuffle_epi32(halves.cdgh, 0xB1);
    _mm_storeu_si128((__m128i *)(void *)state, _mm_blend_epi16(feba, dchg, 0xF0));
    _mm_storeu_si128((__m128i *)(void *)(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}

INLINE __m128i load_words(const uint8_t *bytes)
{
    const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    return _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(const void *)bytes), big_endian);
}

/* Four words of the message schedule out of the sixteen before them. */
INLINE __m128i next_words(__m128i w0, __m128i w1, __m128i w2, __m128i w3)
{
    __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(w0, w1), _mm_alignr_epi8(w3, w2, 4));
    return _mm_sha256msg2_epu32(sum, w3);
}

INLINE void four_rounds(struct halves *at, __m128i words, int round)
{
    __m128i k = _mm_load_si128((const __m128i *)(const void *)(constants + round));
    __m128i sum = _mm_add_epi32(words, k);
    at->cdgh = _mm_sha256rnds2_epu32(at->cdgh, at->abef, sum);
    at->abef = _mm_sha256rnds2_epu32(at->abef, at->cdgh, _mm_shuffle_epi32(sum, 0x0E));
}

INLINE void one_block(struct halves *state, const uint8_t *bytes)
{
    struct halves at = *state;
    __m128i w0 = load_words(bytes), w1 = load_words(bytes + 16);
    __m128i w2 = load_words(bytes + 32), w3 = load_words(bytes + 48);
    four_rounds(&at, w0, 0);
    four_rounds(&at, w1, 4);
    four_rounds(&at, w2, 8);
    four_rounds(&at, w3, 12);
    for (int round = 16; round < 64; round += 16) {
        four_rounds(&at, w0 = next_words(w0, w1, w2, w3), round);
        four_rounds(&at, w1 = next_words(w1, w2, w3, w0), round + 4);
        four_rounds(&at, w2 = next_words(w2, w3, w0, w1), round + 8);
        four_rounds(&at, w3 = next_words(w3, w0, w1, w2), round + 12);
    }
    state->abef = _mm_add_epi32(state->abef, at.abef);
    state->cdgh = _mm_add_epi32(state->cdgh, at.cdgh);
}

TARGET static void with_instructions(uint32_t state[8], const uint8_t *bytes, size_t count)
{
    struct halves halves = load_state(state);
    for (; count > 0; count--, bytes += SHA256_BLOCK)
        one_block(&halves, bytes);
    save_state(halves, state);
}

static bool ask_processor(void)
{
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_SSSE3) || !(c & bit_SSE4_1))
        return false;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA);
}

/* Asked once: in a virtual machine the question is dear. */
static bool has_instructions(void)
{
    static atomic_int known; /* 0: not asked yet; 1: no; 2: yes */
    int answer = atomic_load_explicit(&known, memory_order_relaxed);
    if (answer == 0) {
        answer = ask_processor() ? 2 : 1;
        atomic_store_explicit(&known, answer, memory_order_relaxed);
    }
    return answer == 2;
}

bool sha256_blocks_fast(uint32_t state[8], const uint8_t *bytes, size_t count)
{
    if (!has_instructions())
        return false;
    with_instructions(state, bytes, count);
    return true;
}

#else

bool sha256_blocks_fast(uint32_t state[8], const uint8_t *bytes, size_t count)
{
    (void)state;
    (void)bytes;
    (void)count;
    return false;
}

#endif

void sha256_blocks(uint32_t state[8], const uint8_t *bytes, size_t count)
{
    if (sha256_blocks_fast(state, bytes, count))
        return;
    for (; count > 0; count--, bytes += SHA256_BLOCK)
        SHA256Transform(state, bytes);
}

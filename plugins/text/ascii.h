/* Words of ASCII, sixteen bytes at a time where the processor can. */
#pragma once

#include "fold.h"

#include <stddef.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define ASCII_STEP 16u /* bytes that may be written behind the end of a word */

#ifdef __SSE2__
static inline __m128i ascii_between(__m128i bytes, char low, char high)
{
    return _mm_and_si128(_mm_cmpgt_epi8(bytes, _mm_set1_epi8((char)(low - 1))),
                         _mm_cmpgt_epi8(_mm_set1_epi8((char)(high + 1)), bytes));
}

/* The same as ascii_word() for up to sixteen bytes, all of which are there. */
static inline size_t ascii_step(const unsigned char *in, char *out, unsigned *mixed)
{
    const __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)in);
    const __m128i small = _mm_set1_epi8(0x20);
    const __m128i letters = ascii_between(_mm_or_si128(bytes, small), 'a', 'z');
    const __m128i digits = ascii_between(bytes, '0', '9');
    const __m128i capitals = _mm_andnot_si128(ascii_between(bytes, 'a', 'z'), letters);
    const unsigned others =
        ~(unsigned)_mm_movemask_epi8(_mm_or_si128(letters, digits)) | 1u << ASCII_STEP;
    const unsigned length = (unsigned)__builtin_ctz(others);
    _mm_storeu_si128((__m128i *)(void *)out, _mm_or_si128(bytes, _mm_and_si128(capitals, small)));
    *mixed |= (unsigned)_mm_movemask_epi8(_mm_or_si128(capitals, digits)) & ((1u << length) - 1);
    return length;
}
#endif

/* The length of the run of ASCII letters and digits that `in` begins with, its folded form in
 * `out`, which has room for ASCII_STEP bytes more. *mixed: not 0 where it has capitals or digits.
 */
static inline size_t ascii_word(const unsigned char *in, size_t size, char *out, unsigned *mixed)
{
    size_t at = 0;
    *mixed = 0;
#ifdef __SSE2__
    while (size - at >= ASCII_STEP) {
        const size_t length = ascii_step(in + at, out + at, mixed);
        at += length;
        if (length < ASCII_STEP)
            return at;
    }
#endif
    for (unsigned c; at < size && (c = fold_ascii[in[at]]) - 1u < FOLD_MORE - 1u; at++) {
        out[at] = (char)c;
        *mixed |= (c ^ in[at]) | (c < 'a');
    }
    return at;
}

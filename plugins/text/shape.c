#include "shape.h"

#include <string.h>

#define RULE_BYTES_MAX 300

static int continues(unsigned char c)
{
    return (c & 0xC0) == 0x80;
}

/* A letter of three bytes whose first lies in [0xE3, 0xED]: CJK text, kana, Hangul. */
static int is_wide_at(const unsigned char *in, size_t at, size_t size)
{
    return in[at] >= 0xE3 && in[at] <= 0xED && size - at >= 3 && continues(in[at + 1]) &&
           continues(in[at + 2]);
}

static size_t count_wide(const unsigned char *in, size_t size, int with_signs)
{
    size_t wide = 0;
    for (size_t at = 0; at < size;) {
        const int sign = with_signs && in[at] == 0xEF && size - at >= 3 && continues(in[at + 1]) &&
                         continues(in[at + 2]);
        const int found = sign || is_wide_at(in, at, size);
        wide += (size_t)found;
        at += found ? 3 : 1;
    }
    return wide;
}

size_t shape_chars(const char *text, size_t size)
{
    const unsigned char *in = (const unsigned char *)text;
    size_t count = 0;
    for (size_t at = 0; at < size; at++)
        count += !continues(in[at]);
    return count;
}

size_t shape_columns(const char *text, size_t size)
{
    return shape_chars(text, size) + count_wide((const unsigned char *)text, size, 1);
}

size_t shape_weight(const char *text, size_t size)
{
    return shape_chars(text, size) + count_wide((const unsigned char *)text, size, 0) * 3 / 2;
}

static int is_space(unsigned char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

size_t shape_words(const char *text, size_t size)
{
    const unsigned char *in = (const unsigned char *)text;
    size_t runs = 0;
    int before = 1;
    for (size_t at = 0; at < size; at++) {
        const int space = is_space(in[at]);
        runs += (size_t)(before && !space);
        before = space;
    }
    return runs + count_wide(in, size, 0) / 2;
}

/* --- case ------------------------------------------------------------------------------------- */

/* The small letter of a capital of two bytes, 0 for what is none. */
static uint32_t small_of(uint32_t code)
{
    if ((code >= 0xC0 && code <= 0xDE && code != 0xD7) || (code >= 0x391 && code <= 0x3A9) ||
        (code >= 0x410 && code <= 0x42F))
        return code + 32;
    if (code >= 0x400 && code <= 0x40F)
        return code + 80;
    const int even = (code >= 0x100 && code <= 0x136) || (code >= 0x14A && code <= 0x176);
    const int odd = (code >= 0x139 && code <= 0x147) || (code >= 0x179 && code <= 0x17D);
    return (even && !(code & 1)) || (odd && (code & 1)) ? code + 1 : 0;
}

/* Is it the small letter of one of those, or the German sharp s? */
static int is_small(uint32_t code)
{
    return code == 0xDF ||
           (code >= 0xE0 && code <= 0x44F && code != 0xF7 &&
            (small_of(code - 32) == code || small_of(code - 1) == code)) ||
           (code >= 0x450 && code <= 0x45F);
}

/* The code of the two bytes at `at`, 0 when they are no letter of the scripts that have case. */
static uint32_t pair_at(const unsigned char *in, size_t at, size_t size)
{
    if (in[at] < 0xC3 || in[at] > 0xD1 || size - at < 2 || !continues(in[at + 1]))
        return 0;
    return (uint32_t)(in[at] & 0x1F) << 6 | (in[at + 1] & 0x3F);
}

void shape_cases(const char *text, size_t size, size_t *capitals, size_t *small)
{
    const unsigned char *in = (const unsigned char *)text;
    *capitals = *small = 0;
    for (size_t at = 0; at < size; at++) {
        *capitals += (unsigned)in[at] - 'A' < 26u;
        *small += (unsigned)in[at] - 'a' < 26u;
        const uint32_t code = in[at] < 0x80 ? 0 : pair_at(in, at, size);
        if (code && small_of(code))
            ++*capitals;
        else if (code && is_small(code))
            ++*small;
        at += code != 0;
    }
}

void shape_lower(const char *text, size_t size, char *out)
{
    const unsigned char *in = (const unsigned char *)text;
    for (size_t at = 0; at < size; at++) {
        const uint32_t code = in[at] < 0x80 ? 0 : pair_at(in, at, size);
        const uint32_t small = code ? small_of(code) : 0;
        out[at] = (char)(in[at] + ((unsigned)in[at] - 'A' < 26u ? 32 : 0));
        if (small) {
            out[at] = (char)(0xC0 | small >> 6);
            out[at + 1] = (char)(0x80 | (small & 0x3F));
        } else if (code) {
            out[at + 1] = (char)in[at + 1];
        }
        at += code != 0;
    }
}

/* --- signs ------------------------------------------------------------------------------------ */

/* By ASCII code; here SHAPE_BLANKS is one blank. */
static const uint16_t sign_of[128] = {
    16, 16,  16,   16,   16, 16, 16,   16, 16,   48,   48, 48, 48, 48, 16,   16,  16, 16,   16,
    16, 16,  16,   16,   16, 16, 16,   16, 16,   16,   16, 16, 16, 32, 4096, 128, 0,  0,    0,
    0,  256, 0,    2048, 0,  0,  0,    0,  8192, 1024, 1,  1,  1,  1,  1,    1,   1,  1,    1,
    1,  512, 4096, 0,    0,  0,  4096, 0,  8,    8,    8,  8,  8,  8,  8,    8,   8,  8,    8,
    8,  8,   8,    8,    8,  8,  8,    8,  8,    8,    8,  8,  8,  8,  8,    0,   0,  2048, 0,
    0,  256, 4,    4,    4,  4,  4,    4,  4,    4,    4,  4,  4,  4,  4,    4,   4,  4,    4,
    4,  4,   4,    4,    4,  4,  4,    4,  4,    0,    0,  0,  0,  16,
};

unsigned shape_signs(const char *text, size_t size)
{
    const unsigned char *in = (const unsigned char *)text;
    unsigned all = 0, pairs = 0, before = 0, runs = 0;
    for (size_t at = 0; at < size; at++) {
        const unsigned sign = in[at] < 128 ? sign_of[in[at]] : SHAPE_WIDE;
        runs += sign & ~before & SHAPE_DIGIT;
        pairs |= sign & before;
        all |= sign;
        before = sign;
    }
    return (all & ~(unsigned)SHAPE_BLANKS) | (pairs & SHAPE_BLANKS) |
           (runs > 1 ? SHAPE_NUMBERS : 0);
}

/* --- endings ---------------------------------------------------------------------------------- */

#define CLOSERS_LOOKED 4 /* quotes and brackets at the end */

/* Is it one of the three-byte signs of `list`? Gives its place, from 1. */
static size_t sign_in(const char *end, size_t left, const char *list)
{
    for (size_t i = 0; left >= 3 && list[i]; i += 3)
        if (memcmp(end - 3, list + i, 3) == 0)
            return i / 3 + 1;
    return 0;
}

/* How many bytes the closing quote or bracket at the end takes; 0: there is none. */
static size_t closer_size(const char *text, size_t size)
{
    const char *end = text + size;
    if (size && strchr("\"')]*_", end[-1]) && end[-1])
        return 1;
    if (size && (unsigned char)end[-1] >= 0x80 && sign_in(end, size, "”’」』）】“"))
        return 3;
    return size >= 2 && memcmp(end - 2, "\xC2\xBB", 2) == 0 ? 2 : 0;
}

static int is_letter(char c)
{
    return ((unsigned char)c | 32u) - 'a' < 26u;
}

static enum shape_ending stop_of(const char *text, size_t size)
{
    static const enum shape_ending wide[] = {
        SHAPE_OPEN,      SHAPE_FULL_STOP,  SHAPE_EXCLAMATION, SHAPE_QUESTION,
        SHAPE_FULL_STOP, SHAPE_ENDS_COLON, SHAPE_COMMA,       SHAPE_COMMA,
        SHAPE_COMMA,     SHAPE_FULL_STOP,  SHAPE_FULL_STOP,
    };
    const char *end = text + size;
    switch (end[-1]) {
    case '.':
        return size >= 4 && end[-3] == '.' && is_letter(end[-4]) && is_letter(end[-2])
                   ? SHAPE_OPEN
                   : SHAPE_FULL_STOP;
    case '!':
        return SHAPE_EXCLAMATION;
    case '?':
        return SHAPE_QUESTION;
    case ':':
        return SHAPE_ENDS_COLON;
    case ';':
    case ',':
        return SHAPE_COMMA;
    default:
        if ((unsigned char)end[-1] < 0x80)
            return SHAPE_OPEN;
        if (size >= 2 && memcmp(end - 2, "\xD8\x9F", 2) == 0) /* Arabic question mark */
            return SHAPE_QUESTION;
        return wide[sign_in(end, size, "。！？…：；，、।．")];
    }
}

enum shape_ending shape_ending(const char *text, size_t size, int *closed)
{
    size_t left = size, taken = 1;
    for (int i = 0; i < CLOSERS_LOOKED && taken; i++) {
        taken = closer_size(text, left);
        left -= taken;
    }
    *closed = left < size;
    return left ? stop_of(text, left) : SHAPE_OPEN;
}

/* --- rules and blanks ------------------------------------------------------------------------- */

/* Of signs above U+07FF: the general punctuation and symbols of 0xE2, ideographic punctuation, full
 * width forms. Letters of other scripts are no signs. */
static int is_sign(const unsigned char *in, size_t at)
{
    const unsigned char a = in[at], b = in[at + 1];
    return a == 0xE2 || (a == 0xE3 && b == 0x80) || (a == 0xEF && (b == 0xBC || b == 0xBD));
}

int shape_is_rule(const char *text, size_t size)
{
    const unsigned char *in = (const unsigned char *)text;
    if (size > RULE_BYTES_MAX)
        return 0;
    for (size_t at = 0; at < size; at++) {
        const unsigned char c = in[at];
        if ((c | 32u) - 'a' < 26u || (unsigned)c - '0' < 10u)
            return 0;
        if (c < 0xC3 || c > 0xF4 || size - at < 2 || !continues(in[at + 1]))
            continue;
        if (c < 0xE0 || !is_sign(in, at))
            return 0;
    }
    return 1;
}

static int is_blank_of_three(const unsigned char *in)
{
    return memcmp(in, "\xE3\x80\x80", 3) == 0 || memcmp(in, "\xEF\xBB\xBF", 3) == 0 ||
           memcmp(in, "\xE2\x80\x8B", 3) == 0 || memcmp(in, "\xE2\x80\xAF", 3) == 0;
}

static size_t blank_at(const unsigned char *in, size_t left)
{
    if (left >= 1 && in[0] <= ' ')
        return 1;
    if (left >= 2 && in[0] == 0xC2 && in[1] == 0xA0)
        return 2;
    return left >= 3 && is_blank_of_three(in) ? 3 : 0;
}

static size_t blank_before(const unsigned char *end, size_t left)
{
    if (left >= 1 && end[-1] <= ' ')
        return 1;
    if (left >= 2 && end[-2] == 0xC2 && end[-1] == 0xA0)
        return 2;
    return left >= 3 && is_blank_of_three(end - 3) ? 3 : 0;
}

void shape_strip(const char *text, size_t *start, size_t *end)
{
    const unsigned char *in = (const unsigned char *)text;
    size_t blank;
    while ((blank = blank_at(in + *start, *end - *start)) > 0)
        *start += blank;
    while ((blank = blank_before(in + *end, *end - *start)) > 0)
        *end -= blank;
}

size_t shape_squeeze(const char *text, size_t size, char *out)
{
    const unsigned char *in = (const unsigned char *)text;
    size_t written = 0;
    int before = 0;
    for (size_t at = 0; at < size; at++) {
        const int space = is_space(in[at]);
        out[written] = (char)(space ? ' ' : in[at]);
        written += (size_t) !(space && before);
        before = space;
    }
    return written;
}

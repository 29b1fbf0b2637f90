/* Folding: what two spellings of a word have in common.
 *
 * Each code point has an entry: its class, and what it folds to. Entries of the basic plane are
 * kept in pages of 128 that are filled from ICU's properties when a page is first touched; the
 * pages are shared by all threads and published with one atomic store. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum fold_class {
    FOLD_BREAK = 0, /* not of a word */
    FOLD_LETTER,    /* part of a word */
    FOLD_MARK,      /* goes on with a word that has begun; may fold to nothing */
    FOLD_IDEOGRAPH, /* a word of its own: Han, Hiragana, Katakana */
    FOLD_COMPLEX,   /* cut with a dictionary: Thai, Lao, Khmer, Burmese */
};

#define FOLD_BYTES_MAX 16 /* longest folded form of one code point */

enum fold_flag { FOLD_UPPER = 1, FOLD_DIGIT = 2 };

struct fold_entry {
    uint8_t cls;   /* enum fold_class */
    uint8_t flags; /* enum fold_flag */
    uint8_t size;  /* bytes of the folded form */
    char bytes[FOLD_BYTES_MAX - 3];
};

/* Opens what ICU needs, so that no file is looked for later; 0 or DESK_ERR_*. */
int fold_init(void);

/* The entry of a code point. `spare` is used where entries are not kept. Never NULL. Any thread. */
const struct fold_entry *fold_entry(uint32_t code, struct fold_entry *spare);

/* Decodes one code point at text[at], at < size. Gives its length; a bad sequence gives 1 and code
 * 0xFFFFFFFF. */
static inline unsigned fold_decode(const unsigned char *text, size_t at, size_t size,
                                   uint32_t *code)
{
    const unsigned char a = text[at];
    const size_t left = size - at;
    *code = 0xFFFFFFFFu;
    if (a < 0x80) {
        *code = a;
        return 1;
    }
    if (a < 0xC2)
        return 1;
#define TAIL(i) ((text[at + (i)] & 0xC0) == 0x80)
    if (a < 0xE0) {
        if (left < 2 || !TAIL(1))
            return 1;
        *code = (uint32_t)(a & 0x1F) << 6 | (text[at + 1] & 0x3F);
        return 2;
    }
    if (a < 0xF0) {
        if (left < 3 || !TAIL(1) || !TAIL(2))
            return 1;
        const uint32_t c = (uint32_t)(a & 0x0F) << 12 | (uint32_t)(text[at + 1] & 0x3F) << 6 |
                           (text[at + 2] & 0x3F);
        if (c < 0x800 || (c >= 0xD800 && c < 0xE000))
            return 1;
        *code = c;
        return 3;
    }
    if (a > 0xF4 || left < 4 || !TAIL(1) || !TAIL(2) || !TAIL(3))
        return 1;
#undef TAIL
    const uint32_t c = (uint32_t)(a & 0x07) << 18 | (uint32_t)(text[at + 1] & 0x3F) << 12 |
                       (uint32_t)(text[at + 2] & 0x3F) << 6 | (text[at + 3] & 0x3F);
    if (c < 0x10000 || c > 0x10FFFF)
        return 1;
    *code = c;
    return 4;
}

/* By byte: 0 for ASCII that is not of a word, the small letter or digit for ASCII that is,
 * FOLD_MORE for bytes of other characters. */
#define FOLD_MORE 0x80
extern const unsigned char fold_ascii[256];

struct bytes;
/* Appends the folded text to `out`; what is of no word stays as it is. 0 or DESK_ERR_NOMEM. */
int fold_text(const char *text, size_t size, struct bytes *out);

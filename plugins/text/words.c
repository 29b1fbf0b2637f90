#include "words.h"

#include "ascii.h"
#include "fold.h"
#include "tokens.h"

#include <unicode/uvernum.h>

#include <string.h>

/* Other Unicode properties cut and fold other words, so ICU's version is a part of ours. */
uint32_t words_version(void)
{
    return WORDS_RULES * 1000u + U_ICU_VERSION_MAJOR_NUM;
}

int words_fail(struct desk_error *error, int code)
{
    switch (code) {
    case DESK_ERR_NOMEM:
        return DESK_FAIL(error, code, "out of memory");
    case DESK_ERR_LIMIT:
        return DESK_FAIL(error, code, "the text is over %u bytes (DESK_TEXT_MAX)", DESK_TEXT_MAX);
    default:
        return DESK_FAIL(error, code, "ICU failed on the text");
    }
}

static inline char *put_number(char *at, uint32_t number)
{
    while (number >= 0x80) {
        *at++ = (char)(number | 0x80);
        number >>= 7;
    }
    *at++ = (char)number;
    return at;
}

#define NUMBER_BYTES_MAX 5
#define HEAD_BYTES_MAX   (1 + 2 * NUMBER_BYTES_MAX)
#define SHORT_MAX        0x7Fu /* a number of one byte */

/* A blob in the making. The head is put in front when the number of words is known. */
struct words {
    const unsigned char *in;
    size_t size;
    struct bytes *blob;
    uint32_t count;
    size_t last; /* end of the last word */
};

/* Words of ASCII alone, with the numbers of each in a byte: nearly all of most texts. Stops at what
 * needs more thought, and gives where. A letter and what parts it from the next are two bytes of
 * the text and four of the blob, and no words need more a byte: reserve() has made that room. */
static size_t add_short_words(struct words *words, size_t at)
{
    const unsigned char *in = words->in;
    const size_t size = words->size;
    size_t last = words->last;
    uint32_t count = words->count;
    char *to = words->blob->at + words->blob->size;
    for (;;) {
        while (at < size && !fold_ascii[in[at]])
            at++;
        unsigned mixed;
        const size_t start = at, gap = start - last;
        const size_t length = ascii_word(in + at, size - at, to + 3, &mixed);
        at += length;
        if (length == 0 || length > SHORT_MAX || gap > SHORT_MAX || (at < size && in[at] >= 0x80)) {
            at = start;
            break;
        }
        to[0] = (char)gap;
        to[1] = to[2] = (char)length;
        to += 3 + length;
        last = at;
        count++;
    }
    words->blob->size = (size_t)(to - words->blob->at);
    words->last = last;
    words->count = count;
    return at;
}

/* Room for `more` bytes, and for short words from `at` on. */
static int reserve(struct words *words, size_t at, size_t more)
{
    return bytes_reserve(words->blob, more + 2 * (words->size - at) + 4 + ASCII_STEP);
}

static int add_tokens(struct words *words, const struct tokens *tokens, size_t at)
{
    struct bytes *blob = words->blob;
    if (reserve(words, at, tokens->count * 3 * NUMBER_BYTES_MAX + tokens->folds.size) < 0)
        return DESK_ERR_NOMEM;
    char *to = blob->at + blob->size;
    for (size_t i = 0; i < tokens->count; i++) {
        const struct token *token = &tokens->at[i];
        to = put_number(to, (uint32_t)(token->start - words->last));
        to = put_number(to, token->end - token->start);
        to = put_number(to, token->fold_size);
        memcpy(to, tokens->folds.at + token->fold, token->fold_size);
        to += token->fold_size;
        words->last = token->end;
    }
    words->count += (uint32_t)tokens->count;
    blob->size = (size_t)(to - blob->at);
    return 0;
}

static int add_words(struct desk_text *text, struct words *words)
{
    for (size_t at = 0; (at = add_short_words(words, at)) < words->size;) {
        size_t end;
        const int rc =
            tokens_scan_at(text, (const char *)words->in, words->size, at, &text->tokens, &end);
        if (rc < 0 || add_tokens(words, &text->tokens, end) < 0)
            return DESK_ERR_NOMEM;
        at = end;
    }
    return 0;
}

int words_blob(struct desk_text *text, const char *bytes, size_t size, struct desk_text_bytes *out,
               struct desk_error *error)
{
    struct bytes *blob = &text->blob;
    struct words words = {.in = (const unsigned char *)bytes, .size = size, .blob = blob};
    char head[HEAD_BYTES_MAX];
    if (size > DESK_TEXT_MAX)
        return words_fail(error, DESK_ERR_LIMIT);
    bytes_reset(blob, SCRATCH_KEEP);
    bytes_reset(&text->tokens.folds, SCRATCH_KEEP);
    if (bytes_reserve(blob, HEAD_BYTES_MAX) < 0)
        return words_fail(error, DESK_ERR_NOMEM);
    blob->size = HEAD_BYTES_MAX;
    if (reserve(&words, 0, 0) < 0 || add_words(text, &words) < 0)
        return words_fail(error, DESK_ERR_NOMEM);
    head[0] = DESK_WORDS_MAGIC;
    const size_t head_size =
        (size_t)(put_number(put_number(head + 1, words_version()), words.count) - head);
    char *begin = blob->at + HEAD_BYTES_MAX - head_size;
    memcpy(begin, head, head_size);
    *out = (struct desk_text_bytes){begin, (size_t)(blob->at + blob->size - begin)};
    return 0;
}

int words_fold(struct desk_text *text, const char *bytes, size_t size,
               struct desk_text_bytes *folded, struct desk_error *error)
{
    if (size > DESK_TEXT_MAX)
        return words_fail(error, DESK_ERR_LIMIT);
    bytes_reset(&text->folded, SCRATCH_KEEP);
    if (bytes_reserve(&text->folded, size) < 0 || fold_text(bytes, size, &text->folded) < 0)
        return words_fail(error, DESK_ERR_NOMEM);
    *folded = (struct desk_text_bytes){text->folded.at, text->folded.size};
    return 0;
}

#include "words.h"

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

static int encode(const struct tokens *tokens, struct bytes *blob)
{
    bytes_reset(blob, SCRATCH_KEEP);
    const size_t most =
        1 + 2 * NUMBER_BYTES_MAX + tokens->count * 3 * NUMBER_BYTES_MAX + tokens->folds.size;
    if (bytes_reserve(blob, most) < 0)
        return DESK_ERR_NOMEM;
    char *at = blob->at;
    uint32_t end = 0;
    *at++ = DESK_WORDS_MAGIC;
    at = put_number(at, words_version());
    at = put_number(at, (uint32_t)tokens->count);
    for (size_t i = 0; i < tokens->count; i++) {
        const struct token *token = &tokens->at[i];
        at = put_number(at, token->start - end);
        at = put_number(at, token->end - token->start);
        at = put_number(at, token->fold_size);
        memcpy(at, tokens->folds.at + token->fold, token->fold_size);
        at += token->fold_size;
        end = token->end;
    }
    blob->size = (size_t)(at - blob->at);
    return 0;
}

int words_blob(struct desk_text *text, const char *bytes, size_t size, struct desk_text_bytes *blob,
               struct desk_error *error)
{
    int rc = tokens_scan(text, bytes, size, &text->tokens);
    if (rc == 0)
        rc = encode(&text->tokens, &text->blob);
    if (rc < 0)
        return words_fail(error, rc);
    *blob = (struct desk_text_bytes){text->blob.at, text->blob.size};
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

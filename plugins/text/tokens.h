/* The words of a text, found in one pass. */
#pragma once

#include "context.h"

enum token_flag {
    TOKEN_CAPITAL = 1,   /* begins with a capital */
    TOKEN_CAPITALS = 2,  /* two letters or more, all capitals */
    TOKEN_DIGIT = 4,     /* holds a digit */
    TOKEN_IDEOGRAPH = 8, /* one Han or kana character */
    TOKEN_STOP = 16,     /* stop word; set by analysis.c, as are the next two */
    TOKEN_BEGINS = 32,   /* begins a sentence */
    TOKEN_BROKEN = 64,   /* punctuation stands before it */
    TOKEN_ALONE = 128,   /* one letter (of an alphabet) */
};

struct token {
    uint32_t start, end; /* bytes of the text, [start, end) */
    uint32_t fold;       /* where its folded form begins in tokens.folds */
    uint8_t fold_size;   /* 1 .. DESK_WORD_MAX */
    uint8_t ascii;       /* of ASCII alone: folded it is only in small letters */
    uint8_t flags;
    uint8_t gap;   /* set by analysis.c */
    uint64_t hash; /* hash_bytes() of the folded form; set by analysis.c */
};

/* Fills `tokens` (emptied first). `text` may hold anything; bad bytes separate. DESK_ERR_NOMEM, or
 * DESK_ERR_LIMIT over DESK_TEXT_MAX. */
int tokens_scan(struct desk_text *text, const char *bytes, size_t size, struct tokens *tokens);
/* The same for what begins at `at` alone: no word, a word, or a run that a dictionary cuts. *end:
 * where to go on. */
int tokens_scan_at(struct desk_text *text, const char *bytes, size_t size, size_t at,
                   struct tokens *tokens, size_t *end);
void tokens_free(struct tokens *tokens);

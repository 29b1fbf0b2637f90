/* Stems by Snowball, one stemmer a language, the last few kept. */
#pragma once

#include "context.h"

/* How the words of a language are stemmed. */
struct stemming {
    char language[4];
    uint64_t key; /* 0: they are not */
};
struct stemming stem_begin(const char *language);

struct stem_word {
    const char *bytes; /* as it stands in the text */
    size_t size;
    struct desk_text_bytes folded;
    uint64_t hash; /* hash_bytes() of the folded form */
    int ascii;     /* as in struct token */
};

/* The folded stem of a word; the folded word where there is no stemmer. It lives until the next
 * call with this context, or as long as the word. 0 or DESK_ERR_NOMEM. */
int stem_of(struct desk_text *text, const struct stemming *stemming, const struct stem_word *word,
            struct desk_text_bytes *stem);

/* stem() of the service. */
int stem_word(struct desk_text *text, const char *language, const char *word, size_t size,
              struct desk_text_bytes *stem, struct desk_error *error);

void stem_close(struct desk_text *text);

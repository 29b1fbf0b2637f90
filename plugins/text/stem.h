/* Stems by Snowball, one stemmer a language, the last few kept. */
#pragma once

#include "context.h"

/* Appends the folded stem of a word (as it stands in the text) to `out`. `folded` is its folded
 * form, which is the answer where there is no stemmer. 0 or DESK_ERR_NOMEM. */
int stem_add(struct desk_text *text, const char *language, const char *word, size_t size,
             const char *folded, size_t folded_size, struct bytes *out);

/* stem() of the service. */
int stem_word(struct desk_text *text, const char *language, const char *word, size_t size,
              struct desk_text_bytes *stem, struct desk_error *error);

void stem_close(struct desk_text *text);

/* The columns of an article that the index holds. */
#pragma once

#include "base/arena.h"
#include "base/str.h"
#include "model/article.h"

enum words_column { WORDS_HEADLINE, WORDS_BODY, WORDS_CAPTIONS, WORDS_TAGS, WORDS_COLUMNS };

/* Text of a column as it is indexed and stored for the index: captions joined by "\n", each text
 * and credit; tags' labels joined by "\n". Headline and body are the article's own slices. */
int words_column_text(const struct article *article, enum words_column column, struct arena *arena,
                      struct str *out);

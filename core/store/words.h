/* The index words of one article as they travel from the worker that computed them to the writer
 * that replays them: four lists, one a column, each a blob of copydesk/text.h's words format with
 * its length before it (LEB128). Order: headline, body, captions, tags. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "model/article.h"

enum words_column { WORDS_HEADLINE, WORDS_BODY, WORDS_CAPTIONS, WORDS_TAGS, WORDS_COLUMNS };

/* Text of a column as it is indexed and stored for the index: captions joined by "\n", each text
 * and credit; tags' labels joined by "\n". Headline and body are the article's own slices. */
int words_column_text(const struct article *article, enum words_column column, struct arena *arena,
                      struct str *out);
/* Splits a packed blob; every length is checked. ERR_INVALID when it does not fit. */
int words_split(struct str packed, struct str out[WORDS_COLUMNS]);

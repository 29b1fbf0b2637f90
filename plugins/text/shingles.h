/* How much two texts share: Broder's resemblance and containment over word n-grams ("On the
 * resemblance and containment of documents", 1997). */
#pragma once

#include "context.h"

/* The hashes (uint64_t) of the words of a text. */
int shingles_words(struct desk_text *text, const char *bytes, size_t size, struct bytes *out,
                   size_t *count);
/* Sets of word n-grams compared; n shrinks to the shorter text. The lists of hashes are spoilt. */
void shingles_compare(struct bytes *a, size_t a_words, struct bytes *b, size_t b_words, size_t n,
                      double *resemblance, double *containment);

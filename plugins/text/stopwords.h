/* Function words. The lists are in data/stopwords.c, in natural spelling; they are compared folded.
 */
#pragma once

#include "context.h"
#include "word_set.h"

struct stopword_list {
    const char *language; /* ISO 639-1 */
    const char *words;    /* small letters, separated by blanks */
};

extern const struct stopword_list stopword_lists[];
extern const size_t stopword_list_count;

/* The words of a language as they are in the list, or NULL. */
const char *stopword_text(const char *language);

/* The set of a language, or NULL. */
const struct word_set *stopword_set(const char *language);

/* stopword() of the service. */
int stopword_word(struct desk_text *text, const char *language, const char *word, size_t size);

/* The language of a text. Script first; where a script has several languages, character n-grams
 * (language_grams.c); where n-grams cannot tell, words (language_slavic.c). */
#pragma once

#include "context.h"

struct language_profile {
    const char *language;
    const char *grams; /* see language_train.py */
};

extern const struct language_profile language_latin[], language_cyrillic[];
extern const size_t language_latin_count, language_cyrillic_count;

/* Frequent words that are no function words, as language_profile.grams, in small letters. */
extern const struct language_profile language_words[];
extern const size_t language_words_count;

/* How much of a text is looked at. */
#define LANGUAGE_BYTES_MAX 16384u

enum language_family { LANGUAGE_LATIN, LANGUAGE_CYRILLIC };

/* The best language of a family; *score 0 to 1. "" when it looks like none of them. Any thread. */
const char *language_by_grams(enum language_family family, const char *text, size_t size,
                              double *score);

/* Among Croatian, Bosnian and Serbian in Latin letters: "hr", "bs", "sr". `folded` is folded text.
 */
const char *language_slavic(const char *folded, size_t size);

/* language() of the service. */
int language_of(struct desk_text *text, const char *bytes, size_t size,
                struct desk_text_language *out, struct desk_error *error);

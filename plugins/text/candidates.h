/* Keyword candidates: word n-grams with their counts. What each field means is in README.md. */
#pragma once

#include "analysis.h"

#define CANDIDATE_WORDS_MAX 5u
#define CANDIDATES_MAX      5000u

struct candidate {
    uint64_t key;  /* of its stems */
    uint32_t word; /* first occurrence: number of its first word */
    uint32_t form; /* the occurrence whose form is shown: number of its first word */
    uint32_t form_count;
    uint32_t count, sentences, first_sentence, last_sentence;
    uint32_t inner, capitals, acronym; /* occurrences not at a sentence's start; of them; of all */
    uint8_t words;
    uint8_t mixed;       /* it has several forms */
    uint64_t first_form; /* the others are counted apart */
    float weight;
};

struct candidate_options {
    unsigned max_words, limit, min_count;
};

/* Appends struct candidate in the order of first occurrence. analysis_words() must have been
 * called. 0 or DESK_ERR_NOMEM. */
int candidates_find(struct desk_text *text, const struct analysis *analysis,
                    const struct candidate_options *options, struct bytes *out);

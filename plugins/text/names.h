/* Runs of capitalised words. What counts as one, and what each field means, is in README.md. */
#pragma once

#include "analysis.h"

#define NAME_WORDS_MAX 12u

struct name_span {
    uint32_t start, end; /* bytes [start, end) */
    uint32_t next;       /* the next occurrence's number + 1; 0: the last */
};

struct name {
    uint32_t word, words; /* the first occurrence */
    uint32_t count, initial, lower;
    uint32_t first_span, last_span;
    int acronym;
};

/* Appends struct name to `names` and struct name_span to `spans`. analysis_words() must have been
 * called. 0 or DESK_ERR_NOMEM. */
int names_find(const struct analysis *analysis, unsigned max_words, struct bytes *names,
               struct bytes *spans);

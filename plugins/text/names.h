/* Runs of capitalised words. What counts as one, and what each field means, is in README.md. */
#pragma once

#include "analysis.h"
#include "classes.h"

#define NAME_WORDS_MAX 12u
#define NAMES_MAX      1000000u

struct name_span {
    uint32_t start, end; /* bytes [start, end) */
    uint32_t next;       /* the next occurrence's number + 1; 0: the last */
};

struct name {
    uint32_t word, words; /* the first occurrence */
    uint32_t count, initial, lower;
    uint32_t first_span, last_span;
    int acronym;
    uint32_t before, after;      /* classes of the neighbours of all occurrences */
    uint32_t inside, head, tail; /* of its words, its first, its last */
};

struct names_options {
    unsigned max_words;
    const struct classes *classes; /* or NULL */
    uint32_t skip; /* words of these classes at the front stand before the name, not in it */
    /* Not 0: single words are left out that have no word of these classes in or beside them, are no
     * acronym and end no longer name. */
    uint32_t needs;
};

/* Appends struct name to `names` and struct name_span to `spans`. analysis_words() must have been
 * called. 0 or DESK_ERR_NOMEM. */
int names_find(const struct analysis *analysis, const struct names_options *options,
               struct bytes *names, struct bytes *spans);

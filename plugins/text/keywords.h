/* The best of the keyword candidates, by weights that the caller gives. */
#pragma once

#include "candidates.h"

struct keywords_options {
    struct candidate_options candidates;
    const struct analysis *beside; /* the headline's, with words; or NULL */
    double early;        /* a candidate first seen in this sentence (from 0) counts half */
    double late;         /* what counts wherever it is seen */
    double shared, name; /* factors */
    double phrase[CANDIDATE_WORDS_MAX]; /* factors by number of words */
    double min_score;                   /* of the best's */
    unsigned max;
    size_t longest; /* bytes */
};

struct keyword {
    struct candidate candidate;
    double score; /* 0 .. 1: of the best's */
};

/* How many of the candidate's words have a stem that the other text has, too; 0 without one. */
uint32_t candidate_shared(const struct analysis *analysis, const struct candidate *candidate,
                          const struct analysis *other);
uint32_t candidate_stops(const struct analysis *analysis, const struct candidate *candidate);
/* The bytes of its first place, [*start, *end). */
void candidate_place(const struct analysis *analysis, const struct candidate *candidate,
                     size_t *start, size_t *end);

/* Appends struct keyword, best first. analysis_words() must have been called. 0 or
 * DESK_ERR_NOMEM. */
int keywords_find(struct desk_text *text, const struct analysis *analysis,
                  const struct keywords_options *options, struct bytes *out);

/* The sentences that say most, by TextRank and where they stand. */
#pragma once

#include "rank.h"

struct best_options {
    struct rank_options rank;
    double lead;          /* how much an early place counts: a factor of 1 + lead / number from 1 */
    double set_back;      /* factor of questions and of short sentences */
    unsigned short_words; /* with fewer words than this, stop words left out, one is short */
    unsigned count;
    size_t max_bytes; /* of all together; the best one is taken whatever its size */
};

struct best_sentence {
    uint32_t sentence;
    double score;
};

/* Appends struct best_sentence in the order of the text. analysis_words() must have been called. 0
 * or DESK_ERR_NOMEM. */
int best_sentences(const struct analysis *analysis, const struct best_options *options,
                   struct bytes *out);

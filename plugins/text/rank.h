/* TextRank over the sentences of an analysis.
 *
 * Rada Mihalcea and Paul Tarau, "TextRank: Bringing Order into Texts", EMNLP 2004: sentences are
 * the nodes of a graph, an edge weighs the number of shared words over the sum of the logarithms of
 * both lengths, and PageRank over the weighted graph gives the score. Words are stems here, stop
 * words left out. */
#pragma once

#include "analysis.h"

#define RANK_SENTENCES_MAX 1000u

struct rank_options {
    double damping, tolerance;
    unsigned iterations, max_sentences; /* at most RANK_SENTENCES_MAX */
};

/* Fills scores[0 .. sentence count), mean 1 over those ranked, 0 for those over max_sentences.
 * analysis_words() must have been called. 0 or DESK_ERR_NOMEM. */
int rank_sentences(const struct analysis *analysis, const struct rank_options *options,
                   double *scores);

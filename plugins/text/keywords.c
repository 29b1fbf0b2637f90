#include "keywords.h"

#include <math.h>
#include <stdlib.h>

uint32_t candidate_stops(const struct analysis *analysis, const struct candidate *candidate)
{
    const struct word *words = analysis_word_list(analysis) + candidate->word;
    uint32_t stops = 0;
    for (size_t i = 0; i < candidate->words; i++)
        stops += (words[i].flags & TOKEN_STOP) != 0;
    return stops;
}

uint32_t candidate_shared(const struct analysis *analysis, const struct candidate *candidate,
                          const struct analysis *other)
{
    const struct word *words = analysis_word_list(analysis) + candidate->word;
    uint32_t shared = 0;
    for (size_t i = 0; other && i < candidate->words; i++) {
        const struct intern_entry *stem = &analysis->stems.entries[words[i].stem];
        shared += intern_find_hashed(&other->stems, stem->hash, analysis->stems.arena.at + stem->at,
                                     stem->size) >= 0;
    }
    return shared;
}

void candidate_place(const struct analysis *analysis, const struct candidate *candidate,
                     size_t *start, size_t *end)
{
    const struct word *words = analysis_word_list(analysis) + candidate->word;
    const struct word *last = &words[candidate->words - 1];
    const struct token *tokens = analysis->tokens.at;
    *start = tokens[words->token].start;
    *end = tokens[last->token + last->tokens - 1].end;
}

static double share(uint32_t part, uint32_t whole)
{
    return whole ? (double)part / whole : 0;
}

/* A phrase that stands once is worth a look when it is a name without function words: others
 * ("Est on Monday") are accidents. */
static int worth_a_look(const struct analysis *analysis, const struct candidate *candidate,
                        size_t longest)
{
    size_t start, end;
    candidate_place(analysis, candidate, &start, &end);
    if (end - start > longest)
        return 0;
    if (candidate->words == 1 || candidate->count > 1)
        return 1;
    return share(candidate->capitals, candidate->inner) > 0.5 &&
           candidate_stops(analysis, candidate) == 0;
}

static double score_of(const struct analysis *analysis, const struct candidate *candidate,
                       const struct keywords_options *options)
{
    const uint32_t shared = candidate_shared(analysis, candidate, options->beside);
    const double place = (double)candidate->first_sentence + 1;
    double score = log((double)candidate->count + 1) *
                   (1 / (1 + place / options->early) + options->late) *
                   options->phrase[candidate->words - 1] *
                   (1 + (options->shared - 1) * share(shared, candidate->words));
    if (share(candidate->capitals, candidate->inner) > 0.5 ||
        share(candidate->acronym, candidate->count) > 0.5)
        score *= options->name;
    return score;
}

/* Scores are compared in steps of a millionth, so that noise in the last bits orders nothing: of
 * equal ones the earlier candidate goes first. */
#define SCORE_STEPS 1e6

struct ranked {
    double steps, score;
    uint32_t number;
};

static int by_score(const void *one, const void *other)
{
    const struct ranked *a = one, *b = other;
    if (a->steps != b->steps)
        return a->steps > b->steps ? -1 : 1;
    return a->number < b->number ? -1 : 1;
}

/* Whether the stems of the shorter one stand in the other, one behind the other. */
static int covers(const struct word *words, const struct candidate *one,
                  const struct candidate *other)
{
    const struct candidate *longer = one->words >= other->words ? one : other;
    const struct candidate *shorter = longer == one ? other : one;
    for (size_t at = 0; at + shorter->words <= longer->words; at++) {
        size_t same = 0;
        while (same < shorter->words &&
               words[longer->word + at + same].stem == words[shorter->word + same].stem)
            same++;
        if (same == shorter->words)
            return 1;
    }
    return 0;
}

static int covered(const struct word *words, const struct candidate *candidate,
                   const struct keyword *chosen, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (covers(words, candidate, &chosen[i].candidate))
            return 1;
    return 0;
}

static int choose(const struct analysis *analysis, const struct keywords_options *options,
                  const struct candidate *list, size_t count, struct ranked *ranked,
                  struct bytes *out)
{
    const struct word *words = analysis_word_list(analysis);
    const size_t before = out->size;
    size_t looked = 0, chosen = 0;
    double best = 0; /* steps round down, so the first need not be the best by a hair */
    for (size_t i = 0; i < count; i++) {
        if (!worth_a_look(analysis, &list[i], options->longest))
            continue;
        const double score = score_of(analysis, &list[i], options);
        ranked[looked++] = (struct ranked){floor(score * SCORE_STEPS), score, (uint32_t)i};
        best = fmax(best, score);
    }
    qsort(ranked, looked, sizeof *ranked, by_score);
    for (size_t i = 0; i < looked && chosen < options->max; i++) {
        const struct keyword keyword = {list[ranked[i].number], ranked[i].score / best};
        if (!(keyword.score >= options->min_score))
            break;
        const struct keyword *others = (const struct keyword *)(const void *)(out->at + before);
        if (chosen && covered(words, &keyword.candidate, others, chosen))
            continue;
        if (bytes_add(out, &keyword, sizeof keyword) < 0)
            return DESK_ERR_NOMEM;
        chosen++;
    }
    return 0;
}

int keywords_find(struct desk_text *text, const struct analysis *analysis,
                  const struct keywords_options *options, struct bytes *out)
{
    struct bytes found = {0};
    int rc = candidates_find(text, analysis, &options->candidates, &found);
    const size_t count = found.size / sizeof(struct candidate);
    struct ranked *ranked = rc == 0 && count ? text_alloc(count * sizeof *ranked) : NULL;
    if (ranked)
        rc = choose(analysis, options, (const struct candidate *)(const void *)found.at, count,
                    ranked, out);
    else if (rc == 0 && count)
        rc = DESK_ERR_NOMEM;
    text_free(ranked);
    bytes_free(&found);
    return rc;
}

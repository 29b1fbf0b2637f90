#include "best.h"

#include <stdlib.h>

static int by_score(const void *one, const void *other)
{
    const struct best_sentence *a = one, *b = other;
    if (a->score != b->score)
        return a->score > b->score ? -1 : 1;
    return a->sentence < b->sentence ? -1 : 1;
}

static int by_place(const void *one, const void *other)
{
    const struct best_sentence *a = one, *b = other;
    return a->sentence < b->sentence ? -1 : 1;
}

static void weigh(const struct analysis *analysis, const struct best_options *options,
                  const double *ranks, struct best_sentence *list, size_t count)
{
    const struct sentence *sentences = analysis_sentences(analysis);
    const struct word *words = analysis_word_list(analysis);
    const size_t word_count = analysis_word_count(analysis);
    size_t word = 0;
    for (size_t i = 0; i < count; i++) {
        unsigned content = 0;
        for (; word < word_count && words[word].sentence == i; word++)
            content += !(words[word].flags & TOKEN_STOP);
        double score = ranks[i] * (1 + options->lead / (double)(i + 1));
        if (content < options->short_words || analysis->text[sentences[i].end - 1] == '?')
            score *= options->set_back;
        list[i] = (struct best_sentence){(uint32_t)i, score};
    }
}

/* Takes from the front of the sorted list; what does not fit is passed over. */
static int choose(const struct analysis *analysis, const struct best_options *options,
                  const struct best_sentence *list, size_t count, struct bytes *out)
{
    const struct sentence *sentences = analysis_sentences(analysis);
    const size_t before = out->size;
    size_t bytes = 0, chosen = 0;
    for (size_t i = 0; i < count && chosen < options->count; i++) {
        const struct sentence *sentence = &sentences[list[i].sentence];
        const size_t size = sentence->end - sentence->start;
        if (chosen && bytes + size > options->max_bytes)
            continue;
        if (bytes_add(out, &list[i], sizeof list[i]) < 0)
            return DESK_ERR_NOMEM;
        bytes += size;
        chosen++;
    }
    if (chosen)
        qsort(out->at + before, chosen, sizeof *list, by_place);
    return 0;
}

int best_sentences(const struct analysis *analysis, const struct best_options *options,
                   struct bytes *out)
{
    const size_t count = analysis_sentence_count(analysis);
    double *ranks = text_alloc(count * sizeof *ranks);
    struct best_sentence *list = text_alloc(count * sizeof *list);
    int rc = ranks && list ? rank_sentences(analysis, &options->rank, ranks) : DESK_ERR_NOMEM;
    if (rc == 0) {
        weigh(analysis, options, ranks, list, count);
        qsort(list, count, sizeof *list, by_score);
        rc = choose(analysis, options, list, count, out);
    }
    text_free(ranks);
    text_free(list);
    return rc;
}

#include "rank.h"

#include <math.h>
#include <string.h>

/* (stem, sentence) pairs become, sorted by stem, the lists of sentences that share a stem. */
struct graph {
    size_t count;     /* sentences */
    float *weights;   /* count * count, symmetric; column-normalised later */
    float *logs;      /* log of each sentence's number of different stems */
    uint32_t *heads;  /* by stem: index + 1 of its last posting */
    uint32_t *links;  /* by posting: the one before of the same stem */
    uint16_t *places; /* by posting: sentence */
    uint32_t *lengths;
};

static int is_content(const struct word *word)
{
    return !(word->flags & (TOKEN_STOP | TOKEN_ALONE));
}

/* Adds one shared stem to each pair of sentences that have it. Words come in the order of the text,
 * so a stem that this sentence already has is the last of its list. */
static void count_shared(struct graph *graph, const struct analysis *analysis)
{
    const struct word *words = analysis_word_list(analysis);
    const size_t word_count = analysis_word_count(analysis);
    for (size_t i = 0; i < word_count; i++) {
        const struct word *word = &words[i];
        if (word->sentence >= graph->count || !is_content(word))
            continue;
        const uint32_t last = graph->heads[word->stem];
        if (last && graph->places[last - 1] == word->sentence)
            continue;
        float *row = graph->weights + (size_t)word->sentence * graph->count;
        for (uint32_t at = last; at; at = graph->links[at - 1])
            row[graph->places[at - 1]] += 1;
        graph->links[i] = last;
        graph->places[i] = (uint16_t)word->sentence;
        graph->heads[word->stem] = (uint32_t)i + 1;
        graph->lengths[word->sentence]++;
    }
}

/* Shared counts lie below the diagonal; makes them similarities, and the matrix symmetric. Each
 * row i then holds what i gives to the others, as shares of its sum. */
static void weigh(struct graph *graph)
{
    const size_t n = graph->count;
    for (size_t i = 0; i < n; i++)
        graph->logs[i] = graph->lengths[i] > 0 ? logf((float)graph->lengths[i]) : 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < i; k++) {
            const float logs = graph->logs[i] + graph->logs[k];
            const float shared = graph->weights[i * n + k];
            const float weight = shared > 0 && logs > 0 ? shared / logs : 0;
            graph->weights[i * n + k] = graph->weights[k * n + i] = weight;
        }
    }
    for (size_t i = 0; i < n; i++) {
        float sum = 0;
        for (size_t k = 0; k < n; k++)
            sum += graph->weights[i * n + k];
        for (size_t k = 0; k < n && sum > 0; k++)
            graph->weights[i * n + k] /= sum;
    }
}

static void iterate(const struct graph *graph, const struct rank_options *options, float *now,
                    float *next)
{
    const size_t n = graph->count;
    const float damping = (float)options->damping;
    for (size_t i = 0; i < n; i++)
        now[i] = 1;
    for (unsigned round = 0; round < options->iterations; round++) {
        float change = 0;
        for (size_t k = 0; k < n; k++)
            next[k] = 0;
        for (size_t i = 0; i < n; i++) {
            const float *row = graph->weights + i * n;
            const float given = damping * now[i];
            for (size_t k = 0; k < n; k++)
                next[k] += given * row[k];
        }
        for (size_t k = 0; k < n; k++) {
            next[k] += 1 - damping;
            change = fmaxf(change, fabsf(next[k] - now[k]));
            now[k] = next[k];
        }
        if (change < (float)options->tolerance)
            break;
    }
}

static void write_scores(const float *now, size_t ranked, double *scores, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < ranked; i++)
        sum += now[i];
    for (size_t i = 0; i < count; i++)
        scores[i] = i < ranked && sum > 0 ? now[i] * (double)ranked / sum : 0;
}

int rank_sentences(const struct analysis *analysis, const struct rank_options *options,
                   double *scores)
{
    const size_t count = analysis_sentence_count(analysis);
    const size_t words = analysis_word_count(analysis) + 1;
    size_t n = count < options->max_sentences ? count : options->max_sentences;
    if (n > RANK_SENTENCES_MAX)
        n = RANK_SENTENCES_MAX;
    const size_t floats = n * n + 3 * n;
    const size_t numbers = analysis->stems.count + words + n;
    char *block = text_zero(floats * sizeof(float) + numbers * sizeof(uint32_t) +
                            words * sizeof(uint16_t) + 1);
    if (!block)
        return DESK_ERR_NOMEM;
    struct graph graph = {.count = n, .weights = (float *)(void *)block};
    graph.logs = graph.weights + n * n;
    float *now = graph.logs + n, *next = now + n;
    graph.heads = (uint32_t *)(void *)(next + n);
    graph.links = graph.heads + analysis->stems.count;
    graph.lengths = graph.links + words;
    graph.places = (uint16_t *)(void *)(graph.lengths + n);
    count_shared(&graph, analysis);
    weigh(&graph);
    iterate(&graph, options, now, next);
    write_scores(now, n, scores, count);
    text_free(block);
    return 0;
}

#include "candidates.h"

#include "hash.h"

#include <string.h>

/* A table from 64-bit keys to numbers; the value of a new key is 0. */
struct counter {
    struct counted {
        uint64_t key;
        uint32_t value;
    } * slots;
    size_t count, mask;
};

struct finder {
    const struct analysis *analysis;
    const struct word *words;
    size_t word_count;
    unsigned max_words;
    struct counter numbers; /* key of stems -> candidate + 1 */
    struct counter forms;   /* candidate and form -> count */
    struct bytes found;
};

static int counter_grow(struct counter *counter)
{
    const size_t room = counter->mask ? (counter->mask + 1) * 2 : 1024;
    struct counted *slots = text_zero(room * sizeof *slots);
    if (!slots)
        return DESK_ERR_NOMEM;
    for (size_t i = 0; counter->slots && i <= counter->mask; i++) {
        if (!counter->slots[i].key)
            continue;
        size_t at = (size_t)counter->slots[i].key & (room - 1);
        while (slots[at].key)
            at = (at + 1) & (room - 1);
        slots[at] = counter->slots[i];
    }
    text_free(counter->slots);
    counter->slots = slots;
    counter->mask = room - 1;
    return 0;
}

/* NULL when memory is out. The pointer lives until the next call. */
static uint32_t *counter_at(struct counter *counter, uint64_t key)
{
    key = key ? key : 1;
    if ((counter->count + 1) * 2 > counter->mask && counter_grow(counter) < 0)
        return NULL;
    size_t at = (size_t)key & counter->mask;
    while (counter->slots[at].key && counter->slots[at].key != key)
        at = (at + 1) & counter->mask;
    if (!counter->slots[at].key) {
        counter->slots[at].key = key;
        counter->count++;
    }
    return &counter->slots[at].value;
}

static struct candidate *list_of(const struct finder *finder)
{
    return (struct candidate *)(void *)finder->found.at;
}

/* --- one occurrence --------------------------------------------------------------------------- */

static int all_have(const struct word *words, size_t count, uint8_t flag)
{
    for (size_t i = 0; i < count; i++)
        if (!(words[i].flags & (flag | TOKEN_STOP)))
            return 0;
    return 1;
}

static int count_form(struct finder *finder, struct candidate *candidate, size_t first,
                      uint64_t form)
{
    uint32_t *count = counter_at(&finder->forms, hash_mix(candidate->key, form));
    if (!count)
        return DESK_ERR_NOMEM;
    if (++*count > candidate->form_count) {
        candidate->form_count = *count;
        candidate->form = (uint32_t)first;
    }
    return 0;
}

static struct candidate *candidate_of(struct finder *finder, uint64_t key, size_t first, size_t n)
{
    uint32_t *number = counter_at(&finder->numbers, key);
    if (!number)
        return NULL;
    if (!*number) {
        const struct candidate fresh = {
            .key = key,
            .word = (uint32_t)first,
            .form = (uint32_t)first,
            .words = (uint8_t)n,
            .first_sentence = finder->words[first].sentence,
            .last_sentence = UINT32_MAX,
        };
        if (bytes_add(&finder->found, &fresh, sizeof fresh) < 0)
            return NULL;
        *number = (uint32_t)(finder->found.size / sizeof fresh);
    }
    return &list_of(finder)[*number - 1];
}

static int add(struct finder *finder, size_t first, size_t n, uint64_t key, uint64_t form)
{
    const struct word *words = finder->words + first;
    struct candidate *candidate = candidate_of(finder, key, first, n);
    if (!candidate)
        return DESK_ERR_NOMEM;
    candidate->count++;
    if (candidate->last_sentence != words->sentence) {
        candidate->sentences++;
        candidate->last_sentence = words->sentence;
    }
    if (!(words->flags & TOKEN_BEGINS)) {
        candidate->inner++;
        candidate->capitals += (uint32_t)all_have(words, n, TOKEN_CAPITAL);
    }
    candidate->acronym += (uint32_t)all_have(words, n, TOKEN_CAPITALS);
    return count_form(finder, candidate, first, form);
}

/* --- all occurrences -------------------------------------------------------------------------- */

static int is_edge(const struct word *word)
{
    return !(word->flags & (TOKEN_STOP | TOKEN_DIGIT | TOKEN_ALONE));
}

/* Forms differ in accents and capitals, too; the folded number and the flags are enough to tell. */
static uint64_t form_of(const struct word *word)
{
    return (uint64_t)word->form << 2 | (word->flags & (TOKEN_CAPITAL | TOKEN_CAPITALS));
}

static int add_from(struct finder *finder, size_t first)
{
    uint64_t key = 0, form = 0;
    for (size_t n = 1; n <= finder->max_words && first + n <= finder->word_count; n++) {
        const struct word *word = &finder->words[first + n - 1];
        if (n > 1 && word->gap == GAP_BREAK)
            break;
        key = hash_mix(key + n, word->stem + 1u);
        form = hash_mix(form + n, form_of(word));
        if (is_edge(word) && add(finder, first, n, key, form) < 0)
            return DESK_ERR_NOMEM;
    }
    return 0;
}

static int find_all(struct finder *finder)
{
    for (size_t i = 0; i < finder->word_count; i++)
        if (is_edge(&finder->words[i]) && add_from(finder, i) < 0)
            return DESK_ERR_NOMEM;
    return 0;
}

/* --- the best of them ------------------------------------------------------------------------- */

/* The k-th largest of values (k from 0), which are put out of order. Hoare's selection. */
static float select_largest(float *values, size_t count, size_t k)
{
    size_t low = 0, high = count - 1;
    while (low < high) {
        const float pivot = values[low + (high - low) / 2];
        size_t i = low, j = high;
        for (;;) {
            while (values[i] > pivot)
                i++;
            while (values[j] < pivot)
                j--;
            if (i >= j)
                break;
            const float swap = values[i];
            values[i++] = values[j];
            values[j--] = swap;
        }
        if (k <= j)
            high = j;
        else
            low = j + 1;
    }
    return values[k];
}

static size_t drop_rare(struct candidate *list, size_t count, unsigned min_count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (list[i].count < min_count)
            continue;
        list[kept] = list[i];
        list[kept].weight = (float)list[i].count * (1 + 1 / (1 + (float)list[i].first_sentence));
        kept++;
    }
    return kept;
}

/* Of several with the weight of the limit, the earlier ones stay. */
static int keep_best(struct candidate *list, size_t *count, unsigned limit)
{
    if (*count <= limit)
        return 0;
    float *weights = text_alloc(*count * sizeof *weights);
    if (!weights)
        return DESK_ERR_NOMEM;
    for (size_t i = 0; i < *count; i++)
        weights[i] = list[i].weight;
    const float least = limit ? select_largest(weights, *count, limit - 1) : 0;
    size_t above = 0, kept = 0;
    for (size_t i = 0; i < *count; i++)
        above += list[i].weight > least;
    size_t equal = limit - above;
    for (size_t i = 0; i < *count; i++) {
        const int stays = list[i].weight > least || (list[i].weight == least && equal > 0);
        equal -= stays && list[i].weight == least;
        if (stays)
            list[kept++] = list[i];
    }
    text_free(weights);
    *count = kept;
    return 0;
}

int candidates_find(const struct analysis *analysis, const struct candidate_options *options,
                    struct bytes *out)
{
    struct finder finder = {
        .analysis = analysis,
        .words = analysis_word_list(analysis),
        .word_count = analysis_word_count(analysis),
        .max_words = options->max_words,
    };
    int rc = find_all(&finder);
    if (rc == 0) {
        size_t count = finder.found.size / sizeof(struct candidate);
        count = drop_rare(list_of(&finder), count, options->min_count);
        rc = count ? keep_best(list_of(&finder), &count, options->limit) : 0;
        if (rc == 0)
            rc = bytes_add(out, finder.found.at, count * sizeof(struct candidate));
    }
    text_free(finder.numbers.slots);
    text_free(finder.forms.slots);
    bytes_free(&finder.found);
    return rc;
}

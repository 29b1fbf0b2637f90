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

static int counter_grow(struct counter *counter)
{
    const size_t room = counter->mask ? (counter->mask + 1) * 2 : 64;
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

/* The two tables are scratch of the context: a text has some thousand candidates, and all but a few
 * are thrown away. */
struct finder {
    const struct word *words;
    size_t word_count;
    unsigned max_words;
    struct bytes *found; /* struct candidate */
    size_t count;
    struct bytes *slots; /* uint32_t by key of stems: candidate + 1; at most half of them taken */
    size_t mask;
    struct counter forms; /* candidate and form -> count, of candidates that have several */
};

static struct candidate *list_of(const struct finder *finder)
{
    return (struct candidate *)(void *)finder->found->at;
}

static uint32_t *slots_of(const struct finder *finder)
{
    return (uint32_t *)(void *)finder->slots->at;
}

/* --- one occurrence --------------------------------------------------------------------------- */

/* What a run of words is, put together word by word. */
struct run {
    size_t first, words;
    uint64_t key, form; /* of its stems; of its forms */
    uint8_t flags;      /* TOKEN_CAPITAL, TOKEN_CAPITALS: all but stop words have them */
};

static int count_in_table(struct finder *finder, struct candidate *candidate, const struct run *run)
{
    uint32_t *count = counter_at(&finder->forms, hash_mix(candidate->key, run->form));
    if (!count)
        return DESK_ERR_NOMEM;
    if (++*count > candidate->form_count) {
        candidate->form_count = *count;
        candidate->form = (uint32_t)run->first;
    }
    return 0;
}

/* The table is asked only from the second form on: most candidates have one. */
static int count_form(struct finder *finder, struct candidate *candidate, const struct run *run)
{
    if (candidate->mixed)
        return count_in_table(finder, candidate, run);
    if (candidate->first_form == run->form || candidate->form_count == 0) {
        candidate->first_form = run->form;
        candidate->form_count++;
        candidate->form = (uint32_t)run->first;
        return 0;
    }
    uint32_t *count = counter_at(&finder->forms, hash_mix(candidate->key, candidate->first_form));
    if (!count)
        return DESK_ERR_NOMEM;
    *count = candidate->form_count;
    candidate->mixed = 1;
    return count_in_table(finder, candidate, run);
}

static int slots_make(struct finder *finder, size_t room)
{
    if (bytes_reserve(finder->slots, room * sizeof(uint32_t)) < 0)
        return DESK_ERR_NOMEM;
    uint32_t *slots = slots_of(finder);
    memset(slots, 0, room * sizeof *slots);
    for (size_t i = 0; i < finder->count; i++) {
        size_t at = (size_t)list_of(finder)[i].key & (room - 1);
        while (slots[at])
            at = (at + 1) & (room - 1);
        slots[at] = (uint32_t)i + 1;
    }
    finder->mask = room - 1;
    return 0;
}

/* The run's candidate, added where new; NULL when memory is out. Lives until the next call. */
static struct candidate *candidate_of(struct finder *finder, const struct run *run)
{
    if ((finder->count + 1) * 2 > finder->mask && slots_make(finder, (finder->mask + 1) * 2) < 0)
        return NULL;
    uint32_t *slots = slots_of(finder);
    size_t at = (size_t)run->key & finder->mask;
    for (; slots[at]; at = (at + 1) & finder->mask)
        if (list_of(finder)[slots[at] - 1].key == run->key)
            return &list_of(finder)[slots[at] - 1];
    if (bytes_reserve(finder->found, sizeof(struct candidate)) < 0)
        return NULL;
    struct candidate *fresh = &list_of(finder)[finder->count];
    *fresh = (struct candidate){
        .key = run->key,
        .word = (uint32_t)run->first,
        .form = (uint32_t)run->first,
        .words = (uint8_t)run->words,
        .first_sentence = finder->words[run->first].sentence,
        .last_sentence = UINT32_MAX,
    };
    finder->found->size += sizeof *fresh;
    slots[at] = (uint32_t)++finder->count;
    return fresh;
}

static int add(struct finder *finder, const struct run *run)
{
    const struct word *word = finder->words + run->first;
    struct candidate *candidate = candidate_of(finder, run);
    if (!candidate)
        return DESK_ERR_NOMEM;
    candidate->count++;
    if (candidate->last_sentence != word->sentence) {
        candidate->sentences++;
        candidate->last_sentence = word->sentence;
    }
    if (!(word->flags & TOKEN_BEGINS)) {
        candidate->inner++;
        candidate->capitals += (run->flags & TOKEN_CAPITAL) != 0;
    }
    candidate->acronym += (run->flags & TOKEN_CAPITALS) != 0;
    return count_form(finder, candidate, run);
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
    struct run run = {.first = first, .flags = TOKEN_CAPITAL | TOKEN_CAPITALS};
    while (run.words < finder->max_words && first + run.words < finder->word_count) {
        const struct word *word = &finder->words[first + run.words];
        if (run.words++ > 0 && word->gap == GAP_BREAK)
            break;
        run.key = hash_mix(run.key + run.words, word->stem + 1u);
        run.form = hash_mix(run.form + run.words, form_of(word));
        if (!(word->flags & TOKEN_STOP))
            run.flags &= word->flags;
        if (is_edge(word) && add(finder, &run) < 0)
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
        if (kept < i)
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
        if (stays && kept < i)
            list[kept] = list[i];
        kept += (size_t)stays;
    }
    text_free(weights);
    *count = kept;
    return 0;
}

#define SLOTS_FIRST 64u

int candidates_find(struct desk_text *text, const struct analysis *analysis,
                    const struct candidate_options *options, struct bytes *out)
{
    struct finder finder = {
        .words = analysis_word_list(analysis),
        .word_count = analysis_word_count(analysis),
        .max_words = options->max_words,
        .found = &text->candidates,
        .slots = &text->slots,
    };
    size_t room = SLOTS_FIRST;
    while (room < finder.word_count * 2 && room < SCRATCH_KEEP / sizeof(uint32_t))
        room *= 2;
    bytes_reset(finder.found, SCRATCH_KEEP);
    bytes_reset(finder.slots, SCRATCH_KEEP);
    int rc = slots_make(&finder, room);
    if (rc == 0)
        rc = find_all(&finder);
    if (rc == 0) {
        size_t count = drop_rare(list_of(&finder), finder.count, options->min_count);
        rc = count ? keep_best(list_of(&finder), &count, options->limit) : 0;
        if (rc == 0 && count)
            rc = bytes_add(out, finder.found->at, count * sizeof(struct candidate));
    }
    text_free(finder.forms.slots);
    return rc;
}

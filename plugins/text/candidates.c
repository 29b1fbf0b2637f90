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

/* Of all words with a stem. */
struct stem_count {
    uint32_t count, first_sentence;
    uint32_t candidate; /* the stem alone: number + 1; 0: none */
};

/* Single words are found first. Most phrases hold a word that is so rare, or comes so late, that
 * they cannot be among the best whatever else they hold: these are never looked at. The tables are
 * scratch of the context. */
struct finder {
    const struct candidate_options *options;
    const struct word *words;
    size_t word_count;
    struct stem_count *stems;
    float least;         /* weight that a phrase must have */
    size_t singles;      /* the first so many of `found` are single words */
    struct bytes *found; /* struct candidate */
    size_t count;
    struct bytes *slots; /* uint32_t by key of stems: phrase + 1; at most half of them taken */
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
    for (size_t i = finder->singles; i < finder->count; i++) {
        size_t at = (size_t)list_of(finder)[i].key & (room - 1);
        while (slots[at])
            at = (at + 1) & (room - 1);
        slots[at] = (uint32_t)i + 1;
    }
    finder->mask = room - 1;
    return 0;
}

/* A new candidate at the end of the list; NULL when memory is out. Lives until the next call. */
static struct candidate *new_candidate(struct finder *finder, const struct run *run)
{
    if (bytes_reserve(finder->found, sizeof(struct candidate)) < 0)
        return NULL;
    struct candidate *fresh = &list_of(finder)[finder->count++];
    *fresh = (struct candidate){
        .key = run->key,
        .word = (uint32_t)run->first,
        .form = (uint32_t)run->first,
        .words = (uint8_t)run->words,
        .first_sentence = finder->words[run->first].sentence,
        .last_sentence = UINT32_MAX,
    };
    finder->found->size += sizeof *fresh;
    return fresh;
}

static struct candidate *single_of(struct finder *finder, const struct run *run)
{
    struct stem_count *stem = &finder->stems[finder->words[run->first].stem];
    if (stem->candidate)
        return &list_of(finder)[stem->candidate - 1];
    stem->candidate = (uint32_t)finder->count + 1;
    return new_candidate(finder, run);
}

static struct candidate *phrase_of(struct finder *finder, const struct run *run)
{
    if ((finder->count - finder->singles + 1) * 2 > finder->mask &&
        slots_make(finder, (finder->mask + 1) * 2) < 0)
        return NULL;
    uint32_t *slots = slots_of(finder);
    size_t at = (size_t)run->key & finder->mask;
    for (; slots[at]; at = (at + 1) & finder->mask)
        if (list_of(finder)[slots[at] - 1].key == run->key)
            return &list_of(finder)[slots[at] - 1];
    slots[at] = (uint32_t)finder->count + 1;
    return new_candidate(finder, run);
}

static int add(struct finder *finder, const struct run *run)
{
    const struct word *word = finder->words + run->first;
    struct candidate *candidate = run->words == 1 ? single_of(finder, run) : phrase_of(finder, run);
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

static void extend(struct finder *finder, struct run *run)
{
    const struct word *word = &finder->words[run->first + run->words++];
    run->key = hash_mix(run->key + run->words, word->stem + 1u);
    run->form = hash_mix(run->form + run->words, form_of(word));
    if (!(word->flags & TOKEN_STOP))
        run->flags &= word->flags;
}

/* One word is known by its stem alone. */
static struct run begin(const struct finder *finder, size_t first)
{
    const struct word *word = &finder->words[first];
    return (struct run){
        .first = first,
        .words = 1,
        .key = word->stem + UINT64_C(1),
        .form = form_of(word),
        .flags = word->flags & (TOKEN_CAPITAL | TOKEN_CAPITALS),
    };
}

static int find_singles(struct finder *finder)
{
    for (size_t i = 0; i < finder->word_count; i++) {
        const struct word *word = &finder->words[i];
        struct stem_count *stem = &finder->stems[word->stem];
        if (stem->count++ == 0)
            stem->first_sentence = word->sentence;
        if (!is_edge(word))
            continue;
        const struct run run = begin(finder, i);
        if (add(finder, &run) < 0)
            return DESK_ERR_NOMEM;
    }
    finder->singles = finder->count;
    return 0;
}

static float weight_of(uint32_t count, uint32_t first_sentence)
{
    return (float)count * (1 + 1 / (1 + (float)first_sentence));
}

/* Phrases that begin with the word `first`. None stands more often than its rarest word, or earlier
 * than its latest one. */
static int add_phrases(struct finder *finder, size_t first)
{
    uint32_t count = UINT32_MAX, sentence = 0;
    struct run run;
    for (size_t n = 0; n < finder->options->max_words && first + n < finder->word_count; n++) {
        const struct word *word = &finder->words[first + n];
        const struct stem_count *stem = &finder->stems[word->stem];
        if (n > 0 && word->gap == GAP_BREAK)
            break;
        count = stem->count < count ? stem->count : count;
        sentence = stem->first_sentence > sentence ? stem->first_sentence : sentence;
        if (weight_of(count, sentence) < finder->least)
            break;
        if (n == 0) {
            run = begin(finder, first);
            continue;
        }
        extend(finder, &run);
        if (is_edge(word) && add(finder, &run) < 0)
            return DESK_ERR_NOMEM;
    }
    return 0;
}

static int find_phrases(struct finder *finder)
{
    for (size_t i = 0; i < finder->word_count; i++)
        if (is_edge(&finder->words[i]) && add_phrases(finder, i) < 0)
            return DESK_ERR_NOMEM;
    return 0;
}

/* --- the best of them ------------------------------------------------------------------------- */

/* Lets values[at] of a heap, the smallest on top, sink to its place. */
static void sink(float *values, size_t count, size_t at)
{
    const float value = values[at];
    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && values[child + 1] < values[child])
            child++;
        if (values[child] >= value)
            break;
        values[at] = values[child];
    }
    values[at] = value;
}

/* Into a heap of the `room` largest values. */
static void keep_largest(float *heap, size_t *count, size_t room, float value)
{
    if (*count < room) {
        heap[(*count)++] = value;
        for (size_t i = *count == room ? room / 2 : 0; i > 0; i--)
            sink(heap, room, i - 1);
    } else if (value > heap[0]) {
        heap[0] = value;
        sink(heap, room, 0);
    }
}

/* The weight that `limit` candidates have, or more; 0 where there are not so many. Sets all
 * weights; those that are too rare get none. */
static int least_weight(struct finder *finder, float *least)
{
    struct candidate *list = list_of(finder);
    const size_t room = finder->options->limit;
    size_t count = 0;
    float *heap = text_alloc(room * sizeof *heap);
    if (!heap)
        return DESK_ERR_NOMEM;
    for (size_t i = 0; i < finder->count; i++) {
        const int rare = list[i].count < finder->options->min_count;
        list[i].weight = rare ? 0 : weight_of(list[i].count, list[i].first_sentence);
        if (!rare)
            keep_largest(heap, &count, room, list[i].weight);
    }
    *least = count == room ? heap[0] : 0;
    text_free(heap);
    return 0;
}

/* The candidate that comes next in the text: single words and phrases lie in two lists. */
static const struct candidate *next_of(const struct finder *finder, size_t *single, size_t *phrase)
{
    const struct candidate *list = list_of(finder);
    if (*single < finder->singles &&
        (*phrase == finder->count || list[*single].word <= list[*phrase].word))
        return &list[(*single)++];
    return &list[(*phrase)++];
}

/* Of several with the weight of the limit, the earlier ones stay. */
static int take_best(struct finder *finder, struct bytes *out)
{
    float least;
    if (least_weight(finder, &least) < 0)
        return DESK_ERR_NOMEM;
    size_t left = finder->options->limit, single = 0, phrase = finder->singles;
    for (size_t i = 0; i < finder->count; i++)
        left -= list_of(finder)[i].weight > least;
    for (size_t i = 0; i < finder->count; i++) {
        const struct candidate *candidate = next_of(finder, &single, &phrase);
        const int equal = candidate->weight == least && least > 0 && left > 0;
        left -= (size_t)equal;
        if ((equal || candidate->weight > least) &&
            bytes_add(out, candidate, sizeof *candidate) < 0)
            return DESK_ERR_NOMEM;
    }
    return 0;
}

/* --- a text ----------------------------------------------------------------------------------- */

#define SLOTS_FIRST 256u

/* Scratch, as it is used first. */
static int prepare(struct finder *finder, struct desk_text *text, const struct analysis *analysis)
{
    const size_t stems = analysis->stems.count * sizeof *finder->stems;
    bytes_reset(finder->found, SCRATCH_KEEP);
    bytes_reset(finder->slots, SCRATCH_KEEP);
    bytes_reset(&text->stem_counts, SCRATCH_KEEP);
    if (bytes_reserve(&text->stem_counts, stems) < 0)
        return DESK_ERR_NOMEM;
    finder->stems = (struct stem_count *)(void *)text->stem_counts.at;
    if (stems)
        memset(finder->stems, 0, stems);
    return 0;
}

static int find_all(struct finder *finder)
{
    if (find_singles(finder) < 0)
        return DESK_ERR_NOMEM;
    if (finder->options->max_words < 2 || finder->count == 0)
        return 0;
    if (least_weight(finder, &finder->least) < 0 || slots_make(finder, SLOTS_FIRST) < 0)
        return DESK_ERR_NOMEM;
    return find_phrases(finder);
}

int candidates_find(struct desk_text *text, const struct analysis *analysis,
                    const struct candidate_options *options, struct bytes *out)
{
    struct finder finder = {
        .options = options,
        .words = analysis_word_list(analysis),
        .word_count = analysis_word_count(analysis),
        .found = &text->candidates,
        .slots = &text->slots,
    };
    int rc = prepare(&finder, text, analysis);
    if (rc == 0)
        rc = find_all(&finder);
    if (rc == 0 && finder.count)
        rc = take_best(&finder, out);
    text_free(finder.forms.slots);
    return rc;
}

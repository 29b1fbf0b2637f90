#include "names.h"

#include "intern.h"
#include "word_set.h"

#include <string.h>

/* Small words that stand inside names. */
static const char connecting_words[] =
    "of de da do dos das del della delle dei degli di du des la las le les los von vom van den der "
    "ten ter "
    "zu zur zum am an der und e y i et al el bin ibn ben abu bint d l o st sur sous for the and";
static word_set_slot connecting;

/* "the", "and", "for" join two capitalised words only between longer names ("Bank for International
 * Settlements"); alone they would glue lists. They need "of" or a capital behind, and are never the
 * last of a run. "and" is left out where the run has no other small word before it. */
struct run {
    size_t first, count;
};

static int is_capital(const struct word *word)
{
    return (word->flags & TOKEN_CAPITAL) != 0;
}

static int is_connecting(const struct analysis *analysis, const struct word *word)
{
    const struct intern_entry *form = &analysis->forms.entries[word->form];
    return !is_capital(word) &&
           word_set_has_hash(word_set_get(&connecting, connecting_words), form->hash);
}

static int is_and(const struct analysis *analysis, const struct word *word)
{
    static const char *const words[] = {"and", "und", "et", "y", "e", "i", "the", "for"};
    const struct intern_entry *form = &analysis->forms.entries[word->form];
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i]) == form->size &&
            memcmp(words[i], analysis->forms.arena.at + form->at, form->size) == 0)
            return 1;
    return 0;
}

/* How many words behind `at` lead over small words to the next capital; 0: none. */
static size_t bridge(const struct analysis *analysis, const struct word *words, size_t at,
                     size_t end, int seen_small)
{
    for (size_t n = 0; n < 2 && at + n < end; n++) {
        const struct word *word = &words[at + n];
        if (word->gap == GAP_BREAK)
            return 0;
        if (is_capital(word))
            return n;
        if (!is_connecting(analysis, word) || (n == 0 && !seen_small && is_and(analysis, word)))
            return 0;
    }
    if (at + 2 < end && words[at + 2].gap != GAP_BREAK && is_capital(&words[at + 2]))
        return 2;
    return 0;
}

static struct run take_run(const struct analysis *analysis, const struct word *words, size_t first,
                           size_t end)
{
    struct run run = {first, 1};
    int small = 0;
    while (first + run.count < end) {
        const struct word *word = &words[first + run.count];
        if (word->gap == GAP_BREAK)
            break;
        if (is_capital(word)) {
            run.count++;
            continue;
        }
        const size_t over = bridge(analysis, words, first + run.count, end, small);
        if (over == 0)
            break;
        small = 1;
        run.count += over + 1;
    }
    return run;
}

/* Takes stop words off the front ("The", "In"), with the small words behind them. */
static void trim(const struct word *words, struct run *run)
{
    while (run->count > 0 &&
           ((words[run->first].flags & TOKEN_STOP) || !is_capital(&words[run->first]))) {
        if ((words[run->first].flags & TOKEN_CAPITALS) && !(words[run->first].flags & TOKEN_BEGINS))
            break; /* "US", "IT" */
        run->first++;
        run->count--;
    }
    while (run->count > 0 && !is_capital(&words[run->first + run->count - 1]))
        run->count--;
}

struct collector {
    const struct analysis *analysis;
    const struct names_options *options;
    const struct word *words;
    size_t word_count;
    struct intern keys;
    struct bytes *names, *spans;
    struct bytes key;
};

static uint32_t classes_at(const struct collector *collector, size_t at)
{
    const struct analysis *analysis = collector->analysis;
    const struct intern_entry *form = &analysis->forms.entries[collector->words[at].form];
    return classes_of(collector->options->classes, form->hash, analysis->forms.arena.at + form->at,
                      form->size);
}

/* Takes words that only stand before a name ("President") off its front; gives their classes. */
static uint32_t skip_leading(const struct collector *collector, struct run *run)
{
    uint32_t skipped = 0, found;
    while (run->count > 1 &&
           ((found = classes_at(collector, run->first)) & collector->options->skip)) {
        skipped |= found;
        run->first++;
        run->count--;
    }
    return skipped;
}

/* Classes of the word before and of the two words after, in the same sentence. */
static void look_around(const struct collector *collector, const struct run *run, struct name *name)
{
    const struct word *words = collector->words;
    const uint32_t sentence = words[run->first].sentence;
    const size_t end = run->first + run->count;
    if (run->first > 0 && words[run->first - 1].sentence == sentence)
        name->before |= classes_at(collector, run->first - 1);
    for (size_t i = end; i < end + 2 && i < collector->word_count; i++)
        if (words[i].sentence == sentence)
            name->after |= classes_at(collector, i);
}

static int make_key(struct collector *collector, const struct run *run)
{
    const struct analysis *analysis = collector->analysis;
    collector->key.size = 0;
    for (size_t i = 0; i < run->count; i++) {
        const struct intern_entry *form =
            &analysis->forms.entries[collector->words[run->first + i].form];
        if ((i && bytes_add(&collector->key, " ", 1) < 0) ||
            bytes_add(&collector->key, analysis->forms.arena.at + form->at, form->size) < 0)
            return DESK_ERR_NOMEM;
    }
    return 0;
}

static struct name *name_of(struct collector *collector, const struct run *run)
{
    int fresh;
    const int64_t number =
        intern_add(&collector->keys, collector->key.at, collector->key.size, &fresh);
    if (number < 0)
        return NULL;
    if (fresh) {
        const struct word *word = &collector->words[run->first];
        const uint32_t lower =
            ((const uint32_t *)(const void *)collector->analysis->form_lower.at)[word->form];
        const struct name name = {
            .word = (uint32_t)run->first,
            .words = (uint32_t)run->count,
            .lower = run->count == 1 ? lower : 0,
            .acronym = 1,
            .head = classes_at(collector, run->first),
            .tail = classes_at(collector, run->first + run->count - 1),
        };
        if (bytes_add(collector->names, &name, sizeof name) < 0)
            return NULL;
    }
    return (struct name *)(void *)collector->names->at + number;
}

static int add_span(struct collector *collector, struct name *name, const struct run *run)
{
    const struct token *tokens = collector->analysis->tokens.at;
    const struct word *last = &collector->words[run->first + run->count - 1];
    const struct name_span span = {
        .start = tokens[collector->words[run->first].token].start,
        .end = tokens[last->token + last->tokens - 1].end,
    };
    if (bytes_add(collector->spans, &span, sizeof span) < 0)
        return DESK_ERR_NOMEM;
    const uint32_t number = (uint32_t)(collector->spans->size / sizeof span);
    if (name->count == 0)
        name->first_span = number;
    else
        ((struct name_span *)(void *)collector->spans->at)[name->last_span - 1].next = number;
    name->last_span = number;
    return 0;
}

static int add_run(struct collector *collector, const struct run *run, uint32_t skipped)
{
    const struct word *words = &collector->words[run->first];
    if (make_key(collector, run) < 0)
        return DESK_ERR_NOMEM;
    struct name *name = name_of(collector, run);
    if (!name || add_span(collector, name, run) < 0)
        return DESK_ERR_NOMEM;
    name->count++;
    name->initial += (words->flags & TOKEN_BEGINS) != 0;
    for (size_t i = 0; i < run->count; i++) {
        name->acronym &= (words[i].flags & TOKEN_CAPITALS) != 0;
        name->inside |= classes_at(collector, run->first + i);
    }
    name->before |= skipped;
    look_around(collector, run, name);
    return 0;
}

/* --- what nothing speaks for -------------------------------------------------------------------
 */

static const struct word *last_word(const struct collector *collector, const struct name *name)
{
    return &collector->words[name->word + name->words - 1];
}

static int is_needed(const struct collector *collector, const struct name *name,
                     const unsigned char *ends)
{
    const uint32_t form = last_word(collector, name)->form;
    return name->words > 1 || name->acronym || (ends[form / 8] >> form % 8 & 1) ||
           ((name->before | name->after | name->inside) & collector->options->needs);
}

/* `ends` has a bit for each form that ends a longer name. */
static int drop_needless(struct collector *collector)
{
    struct name *list = (struct name *)(void *)collector->names->at;
    const size_t count = collector->names->size / sizeof *list;
    unsigned char *ends = text_zero(collector->analysis->forms.count / 8 + 1);
    size_t kept = 0;
    if (!ends)
        return DESK_ERR_NOMEM;
    for (size_t i = 0; i < count; i++) {
        const uint32_t form = last_word(collector, &list[i])->form;
        if (list[i].words > 1)
            ends[form / 8] |= (unsigned char)(1u << form % 8);
    }
    for (size_t i = 0; i < count; i++)
        if (is_needed(collector, &list[i], ends))
            list[kept++] = list[i];
    text_free(ends);
    collector->names->size = kept * sizeof *list;
    return 0;
}

int names_find(const struct analysis *analysis, const struct names_options *options,
               struct bytes *names, struct bytes *spans)
{
    struct collector collector = {
        .analysis = analysis,
        .options = options,
        .words = analysis_word_list(analysis),
        .word_count = analysis_word_count(analysis),
        .names = names,
        .spans = spans,
    };
    const size_t count = analysis_word_count(analysis);
    int rc = 0;
    for (size_t i = 0; i < count && rc == 0;) {
        if (!is_capital(&collector.words[i])) {
            i++;
            continue;
        }
        struct run run = take_run(analysis, collector.words, i, count);
        i += run.count;
        trim(collector.words, &run);
        const uint32_t skipped = skip_leading(&collector, &run);
        if (run.count > 0 && run.count <= options->max_words)
            rc = add_run(&collector, &run, skipped);
    }
    if (rc == 0 && options->needs)
        rc = drop_needless(&collector);
    intern_free(&collector.keys);
    bytes_free(&collector.key);
    return rc;
}

/* Naive Bayes over character n-grams of 1 to 4 letters, and over whole function words.
 *
 * A gram is packed into 64 bits, 16 a letter, which is its own key. Each gram has a row with one
 * weight a language, in steps of 0.3 nats. The text is read until one language leads by a margin
 * that chance does not make: a page of news is decided after a paragraph. */
#include "language.h"

#include "fold.h"
#include "hash.h"
#include "stopwords.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/utf8.h>

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#define LANGUAGES_MAX 20
#define ROW           24u /* LANGUAGES_MAX, and a gram's slot fills half a cache line */
#define STEP          0.3
#define FIRST         2.0
#define MISSING       25
#define WORD_BONUS    36 /* steps for a frequent word of the language */
#define WORD_LETTERS  20
#define ENOUGH        200  /* letters to read at least */
#define PLENTY        1000 /* more letters than this tell nothing new */
#define MARGIN        250  /* steps by which the best must lead then */
/* Grams overlap, so their evidence is counted several times over; this evens it out. */
#define TEMPER 0.12
/* Mean steps a gram beyond which it looks like no language that we know. */
#define STRANGE 21.3

struct gram_slot {
    uint64_t key;       /* 0: free, and all levels are MISSING */
    uint8_t level[ROW]; /* by language */
};

struct word_slot {
    uint64_t hash;
    uint32_t languages; /* a bit each */
};

struct gram_table {
    size_t languages, mask, word_mask;
    const struct language_profile *profiles;
    struct gram_slot *slots;
    size_t count; /* grams */
    struct word_slot *words;
};

#define GRAM_SLOTS 16384u
#define WORD_SLOTS 16384u
#define GRAMS_MAX  (GRAM_SLOTS / 4 * 3)

static _Atomic(const struct gram_table *) tables[2];
static pthread_mutex_t tables_mutex = PTHREAD_MUTEX_INITIALIZER;

/* --- building --------------------------------------------------------------------------------- */

static size_t find_slot(const struct gram_table *table, uint64_t key)
{
    size_t at = (size_t)(hash_mix(key, 0) & table->mask);
    while (table->slots[at].key && table->slots[at].key != key)
        at = (at + 1) & table->mask;
    return at;
}

static void add_gram(struct gram_table *table, uint64_t key, size_t language, unsigned level)
{
    struct gram_slot *slot = &table->slots[find_slot(table, key)];
    if (!slot->key) {
        if (table->count == GRAMS_MAX)
            return;
        slot->key = key;
        table->count++;
    }
    slot->level[language] = (uint8_t)level;
}

static void add_profile(struct gram_table *table, const char *grams, size_t language)
{
    const size_t size = strlen(grams);
    unsigned level = 0;
    uint64_t key = 0;
    for (size_t at = 0; at < size;) {
        uint32_t code;
        at += fold_decode((const unsigned char *)grams, at, size, &code);
        if (code >= 'A' && code <= 'Z') {
            level = code - 'A';
        } else if (code != ' ') {
            key = key << 16 | (code & 0xFFFF);
        } else if (key) {
            add_gram(table, key, language, level);
            key = 0;
        }
    }
}

static size_t find_word(const struct gram_table *table, uint64_t hash)
{
    size_t at = (size_t)hash & table->word_mask;
    while (table->words[at].hash && table->words[at].hash != hash)
        at = (at + 1) & table->word_mask;
    return at;
}

static void add_words(struct gram_table *table, const char *words, size_t language)
{
    for (const char *at = words; *at;) {
        const size_t size = strcspn(at, " ");
        if (size > 0) {
            const uint64_t hash = hash_bytes(at, size);
            struct word_slot *slot = &table->words[find_word(table, hash)];
            slot->hash = hash;
            slot->languages |= 1u << language;
        }
        at += size + (at[size] == ' ');
    }
}

static const char *words_of(const char *language)
{
    const char *words = stopword_text(strcmp(language, "sh") == 0 ? "hr" : language);
    return words ? words : "";
}

static struct gram_table *new_table(void)
{
    struct gram_table *table = text_zero(sizeof *table);
    if (!table)
        return NULL;
    table->slots = text_zero(GRAM_SLOTS * sizeof *table->slots);
    table->words = text_zero(WORD_SLOTS * sizeof *table->words);
    table->mask = GRAM_SLOTS - 1;
    table->word_mask = WORD_SLOTS - 1;
    if (table->slots && table->words) {
        for (size_t i = 0; i < GRAM_SLOTS; i++)
            memset(table->slots[i].level, MISSING, ROW);
        return table;
    }
    text_free(table->slots);
    text_free(table->words);
    text_free(table);
    return NULL;
}

static struct gram_table *build(enum language_family family)
{
    struct gram_table *table = new_table();
    if (!table)
        return NULL;
    table->profiles = family == LANGUAGE_LATIN ? language_latin : language_cyrillic;
    table->languages = family == LANGUAGE_LATIN ? language_latin_count : language_cyrillic_count;
    if (table->languages > LANGUAGES_MAX)
        table->languages = LANGUAGES_MAX;
    for (size_t i = 0; i < table->languages; i++) {
        const char *language = table->profiles[i].language;
        add_profile(table, table->profiles[i].grams, i);
        /* The Serbian list is in Latin letters: no help among Cyrillic profiles. */
        if (family == LANGUAGE_LATIN || strcmp(language, "sr") != 0)
            add_words(table, words_of(language), i);
        for (size_t k = 0; k < language_words_count; k++)
            if (strcmp(language_words[k].language, language) == 0)
                add_words(table, language_words[k].grams, i);
    }
    return table;
}

static const struct gram_table *table_of(enum language_family family)
{
    const struct gram_table *table = atomic_load_explicit(&tables[family], memory_order_acquire);
    if (table)
        return table;
    pthread_mutex_lock(&tables_mutex);
    table = atomic_load_explicit(&tables[family], memory_order_acquire);
    if (!table) {
        table = build(family);
        atomic_store_explicit(&tables[family], table, memory_order_release);
    }
    pthread_mutex_unlock(&tables_mutex);
    return table;
}

/* --- reading ---------------------------------------------------------------------------------- */

struct reading {
    const struct gram_table *table;
    uint32_t cost[ROW]; /* steps, less is better */
    uint32_t bonus[LANGUAGES_MAX];
    size_t grams, letters;
};

/* `letters` holds '_', the word's letters, '_'. */
static void read_word(struct reading *reading, const uint16_t *letters, size_t count)
{
    const struct gram_table *table = reading->table;
    char word[3 * WORD_LETTERS];
    size_t size = 0, grams = 0;
    uint16_t cost[ROW] = {0}; /* a word has some hundred grams at most */
    for (size_t at = 0; at < count; at++) {
        uint64_t key = 0;
        for (size_t n = 0; n < 4 && at + n < count; n++) {
            key = key << 16 | letters[at + n];
            if (key == '_')
                continue;
            const uint8_t *level = table->slots[find_slot(table, key)].level;
            for (size_t i = 0; i < ROW; i++)
                cost[i] = (uint16_t)(cost[i] + level[i]);
            grams++;
        }
    }
    reading->grams += grams;
    for (size_t i = 0; i < ROW; i++)
        reading->cost[i] += cost[i];
    for (size_t at = 1; at + 1 < count; at++)
        U8_APPEND_UNSAFE(word, size, letters[at]);
    reading->letters += count - 2;
    const struct word_slot *slot = &table->words[find_word(table, hash_bytes(word, size))];
    for (size_t i = 0; slot->hash && i < table->languages; i++)
        if (slot->languages >> i & 1)
            reading->bonus[i] += WORD_BONUS;
}

static void best_two(const struct reading *reading, size_t *best, long *lead)
{
    long first = 0, second = 0;
    for (size_t i = 0; i < reading->table->languages; i++) {
        const long cost = (long)reading->cost[i] - (long)reading->bonus[i];
        if (i == 0 || cost < first) {
            second = i == 0 ? cost + MARGIN : first;
            first = cost;
            *best = i;
        } else if (cost < second || i == 1) {
            second = cost;
        }
    }
    *lead = second - first;
}

static int decided(const struct reading *reading)
{
    size_t best;
    long lead;
    if (reading->letters < ENOUGH)
        return 0;
    if (reading->letters >= PLENTY)
        return 1;
    best_two(reading, &best, &lead);
    return lead >= MARGIN;
}

static int is_letter(uint32_t code)
{
    if (code < 0x80)
        return (code | 0x20) - 'a' < 26;
    return code < 0x10000 && (U_MASK(u_charType((UChar32)code)) & U_GC_L_MASK);
}

/* Profiles are of composed text: an accent that stands alone goes to the letter before it. */
static int compose(uint16_t *letter, uint32_t code)
{
    UErrorCode status = U_ZERO_ERROR;
    if (code < 0x300 || code > 0x36F)
        return 0;
    const UNormalizer2 *nfc = unorm2_getNFCInstance(&status);
    const UChar32 whole =
        U_SUCCESS(status) ? unorm2_composePair(nfc, *letter, (UChar32)code) : U_SENTINEL;
    if (whole > 0 && whole < 0x10000)
        *letter = (uint16_t)whole;
    return 1;
}

static void read_text(struct reading *reading, const char *text, size_t size)
{
    uint16_t letters[WORD_LETTERS + 2] = {'_'};
    size_t count = 0;
    for (size_t at = 0; at <= size;) {
        uint32_t code = ' ';
        unsigned length = 1;
        if (at < size)
            length = fold_decode((const unsigned char *)text, at, size, &code);
        at += length;
        if (is_letter(code)) {
            const uint32_t low = code < 0x80 ? (code | 0x20) : (uint32_t)u_tolower((UChar32)code);
            if (count < WORD_LETTERS)
                letters[++count] = (uint16_t)low;
        } else if (count > 0 && !compose(&letters[count], code)) {
            letters[count + 1] = '_';
            read_word(reading, letters, count + 2);
            count = 0;
            if (decided(reading))
                break;
        }
    }
}

const char *language_by_grams(enum language_family family, const char *text, size_t size,
                              double *score)
{
    struct reading reading = {.table = table_of(family)};
    size_t best = 0;
    long lead;
    *score = 0;
    if (!reading.table)
        return "";
    read_text(&reading, text, size);
    if (reading.grams == 0)
        return "";
    best_two(&reading, &best, &lead);
    const double mean = ((double)reading.cost[best] - reading.bonus[best]) / (double)reading.grams;
    if (mean > STRANGE)
        return "";
    *score = 1 - 1 / (1 + exp((double)lead * STEP * TEMPER));
    return reading.table->profiles[best].language;
}

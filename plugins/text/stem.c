#include "stem.h"

#include "fold.h"
#include "hash.h"
#include "words.h"

#include <libstemmer.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <string.h>

/* Snowball has stemmers that are no help here: those for Serbian want another transliteration than
 * our folding, so it and its sisters go by folded words. */
static const char stem_languages[][3] = {
    "ar", "ca", "da", "de", "el", "en", "es", "eu", "fi", "fr", "ga", "hi", "hu", "hy",
    "id", "it", "lt", "ne", "nl", "no", "nb", "pt", "ro", "ru", "sv", "ta", "tr", "yi",
};

static int has_stemmer(const char *language)
{
    if (!language[0] || !language[1] || language[2])
        return 0;
    for (size_t i = 0; i < sizeof stem_languages / sizeof *stem_languages; i++)
        if (language[0] == stem_languages[i][0] && language[1] == stem_languages[i][1])
            return 1;
    return 0;
}

static struct stemmer_slot *oldest(struct desk_text *text)
{
    struct stemmer_slot *slot = &text->stemmers[0];
    for (size_t i = 1; i < STEMMERS_KEPT; i++)
        if (text->stemmers[i].used < slot->used)
            slot = &text->stemmers[i];
    return slot;
}

static struct sb_stemmer *stemmer_of(struct desk_text *text, const char *language)
{
    text->clock++;
    for (size_t i = 0; i < STEMMERS_KEPT; i++) {
        if (text->stemmers[i].stemmer && strcmp(text->stemmers[i].language, language) == 0) {
            text->stemmers[i].used = text->clock;
            return text->stemmers[i].stemmer;
        }
    }
    struct sb_stemmer *fresh = sb_stemmer_new(strcmp(language, "nb") == 0 ? "no" : language, NULL);
    if (!fresh)
        return NULL;
    struct stemmer_slot *slot = oldest(text);
    sb_stemmer_delete(slot->stemmer);
    slot->stemmer = fresh;
    slot->used = text->clock;
    strncpy(slot->language, language, sizeof slot->language - 1);
    slot->language[sizeof slot->language - 1] = '\0';
    return fresh;
}

/* Snowball wants small letters with their accents. Gives the number of bytes, 0 when it is too long
 * to be a word. */
static size_t lower_word(const char *word, size_t size, char *out, size_t room)
{
    size_t at = 0, used = 0;
    while (at < size) {
        uint32_t code;
        at += fold_decode((const unsigned char *)word, at, size, &code);
        if (code == 0xFFFFFFFFu || used + 4 > room)
            return 0;
        U8_APPEND_UNSAFE(out, used, (uint32_t)u_tolower((UChar32)code));
    }
    return used;
}

struct stemming stem_begin(const char *language)
{
    struct stemming stemming = {.language = ""};
    if (language && has_stemmer(language)) {
        memcpy(stemming.language, language, 3);
        stemming.key = hash_bytes(language, 2);
    }
    return stemming;
}

/* Snowball takes about a microsecond a word, and the same few thousand words make most of any text.
 * Where the word was is where it stays; the oldest of a set makes room. */
static const struct stem_slot *look_up(const struct stem_set *set, uint64_t key)
{
    for (size_t i = 0; i < STEM_CACHE_WAYS; i++)
        if (set->keys[i] == key)
            return &set->slots[i];
    return NULL;
}

static void remember(struct stem_set *set, uint64_t key, const char *stem, size_t size)
{
    if (size > STEM_CACHE_BYTES)
        return;
    memmove(set->keys + 1, set->keys, (STEM_CACHE_WAYS - 1) * sizeof *set->keys);
    memmove(set->slots + 1, set->slots, (STEM_CACHE_WAYS - 1) * sizeof *set->slots);
    set->keys[0] = key;
    set->slots[0].size = (uint8_t)size;
    memcpy(set->slots[0].stem, stem, size);
}

/* Is it its own folded form? */
static int is_folded(const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (fold_ascii[(unsigned char)bytes[i]] != (unsigned char)bytes[i])
            return 0;
    return 1;
}

static int stem_fresh(struct desk_text *text, struct sb_stemmer *stemmer,
                      const struct stem_word *word, struct desk_text_bytes *out)
{
    char room[2 * DESK_WORD_MAX];
    const char *lower = word->ascii ? word->folded.bytes : room;
    const size_t lower_size =
        word->ascii ? word->folded.size : lower_word(word->bytes, word->size, room, sizeof room);
    *out = word->folded;
    if (lower_size == 0)
        return 0;
    const sb_symbol *stem = sb_stemmer_stem(stemmer, (const sb_symbol *)lower, (int)lower_size);
    if (!stem)
        return DESK_ERR_NOMEM;
    const int stem_size = sb_stemmer_length(stemmer);
    if (stem_size <= 0)
        return 0;
    *out = (struct desk_text_bytes){(const char *)stem, (size_t)stem_size};
    if (is_folded(out->bytes, out->size))
        return 0;
    bytes_reset(&text->stem, SCRATCH_KEEP);
    if (fold_text(out->bytes, out->size, &text->stem) < 0)
        return DESK_ERR_NOMEM;
    *out = (struct desk_text_bytes){text->stem.at, text->stem.size};
    return 0;
}

int stem_of(struct desk_text *text, const struct stemming *stemming, const struct stem_word *word,
            struct desk_text_bytes *stem)
{
    *stem = word->folded;
    if (!stemming->key)
        return 0;
    if (!text->stems)
        text->stems = text_zero(STEM_CACHE_SETS * sizeof *text->stems);
    if (!text->stems)
        return DESK_ERR_NOMEM;
    uint64_t key =
        hash_mix(word->ascii ? word->hash : hash_bytes(word->bytes, word->size), stemming->key);
    key = key ? key : 1;
    struct stem_set *set = &text->stems[key & (STEM_CACHE_SETS - 1)];
    const struct stem_slot *slot = look_up(set, key);
    if (slot) {
        *stem = (struct desk_text_bytes){slot->stem, slot->size};
        return 0;
    }
    struct sb_stemmer *stemmer = stemmer_of(text, stemming->language);
    if (!stemmer || stem_fresh(text, stemmer, word, stem) < 0)
        return DESK_ERR_NOMEM;
    remember(set, key, stem->bytes, stem->size);
    return 0;
}

int stem_word(struct desk_text *text, const char *language, const char *word, size_t size,
              struct desk_text_bytes *stem, struct desk_error *error)
{
    const struct stemming stemming = stem_begin(language);
    struct stem_word given = {.bytes = word, .size = size};
    const int rc = words_fold(text, word, size, &given.folded, error);
    if (rc < 0)
        return rc;
    given.ascii = is_folded(word, size);
    given.hash = hash_bytes(given.folded.bytes, given.folded.size);
    if (stem_of(text, &stemming, &given, stem) < 0)
        return words_fail(error, DESK_ERR_NOMEM);
    return 0;
}

void stem_close(struct desk_text *text)
{
    for (size_t i = 0; i < STEMMERS_KEPT; i++)
        sb_stemmer_delete(text->stemmers[i].stemmer);
    text_free(text->stems);
}

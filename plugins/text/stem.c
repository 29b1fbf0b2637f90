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

/* Snowball takes about 150 ns a word, and the same few thousand words make most of any text. */
static struct stem_slot *slot_of(struct desk_text *text, const char *language, const char *word,
                                 size_t size, uint64_t *key)
{
    if (!text->stems)
        text->stems = text_zero(STEM_CACHE_SLOTS * sizeof *text->stems);
    *key = hash_mix(hash_bytes(word, size), hash_bytes(language, strlen(language)));
    *key = *key ? *key : 1;
    return text->stems ? &text->stems[*key & (STEM_CACHE_SLOTS - 1)] : NULL;
}

static void remember(struct stem_slot *slot, uint64_t key, const char *stem, size_t size)
{
    if (!slot || size > STEM_CACHE_BYTES)
        return;
    slot->key = key;
    slot->size = (uint8_t)size;
    memcpy(slot->stem, stem, size);
}

static int add_fresh(struct sb_stemmer *stemmer, const char *word, size_t size, const char *folded,
                     size_t folded_size, struct bytes *out)
{
    char lower[2 * DESK_WORD_MAX];
    const size_t lower_size = lower_word(word, size, lower, sizeof lower);
    if (lower_size == 0)
        return bytes_add(out, folded, folded_size);
    const sb_symbol *stem = sb_stemmer_stem(stemmer, (const sb_symbol *)lower, (int)lower_size);
    if (!stem)
        return DESK_ERR_NOMEM;
    const int stem_size = sb_stemmer_length(stemmer);
    if (stem_size <= 0)
        return bytes_add(out, folded, folded_size);
    return fold_text((const char *)stem, (size_t)stem_size, out);
}

int stem_add(struct desk_text *text, const char *language, const char *word, size_t size,
             const char *folded, size_t folded_size, struct bytes *out)
{
    uint64_t key;
    if (!language || !has_stemmer(language))
        return bytes_add(out, folded, folded_size);
    struct stem_slot *slot = slot_of(text, language, word, size, &key);
    if (slot && slot->key == key)
        return bytes_add(out, slot->stem, slot->size);
    struct sb_stemmer *stemmer = stemmer_of(text, language);
    if (!stemmer)
        return DESK_ERR_NOMEM;
    const size_t before = out->size;
    if (add_fresh(stemmer, word, size, folded, folded_size, out) < 0)
        return DESK_ERR_NOMEM;
    remember(slot, key, out->at + before, out->size - before);
    return 0;
}

int stem_word(struct desk_text *text, const char *language, const char *word, size_t size,
              struct desk_text_bytes *stem, struct desk_error *error)
{
    struct desk_text_bytes folded;
    const int rc = words_fold(text, word, size, &folded, error);
    if (rc < 0)
        return rc;
    bytes_reset(&text->blob, SCRATCH_KEEP);
    if (stem_add(text, language, word, size, folded.bytes, folded.size, &text->blob) < 0)
        return words_fail(error, DESK_ERR_NOMEM);
    *stem = (struct desk_text_bytes){text->blob.at, text->blob.size};
    return 0;
}

void stem_close(struct desk_text *text)
{
    for (size_t i = 0; i < STEMMERS_KEPT; i++)
        sb_stemmer_delete(text->stemmers[i].stemmer);
    text_free(text->stems);
}

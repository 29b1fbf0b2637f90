/* copydesk/text.h: the service "text"
 *
 * What the index, the queries and the ingest path need to know about text: from bytes to UTF-8, and
 * from UTF-8 to folded words with their places. The native plugin `text` gives it; another plugin
 * may, if it registers the same name and version. Ask for it with the name DESK_TEXT_SERVICE and at
 * least DESK_TEXT_VERSION; what comes back is a const struct desk_text_api *.
 *
 * Threads: a context (struct desk_text) serves one thread at a time; make one for each thread.
 * Contexts share nothing that is written to. The table itself may be used from anywhere.
 * Ownership: what a call hands out belongs to the context and lives until the next call with that
 * context, or close(). Copy what must live longer.
 * Errors: DESK_ERR_* with a message (see plugin.h). No call opens a file.
 *
 *
 * The words blob
 * --------------
 * The list of words of one text, as words() gives it.
 * All numbers are LEB128 varints (7 bits a byte, lowest first, at most 5 bytes, below 2^32).
 *
 *     byte    0x57 'W'
 *     varint  words_version of the service that made it
 *     varint  number of words
 *     then for each word, in the order of the text:
 *     varint  gap: bytes from the end of the word before (for the first: from 0) to its start
 *     varint  length of the original in bytes, 1 or more
 *     varint  length of the folded word in bytes, 1 .. DESK_WORD_MAX
 *     bytes   the folded word, UTF-8
 *
 * Words do not overlap. A reader must not trust a blob: read it with the functions below, which
 * never leave its bounds, whose spans lie in the text, and which say when it is damaged.
 */
#pragma once

#include <copydesk/plugin.h>

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DESK_TEXT_SERVICE "text"
#define DESK_TEXT_VERSION 1u

#define DESK_WORD_MAX       128u /* bytes of a folded word; what is longer is cut */
#define DESK_WORDS_MAGIC    0x57
#define DESK_TEXT_MAX       (1u << 30) /* bytes of one text for words(), fold(), language() */
#define DESK_TEXT_NOTES_MAX 256

struct desk_text; /* a context */

struct desk_text_bytes {
    const char *bytes; /* not ended by NUL */
    size_t size;
};

struct desk_text_decoded {
    const char *text; /* UTF-8, valid, without byte order mark */
    size_t size;
    const char *encoding; /* "UTF-8", "UTF-16LE", "UTF-16BE", "windows-1252", "ISO-8859-1" */
    size_t replaced;      /* how many places became U+FFFD */
    char notes[DESK_TEXT_NOTES_MAX]; /* one line for a person; "" when there is nothing to say */
};

struct desk_text_language {
    char code[8];   /* ISO 639-1, "" when it cannot be told */
    char script[8]; /* ISO 15924 where the language has several: "Latn", "Cyrl", "Hans", "Hant" */
    double score;   /* 0 to 1: how sure */
};

struct desk_text_api {
    uint32_t size;
    /* Raised whenever the same text would give other words: an index made with another number must
     * be made anew, since a delete asks for the words again and must get those that were indexed.
     */
    uint32_t words_version;

    /* A context, or NULL when memory is out. close(NULL) does nothing. */
    struct desk_text *(*open)(void);
    void (*close)(struct desk_text *text);

    /* From bytes of unknown encoding to UTF-8. Order: byte order mark; UTF-16 without one, known by
     * its pattern of NUL bytes; UTF-8; UTF-8 with few bad bytes, which become U+FFFD; windows-1252;
     * ISO-8859-1. A NUL in otherwise good text becomes U+FFFD. Line ends stay as they are.
     * DESK_ERR_INVALID with the byte's place when it is no text (many control characters),
     * DESK_ERR_LIMIT when the text would be larger than `cap` bytes. */
    int (*decode)(struct desk_text *text, const void *bytes, size_t size, size_t cap,
                  struct desk_text_decoded *out, struct desk_error *error);

    /* The words of a text or query as a words blob. `bytes` should be valid UTF-8; bad bytes
     * separate words. One word is a maximal run of letters, digits and marks; an apostrophe splits;
     * each Han, Hiragana or Katakana character is a word of its own; Thai, Lao, Khmer and Burmese
     * are cut with a dictionary. Folding: see fold(). */
    int (*words)(struct desk_text *text, const char *bytes, size_t size,
                 struct desk_text_bytes *blob, struct desk_error *error);

    /* Case, accents, width and script away: "Đorđe", "Ђорђе" -> "dorde", "Œuvre" -> "oeuvre",
     * "Straße" -> "strasse", "Ő" -> "o". Cyrillic goes to Latin as Serbian is written (then ASCII),
     * for all Cyrillic text, so that one query finds both; Greek and Arabic lose their marks.
     * What is no letter, digit or mark stays. */
    int (*fold)(struct desk_text *text, const char *bytes, size_t size,
                struct desk_text_bytes *folded, struct desk_error *error);

    /* The stem of one word in a language (ISO 639-1), by Snowball; a language without stemmer gives
     * the word as fold() leaves it. */
    int (*stem)(struct desk_text *text, const char *language, const char *word, size_t size,
                struct desk_text_bytes *stem, struct desk_error *error);

    /* 1 when the word is a function word of the language ("the", "und"), 0 when not or when there
     * is no list for it. Case and accents do not matter. */
    int (*stopword)(struct desk_text *text, const char *language, const char *word, size_t size);

    /* The language of a text, by script and character n-grams. Looks at the first few thousand
     * characters. An empty code is success, too. */
    int (*language)(struct desk_text *text, const char *bytes, size_t size,
                    struct desk_text_language *out, struct desk_error *error);
};

/* Reading a words blob. */
struct desk_words_reader {
    const uint8_t *at, *end;
    uint32_t words_version;
    uint32_t left;    /* words still to come */
    size_t text_size; /* spans end here at the latest */
    size_t text_at;   /* end of the word before */
};

struct desk_word {
    size_t start, end;  /* bytes of the original in the text, [start, end) */
    const char *folded; /* inside the blob, not ended by NUL */
    size_t folded_size;
};

static inline bool desk_words_number_(struct desk_words_reader *reader, uint32_t *number)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 35 && reader->at < reader->end; shift += 7) {
        const uint8_t byte = *reader->at++;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) {
            *number = (uint32_t)value;
            return value <= UINT32_MAX;
        }
    }
    return false;
}

/* Begins to read a blob that belongs to a text of `text_size` bytes. False: it is no words blob, or
 * it promises more words than it can hold. */
static inline bool desk_words_open(struct desk_words_reader *reader, const void *blob, size_t size,
                                   size_t text_size)
{
    reader->at = (const uint8_t *)blob;
    reader->end = reader->at + size;
    reader->text_size = text_size;
    reader->text_at = 0;
    reader->left = 0;
    reader->words_version = 0;
    if (size < 3 || *reader->at++ != DESK_WORDS_MAGIC)
        return false;
    if (!desk_words_number_(reader, &reader->words_version) ||
        !desk_words_number_(reader, &reader->left))
        return false;
    return reader->left <= (size_t)(reader->end - reader->at) / 4;
}

/* 1 and the next word; 0 at the end; -1 when the blob is damaged (stop then). */
static inline int desk_words_next(struct desk_words_reader *reader, struct desk_word *word)
{
    uint32_t gap, length, folded;
    const uint8_t *at = reader->at;
    if (reader->left == 0)
        return at == reader->end ? 0 : -1;
    if (reader->end - at > 3 && ((at[0] | at[1] | at[2]) & 0x80) == 0) { /* nearly always */
        gap = at[0];
        length = at[1];
        folded = at[2];
        reader->at += 3;
    } else if (!desk_words_number_(reader, &gap) || !desk_words_number_(reader, &length) ||
               !desk_words_number_(reader, &folded)) {
        return -1;
    }
    if (gap > reader->text_size - reader->text_at)
        return -1;
    word->start = reader->text_at + gap;
    if (length == 0 || length > reader->text_size - word->start)
        return -1;
    if (folded == 0 || folded > DESK_WORD_MAX || folded > (size_t)(reader->end - reader->at))
        return -1;
    word->end = word->start + length;
    word->folded = (const char *)reader->at;
    word->folded_size = folded;
    reader->at += folded;
    reader->text_at = word->end;
    reader->left--;
    return 1;
}

#ifdef __cplusplus
}
#endif

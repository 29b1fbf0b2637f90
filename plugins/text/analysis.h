/* A text taken apart once, for all who ask: tokens, sentences, words with stems.
 *
 * An analysis is counted; the context keeps the last few, so that several plugins that ask for the
 * same text share it. It belongs to the thread of its context. */
#pragma once

#include "context.h"
#include "intern.h"
#include "sentences.h"
#include "tokens.h"

enum gap {
    GAP_NONE,    /* nothing between (ideographs) */
    GAP_BLANK,   /* blanks */
    GAP_JOIN,    /* one hyphen or apostrophe */
    GAP_INITIAL, /* a full stop after a single letter */
    GAP_BREAK,   /* any punctuation, a sentence end, the text's start */
};

/* A word: one token, or some ideographs that a dictionary puts together. */
struct word {
    uint32_t token, tokens; /* the first, and how many */
    uint32_t form;          /* number in analysis.forms */
    uint32_t stem;          /* number in analysis.stems */
    uint32_t sentence;
    uint8_t flags; /* enum token_flag */
    uint8_t gap;   /* enum gap */
};

struct analysis {
    struct desk_text *context; /* whose it is */
    unsigned holders;
    uint64_t hash;
    char language[8];
    char *text;
    size_t size, room;
    struct tokens tokens;
    struct bytes sentences; /* struct sentence */
    struct bytes words;     /* struct word; made by analysis_words() */
    struct intern forms;    /* folded words */
    struct intern stems;
    struct bytes form_stems; /* uint32_t by form: its stem */
    struct bytes form_lower; /* uint32_t by form: how often without a capital */
    int has_words;
};

#define ANALYSIS_KEEP_BYTES (256u * 1024) /* larger texts are not kept for others */
#define ANALYSIS_TEXT_MAX   (16u * 1024 * 1024)
#define ANALYSIS_SPARE      (1u << 20) /* bytes of a dead analysis kept for the next one */

/* The analysis of a text, found or made; the caller holds it. `language` "" asks to find it out.
 * NULL when memory is out or the text is over ANALYSIS_TEXT_MAX. */
struct analysis *analysis_get(struct desk_text *text, const char *bytes, size_t size,
                              const char *language);
void analysis_release(struct analysis *analysis);
/* Frees what is kept for the next analysis. */
void analysis_free_spare(struct desk_text *text);

/* Makes words and stems where they are not yet; 0 or DESK_ERR_*. */
int analysis_words(struct desk_text *text, struct analysis *analysis);

static inline size_t analysis_sentence_count(const struct analysis *analysis)
{
    return analysis->sentences.size / sizeof(struct sentence);
}

static inline const struct sentence *analysis_sentences(const struct analysis *analysis)
{
    return (const struct sentence *)(const void *)analysis->sentences.at;
}

static inline size_t analysis_word_count(const struct analysis *analysis)
{
    return analysis->words.size / sizeof(struct word);
}

static inline const struct word *analysis_word_list(const struct analysis *analysis)
{
    return (const struct word *)(const void *)analysis->words.at;
}

/* What a thread needs to work on text: scratch memory, stemmers, break iterators.
 *
 * struct desk_text is the context of copydesk/text.h. It serves one thread at a time. Everything in
 * it is made on first use and kept. */
#pragma once

#include <copydesk/text.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The host table of init(); set once, before anything else runs. */
extern const struct desk_host *text_host;

void *text_alloc(size_t size);
void *text_zero(size_t size);
void *text_realloc(void *block, size_t size);
void text_free(void *block);

/* A growing byte buffer. */
struct bytes {
    char *at;
    size_t size, room;
};

int bytes_grow(struct bytes *bytes, size_t more);

/* Room for `more` further bytes; 0 or DESK_ERR_NOMEM. Amortised doubling. */
static inline int bytes_reserve(struct bytes *bytes, size_t more)
{
    return more <= bytes->room - bytes->size ? 0 : bytes_grow(bytes, more);
}

static inline int bytes_add(struct bytes *bytes, const void *data, size_t size)
{
    if (bytes_reserve(bytes, size) < 0)
        return DESK_ERR_NOMEM;
    if (size)
        memcpy(bytes->at + bytes->size, data, size);
    bytes->size += size;
    return 0;
}

/* Empties the buffer for the next text; memory over `keep` bytes is given back. */
void bytes_reset(struct bytes *bytes, size_t keep);
void bytes_free(struct bytes *bytes);

/* Scratch that is larger than this is given back before the next text. */
#define SCRATCH_KEEP (1u << 20)

#define ANALYSES_KEPT    4
#define STEMMERS_KEPT    4
#define SEGMENTERS_COUNT 2

struct sb_stemmer;
struct stemmer_slot {
    char language[8];
    struct sb_stemmer *stemmer; /* NULL: there is none for the language */
    uint32_t used;
};

/* Words that were stemmed lately, by hash of language and word: a word has STEM_CACHE_WAYS places
 * in one set, the one used last in front. */
#define STEM_CACHE_SETS  8192u
#define STEM_CACHE_WAYS  4u
#define STEM_CACHE_BYTES 23u
struct stem_set {
    uint64_t keys[STEM_CACHE_WAYS]; /* 0: free */
    struct stem_slot {
        uint8_t size;
        char stem[STEM_CACHE_BYTES];
    } slots[STEM_CACHE_WAYS];
};

struct token;
struct tokens {
    struct token *at;
    size_t count, room;
    struct bytes folds; /* the folded forms, one behind the other */
};

struct analysis;
struct desk_text {
    struct tokens tokens; /* of words() */
    struct bytes blob, folded, decoded, stem;
    struct bytes utf16, map, cuts;               /* scratch of segment.c */
    struct bytes candidates, slots, stem_counts; /* scratch of candidates.c */
    void *segmenters[SEGMENTERS_COUNT];
    struct stemmer_slot stemmers[STEMMERS_KEPT];
    uint32_t clock;
    struct stem_set *stems;                   /* STEM_CACHE_SETS */
    struct analysis *analyses[ANALYSES_KEPT]; /* newest first */
    struct analysis *spare;                   /* memory for the next one, or NULL */
};

struct desk_text *context_open(void);
void context_close(struct desk_text *text);

/* The context of the calling thread for Lua states, made on first use; NULL when memory is out. It
 * lives as long as the process. */
struct desk_text *context_of_thread(void);

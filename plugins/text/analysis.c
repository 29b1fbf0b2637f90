#include "analysis.h"

#include "hash.h"
#include "language.h"
#include "segment.h"
#include "stem.h"
#include "stopwords.h"

#include <string.h>

/* --- tokens and sentences --------------------------------------------------------------------- */

static int is_blank(const char *at, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        const unsigned char c = (unsigned char)at[i];
        if (c == 0xC2 && i + 1 < size && (unsigned char)at[i + 1] == 0xA0)
            i++; /* no-break space */
        else if (c != ' ' && c != '\n' && c != '\t' && c != '\r')
            return 0;
    }
    return 1;
}

static enum gap gap_between(const char *text, const struct token *before, const struct token *token)
{
    const char *at = text + before->end;
    const size_t size = token->start - before->end;
    if (size == 0)
        return GAP_NONE;
    if (size == 1 && *at == ' ')
        return GAP_BLANK;
    if (size == 1 && (*at == '-' || *at == '\''))
        return GAP_JOIN;
    if (size == 3 && (memcmp(at, "\xE2\x80\x99", 3) == 0 || memcmp(at, "\xE2\x80\x90", 3) == 0 ||
                      memcmp(at, "\xE2\x80\x91", 3) == 0))
        return GAP_JOIN; /* apostrophe, hyphens */
    if (*at == '.' && (before->flags & TOKEN_ALONE) && is_blank(at + 1, size - 1))
        return GAP_INITIAL;
    return is_blank(at, size) ? GAP_BLANK : GAP_BREAK;
}

static void mark_tokens(struct analysis *analysis)
{
    const struct sentence *sentences = analysis_sentences(analysis);
    const size_t sentence_count = analysis_sentence_count(analysis);
    const struct word_set *stops = stopword_set(analysis->language);
    size_t sentence = 0;
    for (size_t i = 0; i < analysis->tokens.count; i++) {
        struct token *token = &analysis->tokens.at[i];
        const char *fold = analysis->tokens.folds.at + token->fold;
        token->gap = i == 0 ? GAP_BREAK : (uint8_t)gap_between(analysis->text, token - 1, token);
        if (sentence < sentence_count && token->start >= sentences[sentence].start) {
            while (sentence < sentence_count && token->start >= sentences[sentence].start)
                sentence++;
            token->flags |= TOKEN_BEGINS;
            token->gap = GAP_BREAK;
        }
        if (token->gap == GAP_BREAK)
            token->flags |= TOKEN_BROKEN;
        token->hash = hash_bytes(fold, token->fold_size);
        if (word_set_has_hash(stops, token->hash))
            token->flags |= TOKEN_STOP;
    }
}

/* --- words ------------------------------------------------------------------------------------ */

/* Words in the making. */
struct making {
    struct desk_text *text;
    struct analysis *analysis;
    struct stemming stemming;
    uint32_t sentence;
};

static int add_number(struct bytes *bytes, uint32_t number)
{
    return bytes_add(bytes, &number, sizeof number);
}

static uint32_t *number_at(const struct bytes *bytes, size_t i)
{
    return (uint32_t *)(void *)bytes->at + i;
}

/* A new form: its stem is found once. */
static int add_form(const struct making *making, const struct stemming *stemming,
                    const struct stem_word *word)
{
    struct analysis *analysis = making->analysis;
    struct desk_text_bytes found;
    if (stem_of(making->text, stemming, word, &found) < 0)
        return DESK_ERR_NOMEM;
    const int64_t stem = intern_add(&analysis->stems, found.bytes, found.size, NULL);
    if (stem < 0 || add_number(&analysis->form_stems, (uint32_t)stem) < 0 ||
        add_number(&analysis->form_lower, 0) < 0)
        return DESK_ERR_NOMEM;
    return 0;
}

static int put_word(struct analysis *analysis, struct word word)
{
    if (!(word.flags & TOKEN_CAPITAL))
        ++*number_at(&analysis->form_lower, word.form);
    word.stem = *number_at(&analysis->form_stems, word.form);
    return bytes_add(&analysis->words, &word, sizeof word);
}

/* A word that is one token. */
static int add_token(const struct making *making, size_t at)
{
    struct analysis *analysis = making->analysis;
    const struct token *token = &analysis->tokens.at[at];
    const char *fold = analysis->tokens.folds.at + token->fold;
    int fresh;
    const int64_t form =
        intern_add_hashed(&analysis->forms, token->hash, fold, token->fold_size, &fresh);
    if (form < 0)
        return DESK_ERR_NOMEM;
    if (fresh) {
        const struct stem_word word = {.bytes = analysis->text + token->start,
                                       .size = token->end - token->start,
                                       .folded = {fold, token->fold_size},
                                       .hash = token->hash,
                                       .ascii = token->ascii};
        if (add_form(making, &making->stemming, &word) < 0)
            return DESK_ERR_NOMEM;
    }
    return put_word(analysis, (struct word){.token = (uint32_t)at,
                                            .tokens = 1,
                                            .form = (uint32_t)form,
                                            .sentence = making->sentence,
                                            .flags = token->flags,
                                            .gap = token->gap});
}

/* A word of several ideographs, which is its own stem. */
static int add_joined(const struct making *making, size_t first, size_t tokens)
{
    static const struct stemming none;
    struct analysis *analysis = making->analysis;
    const struct token *token = &analysis->tokens.at[first], *last = token + tokens - 1;
    const struct stem_word word = {.folded = {analysis->tokens.folds.at + token->fold,
                                              last->fold + last->fold_size - token->fold}};
    int fresh;
    const int64_t form = intern_add(&analysis->forms, word.folded.bytes, word.folded.size, &fresh);
    if (form < 0 || (fresh && add_form(making, &none, &word) < 0))
        return DESK_ERR_NOMEM;
    uint8_t flags = token->flags & (uint8_t)~TOKEN_STOP;
    if (word_set_has(stopword_set(analysis->language), word.folded.bytes, word.folded.size))
        flags |= TOKEN_STOP;
    return put_word(analysis, (struct word){.token = (uint32_t)first,
                                            .tokens = (uint32_t)tokens,
                                            .form = (uint32_t)form,
                                            .sentence = making->sentence,
                                            .flags = flags,
                                            .gap = token->gap});
}

/* Puts the ideographs of tokens [first, first + count) together to words. The run has no gaps. */
static int add_ideographs(const struct making *making, size_t first, size_t count)
{
    const struct analysis *analysis = making->analysis;
    const struct token *tokens = analysis->tokens.at;
    const uint32_t base = tokens[first].start;
    const size_t size = tokens[first + count - 1].end - base;
    const uint32_t *cuts;
    size_t cut_count, token = first;
    int rc = segment_run(making->text, SEGMENT_CJK, analysis->text + base, size, &cuts, &cut_count);
    for (size_t i = 0; i < cut_count && rc == 0; i++) {
        size_t to = token;
        while (to < first + count && tokens[to].end <= base + cuts[i])
            to++;
        if (to - token == 1)
            rc = add_token(making, token);
        else if (to > token)
            rc = add_joined(making, token, to - token);
        token = to;
    }
    return rc;
}

static size_t ideograph_run(const struct analysis *analysis, size_t first)
{
    size_t to = first + 1;
    while (to < analysis->tokens.count && (analysis->tokens.at[to].flags & TOKEN_IDEOGRAPH) &&
           analysis->tokens.at[to].gap == GAP_NONE)
        to++;
    return to - first;
}

static void clear_words(struct analysis *analysis)
{
    analysis->has_words = 0;
    analysis->words.size = 0;
    intern_clear(&analysis->forms);
    intern_clear(&analysis->stems);
    analysis->form_stems.size = analysis->form_lower.size = 0;
}

int analysis_words(struct desk_text *text, struct analysis *analysis)
{
    if (analysis->has_words)
        return 0;
    const struct sentence *sentences = analysis_sentences(analysis);
    const size_t sentence_count = analysis_sentence_count(analysis);
    const size_t count = analysis->tokens.count;
    struct making making = {text, analysis, stem_begin(analysis->language), 0};
    int rc = bytes_reserve(&analysis->words, count * sizeof(struct word));
    for (size_t i = 0; i < count && rc == 0;) {
        const struct token *token = &analysis->tokens.at[i];
        size_t tokens = 1;
        while (making.sentence + 1 < sentence_count &&
               token->start >= sentences[making.sentence + 1].start)
            making.sentence++;
        if (token->flags & TOKEN_IDEOGRAPH) {
            tokens = ideograph_run(analysis, i);
            rc = add_ideographs(&making, i, tokens);
        } else {
            rc = add_token(&making, i);
        }
        i += tokens;
    }
    if (rc == 0)
        analysis->has_words = 1;
    else
        clear_words(analysis); /* half done: begin again at the next call */
    return rc;
}

#define HASH_PART 64u

/* --- life ------------------------------------------------------------------------------------- */

static void destroy(struct analysis *analysis)
{
    text_free(analysis->text);
    tokens_free(&analysis->tokens);
    bytes_free(&analysis->sentences);
    bytes_free(&analysis->words);
    intern_free(&analysis->forms);
    intern_free(&analysis->stems);
    bytes_free(&analysis->form_stems);
    bytes_free(&analysis->form_lower);
    text_free(analysis);
}

static size_t memory_of(const struct analysis *analysis)
{
    const struct tokens *tokens = &analysis->tokens;
    return analysis->room + tokens->room * sizeof *tokens->at + tokens->folds.room +
           analysis->sentences.room + analysis->words.room + intern_memory(&analysis->forms) +
           intern_memory(&analysis->stems) + analysis->form_stems.room + analysis->form_lower.room;
}

/* The next text wants about the same memory, and finds it in the processor's cache. */
void analysis_release(struct analysis *analysis)
{
    if (!analysis || --analysis->holders > 0)
        return;
    struct desk_text *context = analysis->context;
    if (context->spare || memory_of(analysis) > ANALYSIS_SPARE)
        destroy(analysis);
    else
        context->spare = analysis;
}

void analysis_free_spare(struct desk_text *text)
{
    if (text->spare)
        destroy(text->spare);
    text->spare = NULL;
}

/* An empty analysis with room for a text of `size` bytes; NULL when memory is out. */
static struct analysis *take(struct desk_text *text, size_t size)
{
    struct analysis *analysis = text->spare ? text->spare : text_zero(sizeof *analysis);
    text->spare = NULL;
    if (!analysis)
        return NULL;
    if (analysis->room < size || !analysis->text) {
        text_free(analysis->text);
        analysis->room = 0;
        analysis->text = text_alloc(size);
        if (!analysis->text) {
            destroy(analysis);
            return NULL;
        }
        analysis->room = size;
    }
    analysis->sentences.size = 0;
    clear_words(analysis);
    return analysis;
}

static struct analysis *make(struct desk_text *text, const char *bytes, size_t size,
                             const char *language, uint64_t hash)
{
    struct analysis *analysis = take(text, size);
    if (!analysis)
        return NULL;
    analysis->context = text;
    analysis->holders = 1;
    analysis->hash = hash;
    analysis->size = size;
    snprintf(analysis->language, sizeof analysis->language, "%s", language);
    if (size)
        memcpy(analysis->text, bytes, size);
    if (tokens_scan(text, bytes, size, &analysis->tokens) < 0 ||
        sentences_find(bytes, size, language, &analysis->sentences) < 0) {
        destroy(analysis);
        return NULL;
    }
    mark_tokens(analysis);
    return analysis;
}

/* Of a long text some parts: equal hashes are only a reason to compare. */
static uint64_t hash_text(const char *bytes, size_t size)
{
    if (size <= 4 * HASH_PART)
        return hash_bytes(bytes, size);
    uint64_t hash = hash_mix(size, hash_bytes(bytes, HASH_PART));
    hash = hash_mix(hash, hash_bytes(bytes + size / 2, HASH_PART));
    return hash_mix(hash, hash_bytes(bytes + size - HASH_PART, HASH_PART));
}

static struct analysis *find(struct desk_text *text, const char *bytes, size_t size,
                             const char *language, uint64_t hash)
{
    for (size_t i = 0; i < ANALYSES_KEPT; i++) {
        struct analysis *analysis = text->analyses[i];
        if (analysis && analysis->hash == hash && analysis->size == size &&
            strcmp(analysis->language, language) == 0 && memcmp(analysis->text, bytes, size) == 0) {
            memmove(text->analyses + 1, text->analyses, i * sizeof *text->analyses);
            return text->analyses[0] = analysis;
        }
    }
    return NULL;
}

static void keep(struct desk_text *text, struct analysis *analysis)
{
    analysis_release(text->analyses[ANALYSES_KEPT - 1]);
    memmove(text->analyses + 1, text->analyses, (ANALYSES_KEPT - 1) * sizeof *text->analyses);
    text->analyses[0] = analysis;
    analysis->holders++;
}

struct analysis *analysis_get(struct desk_text *text, const char *bytes, size_t size,
                              const char *language)
{
    struct desk_text_language found;
    if (size > ANALYSIS_TEXT_MAX || strlen(language) >= sizeof found.code)
        return NULL;
    if (!language[0]) {
        if (language_of(text, bytes, size, &found, NULL) < 0)
            return NULL;
        language = found.code;
    }
    const uint64_t hash = hash_text(bytes, size);
    struct analysis *analysis = find(text, bytes, size, language, hash);
    if (analysis) {
        analysis->holders++;
        return analysis;
    }
    analysis = make(text, bytes, size, language, hash);
    if (analysis && size <= ANALYSIS_KEEP_BYTES)
        keep(text, analysis);
    return analysis;
}

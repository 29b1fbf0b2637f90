/* The piece of a body that shows why an article was found.
 *
 * The body is cut into words by the `text` service, the words that the query wants are marked, and
 * the window of about WINDOW_BYTES with the most different terms (then the most matches, then the
 * earliest) is copied. Not FTS5's snippet(): a query can be several MATCH expressions and filters
 * at once, and only the few rows shown are looked at. */
#include "store/sqlite/search.h"

#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "store/sqlite/match.h"

#define WINDOW_BYTES 240
#define BEFORE_BYTES 50 /* of the window, before its first match */
#define TAIL_BYTES   12 /* of signs right behind its last word */
#define TERMS_MAX    64

struct spot {
    uint32_t start, end;
    const char *folded; /* in the service's blob */
    uint8_t folded_size;
    uint8_t term; /* from 1; 0: no match */
    bool joined;  /* the next spot belongs to the same match */
};

struct window {
    size_t first, last; /* spots */
    unsigned terms, hits;
};

/* ---- words and matches ---- */

static int read_spots(struct tokenizer *tokenizer, struct str body, struct spot **spots,
                      size_t *count, struct error *err)
{
    struct desk_text_bytes blob;
    struct desk_words_reader reader;
    struct desk_word word;
    struct desk_error said = {0};
    *count = 0;
    if (tokenizer_api(tokenizer)->words(tokenizer_text(tokenizer), body.at, body.len, &blob,
                                        &said) < 0 ||
        !desk_words_open(&reader, blob.bytes, blob.size, body.len))
        return error_set(err, ERR_INTERNAL, "reading an article's words: %s", said.text);
    *spots = mem_zero((size_t)reader.left + 1, sizeof(**spots));
    if (!*spots)
        return error_set(err, ERR_NOMEM, "out of memory showing a match");
    while (desk_words_next(&reader, &word) > 0)
        (*spots)[(*count)++] = (struct spot){.start = (uint32_t)word.start,
                                             .end = (uint32_t)word.end,
                                             .folded = word.folded,
                                             .folded_size = (uint8_t)word.folded_size};
    return 0;
}

static bool word_fits(const struct spot *spot, struct str word, bool prefix)
{
    return (prefix ? spot->folded_size >= word.len : spot->folded_size == word.len) &&
           memcmp(spot->folded, word.at, word.len) == 0;
}

static bool term_fits(const struct spot *spots, size_t left, const struct match_term *term)
{
    if (term->count > left)
        return false;
    for (size_t i = 0; i < term->count; i++)
        if (!word_fits(&spots[i], term->words[i], term->prefix && i + 1 == term->count))
            return false;
    return true;
}

static void mark_term(struct spot *spots, size_t count, const struct match_term *term,
                      uint8_t number)
{
    for (size_t i = 0; i < count; i++) {
        if (!term_fits(spots + i, count - i, term))
            continue;
        for (size_t k = 0; k < term->count; k++) {
            spots[i + k].term = number;
            spots[i + k].joined |= k + 1 < term->count;
        }
    }
}

/* ---- the window ---- */

static struct window window_at(const struct spot *spots, size_t count, size_t hit)
{
    struct window window = {.first = hit};
    uint64_t seen = 0;
    while (window.first > 0 && spots[hit].start - spots[window.first - 1].start <= BEFORE_BYTES)
        window.first--;
    const uint32_t from = spots[window.first].start;
    window.last = window.first;
    for (size_t i = window.first; i < count && spots[i].end - from <= WINDOW_BYTES; i++) {
        window.last = i;
        window.hits += spots[i].term > 0;
        if (spots[i].term > 0)
            seen |= UINT64_C(1) << (spots[i].term - 1);
    }
    window.terms = (unsigned)__builtin_popcountll(seen);
    return window;
}

static bool is_better(const struct window *a, const struct window *b)
{
    return a->terms != b->terms ? a->terms > b->terms : a->hits > b->hits;
}

static struct window best_window(const struct spot *spots, size_t count)
{
    struct window best = window_at(spots, count, 0);
    for (size_t i = 1; i < count; i++) {
        if (spots[i].term == 0)
            continue;
        const struct window window = window_at(spots, count, i);
        if (is_better(&window, &best))
            best = window;
    }
    return best;
}

/* ---- writing ---- */

static void copy(struct buf *out, struct str body, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        buf_byte(out, body.at[i] == '\1' || body.at[i] == '\2' ? ' ' : (uint8_t)body.at[i]);
}

/* A word may be as long as the body: what is over a window is cut. */
static void copy_word(struct buf *out, struct str body, const struct spot *spot)
{
    const struct str word = {body.at + spot->start, spot->end - spot->start};
    const size_t size = word.len > WINDOW_BYTES ? utf8_cut(word, WINDOW_BYTES) : word.len;
    copy(out, body, spot->start, spot->start + size);
    buf_text(out, size < word.len ? "…" : "");
}

/* Takes along what stands right behind the last word: a full stop, a closing quote. */
static size_t window_end(struct str body, const struct spot *spots, size_t count, size_t last)
{
    const size_t limit = last + 1 < count ? spots[last + 1].start : body.len;
    const size_t start = spots[last].end;
    size_t end = start;
    while (end < limit && (unsigned char)body.at[end] > ' ' && end - start < TAIL_BYTES)
        end++;
    return start + utf8_cut((struct str){body.at + start, body.len - start}, end - start);
}

static void write_window(struct buf *out, struct str body, const struct spot *spots, size_t count,
                         const struct window *window)
{
    const uint32_t start = spots[window->first].start;
    const bool whole = window->first == 0 && start <= BEFORE_BYTES;
    size_t at = whole ? 0 : start;
    buf_text(out, whole ? "" : "…");
    for (size_t i = window->first; i <= window->last; i++) {
        const bool opens = spots[i].term > 0 && (i == window->first || !spots[i - 1].joined);
        const bool closes = spots[i].term > 0 && (i == window->last || !spots[i].joined);
        copy(out, body, at, spots[i].start);
        buf_text(out, opens ? "\1" : "");
        copy_word(out, body, &spots[i]);
        buf_text(out, closes ? "\2" : "");
        at = spots[i].end;
    }
    const size_t end = window_end(body, spots, count, window->last);
    copy(out, body, at, end);
    buf_text(out, window->last + 1 < count ? "…" : "");
}

/* ---- all ---- */

#define SNIPPET_TERM_BYTES (1UL * 1024 * 1024) /* of memory for a query's words */

static int mark_all(struct tokenizer *tokenizer, const struct query *query, struct str body,
                    struct spot **spots, size_t *count, struct error *err)
{
    ARENA_AUTO struct arena *arena = arena_new(SNIPPET_TERM_BYTES);
    struct matcher matcher = {.tokenizer = tokenizer, .arena = arena, .err = err};
    struct match_term terms[TERMS_MAX];
    size_t term_count = 0;
    if (!arena)
        return error_set(err, ERR_NOMEM, "out of memory showing a match");
    int rc = match_terms(&matcher, query ? query->root : NULL, terms, TERMS_MAX, &term_count);
    if (rc >= 0)
        rc = read_spots(tokenizer, body, spots, count, err);
    for (size_t i = 0; rc >= 0 && i < term_count; i++)
        mark_term(*spots, *count, &terms[i], (uint8_t)(i + 1));
    return rc;
}

int search_snippet(struct tokenizer *tokenizer, const struct query *query, struct str body,
                   struct buf *out, struct error *err)
{
    MEM_AUTO struct spot *spots = NULL;
    size_t count = 0;
    buf_clear(out);
    body.len = utf8_cut(body, body.len < LIMIT(SNIPPET_BYTES) ? body.len : LIMIT(SNIPPET_BYTES));
    if (body.len == 0)
        return 0;
    int rc = mark_all(tokenizer, query, body, &spots, &count, err);
    if (rc < 0)
        return rc;
    if (count > 0) {
        const struct window window = best_window(spots, count);
        write_window(out, body, spots, count, &window);
    }
    return buf_failed(out) ? error_set(err, ERR_NOMEM, "out of memory showing a match") : 0;
}

#include "tokens.h"

#include "ascii.h"
#include "fold.h"
#include "segment.h"

#include <string.h>

#define TOKENS_ROOM      32u
#define TOKENS_ROOM_MOST 65536u /* made in front, by the size of the text */

/* A word in the making. */
struct scan {
    struct desk_text *text;
    const unsigned char *in;
    size_t size;
    struct tokens *tokens;
    uint32_t fold; /* where its folded form began */
    uint16_t letters, capitals, digits;
    uint8_t first_capital;
    uint8_t other; /* holds a character that is not ASCII */
};

static int grow(struct tokens *tokens, size_t room)
{
    struct token *bigger = text_realloc(tokens->at, room * sizeof *bigger);
    if (!bigger)
        return DESK_ERR_NOMEM;
    tokens->at = bigger;
    tokens->room = room;
    return 0;
}

static uint8_t flags_of(const struct scan *scan)
{
    uint8_t flags = 0;
    if (scan->first_capital)
        flags |= TOKEN_CAPITAL;
    if (scan->letters >= 2 && scan->capitals == scan->letters)
        flags |= TOKEN_CAPITALS;
    if (scan->digits)
        flags |= TOKEN_DIGIT;
    if (scan->letters == 1 && !scan->digits)
        flags |= TOKEN_ALONE;
    return flags;
}

/* Cuts a folded form to the limit without cutting a code point. */
static size_t cut(const char *at, size_t size)
{
    if (size <= DESK_WORD_MAX)
        return size;
    size = DESK_WORD_MAX;
    while (size > 0 && ((unsigned char)at[size] & 0xC0) == 0x80)
        size--;
    return size;
}

static int put(struct scan *scan, size_t start, size_t end, uint8_t flags)
{
    struct tokens *tokens = scan->tokens;
    struct bytes *folds = &tokens->folds;
    const size_t size = cut(folds->at + scan->fold, folds->size - scan->fold);
    folds->size = scan->fold + size;
    if (size == 0)
        return 0;
    if (tokens->count == tokens->room && grow(tokens, tokens->room * 2 + TOKENS_ROOM) < 0)
        return DESK_ERR_NOMEM;
    tokens->at[tokens->count++] = (struct token){
        .start = (uint32_t)start,
        .end = (uint32_t)end,
        .fold = scan->fold,
        .fold_size = (uint8_t)size,
        .ascii = !scan->other && size == end - start,
        .flags = flags,
    };
    return 0;
}

static void begin(struct scan *scan)
{
    scan->fold = (uint32_t)scan->tokens->folds.size;
    scan->letters = scan->capitals = scan->digits = 0;
    scan->first_capital = scan->other = 0;
}

static void count(struct scan *scan, int capital, int digit)
{
    if (digit) {
        scan->digits |= 1;
        return;
    }
    if (capital && scan->letters == 0 && !scan->digits)
        scan->first_capital = 1;
    if (scan->letters < UINT16_MAX) {
        scan->letters++;
        scan->capitals += capital != 0;
    }
}

/* The ASCII part of a word from `at` on; gives its end. The buffer has room. */
static size_t scan_ascii(struct scan *scan, size_t at)
{
    struct bytes *folds = &scan->tokens->folds;
    char *out = folds->at + folds->size;
    const unsigned char *in = scan->in;
    const size_t size = scan->size;
    unsigned letters = 0, capitals = 0, digits = 0;
    const size_t start = at;
    const int fresh = scan->letters == 0 && !scan->digits;
    while (at < size && in[at] < 0x80) {
        const unsigned char c = fold_ascii[in[at]];
        if (!c)
            break;
        *out++ = (char)c;
        digits += c < 'a';
        capitals += c != in[at];
        at++;
    }
    letters = (unsigned)(at - start) - digits;
    if (fresh && at > start && (unsigned)in[start] - 'A' < 26u)
        scan->first_capital = 1;
    const unsigned total = scan->letters + letters;
    scan->letters = (uint16_t)(total > UINT16_MAX ? UINT16_MAX : total);
    const unsigned upper = scan->capitals + capitals;
    scan->capitals = (uint16_t)(upper > UINT16_MAX ? UINT16_MAX : upper);
    scan->digits |= digits != 0;
    folds->size = (size_t)(out - folds->at);
    return at;
}

/* Of a word that has capitals or digits. */
static uint8_t flags_of_mixed(const unsigned char *word, size_t size)
{
    size_t letters = 0, capitals = 0;
    for (size_t i = 0; i < size; i++) {
        letters += word[i] >= 'A';
        capitals += (unsigned)word[i] - 'A' < 26u;
    }
    uint8_t flags = 0;
    if ((unsigned)word[0] - 'A' < 26u)
        flags |= TOKEN_CAPITAL;
    if (letters >= 2 && capitals == letters)
        flags |= TOKEN_CAPITALS;
    if (letters < size)
        flags |= TOKEN_DIGIT;
    if (letters == 1 && size == 1)
        flags |= TOKEN_ALONE;
    return flags;
}

/* Words of ASCII alone, nearly all of most texts, from `at` on. Stops at what needs more thought,
 * and gives where. The buffer for folded forms has room for the whole text. */
static int scan_short_words(struct scan *scan, size_t *from)
{
    struct tokens *tokens = scan->tokens;
    const unsigned char *in = scan->in;
    const size_t size = scan->size;
    size_t at = *from;
    for (;;) {
        while (at < size && !fold_ascii[in[at]])
            at++;
        const size_t start = *from = at;
        unsigned mixed;
        const size_t length =
            ascii_word(in + at, size - at, tokens->folds.at + tokens->folds.size, &mixed);
        at += length;
        if (length == 0 || length > DESK_WORD_MAX || (at < size && in[at] >= 0x80))
            return 0;
        if (tokens->count == tokens->room && grow(tokens, tokens->room * 2 + TOKENS_ROOM) < 0)
            return DESK_ERR_NOMEM;
        tokens->at[tokens->count++] = (struct token){
            .start = (uint32_t)start,
            .end = (uint32_t)at,
            .fold = (uint32_t)tokens->folds.size,
            .fold_size = (uint8_t)length,
            .ascii = 1,
            .flags = mixed         ? flags_of_mixed(in + start, length)
                     : length == 1 ? TOKEN_ALONE
                                   : 0,
        };
        tokens->folds.size += length;
    }
}

/* A word that begins at `at` with a letter; gives its end. Folded bytes never outgrow the room
 * that tokens_scan() keeps in front: FOLD_BYTES_MAX a code point. */
static int scan_word(struct scan *scan, size_t at, size_t *end)
{
    struct fold_entry spare;
    struct bytes *folds = &scan->tokens->folds;
    for (;;) {
        if (bytes_reserve(folds, scan->size - at + 4 * FOLD_BYTES_MAX) < 0)
            return DESK_ERR_NOMEM;
        at = scan_ascii(scan, at);
        if (at >= scan->size || scan->in[at] < 0x80)
            break;
        uint32_t code;
        const unsigned length = fold_decode(scan->in, at, scan->size, &code);
        if (code == 0xFFFFFFFFu)
            break;
        const struct fold_entry *entry = fold_entry(code, &spare);
        if (entry->cls != FOLD_LETTER && entry->cls != FOLD_MARK)
            break;
        scan->other = 1;
        if (entry->cls == FOLD_LETTER)
            count(scan, entry->flags & FOLD_UPPER, entry->flags & FOLD_DIGIT);
        memcpy(folds->at + folds->size, entry->bytes, entry->size);
        folds->size += entry->size;
        at += length;
    }
    *end = at;
    return 0;
}

/* Marks behind an ideograph belong to its span. */
static size_t skip_marks(const struct scan *scan, size_t at)
{
    struct fold_entry spare;
    while (at < scan->size && scan->in[at] >= 0x80) {
        uint32_t code;
        const unsigned length = fold_decode(scan->in, at, scan->size, &code);
        if (code == 0xFFFFFFFFu || fold_entry(code, &spare)->cls != FOLD_MARK)
            break;
        at += length;
    }
    return at;
}

/* A run of a script without blanks between words, cut with a dictionary. */
static int scan_complex(struct scan *scan, size_t at, size_t *end)
{
    struct fold_entry spare;
    size_t to = at;
    while (to < scan->size && scan->in[to] >= 0x80) {
        uint32_t code;
        const unsigned length = fold_decode(scan->in, to, scan->size, &code);
        if (code == 0xFFFFFFFFu)
            break;
        const enum fold_class cls = fold_entry(code, &spare)->cls;
        if (cls != FOLD_COMPLEX && cls != FOLD_MARK)
            break;
        to += length;
    }
    *end = to;
    const uint32_t *cuts;
    size_t cut_count;
    const int rc = segment_run(scan->text, SEGMENT_COMPLEX, (const char *)scan->in + at, to - at,
                               &cuts, &cut_count);
    if (rc < 0)
        return rc;
    size_t from = 0;
    for (size_t i = 0; i < cut_count; i++) {
        begin(scan);
        scan->other = 1;
        if (fold_text((const char *)scan->in + at + from, cuts[i] - from, &scan->tokens->folds) <
                0 ||
            put(scan, at + from, at + cuts[i], 0) < 0)
            return DESK_ERR_NOMEM;
        from = cuts[i];
    }
    return 0;
}

static int scan_other(struct scan *scan, size_t at, size_t *end)
{
    struct fold_entry spare;
    uint32_t code;
    const unsigned length = fold_decode(scan->in, at, scan->size, &code);
    *end = at + length;
    if (code == 0xFFFFFFFFu)
        return 0;
    const struct fold_entry *entry = fold_entry(code, &spare);
    switch (entry->cls) {
    case FOLD_LETTER:
        begin(scan);
        if (scan_word(scan, at, end) < 0)
            return DESK_ERR_NOMEM;
        return put(scan, at, *end, flags_of(scan));
    case FOLD_IDEOGRAPH:
        begin(scan);
        scan->other = 1;
        if (bytes_add(&scan->tokens->folds, entry->bytes, entry->size) < 0)
            return DESK_ERR_NOMEM;
        *end = skip_marks(scan, *end);
        return put(scan, at, *end, TOKEN_IDEOGRAPH);
    case FOLD_COMPLEX:
        return scan_complex(scan, at, end);
    default:
        return 0;
    }
}

/* What begins at `at`: no word, a word, or a run of them; *end is where to go on. */
static int scan_next(struct scan *scan, size_t at, size_t *end)
{
    const unsigned char c = scan->in[at];
    if (c >= 0x80)
        return scan_other(scan, at, end);
    *end = at + 1;
    if (!fold_ascii[c])
        return 0;
    begin(scan);
    if (scan_word(scan, at, end) < 0)
        return DESK_ERR_NOMEM;
    return put(scan, at, *end, flags_of(scan));
}

int tokens_scan(struct desk_text *text, const char *bytes, size_t size, struct tokens *tokens)
{
    struct scan scan = {
        .text = text, .in = (const unsigned char *)bytes, .size = size, .tokens = tokens};
    tokens->count = 0;
    bytes_reset(&tokens->folds, SCRATCH_KEEP);
    if (size > DESK_TEXT_MAX)
        return DESK_ERR_LIMIT;
    /* News has a word in six bytes. */
    const size_t room = size / 6 < TOKENS_ROOM_MOST ? size / 6 + TOKENS_ROOM : TOKENS_ROOM_MOST;
    if (room > tokens->room && grow(tokens, room) < 0)
        return DESK_ERR_NOMEM;
    for (size_t at = 0; at < size;) {
        if (bytes_reserve(&tokens->folds, size - at + ASCII_STEP) < 0 ||
            scan_short_words(&scan, &at) < 0)
            return DESK_ERR_NOMEM;
        if (at < size && scan_next(&scan, at, &at) < 0)
            return DESK_ERR_NOMEM;
    }
    return 0;
}

int tokens_scan_at(struct desk_text *text, const char *bytes, size_t size, size_t at,
                   struct tokens *tokens, size_t *end)
{
    struct scan scan = {
        .text = text, .in = (const unsigned char *)bytes, .size = size, .tokens = tokens};
    tokens->count = 0;
    tokens->folds.size = 0;
    return scan_next(&scan, at, end) < 0 ? DESK_ERR_NOMEM : 0;
}

void tokens_free(struct tokens *tokens)
{
    text_free(tokens->at);
    bytes_free(&tokens->folds);
    *tokens = (struct tokens){0};
}

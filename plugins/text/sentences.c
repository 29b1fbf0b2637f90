/* Sentence ends, in one pass.
 *
 * Only full stops, question and exclamation marks, their kin in other scripts, and line ends can
 * end a sentence; a byte table skips everything else. At each of them the marks and closing quotes
 * are taken together, and then what stands before and behind decides: an abbreviation, an initial,
 * an ordinal or a list number before; a small letter behind. */
#include "sentences.h"

#include "fold.h"
#include "sentence_marks.h"
#include "stopwords.h"

#include <string.h>

/* A line at least this long that ends without punctuation goes on in the next one. */
#define WRAPPED_LINE 60
/* A bracket that closes within so many bytes holds a sentence together. */
#define BRACKET_BYTES 300

/* A title in ideographic brackets is no longer than this. */
#define TITLE_BYTES 90

struct cutter {
    const unsigned char *in;
    size_t size;
    const char *language;
    int ordinals;
    size_t abbreviations;
    const struct word_set *starters; /* words that like to begin a sentence */
    struct bytes *out;
    struct bytes fold; /* scratch */
    size_t start;      /* of the sentence in the making */
    size_t line;       /* start of the line */
    unsigned item;     /* number (or letter) of the list item that the sentence is; 0: none */
    int lettered;
};

/* 1: may begin a mark. */
static const unsigned char interesting[256] = {
    ['\n'] = 1, ['.'] = 1,  ['!'] = 1,  ['?'] = 1,  [0xCD] = 1, [0xD6] = 1, [0xD8] = 1, [0xDB] = 1,
    [0xE0] = 1, [0xE1] = 1, [0xE2] = 1, [0xE3] = 1, [0xEF] = 1, [';'] = 1,  [':'] = 1,  [')'] = 1,
};

static uint32_t code_at(const struct cutter *cutter, size_t at, unsigned *length)
{
    uint32_t code;
    if (at >= cutter->size) {
        *length = 0;
        return 0;
    }
    *length = fold_decode(cutter->in, at, cutter->size, &code);
    return code;
}

/* Never looks beyond `end`: a text of blanks would cost the square of its length. */
static size_t skip_blanks(const struct cutter *cutter, size_t at, size_t end)
{
    unsigned length;
    while (at < end && is_blank(code_at(cutter, at, &length)))
        at += length;
    return at;
}

static int put(struct cutter *cutter, size_t end)
{
    size_t start = skip_blanks(cutter, cutter->start, end);
    cutter->start = end;
    while (end > start) {
        size_t last = end - 1;
        while (last > start && (cutter->in[last] & 0xC0) == 0x80)
            last--;
        unsigned length;
        if (!is_blank(code_at(cutter, last, &length)))
            break;
        end = last;
    }
    if (end <= start)
        return 0;
    const struct sentence sentence = {(uint32_t)start, (uint32_t)end};
    return bytes_add(cutter->out, &sentence, sizeof sentence);
}

/* --- what stands before ------------------------------------------------------------------------
 */

/* Where the word that ends at `end` begins: back to a blank, an opening quote or bracket. */
static size_t word_start(const struct cutter *cutter, size_t end)
{
    size_t at = end;
    while (at > cutter->start) {
        const unsigned char c = cutter->in[at - 1];
        if (c <= ' ' || c == '(' || c == '"' || c == '[' || c == '/' || c == '\'' || c == ',')
            break;
        if (end - at > 40)
            break;
        at--;
    }
    /* Typographic quotes and no-break spaces in front. */
    unsigned length;
    for (uint32_t code = code_at(cutter, at, &length);
         at < end && (is_blank(code) || is_opener(code) || code == 0x2019 || is_dash(code) ||
                      (length > 1 && code == 0xFFFFFFFFu));
         code = code_at(cutter, at, &length))
        at += length;
    return at;
}

static int all_digits(const struct cutter *cutter, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if ((unsigned)cutter->in[i] - '0' >= 10u)
            return 0;
    return to > from;
}

static int is_roman(const struct cutter *cutter, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (!strchr("IVX", cutter->in[i]) || !cutter->in[i])
            return 0;
    return to > from;
}

static size_t letters_in(const struct cutter *cutter, size_t from, size_t to)
{
    size_t count = 0;
    for (size_t i = from; i < to; i++)
        count += (cutter->in[i] & 0xC0) != 0x80;
    return count;
}

/* Letters with a full stop after each but the last: "U.S", "z.B", "п.э". */
static int is_dotted(const struct cutter *cutter, size_t from, size_t to)
{
    size_t run = 0, dots = 0;
    for (size_t i = from; i < to; i++) {
        if (cutter->in[i] == '.') {
            if (run == 0 || run > 2)
                return 0;
            dots++;
            run = 0;
        } else {
            run += (cutter->in[i] & 0xC0) != 0x80;
        }
    }
    return dots > 0 && run > 0 && run <= 2;
}

static enum abbreviation look_up(struct cutter *cutter, size_t from, size_t to)
{
    cutter->fold.size = 0;
    if (to - from > 32 || fold_text((const char *)cutter->in + from, to - from, &cutter->fold) < 0)
        return ABBREVIATION_NONE;
    return abbreviation_of(cutter->abbreviations, cutter->fold.at, cutter->fold.size);
}

/* Does the word at `at` like to begin a sentence: a function word with a capital? */
static int is_starter(struct cutter *cutter, size_t at)
{
    size_t end = at;
    unsigned length;
    for (uint32_t code = code_at(cutter, end, &length); length;
         code = code_at(cutter, end, &length)) {
        if (!is_lower(code) && !is_upper(code))
            break;
        end += length;
    }
    if (end == at || end - at > 32)
        return 0;
    cutter->fold.size = 0;
    if (fold_text((const char *)cutter->in + at, end - at, &cutter->fold) < 0)
        return 0;
    return word_set_has(cutter->starters, cutter->fold.at, cutter->fold.size);
}

/* --- judgement -------------------------------------------------------------------------------- */

/* What stands behind the mark: the place and the code of the first letter or digit that counts. */
struct next {
    size_t at;
    uint32_t code;
    int quoted, dashed;
};

static struct next look_ahead(const struct cutter *cutter, size_t at)
{
    struct next next = {0};
    unsigned length;
    uint32_t code = code_at(cutter, at, &length);
    while (length && (is_blank(code) || is_opener(code) || is_dash(code))) {
        next.quoted |= is_opener(code);
        next.dashed |= is_dash(code);
        at += length;
        code = code_at(cutter, at, &length);
    }
    next.at = at;
    next.code = length ? code : 0;
    return next;
}

/* A full stop at `stop` (its first byte), behind it `next`. 1: it ends the sentence. */
static int full_stop_ends(struct cutter *cutter, size_t stop, const struct next *next)
{
    const size_t from = word_start(cutter, stop);
    unsigned length;
    if (from >= stop)
        return 1;
    const int at_start = skip_blanks(cutter, cutter->start, from) == from;
    const uint32_t first = code_at(cutter, from, &length);
    const size_t letters = letters_in(cutter, from, stop);
    if (all_digits(cutter, from, stop)) {
        if (at_start && stop - from <= 3)
            return 0; /* a list's number */
        if (cutter->ordinals && stop - from <= 2)
            return is_starter(cutter, next->at);
        return 1;
    }
    if (first == 'I' && letters == 1 && strcmp(cutter->language, "en") == 0)
        return is_starter(cutter, next->at);
    if (letters == 1 && (is_upper(first) || (is_lower(first) && at_start)))
        return 0; /* an initial, or a list's letter */
    if (cutter->ordinals && is_roman(cutter, from, stop))
        return 0;
    switch (look_up(cutter, from, stop)) {
    case ABBREVIATION_TITLE:
        return 0;
    case ABBREVIATION_NUMBER:
        return !(is_digit(next->code) || next->code == '#');
    case ABBREVIATION_MAYBE:
        return is_upper(next->code) && is_starter(cutter, next->at);
    default:
        break;
    }
    if (is_dotted(cutter, from, stop))
        return is_starter(cutter, next->at);
    return 1;
}

/* Is a bracket open that closes soon? Then the sentence goes on behind it. */
static int in_bracket(const struct cutter *cutter, size_t at)
{
    const size_t before = at - cutter->start;
    const size_t least = before > BRACKET_BYTES ? at - BRACKET_BYTES : cutter->start;
    const unsigned char *open = memrchr(cutter->in + least, '(', at - least);
    if (!open)
        return 0;
    const size_t from = (size_t)(open - cutter->in);
    if (memchr(open, ')', at - from) || skip_blanks(cutter, cutter->start, from) == from)
        return 0;
    for (size_t to = at; to < cutter->size && to - at < BRACKET_BYTES; to++) {
        if (cutter->in[to] == ')')
            return 1;
        if (cutter->in[to] == '(' || cutter->in[to] == '\n')
            return 0;
    }
    return 0;
}

/* Takes marks and closers from `at` on; gives the end. `kind` becomes the strongest mark. */
static size_t take_marks(const struct cutter *cutter, size_t at, enum mark *kind, int *closed)
{
    unsigned length;
    size_t dots = 0;
    *kind = MARK_NONE;
    *closed = 0;
    for (;;) {
        const uint32_t code = code_at(cutter, at, &length);
        const enum mark mark = length ? mark_of(code, cutter->language) : MARK_NONE;
        if (mark != MARK_NONE) {
            dots += mark == MARK_STOP;
            if (mark > *kind)
                *kind = mark;
        } else if (length && is_closer(code)) {
            *closed = 1;
        } else if (code == ' ' && *kind == MARK_STOP && at + 1 < cutter->size &&
                   cutter->in[at + 1] == '.') {
            /* an ellipsis with blanks between */
        } else {
            break;
        }
        at += length;
    }
    if (*kind == MARK_STOP && dots > 1)
        *kind = MARK_DOTS;
    return at;
}

/* Does a mark stand inside the brackets of a Chinese title? */
static int in_title(const struct cutter *cutter, size_t mark)
{
    for (size_t at = mark; at >= cutter->start + 3 && mark - at < TITLE_BYTES; at--) {
        const unsigned char *in = cutter->in + at - 3;
        if (in[0] == 0xE3 && in[1] == 0x80 && in[2] == 0x8B)
            return 0;
        if (in[0] == 0xE3 && in[1] == 0x80 && in[2] == 0x8A)
            return 1;
    }
    return 0;
}

static int ends_here(struct cutter *cutter, size_t mark, size_t end, enum mark kind, int closed)
{
    unsigned length;
    const uint32_t behind = code_at(cutter, end, &length);
    if (kind == MARK_WIDE)
        return !is_digit(behind) && !in_title(cutter, mark) && (!closed || !is_lower(behind));
    if (length && !is_blank(behind)) {
        /* "end.Next" without a blank is taken for a sentence end only after a closing quote. */
        return closed && kind != MARK_DOTS && is_upper(behind) && cutter->in[end - 1] != '\'';
    }
    const struct next next = look_ahead(cutter, end);
    if (next.code == 0)
        return 1;
    if (is_lower(next.code))
        return 0;
    if (kind == MARK_STOP && !full_stop_ends(cutter, mark, &next))
        return 0;
    return !in_bracket(cutter, end);
}

/* A line end at `at`. Two of them always end a sentence; one does when the line was short. */
static int line_ends(const struct cutter *cutter, size_t at)
{
    size_t next = at + 1;
    unsigned length;
    while (next < cutter->size &&
           (cutter->in[next] == ' ' || cutter->in[next] == '\t' || cutter->in[next] == '\r'))
        next++;
    if (next >= cutter->size || cutter->in[next] == '\n')
        return 1;
    if (is_lower(code_at(cutter, next, &length)))
        return 0;
    return at - cutter->line < WRAPPED_LINE;
}

/* The item number that ends at `end`: "12" before "." or ")", or one small letter. 0: none. *from
 * is its first byte, a bullet before it included. */
static unsigned item_before(const struct cutter *cutter, size_t end, size_t *from, int *lettered)
{
    size_t at = end;
    unsigned number = 0, scale = 1;
    while (at > cutter->start && end - at < 3 && (unsigned)cutter->in[at - 1] - '0' < 10) {
        at--;
        number += (cutter->in[at] - '0') * scale;
        scale *= 10;
    }
    *lettered = at == end;
    if (at == end && at > cutter->start && (unsigned)cutter->in[at - 1] - 'a' < 26)
        number = cutter->in[--at] - 'a' + 1u;
    size_t before = at;
    while (before > cutter->start && cutter->in[before - 1] == ' ')
        before--;
    static const char *const bullets[] = {"\xE2\x80\xA2", "\xE2\x81\x83"};
    for (size_t i = 0; i < 2; i++)
        if (before >= cutter->start + 3 && memcmp(cutter->in + before - 3, bullets[i], 3) == 0)
            at = before - 3;
    *from = at;
    const int apart = at == cutter->start || is_blank(cutter->in[at - 1]);
    return apart ? number : 0;
}

/* "1. Bread 2. Milk": items in one line. A mark at `at` that ends the next number of a list ends
 * the item before it, too. Gives 1 when the mark is done with. */
static int cut_item(struct cutter *cutter, size_t at, int *rc)
{
    size_t from;
    int lettered;
    const unsigned item = item_before(cutter, at, &from, &lettered);
    if (item == 0)
        return 0;
    if (skip_blanks(cutter, cutter->start, from) == from) {
        cutter->item = item;
        cutter->lettered = lettered;
        return 1;
    }
    if (cutter->item == 0 || item != cutter->item + 1 || lettered != cutter->lettered)
        return 0;
    *rc = put(cutter, from);
    cutter->item = item;
    return 1;
}

static int cut(struct cutter *cutter)
{
    int rc = 0;
    size_t at = 0;
    while (rc == 0) {
        while (at < cutter->size && !interesting[cutter->in[at]])
            at++;
        if (at == cutter->size)
            break;
        const unsigned char c = cutter->in[at];
        if (c == '\n') {
            if (line_ends(cutter, at))
                rc = put(cutter, at);
            cutter->line = ++at;
            continue;
        }
        if ((c == '.' || c == ')') && cut_item(cutter, at, &rc)) {
            at++;
            continue;
        }
        unsigned length;
        const uint32_t code = code_at(cutter, at, &length);
        if (mark_of(code, cutter->language) == MARK_NONE) {
            at += length;
            continue;
        }
        enum mark kind;
        int closed;
        const size_t end = take_marks(cutter, at, &kind, &closed);
        if (ends_here(cutter, at, end, kind, closed))
            rc = put(cutter, end);
        at = end;
    }
    return rc < 0 ? rc : put(cutter, cutter->size);
}

int sentences_find(const char *text, size_t size, const char *language, struct bytes *out)
{
    struct cutter cutter = {
        .in = (const unsigned char *)text,
        .size = size,
        .language = language ? language : "",
        .out = out,
    };
    cutter.abbreviations = abbreviation_list(cutter.language);
    cutter.starters = stopword_set(cutter.language[0] ? cutter.language : "en");
    cutter.ordinals = abbreviation_ordinals(cutter.language);
    const int rc = cut(&cutter);
    bytes_free(&cutter.fold);
    return rc;
}

#include "paragraphs.h"

#include "lines.h"
#include "shape.h"

#include <string.h>

#define LONG_LINE     400u /* bytes of a line that may be underlined */
#define SIGN_LINE_MAX 900u /* bytes of a line of signs of three bytes */
#define SENTENCE      50u  /* bytes from which a line with a full stop is text; covers CREDIT */
#define SPEECH        80u  /* the same of one that ends with a quotation */
#define LABEL         46u  /* bytes in which a colon may end a label */
#define CREDIT        50u  /* bytes at the end in which a colon may introduce a credit */
#define CAPTION_MAX   900u /* bytes of what may be given twice */
#define LENGTHS_OFF   40u  /* by so many bytes two readings of one caption differ at most */
#define BROKEN_MIN    8u   /* bytes of a caption that was broken off */
#define QUOTED_LOOK   64u  /* lines after which it is clear whether a text is quoted */

struct slice {
    const char *at;
    size_t size;
};

static struct text_line *line_at(const struct paragraphs *page, size_t i)
{
    return &((struct text_line *)(void *)page->lines.at)[i];
}

static struct text_paragraph *run_at(const struct paragraphs *page, size_t i)
{
    return &((struct text_paragraph *)(void *)page->runs.at)[i];
}

static struct slice slice_of(const char *text, const struct text_line *line)
{
    return (struct slice){text + line->start, line->stop - line->start};
}

static int cut(const char *text, size_t size, struct paragraphs *page)
{
    struct line_walk walk;
    for (lines_walk(&walk, text, size, 0); lines_step(&walk); page->line_count++) {
        const struct text_line line = {
            .first = walk.first,
            .end = walk.end,
            .start = walk.start,
            .stop = walk.stop,
            .indent = (uint32_t)(walk.start - walk.first),
        };
        if (bytes_add(&page->lines, &line, sizeof line) < 0)
            return DESK_ERR_NOMEM;
    }
    return 0;
}

/* ---- mail quotes ---- */

static int is_quoted(const char *text, const struct paragraphs *page)
{
    size_t ink = 0, quoted = 0;
    for (size_t i = 0; i < page->line_count; i++) {
        const struct slice line = slice_of(text, line_at(page, i));
        ink += line.size > 0;
        quoted += line.size > 0 && line.at[0] == '>';
        if (i + 1 == QUOTED_LOOK && quoted * 4 < ink)
            return 0;
    }
    return quoted >= 4 && quoted * 3 >= ink * 2;
}

static void unquote(const char *text, const struct paragraphs *page)
{
    for (size_t i = 0; i < page->line_count; i++) {
        struct text_line *line = line_at(page, i);
        if (line->start == line->stop || text[line->start] != '>')
            continue;
        while (line->start < line->stop && (text[line->start] == '>' || text[line->start] == ' '))
            line->start++;
        shape_strip(text, &line->start, &line->stop);
        line->empty = line->start == line->stop;
    }
}

/* ---- rules and underlines ---- */

static int is_one_of(char c, const char *signs)
{
    return c != '\0' && strchr(signs, c) != NULL;
}

static int is_rule(struct slice line)
{
    return is_one_of(line.at[0], "*-=~_#+.<>^\"|/\xE2\xC2") && shape_is_rule(line.at, line.size);
}

/* How often the one sign stands that the line is made of; 0: it is no line for a title. */
static size_t underline_length(struct slice line)
{
    const unsigned char *in = (const unsigned char *)line.at;
    size_t wide = 1;
    if (line.size >= 9 && line.size <= SIGN_LINE_MAX && in[0] == 0xE2 &&
        ((in[1] >= 0x94 && in[1] <= 0x96) || (in[1] == 0x80 && in[2] >= 0x93 && in[2] <= 0x95)))
        wide = 3;
    else if (line.size < 3 || !is_one_of(line.at[0], "-=~^_*\"#.+"))
        return 0;
    if (line.size % wide != 0 || memcmp(in, in + wide, line.size - wide) != 0)
        return 0;
    return line.size / wide;
}

static size_t off(size_t a, size_t b)
{
    return a > b ? a - b : b - a;
}

/* The line of signs is about as long as the line above. */
static int underlines(struct slice above, struct slice signs)
{
    if (above.size > LONG_LINE)
        return 0;
    const size_t length = shape_chars(signs.at, signs.size);
    const size_t width = shape_columns(above.at, above.size);
    size_t least = off(shape_chars(above.at, above.size), length);
    if (off(width, length) < least)
        least = off(width, length);
    if (off(above.size, length) < least)
        least = off(above.size, length);
    return least <= 2 || least * 5 <= width;
}

/* Signs alone part paragraphs, unless they underline the line above. */
static int parts(const char *text, struct paragraphs *page, size_t i, int open)
{
    const struct slice line = slice_of(text, line_at(page, i));
    if (!is_rule(line))
        return 0;
    if (!open)
        return 1;
    if (!underline_length(line))
        return line.size > 4;
    if (!underlines(slice_of(text, line_at(page, i - 1)), line))
        return 1;
    page->underlined = 1;
    return 0;
}

static int group(const char *text, struct paragraphs *page)
{
    uint32_t blanks = 0;
    int open = 0;
    for (size_t i = 0; i < page->line_count; i++) {
        struct text_line *line = line_at(page, i);
        if (line->start == line->stop) {
            blanks++;
            open = 0;
            continue;
        }
        const int rule = parts(text, page, i, open);
        if (rule || !open) {
            const struct text_paragraph run = {(uint32_t)i + 1, (uint32_t)i + 1, blanks, 0};
            if (bytes_add(&page->runs, &run, sizeof run) < 0)
                return DESK_ERR_NOMEM;
            page->count++;
            open = !rule;
            blanks = 0;
        }
        run_at(page, page->count - 1)->last = (uint32_t)i + 1;
        line->paragraph = (uint32_t)page->count;
    }
    return 0;
}

/* ---- running text ---- */

static int ends_with(struct slice line, const char *end, size_t size)
{
    return line.size >= size && memcmp(line.at + line.size - size, end, size) == 0;
}

static int ends_sentence(struct slice line)
{
    const char last = line.at[line.size - 1];
    if (last == '.')
        return line.at[line.size - 3] != '.' && !memchr(line.at + line.size - CREDIT, ':', CREDIT);
    if (ends_with(line, "\xE3\x80\x82", 3)) /* ideographic full stop */
        return 1;
    size_t quote = 0;
    if (last == '"')
        quote = 1;
    else if (ends_with(line, "\xE2\x80\x9D", 3)) /* right double quotation mark */
        quote = 3;
    if (quote == 0 || line.size <= SPEECH)
        return 0;
    const char before = line.at[line.size - quote - 1];
    return before == '!' || before == '?' ||
           (before == '.' && line.at[line.size - quote - 3] != '.');
}

static int has_colon(struct slice line)
{
    if (memchr(line.at, ':', LABEL))
        return 1;
    const char *wide = memchr(line.at, '\xEF', LABEL);
    for (; wide && wide < line.at + LABEL; wide++)
        if (memcmp(wide, "\xEF\xBC\x9A", 3) == 0) /* full-width colon */
            return 1;
    return 0;
}

/* Written in capitals, or signs alone; text in a script without case is neither. */
static int is_loud(struct slice line)
{
    size_t capitals, small;
    for (size_t i = 0; i < line.size; i++)
        if ((unsigned)line.at[i] - 'a' < 26u)
            return 0;
    shape_cases(line.at, line.size, &capitals, &small);
    return small == 0 && (capitals > 0 || shape_is_rule(line.at, line.size));
}

static int is_text(struct slice line)
{
    return line.size > SENTENCE && line.at[0] != '#' && line.at[0] != '!' && ends_sentence(line) &&
           !has_colon(line) && !is_loud(line);
}

static int is_word(char c)
{
    return ((unsigned)c | 32u) - 'a' < 26u || (unsigned)c - '0' < 10u;
}

/* One of them may be the other with other quotes, a letter more or less, or broken off: a cheap
 * look, which says yes too often. */
static int alike(struct slice a, struct slice b)
{
    if (a.size >= BROKEN_MIN && b.size > a.size && memcmp(a.at, b.at, a.size) == 0)
        return 1;
    if (off(a.size, b.size) > LENGTHS_OFF)
        return 0;
    if (is_word(a.at[0]) && is_word(b.at[0]) && a.at[0] != b.at[0])
        return 0;
    if (a.size < 5 || b.size < 5)
        return 1;
    const char *x = a.at + a.size, *y = b.at + b.size;
    return x[-1] == y[-1] && x[-3] == y[-3] && x[-5] == y[-5];
}

static struct slice single(const char *text, const struct paragraphs *page, size_t i)
{
    const struct text_paragraph *run = run_at(page, i);
    if (run->first != run->last)
        return (struct slice){NULL, 0};
    return slice_of(text, line_at(page, run->first - 1));
}

static void look(const char *text, const struct paragraphs *page)
{
    struct slice before = {NULL, 0};
    for (size_t i = 0; i < page->count; i++) {
        struct text_paragraph *run = run_at(page, i);
        const struct slice line = single(text, page, i);
        run->look = line.at && is_text(line) ? PARAGRAPH_TEXT : PARAGRAPH_LOOK;
        if (line.at && before.at && line.size <= CAPTION_MAX && before.size <= CAPTION_MAX &&
            alike(before, line)) {
            run->look = PARAGRAPH_NEAR;
            if (run[-1].look == PARAGRAPH_TEXT)
                run[-1].look = PARAGRAPH_LOOK;
        }
        before = line;
    }
}

int paragraphs_read(const char *text, size_t size, struct paragraphs *out)
{
    *out = (struct paragraphs){0};
    if (cut(text, size, out) < 0)
        return DESK_ERR_NOMEM;
    out->quoted = is_quoted(text, out);
    if (out->quoted)
        unquote(text, out);
    if (group(text, out) < 0)
        return DESK_ERR_NOMEM;
    look(text, out);
    return 0;
}

void paragraphs_free(struct paragraphs *paragraphs)
{
    bytes_free(&paragraphs->lines);
    bytes_free(&paragraphs->runs);
}

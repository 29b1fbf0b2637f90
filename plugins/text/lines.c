#include "lines.h"

#include "fold.h"
#include "shape.h"

#include <string.h>

int lines_next(const char *text, size_t size, size_t *at, size_t *start, size_t *end)
{
    if (*at >= size)
        return 0;
    *start = *at;
    size_t i = *at;
    while (i < size && text[i] != '\n' && text[i] != '\r')
        i++;
    *end = i;
    if (i < size && text[i] == '\r' && i + 1 < size && text[i + 1] == '\n')
        i++;
    *at = i < size ? i + 1 : i;
    return 1;
}

size_t lines_count(const char *text, size_t size)
{
    size_t at = 0, start, end, count = 0;
    while (lines_next(text, size, &at, &start, &end))
        count++;
    return count;
}

static char line_mark(const char *text, size_t size)
{
    return size && !memchr(text, '\n', size) && memchr(text, '\r', size) ? '\r' : '\n';
}

void lines_walk(struct line_walk *walk, const char *text, size_t size, size_t first)
{
    *walk = (struct line_walk){
        .text = text, .size = size, .next = first, .mark = line_mark(text, size)};
}

int lines_step(struct line_walk *walk)
{
    if (walk->next >= walk->size)
        return 0;
    const char *text = walk->text;
    const size_t first = walk->next;
    const char *found = memchr(text + first, walk->mark, walk->size - first);
    const size_t to = found ? (size_t)(found - text) : walk->size;
    walk->first = walk->start = first;
    walk->end = to > first && text[to - 1] == '\r' ? to - 1 : to;
    walk->stop = to;
    walk->next = to + 1;
    shape_strip(text, &walk->start, &walk->stop);
    return 1;
}

static char plain(uint32_t code)
{
    switch (code) {
    case 0x2018:
    case 0x2019:
    case 0x201A:
    case 0x201B:
    case 0x2039:
    case 0x203A:
    case 0x02BC:
        return '\'';
    case 0x201C:
    case 0x201D:
    case 0x201E:
    case 0x201F:
    case 0x00AB:
    case 0x00BB:
        return '"';
    case 0x2010:
    case 0x2011:
    case 0x2012:
    case 0x2013:
    case 0x2014:
    case 0x2015:
        return '-';
    case 0x00A0:
    case 0x202F:
    case 0x2009:
        return ' ';
    default:
        return 0;
    }
}

int lines_plain_quotes(const char *text, size_t size, struct bytes *out)
{
    if (bytes_reserve(out, size) < 0)
        return DESK_ERR_NOMEM;
    for (size_t at = 0; at < size;) {
        uint32_t code;
        const unsigned length = fold_decode((const unsigned char *)text, at, size, &code);
        const char c = length > 1 ? plain(code) : 0;
        if (c)
            out->at[out->size++] = c;
        else {
            memcpy(out->at + out->size, text + at, length);
            out->size += length;
        }
        at += length;
    }
    return 0;
}

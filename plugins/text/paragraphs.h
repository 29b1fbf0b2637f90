/* A text cut into lines and paragraphs, as splitters need them, with what is seen of each in one
 * pass. No language is assumed. */
#pragma once

#include "context.h"

struct text_line {
    size_t first, end;      /* [first, end) as it stands, line end and \r before it left out */
    size_t start, stop;     /* the same without blanks and marks of quotation at its ends */
    uint32_t paragraph;     /* from 1; 0: a blank line */
    uint32_t indent, empty; /* blanks before it; it held a mark of quotation and nothing else */
};

enum paragraph_look {
    PARAGRAPH_LOOK, /* may be anything */
    PARAGRAPH_TEXT, /* running text, see paragraphs_read() */
    PARAGRAPH_NEAR, /* may be anything, and may repeat the one before it */
};

struct text_paragraph {
    uint32_t first, last; /* lines, from 1 */
    uint32_t gap;         /* blank lines before it */
    uint32_t look;        /* enum paragraph_look */
};

struct paragraphs {
    struct bytes lines, runs; /* struct text_line, struct text_paragraph */
    size_t line_count, count;
    int quoted;     /* it came as mail quotes it, "> " before each line: the marks are taken off */
    int underlined; /* a line of signs stands right below another, as long as that */
};

/* Paragraphs are runs of lines that are not blank; a line of signs alone is one by itself, unless
 * it underlines the first line of its paragraph. PARAGRAPH_TEXT is one line of more than 50 bytes
 * that ends as a sentence does (also within quotes), has small letters or none of either case, no
 * colon near its beginning or end, begins with no sign of markup and does not look like the
 * paragraph before it or below: neither title nor caption, label, note or rule. 0 or
 * DESK_ERR_NOMEM. */
int paragraphs_read(const char *text, size_t size, struct paragraphs *out);
void paragraphs_free(struct paragraphs *paragraphs);

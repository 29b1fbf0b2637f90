/* Lines and plain quotes. */
#pragma once

#include "context.h"

/* How many lines: ends are \n, \r\n and \r; a last line without an end counts when not empty. */
size_t lines_count(const char *text, size_t size);
/* The line at *at: 1 and [*start, *end) without its end; 0 behind the last. */
int lines_next(const char *text, size_t size, size_t *at, size_t *start, size_t *end);

/* Lines as splitters read them: parted by \n, or by \r in a text without any \n (old Macintosh
 * files). */
struct line_walk {
    const char *text;
    size_t size, next; /* where the line behind the one at hand begins */
    char mark;
    size_t first, end;  /* the line: [first, end), a \r at its end left out */
    size_t start, stop; /* the same without blanks of any kind at both ends */
};
void lines_walk(struct line_walk *walk, const char *text, size_t size, size_t first);
int lines_step(struct line_walk *walk); /* 0: there was no further line */

/* Appends the text with typographic quotes, apostrophes, dashes and blanks in ASCII. */
int lines_plain_quotes(const char *text, size_t size, struct bytes *out);

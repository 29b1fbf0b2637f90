/* Lines and plain quotes. */
#pragma once

#include "context.h"

/* How many lines: ends are \n, \r\n and \r; a last line without an end counts when not empty. */
size_t lines_count(const char *text, size_t size);
/* The line at *at: 1 and [*start, *end) without its end; 0 behind the last. */
int lines_next(const char *text, size_t size, size_t *at, size_t *start, size_t *end);

/* Appends the text with typographic quotes, apostrophes, dashes and blanks in ASCII. */
int lines_plain_quotes(const char *text, size_t size, struct bytes *out);

/* What one line looks like, by its bytes: no language is assumed, and bad UTF-8 does no harm. */
#pragma once

#include "context.h"

/* Code points: bytes that continue none. */
size_t shape_chars(const char *text, size_t size);
/* Columns on a terminal, near enough: letters of CJK text and full-width signs fill two. */
size_t shape_columns(const char *text, size_t size);
/* How much a title of this length says: a letter of CJK text counts for two and a half others. */
size_t shape_weight(const char *text, size_t size);
/* Runs parted by blanks (ASCII); in CJK text a word more for each two letters. */
size_t shape_words(const char *text, size_t size);
/* Capitals and small letters of Latin, Greek and Cyrillic. */
void shape_cases(const char *text, size_t size, size_t *capitals, size_t *small);
/* Writes `size` bytes: those capitals as small letters, all else as it is. */
void shape_lower(const char *text, size_t size, char *out);
/* A short line of signs alone: no letter, no digit, no CJK text. */
int shape_is_rule(const char *text, size_t size);

/* Takes blanks of any kind off both ends of [*start, *end): ASCII blanks and controls, no-break,
 * narrow no-break and ideographic spaces, zero-width spaces, byte order marks. */
void shape_strip(const char *text, size_t *start, size_t *end);
/* Writes the text with each run of blanks (ASCII) as one blank; gives the bytes written, at most
 * `size`. */
size_t shape_squeeze(const char *text, size_t size, char *out);

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
/* Which signs there are, as bits. */
enum shape_sign {
    SHAPE_DIGIT = 1,     /* 0-9 */
    SHAPE_NUMBERS = 2,   /* more than one run of digits */
    SHAPE_SMALL = 4,     /* a-z */
    SHAPE_CAPITAL = 8,   /* A-Z */
    SHAPE_CONTROL = 16,  /* below the blank, or DEL */
    SHAPE_BLANKS = 32,   /* two ASCII blanks, one behind the other */
    SHAPE_WIDE = 64,     /* bytes of letters and signs beyond ASCII */
    SHAPE_QUOTE = 128,   /* " */
    SHAPE_TICK = 256,    /* ' ` */
    SHAPE_COLON = 512,   /* : */
    SHAPE_SLASH = 1024,  /* / */
    SHAPE_CLOSER = 2048, /* ) ] */
    SHAPE_CALL = 4096,   /* ! ? ; */
    SHAPE_STOP = 8192,   /* . */
};
unsigned shape_signs(const char *text, size_t size);
/* How a line ends, quotes and brackets behind that sign left out; *closed: there are some. The last
 * full stop of initials ("U.S.") ends nothing. */
enum shape_ending {
    SHAPE_OPEN,
    SHAPE_FULL_STOP,
    SHAPE_EXCLAMATION,
    SHAPE_QUESTION,
    SHAPE_ENDS_COLON,
    SHAPE_COMMA, /* or a semicolon */
};
enum shape_ending shape_ending(const char *text, size_t size, int *closed);
/* A short line of signs alone: no letter, no digit, no CJK text. */
int shape_is_rule(const char *text, size_t size);

/* Takes blanks of any kind off both ends of [*start, *end): ASCII blanks and controls, no-break,
 * narrow no-break and ideographic spaces, zero-width spaces, byte order marks. */
void shape_strip(const char *text, size_t *start, size_t *end);
/* Writes the text with each run of blanks (ASCII) as one blank; gives the bytes written, at most
 * `size`. */
size_t shape_squeeze(const char *text, size_t size, char *out);

/* Slices of UTF-8 text, and what the house does with names. A struct str owns nothing and need not
 * end in NUL. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str {
    const char *at;
    size_t len;
};

#define STR_NONE      ((struct str){NULL, 0})
#define STR_LIT(text) ((struct str){(text), sizeof(text) - 1})
/* For printf: `printf(STR_FMT, STR_ARG(s))`. */
#define STR_FMT    "%.*s"
#define STR_ARG(s) (int)(s).len, (s).at ? (s).at : ""

struct str str_of(const char *text);         /* NULL gives STR_NONE */
bool str_is(struct str a, const char *text); /* "" is what STR_NONE is */
bool str_same(struct str a, struct str b);
int str_compare(struct str a, struct str b); /* by bytes */
bool str_starts(struct str a, const char *prefix);
bool str_ends(struct str a, const char *suffix);
struct str str_trim(struct str text); /* ASCII white space at both ends */

/* Offset of the first byte that is not valid UTF-8 (RFC 3629: no surrogates, no overlong forms,
 * nothing over U+10FFFF), or `len` when all are. */
size_t utf8_valid(const char *bytes, size_t len);
/* The largest n <= max at which `text` may be cut without breaking a sequence; all of `text` when
 * it is no longer than `max`. */
size_t utf8_cut(struct str text, size_t max);

/* Length of the character that `text` (not empty) begins with. `*harmless` false: a terminal may
 * obey it (C0, DEL, C1), it turns the line's direction (U+202A to U+202E, U+2066 to U+2069), or it
 * is one byte of broken UTF-8. */
size_t utf8_next(struct str text, bool *harmless);

/* Damerau-Levenshtein distance (no part edited twice: "optimal string alignment") over bytes, ASCII
 * case folded. `limit` + 1 when it is over `limit`, or when either is longer than 64 bytes and they
 * differ: it is made for names. */
unsigned str_distance(struct str a, struct str b, unsigned limit);
bool str_among(const char *text, const char *const *names, size_t count);
/* The name among `names` (count of them) nearest to `wanted`, or NULL when none is near enough
 * (distance over a third of the longer length). For "unknown option 'x'; did you mean 'y'?". */
const char *str_nearest(struct str wanted, const char *const *names, size_t count);

/* Where sentences begin and end. */
#pragma once

#include "context.h"

struct sentence {
    uint32_t start, end; /* bytes [start, end), without blanks at the ends */
};

/* Appends struct sentence to `out`. `language` may be "". 0 or DESK_ERR_NOMEM. */
int sentences_find(const char *text, size_t size, const char *language, struct bytes *out);

enum abbreviation {
    ABBREVIATION_NONE,
    ABBREVIATION_TITLE,  /* a name follows: never ends a sentence */
    ABBREVIATION_NUMBER, /* ends none before a number */
    ABBREVIATION_MAYBE,  /* ends one only before a word that likes to begin one */
};

/* Which list of abbreviations is a language's. */
size_t abbreviation_list(const char *language);
/* What a word before a full stop is: letters and inner dots, folded ("z.b", "prof"). */
enum abbreviation abbreviation_of(size_t list, const char *folded, size_t size);

/* 1 for languages that write ordinals with a full stop ("3. Oktober"). */
int abbreviation_ordinals(const char *language);

/* Characters that matter to sentence ends. */
#pragma once

#include <stdint.h>
#include <unicode/uchar.h>

enum mark { MARK_NONE, MARK_STOP, MARK_DOTS, MARK_LOUD, MARK_WIDE };

/* What a character is in a language; ";" ends a question in Greek. */
enum mark mark_of(uint32_t code, const char *language);
int is_closer(uint32_t code); /* quotes and brackets that may stand behind a mark */
int is_opener(uint32_t code); /* and before a sentence */

static inline int is_blank(uint32_t code)
{
    return code == ' ' || code == '\t' || code == '\n' || code == '\r' || code == 0xA0 ||
           code == 0x3000 || (code >= 0x2000 && code <= 0x200B) || code == 0x202F;
}

static inline int is_dash(uint32_t code)
{
    return code == '-' || (code >= 0x2010 && code <= 0x2015);
}

static inline int is_lower(uint32_t code)
{
    return code < 0x80 ? code - 'a' < 26u : code < 0x110000 && u_islower((UChar32)code);
}

static inline int is_upper(uint32_t code)
{
    return code < 0x80 ? code - 'A' < 26u : code < 0x110000 && u_isupper((UChar32)code);
}

static inline int is_digit(uint32_t code)
{
    return code < 0x80 ? code - '0' < 10u : code < 0x110000 && u_isdigit((UChar32)code);
}

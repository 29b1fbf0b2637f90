#include "sentence_marks.h"

#include <string.h>

enum mark mark_of(uint32_t code, const char *language)
{
    switch (code) {
    case '.':
        return MARK_STOP;
    case 0x2026:
        return MARK_DOTS;
    case '!':
    case '?':
    case 0x203C:
    case 0x2047:
    case 0x2048:
    case 0x2049:
    case 0x061F:
        return MARK_LOUD;
    case ';':
    case 0x037E:
        return strcmp(language, "el") == 0 ? MARK_LOUD : MARK_NONE;
    case ':': /* often typed for the Armenian full stop */
        return strcmp(language, "hy") == 0 ? MARK_WIDE : MARK_NONE;
    case 0x3002: /* ideographic, and full width */
    case 0xFF0E:
    case 0xFF01:
    case 0xFF1F:
    case 0xFF61:
    case 0x0964: /* danda */
    case 0x0965:
    case 0x06D4: /* Urdu */
    case 0x0589: /* Armenian */
    case 0x1362: /* Ethiopic */
    case 0x1367:
    case 0x104B: /* Burmese */
    case 0x17D4: /* Khmer */
        return MARK_WIDE;
    default:
        return MARK_NONE;
    }
}

int is_closer(uint32_t code)
{
    switch (code) {
    case '"':
    case '\'':
    case ')':
    case ']':
    case '}':
    case 0x2019:
    case 0x201D:
    case 0x201C: /* closes in German */
    case 0x00BB:
    case 0x203A:
    case 0x300D:
    case 0x300F:
    case 0xFF09:
    case 0x3011:
    case 0x300B:
        return 1;
    default:
        return 0;
    }
}

int is_opener(uint32_t code)
{
    switch (code) {
    case '"':
    case '\'':
    case '(':
    case '[':
    case 0x2018:
    case 0x201C:
    case 0x201E:
    case 0x201A:
    case 0x00AB:
    case 0x00BB:
    case 0x2039:
    case 0x00BF:
    case 0x00A1:
        return 1;
    default:
        return 0;
    }
}

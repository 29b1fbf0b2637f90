#include "base/str.h"

#include <string.h>

#define DISTANCE_MAX 64

struct str str_of(const char *text)
{
    return text ? (struct str){text, strlen(text)} : STR_NONE;
}

bool str_is(struct str a, const char *text)
{
    return str_same(a, str_of(text));
}

bool str_same(struct str a, struct str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

int str_compare(struct str a, struct str b)
{
    size_t shorter = a.len < b.len ? a.len : b.len;
    int order = shorter ? memcmp(a.at, b.at, shorter) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

bool str_starts(struct str a, const char *prefix)
{
    size_t len = strlen(prefix);
    return a.len >= len && (len == 0 || memcmp(a.at, prefix, len) == 0);
}

bool str_ends(struct str a, const char *suffix)
{
    size_t len = strlen(suffix);
    return a.len >= len && (len == 0 || memcmp(a.at + a.len - len, suffix, len) == 0);
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str str_trim(struct str text)
{
    while (text.len && is_space(text.at[0])) {
        text.at++;
        text.len--;
    }
    while (text.len && is_space(text.at[text.len - 1]))
        text.len--;
    return text;
}

/* Length of the ASCII run at `at`: 32 bytes a step, then 8, then one. */
static size_t ascii_run(const char *bytes, size_t at, size_t len)
{
    const uint64_t high = 0x8080808080808080u;
    uint64_t word[4];
    for (; len - at >= sizeof word; at += sizeof word) {
        memcpy(word, bytes + at, sizeof word);
        if ((word[0] | word[1] | word[2] | word[3]) & high)
            break;
    }
    for (; len - at >= sizeof word[0]; at += sizeof word[0]) {
        memcpy(word, bytes + at, sizeof word[0]);
        if (word[0] & high)
            break;
    }
    while (at < len && !(bytes[at] & 0x80))
        at++;
    return at;
}

static bool is_tail(unsigned char byte)
{
    return (byte & 0xC0) == 0x80;
}

/* Length of the valid sequence of two or more bytes at `at`, or 0. The narrow ranges of the second
 * byte (RFC 3629, section 4) keep out overlong forms, surrogates and what is over U+10FFFF. */
static size_t sequence(const unsigned char *at, size_t left)
{
    unsigned char lead = at[0];
    if (lead < 0xC2 || lead > 0xF4)
        return 0;
    if (lead < 0xE0)
        return left >= 2 && is_tail(at[1]) ? 2 : 0;
    if (left < 3 || !is_tail(at[1]) || !is_tail(at[2]))
        return 0;
    if (lead < 0xF0) {
        bool bad = (lead == 0xE0 && at[1] < 0xA0) || (lead == 0xED && at[1] > 0x9F);
        return bad ? 0 : 3;
    }
    bool bad = (lead == 0xF0 && at[1] < 0x90) || (lead == 0xF4 && at[1] > 0x8F);
    return bad || left < 4 || !is_tail(at[3]) ? 0 : 4;
}

size_t utf8_valid(const char *bytes, size_t len)
{
    size_t at = 0;
    while (at < len) {
        if (!(bytes[at] & 0x80)) {
            at = ascii_run(bytes, at, len);
            continue;
        }
        size_t step = sequence((const unsigned char *)bytes + at, len - at);
        if (step == 0)
            return at;
        at += step;
    }
    return len;
}

size_t utf8_cut(struct str text, size_t max)
{
    if (text.len <= max)
        return text.len;
    size_t at = max;
    while (at > 0 && max - at < 3 && is_tail((unsigned char)text.at[at]))
        at--;
    return is_tail((unsigned char)text.at[at]) ? max : at; /* no UTF-8 at all: cut anywhere */
}

size_t utf8_next(struct str text, bool *harmless)
{
    const unsigned char *at = (const unsigned char *)text.at;
    if (at[0] < 0x80) {
        *harmless = at[0] >= ' ' && at[0] != 0x7F;
        return 1;
    }
    size_t len = sequence(at, text.len);
    bool c1 = len == 2 && at[0] == 0xC2 && at[1] < 0xA0;
    bool turns = len == 3 && at[0] == 0xE2 &&
                 ((at[1] == 0x80 && at[2] >= 0xAA && at[2] <= 0xAE) ||
                  (at[1] == 0x81 && at[2] >= 0xA6 && at[2] <= 0xA9));
    *harmless = len && !c1 && !turns;
    return len ? len : 1;
}

static unsigned char fold(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* One row of the table: the distances of a's first `row` bytes to each beginning of b. `before` and
 * `last` are the two rows above. Gives the row's smallest value. */
static unsigned fill_row(struct str a, struct str b, size_t row, const unsigned *before,
                         const unsigned *last, unsigned *now)
{
    unsigned smallest = now[0] = (unsigned)row;
    unsigned char c = fold(a.at[row - 1]);
    for (size_t col = 1; col <= b.len; col++) {
        unsigned char d = fold(b.at[col - 1]);
        unsigned best = least(least(last[col], now[col - 1]) + 1, last[col - 1] + (c != d));
        if (row > 1 && col > 1 && c == fold(b.at[col - 2]) && d == fold(a.at[row - 2]))
            best = least(best, before[col - 2] + 1);
        now[col] = best;
        smallest = least(smallest, best);
    }
    return smallest;
}

unsigned str_distance(struct str a, struct str b, unsigned limit)
{
    if (str_same(a, b))
        return 0;
    size_t apart = a.len > b.len ? a.len - b.len : b.len - a.len;
    if (a.len > DISTANCE_MAX || b.len > DISTANCE_MAX || apart > limit)
        return limit + 1;
    unsigned rows[3][DISTANCE_MAX + 1];
    unsigned *before = rows[0], *last = rows[1], *now = rows[2];
    memset(rows, 0, sizeof rows);
    for (size_t col = 0; col <= b.len; col++)
        last[col] = (unsigned)col;
    for (size_t row = 1; row <= a.len; row++) {
        /* a swap reaches back two rows, at a cost of one: stop only once both rows are over */
        unsigned smallest = fill_row(a, b, row, before, last, now);
        if (smallest > limit + 1)
            return limit + 1;
        unsigned *spare = before;
        before = last;
        last = now;
        now = spare;
    }
    return last[b.len] > limit ? limit + 1 : last[b.len];
}

bool str_among(const char *text, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], text) == 0)
            return true;
    return false;
}

const char *str_nearest(struct str wanted, const char *const *names, size_t count)
{
    const char *best = NULL;
    unsigned best_distance = DISTANCE_MAX;
    for (size_t i = 0; i < count; i++) {
        struct str name = str_of(names[i]);
        size_t longer = name.len > wanted.len ? name.len : wanted.len;
        unsigned limit = (unsigned)least(DISTANCE_MAX, (unsigned)(longer / 3));
        unsigned distance = str_distance(wanted, name, limit);
        if (distance <= limit && distance < best_distance) {
            best = names[i];
            best_distance = distance;
        }
    }
    return best;
}

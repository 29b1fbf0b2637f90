#include "lines.h"

#include "fold.h"
#include "hash.h"
#include "tokens.h"

#include <stdlib.h>
#include <string.h>

int lines_next(const char *text, size_t size, size_t *at, size_t *start, size_t *end)
{
    if (*at >= size)
        return 0;
    *start = *at;
    size_t i = *at;
    while (i < size && text[i] != '\n' && text[i] != '\r')
        i++;
    *end = i;
    if (i < size && text[i] == '\r' && i + 1 < size && text[i + 1] == '\n')
        i++;
    *at = i < size ? i + 1 : i;
    return 1;
}

size_t lines_count(const char *text, size_t size)
{
    size_t at = 0, start, end, count = 0;
    while (lines_next(text, size, &at, &start, &end))
        count++;
    return count;
}

static char plain(uint32_t code)
{
    switch (code) {
    case 0x2018:
    case 0x2019:
    case 0x201A:
    case 0x201B:
    case 0x2039:
    case 0x203A:
    case 0x02BC:
        return '\'';
    case 0x201C:
    case 0x201D:
    case 0x201E:
    case 0x201F:
    case 0x00AB:
    case 0x00BB:
        return '"';
    case 0x2010:
    case 0x2011:
    case 0x2012:
    case 0x2013:
    case 0x2014:
    case 0x2015:
        return '-';
    case 0x00A0:
    case 0x202F:
    case 0x2009:
        return ' ';
    default:
        return 0;
    }
}

int lines_plain_quotes(const char *text, size_t size, struct bytes *out)
{
    if (bytes_reserve(out, size) < 0)
        return DESK_ERR_NOMEM;
    for (size_t at = 0; at < size;) {
        uint32_t code;
        const unsigned length = fold_decode((const unsigned char *)text, at, size, &code);
        const char c = length > 1 ? plain(code) : 0;
        if (c)
            out->at[out->size++] = c;
        else {
            memcpy(out->at + out->size, text + at, length);
            out->size += length;
        }
        at += length;
    }
    return 0;
}

int shingles_words(struct desk_text *text, const char *bytes, size_t size, struct bytes *out,
                   size_t *count)
{
    const struct tokens *tokens = &text->tokens;
    const int rc = tokens_scan(text, bytes, size, &text->tokens);
    if (rc < 0 || bytes_reserve(out, tokens->count * sizeof(uint64_t)) < 0)
        return rc < 0 ? rc : DESK_ERR_NOMEM;
    for (size_t i = 0; i < tokens->count; i++) {
        const uint64_t hash =
            hash_bytes(tokens->folds.at + tokens->at[i].fold, tokens->at[i].fold_size);
        bytes_add(out, &hash, sizeof hash);
    }
    *count = tokens->count;
    return 0;
}

static int compare(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Turns a list of word hashes into a sorted set of n-gram hashes; gives its size. */
static size_t make_set(uint64_t *list, size_t words, size_t n)
{
    const size_t count = words >= n && n > 0 ? words - n + 1 : 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t hash = n;
        for (size_t k = 0; k < n; k++)
            hash = hash_mix(hash, list[i + k]);
        list[i] = hash;
    }
    if (count == 0)
        return 0;
    qsort(list, count, sizeof *list, compare);
    size_t kept = 1;
    for (size_t i = 1; i < count; i++)
        if (list[i] != list[kept - 1])
            list[kept++] = list[i];
    return kept;
}

void shingles_compare(struct bytes *a, size_t a_words, struct bytes *b, size_t b_words, size_t n,
                      double *resemblance, double *containment)
{
    const size_t shorter = a_words < b_words ? a_words : b_words;
    uint64_t *x = (uint64_t *)(void *)a->at, *y = (uint64_t *)(void *)b->at;
    *resemblance = *containment = 0;
    if (shorter == 0)
        return;
    if (n > shorter)
        n = shorter;
    const size_t x_count = make_set(x, a_words, n), y_count = make_set(y, b_words, n);
    size_t i = 0, k = 0, shared = 0;
    while (i < x_count && k < y_count) {
        shared += x[i] == y[k];
        if (x[i] < y[k])
            i++;
        else if (x[i] > y[k])
            k++;
        else
            i++, k++;
    }
    const size_t least = x_count < y_count ? x_count : y_count;
    *resemblance = (double)shared / (double)(x_count + y_count - shared);
    *containment = (double)shared / (double)least;
}

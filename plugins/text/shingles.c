#include "shingles.h"

#include "hash.h"
#include "tokens.h"

#include <stdlib.h>

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

#include "classes.h"

#include "fold.h"

static int add_word(struct classes *classes, const char *word, size_t size, uint32_t mask)
{
    int fresh;
    const uint32_t none = 0;
    const int64_t number = intern_add(&classes->words, word, size, &fresh);
    if (number < 0 || (fresh && bytes_add(&classes->masks, &none, sizeof none) < 0))
        return DESK_ERR_NOMEM;
    ((uint32_t *)(void *)classes->masks.at)[number] |= mask;
    return 0;
}

static int is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

int classes_add(struct classes *classes, const char *list, size_t size, unsigned bit)
{
    struct bytes folded = {0};
    int rc = fold_text(list, size, &folded);
    for (size_t at = 0; rc == 0 && at < folded.size;) {
        size_t end = at;
        while (end < folded.size && !is_blank(folded.at[end]))
            end++;
        if (end > at)
            rc = add_word(classes, folded.at + at, end - at, (uint32_t)1 << bit);
        at = end + 1;
    }
    bytes_free(&folded);
    return rc;
}

uint32_t classes_of(const struct classes *classes, uint64_t hash, const char *folded, size_t size)
{
    const int64_t number = classes ? intern_find_hashed(&classes->words, hash, folded, size) : -1;
    return number < 0 ? 0 : ((const uint32_t *)(const void *)classes->masks.at)[number];
}

void classes_free(struct classes *classes)
{
    intern_free(&classes->words);
    bytes_free(&classes->masks);
}

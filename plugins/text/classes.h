/* Classes of words: which of up to 32 lists a folded word stands in, as bits. */
#pragma once

#include "intern.h"

#define CLASSES_MAX 32u

struct classes {
    struct intern words;
    struct bytes masks; /* uint32_t by word */
};

/* Adds the words of `list` (parted by blanks; folded here) to class `bit`. 0 or DESK_ERR_NOMEM. */
int classes_add(struct classes *classes, const char *list, size_t size, unsigned bit);
/* The classes of a folded word, whose hash_bytes() is `hash`; 0 for none, and where `classes` is
 * NULL. */
uint32_t classes_of(const struct classes *classes, uint64_t hash, const char *folded, size_t size);
void classes_free(struct classes *classes);

/* Sets of words that are made once, on first use, and kept for the process. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct word_set;
typedef _Atomic(const struct word_set *) word_set_slot;

/* The set of `words` (separated by blanks, compared folded), kept in *slot; NULL when `words` is
 * NULL or memory is out. Any thread. */
const struct word_set *word_set_get(word_set_slot *slot, const char *words);

/* 1 when a folded word is in the set (NULL: never). */
int word_set_has(const struct word_set *set, const char *folded, size_t size);
/* The same by the word's hash_bytes(). */
int word_set_has_hash(const struct word_set *set, uint64_t hash);

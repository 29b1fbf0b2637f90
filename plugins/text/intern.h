/* Strings to small numbers: an open-addressing table over an arena. */
#pragma once

#include "context.h"

struct intern_entry {
    uint64_t hash;
    uint32_t at, size; /* in the arena */
};

struct intern {
    struct bytes arena;
    struct intern_entry *entries; /* by number */
    uint32_t *slots;              /* number + 1; 0: free */
    uint32_t count, room, mask;
};

/* The number of a string, added where new; *fresh says so (may be NULL). DESK_ERR_NOMEM below zero.
 * At most INT32_MAX strings. */
int64_t intern_add_hashed(struct intern *intern, uint64_t hash, const char *bytes, size_t size,
                          int *fresh);
/* The same for whoever has no hash_bytes() of the string yet. */
int64_t intern_add(struct intern *intern, const char *bytes, size_t size, int *fresh);
/* The number of a string with this hash_bytes(), or -1 where it was never added. */
int64_t intern_find_hashed(const struct intern *intern, uint64_t hash, const char *bytes,
                           size_t size);
/* Forgets all strings, keeps the memory. */
void intern_clear(struct intern *intern);
size_t intern_memory(const struct intern *intern);
void intern_free(struct intern *intern);

/* Memory that is freed at once. What is decoded from one message lives in one arena. */
#pragma once

#include <stddef.h>

#include "base/str.h"

struct arena; /* opaque */

/* `max`: bytes the arena may hand out in all (each piece rounded up to 16); past it arena_alloc
 * gives NULL. One thread at a time. */
struct arena *arena_new(size_t max);
void arena_free(struct arena *arena);  /* NULL is fine */
void arena_clear(struct arena *arena); /* keeps the first block for use again */
/* Zeroed, aligned for any type; NULL when out of memory or over the limit. A count of 0 gives a
 * pointer that must not be read. */
void *arena_alloc(struct arena *arena, size_t count, size_t size);
char *arena_text(struct arena *arena, struct str text); /* a copy with NUL; NULL as above */
/* A copy. len 0 gives STR_NONE, and so does no memory: check `text.len && !copy.at`. */
struct str arena_str(struct arena *arena, struct str text);
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

void arena_free_at(struct arena **arena);
#define ARENA_AUTO __attribute__((cleanup(arena_free_at)))

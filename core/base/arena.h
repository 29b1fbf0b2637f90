/* Memory that is freed at once. What is decoded from one message lives in one arena. */
#pragma once

#include <stddef.h>

#include "base/str.h"

struct arena; /* opaque */

/* `max`: bytes the arena may hold in all; past it arena_alloc gives NULL. */
struct arena *arena_new(size_t max);
void arena_free(struct arena *arena);  /* NULL is fine */
void arena_clear(struct arena *arena); /* keeps the first block for use again */
/* Zeroed, aligned for any type; NULL when out of memory or over the limit. */
void *arena_alloc(struct arena *arena, size_t count, size_t size);
char *arena_text(struct arena *arena, struct str text);     /* a copy with NUL */
struct str arena_str(struct arena *arena, struct str text); /* a copy; len 0 gives STR_NONE */
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
size_t arena_used(const struct arena *arena);

void arena_free_at(struct arena **arena);
#define ARENA_AUTO __attribute__((cleanup(arena_free_at)))

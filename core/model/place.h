/* Where in a message a value stands, for errors: "answer[3].spans[1]". A chain on the stack, put
 * into words only when something is wrong. Indices in messages count from 1, as Lua counts. */
#pragma once

#include <stddef.h>

#include "base/error.h"
#include "base/str.h"

struct place {
    const struct place *up; /* NULL: the root */
    const char *key;        /* NULL: an item of a list */
    size_t index;           /* of the item, from 0 */
};

static inline struct place place_key(const struct place *up, const char *key)
{
    return (struct place){.up = up, .key = key};
}

static inline struct place place_item(const struct place *up, size_t index)
{
    return (struct place){.up = up, .index = index};
}

/* Sets "place: message"; gives `code`. */
int place_fail(struct error *err, const struct place *at, int code, const char *format, ...)
    __attribute__((format(printf, 4, 5), cold));
int place_no_memory(struct error *err, const struct place *at) __attribute__((cold));
/* "has 3000 bytes, but HEADLINE_BYTES allows 2048"; `limit` is an enum limit. */
int place_over(struct error *err, const struct place *at, size_t count, int limit)
    __attribute__((cold));

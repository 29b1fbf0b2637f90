/* Where a fixture comes: it is written into a folder beside, whose parts then take their place.
 * What lies there already goes only where an earlier fixture lists it as its own. */
#pragma once

#include <stdbool.h>

#include <jansson.h>

#include "base/error.h"
#include "base/str.h"

struct fixture_place {
    const char *dir; /* as it was given to place_open; must live on */
    char *beside;    /* what is to be written goes here */
    bool there;      /* `dir` is there: empty, or a fixture */
};

/* ERR_EXISTS: `dir` holds something; with `replace`: something that is no fixture, or that the
 * fixture does not list. place_close when it gave 0. */
int place_open(const char *dir, bool replace, struct fixture_place *out, struct error *err);
/* Removes the earlier fixture, and moves the new one in. */
int place_take(const struct fixture_place *place, struct error *err);
void place_close(struct fixture_place *place, bool taken);

/* A name or another run of bytes: a text where it is UTF-8, else { "hex": "..." }. NULL: no memory.
 */
json_t *fixture_bytes_json(struct str bytes);

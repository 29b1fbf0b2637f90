/* A dictionary of names, matched over tokens.
 *
 * Each name is a chain of token hashes; the hash of a chain of n tokens is a key in one table. The
 * entry of a first token also knows how many tokens the longest name has that begins with it, so
 * most tokens of a text cost one look-up. */
#pragma once

#include "analysis.h"

#define GAZETTEER_TOKENS_MAX 12u
#define GAZETTEER_NAMES_MAX  1000000u

struct gazetteer;

struct gazetteer_match {
    int64_t id;
    uint32_t start, end; /* bytes [start, end) */
};

/* NULL when memory is out. `any_case`: capitals do not matter. */
struct gazetteer *gazetteer_new(int any_case);
void gazetteer_free(struct gazetteer *gazetteer);

/* Adds a name: 1 added, 0 left out (no word, too long, already there), below zero DESK_ERR_NOMEM or
 * DESK_ERR_LIMIT. */
int gazetteer_add(struct desk_text *text, struct gazetteer *gazetteer, const char *name,
                  size_t size, int64_t id);
size_t gazetteer_count(const struct gazetteer *gazetteer);

/* Appends struct gazetteer_match, longest first from left to right. 0 or DESK_ERR_NOMEM. */
int gazetteer_match(const struct gazetteer *gazetteer, const struct analysis *analysis,
                    struct bytes *out);

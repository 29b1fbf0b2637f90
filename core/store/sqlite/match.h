/* From the words of a query to MATCH expressions of FTS5.
 *
 * Every word goes through the `text` service, and each index word that comes out is written as a
 * quoted string, so nothing of a query is read as FTS5 syntax: don't becomes "don" + "t", 法国
 * becomes "法" + "国", elec* becomes "elec" *. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "store/query.h"
#include "store/sqlite/tokenizer.h"

struct matcher {
    struct tokenizer *tokenizer;
    struct arena *arena;
    struct error *err;
    size_t words; /* so far; QUERY_WORDS at most */
};

enum match_binding { BINDS_OR, BINDS_AND, BINDS_NOT, BINDS_ALL }; /* weakest first, as in FTS5 */

struct match {
    struct str text;
    bool negated; /* what does not match is meant: FTS5 cannot say that alone */
    enum match_binding binding;
};

/* Whether a subtree holds words, phrases and prefixes alone, and so is one expression. */
bool match_is_text(const struct query_node *node);
/* The expression of such a subtree. ERR_INVALID with the column when the service finds no word in a
 * term, ERR_LIMIT, ERR_NOMEM. */
int match_text(struct matcher *matcher, const struct query_node *node, struct match *out);
/* `left` AND or OR `right` (`kind`: QUERY_AND, QUERY_OR). */
int match_join(struct matcher *matcher, enum query_kind kind, const struct match *left,
               const struct match *right, struct match *out);
/* `value` as a phrase in the column of tags. Its text is empty when the value holds no word. */
int match_label(struct matcher *matcher, struct str value, struct match *out);

/* A word, phrase or prefix that articles are wanted with, as index words. */
struct match_term {
    struct str *words;
    size_t count;
    bool prefix; /* the last word is a prefix */
};

/* The terms of a query that do not stand under a "-"; for snippets. */
int match_terms(struct matcher *matcher, const struct query_node *root, struct match_term *terms,
                size_t max, size_t *count);

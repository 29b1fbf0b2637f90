/* The one query language: words, "phrases", prefix*, -not, OR, ( ), and filters tag: place: person:
 * organisation: source: lang: since: before:. Words beside each other mean AND; OR binds weaker.
 *
 *   query   = or
 *   or      = and { "OR" and }
 *   and     = unary { [ "AND" ] unary }
 *   unary   = "-" unary | "(" or ")" | filter | phrase | word [ "*" ]
 *   filter  = name ":" ( word | phrase )
 *
 * Nothing of a query is ever passed raw to the search engine: each word goes through the `text`
 * service that indexed the articles. A query that cannot be understood is refused with the column
 * (in characters, from 1) where it breaks and what would be right. A word that holds no letter or
 * digit ("-", "++") is refused; `C++` searches for c; `don't` is the phrase "don t". A colon behind
 * what is no filter's name, nor nearly one, belongs to a word: 12:30, https://example.org.
 *
 * tag: place: person: organisation: compare whole labels, source: the publisher or where the
 * document came from, folded; lang:zh finds zh-Hans, too. since: and before: look at when an
 * article was published, or received where that is not known. */
#pragma once

#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

enum query_kind {
    QUERY_WORD,
    QUERY_PHRASE,
    QUERY_PREFIX,
    QUERY_FILTER,
    QUERY_AND,
    QUERY_OR,
    QUERY_NOT
};

enum query_filter {
    FILTER_TAG,
    FILTER_PLACE,
    FILTER_PERSON,
    FILTER_ORGANISATION,
    FILTER_SOURCE,
    FILTER_LANG,
    FILTER_SINCE,
    FILTER_BEFORE
};

struct query_node {
    enum query_kind kind;
    enum query_filter filter;
    struct str text;                 /* word, phrase or value, as written without quotes */
    int64_t time_us;                 /* since:, before: */
    uint32_t column;                 /* where it stands, in characters from 1 */
    struct query_node *left, *right; /* AND, OR; NOT: left */
};

struct query {
    struct query_node *root; /* NULL: the empty query, everything */
};

/* `now_us` resolves since:7d. Nodes live in `arena`. Limits: QUERY_BYTES, QUERY_TERMS,
 * QUERY_DEPTH. */
int query_parse(struct str text, int64_t now_us, struct arena *arena, struct query *out,
                struct error *err);

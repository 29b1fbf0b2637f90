/* When two texts are the same article.
 *
 * An article is known by its canonical URL or, without one, by its infosource and headline, and
 * then only where the texts overlap too and lie within a few days: "World briefs" of today is no
 * version of yesterday's. In doubt it is another article: that can be merged later, an overwritten
 * one is not even missed.
 *
 * The same for every engine: it looks candidates up by `hash` and asks identity_matches(). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <copydesk/text.h>

#include "base/buf.h"
#include "base/error.h"
#include "model/article.h"

/* Texts overlap when the shorter has this part of its shingles (runs of so many words) in common
 * with the other; very short ones must be alike as a whole. Broder, "On the resemblance and
 * containment of documents" (1997). */
#define IDENTITY_SHINGLE_WORDS  4
#define IDENTITY_OVERLAP        0.5
#define IDENTITY_SHORT_SHINGLES 8    /* fewer: too short for containment */
#define IDENTITY_SHORT_OVERLAP  0.75 /* of all shingles of both */

struct identity {
    struct buf key; /* empty: none can be told. Free with identity_free */
    bool by_url;
    uint64_t hash; /* of key: a hint for looking up, compare the keys */
};

/* Scheme and host in lower case, without default port, fragment, user and tracking parameters
 * (utm_*, fbclid, gclid ...). `out` stays empty for what names no page: no http or https, no host,
 * or neither path nor query (a site's front page is no article). ERR_NOMEM. */
int identity_url(struct str url, struct buf *out);

/* `url`, `infosource` and `headline` are those of an article. The service folds the words. */
int identity_make(const struct desk_text_api *api, struct desk_text *text,
                  const struct article *article, struct identity *out, struct error *err);
void identity_free(struct identity *identity);
#define IDENTITY_AUTO __attribute__((cleanup(identity_free)))

/* 1 when the two articles have the same identity, else 0. Both as they are stored or will be: url,
 * infosource, headline, body, published and received_us count. `same_text`: their fingerprints are
 * equal. The caller has checked that they are not two pieces of one document. */
int identity_matches(const struct desk_text_api *api, struct desk_text *text,
                     const struct article *known, const struct article *article, bool same_text,
                     struct error *err);

/* The part of shingles that two texts share, 0 to 1, as said above; 0 when one has no words.
 * `enough`: it is over the threshold that counts for texts of that length. */
int identity_overlap(const struct desk_text_api *api, struct desk_text *text, struct str a,
                     struct str b, double *overlap, bool *enough, struct error *err);

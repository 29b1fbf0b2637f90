#include "model/article.h"

#include <stdio.h>
#include <string.h>

static void add(struct hasher *hasher, struct str text)
{
    hash_add_field(hasher, text.at, text.len);
}

/* Each text goes in with its length, so that no two articles with texts cut elsewhere meet. */
void article_fingerprint(const struct article *article, struct hash *out)
{
    struct hasher hasher;
    hash_begin(&hasher);
    add(&hasher, STR_LIT("copydesk article 1"));
    add(&hasher, article->headline);
    add(&hasher, article->body);
    add(&hasher, article->note);
    for (size_t i = 0; i < article->captions.count; i++) {
        add(&hasher, article->captions.at[i].text);
        add(&hasher, article->captions.at[i].credit);
    }
    hash_end(&hasher, out);
}

char *article_uri(const struct hash *document, uint32_t piece, char out[ARTICLE_URI_SIZE])
{
    char hex[HASH_HEX_SIZE];
    hash_hex(document, hex);
    snprintf(out, ARTICLE_URI_SIZE, "urn:copydesk:%.32s:%u", hex, piece);
    return out;
}

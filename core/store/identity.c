#include "store/identity.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"

#define DAY_US (24 * 3600 * INT64_C(1000000))

void identity_free(struct identity *identity)
{
    buf_free(&identity->key);
}

static int service_failed(const struct desk_error *said, struct error *err)
{
    return error_set(err, said->code < 0 ? said->code : ERR_INTERNAL,
                     "the text service failed on an article: %s", said->text);
}

static int open_words(const struct desk_text_api *api, struct desk_text *text, struct str bytes,
                      struct desk_words_reader *reader, struct error *err)
{
    struct desk_text_bytes blob;
    struct desk_error said = {0};
    if (api->words(text, bytes.len ? bytes.at : "", bytes.len, &blob, &said) < 0)
        return service_failed(&said, err);
    if (!desk_words_open(reader, blob.bytes, blob.size, bytes.len))
        return error_set(err, ERR_INTERNAL, "the text service gave a damaged list of words");
    return 0;
}

/* Appends the folded words, a blank before each; gives how many. */
static int append_words(const struct desk_text_api *api, struct desk_text *text, struct str bytes,
                        struct buf *out, struct error *err)
{
    struct desk_words_reader reader = {0};
    struct desk_word word;
    int count = 0, rc = open_words(api, text, bytes, &reader, err);
    for (; rc == 0 && desk_words_next(&reader, &word) > 0; count++) {
        buf_byte(out, ' ');
        buf_append(out, word.folded, word.folded_size);
    }
    return rc < 0 ? rc : count;
}

static int make_headline_key(const struct desk_text_api *api, struct desk_text *text,
                             const struct article *article, struct buf *key, struct error *err)
{
    buf_byte(key, 'h');
    int rc = append_words(api, text, article->infosource, key, err);
    buf_byte(key, '\n');
    if (rc >= 0)
        rc = append_words(api, text, article->headline, key, err);
    if (rc == 0)
        buf_clear(key);
    return rc < 0 ? rc : 0;
}

int identity_make(const struct desk_text_api *api, struct desk_text *text,
                  const struct article *article, struct identity *out, struct error *err)
{
    struct hash hash;
    *out = (struct identity){.key = BUF_INIT};
    int rc = identity_url(article->url, &out->key);
    out->by_url = rc == 0 && out->key.len > 0;
    if (rc == 0 && !out->by_url)
        rc = make_headline_key(api, text, article, &out->key, err);
    if (rc == ERR_NOMEM || (rc == 0 && buf_failed(&out->key)))
        return error_set(err, ERR_NOMEM, "out of memory for an article's identity");
    hash_bytes(out->key.at, out->key.len, &hash);
    memcpy(&out->hash, hash.bytes, sizeof out->hash);
    return rc;
}

/* ---- overlap of texts ---- */

struct shingles {
    uint64_t *at; /* sorted, each once */
    size_t count;
};

static int compare_numbers(const void *left, const void *right)
{
    uint64_t a, b;
    memcpy(&a, left, sizeof a);
    memcpy(&b, right, sizeof b);
    return a < b ? -1 : a > b;
}

static void make_set(struct shingles *shingles)
{
    size_t kept = 0;
    if (shingles->count)
        qsort(shingles->at, shingles->count, sizeof *shingles->at, compare_numbers);
    for (size_t i = 0; i < shingles->count; i++)
        if (kept == 0 || shingles->at[kept - 1] != shingles->at[i])
            shingles->at[kept++] = shingles->at[i];
    shingles->count = kept;
}

/* A text of fewer words than a shingle has is one shingle. */
static void collect(struct desk_words_reader *reader, struct shingles *out)
{
    uint64_t last[IDENTITY_SHINGLE_WORDS] = {0};
    struct desk_word word;
    size_t words = 0;
    uint64_t hash = 0;
    while (words < LIMIT(IDENTITY_WORDS) && desk_words_next(reader, &word) > 0) {
        last[words++ % IDENTITY_SHINGLE_WORDS] = hash_64(word.folded, word.folded_size);
        hash = 0;
        for (size_t i = 0; i < IDENTITY_SHINGLE_WORDS; i++)
            hash = hash * 0x9E3779B97F4A7C15u + last[(words + i) % IDENTITY_SHINGLE_WORDS];
        if (words >= IDENTITY_SHINGLE_WORDS)
            out->at[out->count++] = hash;
    }
    if (words > 0 && words < IDENTITY_SHINGLE_WORDS)
        out->at[out->count++] = hash;
}

static int make_shingles(const struct desk_text_api *api, struct desk_text *text, struct str body,
                         struct shingles *out, struct error *err)
{
    struct desk_words_reader reader = {0};
    *out = (struct shingles){0};
    int rc = open_words(api, text, body, &reader, err);
    if (rc < 0)
        return rc;
    size_t most = reader.left < LIMIT(IDENTITY_WORDS) ? reader.left : LIMIT(IDENTITY_WORDS);
    if (!(out->at = mem_array(most + 1, sizeof *out->at)))
        return error_set(err, ERR_NOMEM, "out of memory comparing two articles");
    collect(&reader, out);
    make_set(out);
    return 0;
}

static size_t count_common(const struct shingles *a, const struct shingles *b)
{
    size_t common = 0;
    for (size_t i = 0, j = 0; i < a->count && j < b->count;) {
        if (a->at[i] == b->at[j]) {
            common++;
            i++;
            j++;
        } else if (a->at[i] < b->at[j]) {
            i++;
        } else {
            j++;
        }
    }
    return common;
}

int identity_overlap(const struct desk_text_api *api, struct desk_text *text, struct str a,
                     struct str b, double *overlap, bool *enough, struct error *err)
{
    struct shingles first, second = {0};
    *overlap = 0;
    *enough = false;
    int rc = make_shingles(api, text, a, &first, err);
    if (rc == 0)
        rc = make_shingles(api, text, b, &second, err);
    if (rc == 0 && first.count > 0 && second.count > 0) {
        size_t common = count_common(&first, &second);
        size_t less = first.count < second.count ? first.count : second.count;
        bool is_short = less < IDENTITY_SHORT_SHINGLES;
        size_t of = is_short ? first.count + second.count - common : less;
        *overlap = (double)common / (double)of;
        *enough = *overlap >= (is_short ? IDENTITY_SHORT_OVERLAP : IDENTITY_OVERLAP);
    }
    mem_free(first.at);
    mem_free(second.at);
    return rc;
}

/* ---- the decision ---- */

/* When both say when they were published, that counts; else when they came in. */
static bool are_near(const struct article *a, const struct article *b)
{
    int64_t first, second;
    if (a->published.len == 0 || b->published.len == 0 ||
        clock_parse(a->published, &first, NULL) < 0 ||
        clock_parse(b->published, &second, NULL) < 0) {
        first = a->received_us;
        second = b->received_us;
    }
    int64_t apart = first > second ? first - second : second - first;
    return apart <= (int64_t)LIMIT(IDENTITY_DAYS) * DAY_US;
}

static int texts_match(const struct desk_text_api *api, struct desk_text *text,
                       const struct article *known, const struct article *article, bool same_text,
                       struct error *err)
{
    double overlap;
    bool enough;
    if (!are_near(known, article) || str_trim(article->body).len == 0)
        return 0;
    if (same_text)
        return 1;
    int rc = identity_overlap(api, text, known->body, article->body, &overlap, &enough, err);
    return rc < 0 ? rc : enough;
}

int identity_matches(const struct desk_text_api *api, struct desk_text *text,
                     const struct article *known, const struct article *article, bool same_text,
                     struct error *err)
{
    IDENTITY_AUTO struct identity a = {.key = BUF_INIT}, b = {.key = BUF_INIT};
    int rc = identity_make(api, text, known, &a, err);
    if (rc == 0)
        rc = identity_make(api, text, article, &b, err);
    if (rc < 0)
        return rc;
    if (a.key.len == 0 || a.by_url != b.by_url || !str_same(buf_view(&a.key), buf_view(&b.key)))
        return 0;
    return a.by_url ? 1 : texts_match(api, text, known, article, same_text, err);
}

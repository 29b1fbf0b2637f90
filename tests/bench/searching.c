/* Searching a desk: a hundred queries of each kind, newest first and by rank, the first twenty hits
 * with snippets. Wall time of one query, parsed and read. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "bench.h"
#include "corpus.h"
#include "pipeline/desk.h"
#include "store/query.h"

#define QUERIES 100
#define HITS    20

enum kind { KIND_COMMON, KIND_MID, KIND_PHRASE, KIND_PREFIX, KIND_AND, KIND_TAG, KIND_COUNT };
static const char *const kind_names[KIND_COUNT] = {"common", "mid", "phrase",
                                                   "prefix", "and", "tag"};
static const char *const tags[] = {"place:France", "place:Hungary", "place:Japan", "place:Canada"};

/* Two words that stand side by side in article `number`. */
static void phrase(uint32_t number, char *out, size_t size)
{
    struct corpus_article article;
    const char *at = NULL;
    int words = 0;
    snprintf(out, size, "\"of the\"");
    if (corpus_article(number, &article) == 0) {
        for (at = article.body.at + 200; *at && *at != ' '; at++)
            ;
        const char *end = at + 1;
        for (; *end && (isalpha((unsigned char)*end) || (*end == ' ' && words++ == 0)); end++)
            ;
        if (words > 0 && end > at + 4)
            snprintf(out, size, "\"%.*s\"", (int)(end - at - 1), at + 1);
    }
    corpus_article_free(&article);
}

static void make_query(enum kind kind, uint32_t i, char *out, size_t size)
{
    char common[CORPUS_WORD_SIZE], mid[CORPUS_WORD_SIZE];
    corpus_word(20 + i % 30, common);
    corpus_word(3000 + i * 17, mid);
    switch (kind) {
    case KIND_COMMON:
        snprintf(out, size, "%s", common);
        break;
    case KIND_MID:
        snprintf(out, size, "%s", mid);
        break;
    case KIND_PHRASE:
        phrase(i, out, size);
        break;
    case KIND_PREFIX:
        snprintf(out, size, "%.4s*", mid);
        break;
    case KIND_AND:
        snprintf(out, size, "%s %s", common, mid);
        break;
    default:
        snprintf(out, size, "%s %s", tags[i % (sizeof tags / sizeof *tags)], common);
    }
}

static int count_hit(const struct store_hit *hit, void *data)
{
    (void)hit;
    ++*(uint64_t *)data;
    return 0;
}

static int ask(struct store_reader *reader, const char *text, bool ranked, uint64_t *hits,
               struct error *err)
{
    struct query query;
    bool more;
    ARENA_AUTO struct arena *arena = arena_new(MIB);
    struct store_page page = {.limit = HITS, .ranked = ranked, .snippets = true};
    if (!arena)
        return error_set(err, ERR_NOMEM, "no memory for a query");
    int rc = query_parse(str_of(text), clock_wall_us(), arena, &query, err);
    return rc < 0 ? rc : store_search(reader, &query, &page, count_hit, hits, &more, err);
}

static json_t *measure(struct store_reader *reader, enum kind kind, bool ranked, struct error *err)
{
    double took[QUERIES];
    char text[256];
    uint64_t hits = 0;
    for (uint32_t i = 0; i < QUERIES; i++) {
        make_query(kind, i, text, sizeof text);
        int64_t begun = clock_mono_us();
        if (ask(reader, text, ranked, &hits, err) < 0) {
            error_wrap(err, "%s", text);
            return NULL;
        }
        took[i] = (double)(clock_mono_us() - begun) / 1000;
    }
    double p50 = bench_median(took, QUERIES);
    return json_pack("{s:f,s:f,s:f}", "p50_ms", p50, "p99_ms", took[QUERIES * 99 / 100],
                     "hits_mean", (double)hits / QUERIES);
}

int part_search(int argc, char **argv)
{
    struct error err = {0};
    struct desk *desk = NULL;
    struct store_reader *reader = NULL;
    if (argc != 2)
        return bench_fail(argv[0], "wants DESK");
    struct desk_options options = {.dir = argv[1], .use = DESK_READ};
    if (desk_open(&options, &desk, &err) < 0 || desk_reader(desk, true, &reader, &err) < 0)
        return bench_fail(argv[0], err.text);
    json_t *all = json_object();
    for (int ranked = 0; ranked < 2; ranked++) {
        json_t *kinds = json_object();
        for (int kind = 0; kind < KIND_COUNT; kind++) {
            json_t *one = measure(reader, (enum kind)kind, ranked, &err);
            if (!one)
                return bench_fail(argv[0], err.text);
            json_object_set_new(kinds, kind_names[kind], one);
        }
        json_object_set_new(all, ranked ? "rank" : "newest", kinds);
    }
    store_reader_close(reader);
    desk_close(desk);
    return bench_print(all);
}

#include "corpus.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"

#define BODY_BYTES 2950
#define VOCABULARY 40000

static const char *const function_words[] = {
    "the",  "of",    "and",   "to",  "in",   "a",    "that", "for",  "is",   "on",   "was",  "with",
    "as",   "by",    "at",    "it",  "from", "be",   "has",  "are",  "have", "will", "an",   "not",
    "were", "which", "their", "or",  "been", "but",  "had",  "more", "this", "who",  "also", "its",
    "they", "after", "than",  "one", "new",  "when", "said", "into", "year", "up",   "about"};
static const char *const syllables[] = {
    "ba",   "ber", "can", "cor", "den",  "der",  "fan", "fer", "gar", "hal", "in",
    "jor",  "kel", "lan", "ler", "man",  "mer",  "nor", "or",  "pan", "per", "ral",
    "ren",  "san", "ser", "tan", "ter",  "tion", "val", "ver", "wan", "zer", "ing",
    "ment", "al",  "er",  "ly",  "ness", "ist",  "age", "ton", "port"};
static const char *const places[] = {
    "France",  "Serbia", "Hungary", "Paris",  "Belgrade", "Budapest", "China",  "Beijing",
    "Germany", "Rome",   "Spain",   "London", "Japan",    "Brazil",   "Canada", "Egypt"};
static const char *const given[] = {"Marie", "Pavle", "Anna",  "Peter", "Laura", "Stefan",
                                    "Eva",   "Marco", "Helen", "David", "Nina",  "Thomas"};
static const char *const kinds[] = {"University", "Bank",      "Ministry",
                                    "Railway",    "Institute", "Group"};
static const char *const roles[] = {"President", "Minister", "Mayor", "Director", "Professor"};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* splitmix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014) */
static uint64_t random_next(uint64_t *state)
{
    uint64_t z = (*state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static uint32_t random_below(uint64_t *state, uint32_t limit)
{
    return (uint32_t)(random_next(state) % limit);
}

/* Rank 1 .. VOCABULARY with probability falling as 1/rank: the inverse of the logarithmic sum. */
static uint32_t zipf(uint64_t *state)
{
    double u = (double)(random_next(state) >> 11) / (double)(1ull << 53);
    return (uint32_t)exp(u * log((double)VOCABULARY));
}

void corpus_word(uint32_t rank, char out[CORPUS_WORD_SIZE])
{
    uint64_t state = 0x5DEECE66Du * (rank + 1);
    unsigned parts = 1 + (rank > 40) + (rank > 2000) + random_below(&state, 2);
    out[0] = '\0';
    for (unsigned i = 0; i < parts; i++)
        strcat(out, syllables[random_below(&state, COUNT(syllables))]);
}

static void put_word(struct buf *out, const char *word, bool capital)
{
    size_t at = out->len;
    buf_text(out, word);
    if (capital && !buf_failed(out) && out->at[at] >= 'a' && out->at[at] <= 'z')
        out->at[at] = (char)(out->at[at] - 'a' + 'A');
}

static void put_name(struct buf *out, uint64_t *state)
{
    char word[CORPUS_WORD_SIZE];
    corpus_word(random_below(state, 300) + 50, word);
    switch (random_below(state, 4)) {
    case 0:
        buf_text(out, places[random_below(state, COUNT(places))]);
        return;
    case 1:
        buf_printf(out, "%s %s ", roles[random_below(state, COUNT(roles))],
                   given[random_below(state, COUNT(given))]);
        put_word(out, word, true);
        return;
    case 2:
        put_word(out, word, true);
        buf_printf(out, " %s", kinds[random_below(state, COUNT(kinds))]);
        return;
    default:
        buf_printf(out, "%s ", given[random_below(state, COUNT(given))]);
        put_word(out, word, true);
    }
}

static void put_sentence(struct buf *out, uint64_t *state)
{
    unsigned words = 10 + random_below(state, 18);
    char word[CORPUS_WORD_SIZE];
    for (unsigned i = 0; i < words; i++) {
        if (i)
            buf_byte(out, ' ');
        uint32_t dice = random_below(state, 100);
        if (dice < 4) {
            put_name(out, state);
        } else if (dice < 48) {
            put_word(out, function_words[zipf(state) % COUNT(function_words)], i == 0);
        } else {
            corpus_word(zipf(state), word);
            put_word(out, word, i == 0);
        }
        if (i + 1 < words && random_below(state, 12) == 0)
            buf_byte(out, ',');
    }
    buf_byte(out, '.');
}

static void put_headline(char *out, size_t size, uint32_t number, uint64_t *state)
{
    struct buf text = BUF_INIT;
    char word[CORPUS_WORD_SIZE];
    put_word(&text, places[random_below(state, COUNT(places))], true);
    for (unsigned i = 0; i < 6; i++) {
        corpus_word(zipf(state) + 20, word);
        buf_byte(&text, ' ');
        buf_text(&text, word);
    }
    snprintf(out, size, "%.*s in case %u", (int)text.len, text.at ? text.at : "", number);
    buf_free(&text);
}

int corpus_article(uint32_t number, struct corpus_article *out)
{
    uint64_t state = 0xC0FFEEu + (uint64_t)number * 0x1234567u;
    buf_init(&out->body, 0);
    put_headline(out->headline, sizeof out->headline, number, &state);
    while (out->body.len < BODY_BYTES && !buf_failed(&out->body)) {
        unsigned sentences = 2 + random_below(&state, 3);
        if (out->body.len)
            buf_text(&out->body, "\n\n");
        for (unsigned i = 0; i < sentences; i++) {
            if (i)
                buf_byte(&out->body, ' ');
            put_sentence(&out->body, &state);
        }
    }
    return buf_failed(&out->body) ? ERR_NOMEM : 0;
}

void corpus_article_free(struct corpus_article *article)
{
    buf_free(&article->body);
}

static int append_article(struct buf *text, uint32_t number, bool in_digest)
{
    struct corpus_article article;
    int result = corpus_article(number, &article);
    if (result == 0) {
        buf_printf(text, "%s\n\n", article.headline);
        if (in_digest && number % 3 == 0) {
            char caption[64];
            snprintf(caption, sizeof caption, "The place of case %u. Photo: VCG", number);
            buf_printf(text, "%s\n\n%s\n\n", caption, caption);
        }
        buf_append(text, article.body.at, article.body.len);
        buf_text(text, in_digest ? "\n\nGlobal Courier\n\n\n" : "\n");
    }
    corpus_article_free(&article);
    return buf_failed(text) ? ERR_NOMEM : result;
}

static int write_file(const char *dir, uint32_t file, const struct buf *text, struct error *err)
{
    char path[4096];
    if (file % 1000 == 0) { /* folders of a thousand files */
        snprintf(path, sizeof path, "%s/%03u", dir, file / 1000);
        if (mkdir(path, 0755) != 0 && errno != EEXIST)
            return error_errno(err, errno, "%s", path);
    }
    snprintf(path, sizeof path, "%s/%03u/%06u.txt", dir, file / 1000, file);
    FILE *out = fopen(path, "wb");
    if (!out)
        return error_errno(err, errno, "%s", path);
    size_t written = fwrite(text->at, 1, text->len, out);
    if (fclose(out) != 0 || written != text->len)
        return error_errno(err, errno, "%s", path);
    return 0;
}

int corpus_write(const char *dir, uint32_t articles, int one_file_each, struct error *err)
{
    uint32_t each = one_file_each ? 1 : CORPUS_PER_DIGEST;
    struct buf text = BUF_INIT;
    int result = 0;
    if (mkdir(dir, 0755) != 0 && errno != EEXIST)
        return error_errno(err, errno, "%s", dir);
    for (uint32_t file = 0; file * each < articles && result == 0; file++) {
        buf_clear(&text);
        for (uint32_t i = file * each; i < articles && i < (file + 1) * each && result == 0; i++)
            result = append_article(&text, i, !one_file_each);
        result =
            result == 0 ? write_file(dir, file, &text, err) : error_set(err, result, "no memory");
    }
    buf_free(&text);
    return result;
}

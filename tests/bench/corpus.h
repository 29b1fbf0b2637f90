/* The bench's own corpus: news-like articles made by a fixed random sequence, so that each run and
 * each machine sees the same bytes.
 *
 * About 3,100 bytes an article: function words of English among words drawn by Zipf's law from a
 * vocabulary of syllables, in sentences and paragraphs, with names of people, organisations and
 * real places, a byline, and now and then a caption. Ten articles make one digest, in the shape of
 * a plain-text press digest. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

#define CORPUS_PER_DIGEST 10

struct corpus_article {
    char headline[160];
    struct buf body; /* paragraphs parted by blank lines */
};

/* The word of that rank of frequency, from 1; a rank of 40 stands in most articles, one of 4,000 in
 * few. */
#define CORPUS_WORD_SIZE 48
void corpus_word(uint32_t rank, char out[CORPUS_WORD_SIZE]);

/* Article `number` (from 0). The same number gives the same article. */
int corpus_article(uint32_t number, struct corpus_article *out);
void corpus_article_free(struct corpus_article *article);

/* Writes `articles` articles into `dir` (made): as digests "00000.txt" ..., or one file each. */
int corpus_write(const char *dir, uint32_t articles, int one_file_each, struct error *err);

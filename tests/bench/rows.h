/* Rows of a store, read into memory in batches, with the index words of each article computed: what
 * the floor inserts.
 *
 * All rows have a place: the article they belong to, or the first article of their document. */
#pragma once

#include <sqlite3.h>
#include <stdint.h>

#include <copydesk/text.h>

#include "base/arena.h"
#include "base/error.h"

#define ROWS_COLUMNS   24
#define ROWS_BATCH     1000 /* articles, and those that share a document with the last one */
#define ROWS_FTS_TEXTS 4    /* headline, body, captions, tags */

/* X(name of the table): in the order in which the rows of one article are inserted. */
#define ROWS_TABLE_MAP(X)                                                                          \
    X(documents)                                                                                   \
    X(document_bytes)                                                                              \
    X(receipts)                                                                                    \
    X(changes)                                                                                     \
    X(document_results)                                                                            \
    X(articles)                                                                                    \
    X(versions)                                                                                    \
    X(article_documents)                                                                           \
    X(tags)                                                                                        \
    X(results)                                                                                     \
    X(index_row)

enum rows_table {
#define ROWS_ENUM(name) ROWS_##name,
    ROWS_TABLE_MAP(ROWS_ENUM)
#undef ROWS_ENUM
        ROWS_TABLES
};
extern const char *const rows_table_names[ROWS_TABLES];

struct rows_cell {
    int type; /* SQLITE_INTEGER ... */
    int len;
    union {
        int64_t integer;
        double real;
        const char *bytes;
    };
};

struct rows_row {
    int64_t place;
    struct rows_row *next;
    struct rows_cell cells[];
};

/* The words of one text as FTS5 takes them. */
struct rows_words {
    struct str text;
    size_t count;
    struct desk_word *at;
};

struct rows_article {
    int64_t id;
    struct rows_words texts[ROWS_FTS_TEXTS];
};

struct rows_batch {
    struct rows_row *tables[ROWS_TABLES]; /* in order of place */
    int columns[ROWS_TABLES];
    struct rows_article *articles;
    size_t count;
};

struct rows; /* opaque */

int rows_open(const char *dir, const struct desk_text_api *text, struct rows **out,
              struct error *err);
void rows_close(struct rows *rows);
sqlite3 *rows_db(struct rows *rows);
/* The next batch, which lives until the next call; count 0 at the end. */
int rows_next(struct rows *rows, struct rows_batch *batch, struct error *err);

/* One statement a query. Its first table drives, newest first, so that LIMIT ends the work early:
 *
 *   article_fts   when words are wanted: FTS5 gives its matches in the order of rowid
 *   tags          when no words are wanted but a tag is: the index tags_key is in that order, too
 *   articles      else
 *
 * CROSS JOIN keeps the planner from turning that round: MATCH asked once for each row of another
 * table takes 20 times as long. A tag that must be there goes into MATCH as well, as a phrase in
 * the column of tags: FTS5 then skips to the few rows that can be meant, and the exact comparison
 * that follows sees only those. Words elsewhere (under OR beside a filter, or only unwanted ones)
 * are a sub-select that runs once. */
#include "store/sqlite/search.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/match.h"

#define BINDS_MAX 512

struct bind {
    struct str text;
    int64_t number;
    bool is_text;
};

struct search {
    sqlite3 *db;
    struct matcher matcher;
    const struct search_page *page;
    struct buf head, tail; /* up to WHERE and what drives; the other conditions */
    struct buf *out;       /* the one that is written to */
    struct bind binds[BINDS_MAX];
    int bind_count;
    struct match words;           /* of the outermost AND; text empty: none */
    const struct query_node *tag; /* its first tag that must be there */
};

static int predicate(struct search *search, const struct query_node *node);

/* ---- writing SQL ---- */

static void sql(struct search *search, const char *text)
{
    buf_text(search->out, text);
}

static int add_bind(struct search *search, struct bind bind)
{
    if (search->bind_count == BINDS_MAX)
        return error_set(search->matcher.err, ERR_LIMIT, "the query is too large (%d values)",
                         BINDS_MAX);
    search->binds[search->bind_count++] = bind;
    return 0;
}

static int write_bind(struct search *search, struct bind bind)
{
    int rc = add_bind(search, bind);
    buf_printf(search->out, "?%d", search->bind_count);
    return rc;
}

static int bind_text(struct search *search, struct str text)
{
    return write_bind(search, (struct bind){.text = text, .is_text = true});
}

static int bind_key(struct search *search, struct str value)
{
    BUF_AUTO struct buf key = BUF_INIT;
    int rc = tokenizer_key(search->matcher.tokenizer, value, &key, search->matcher.err);
    if (rc < 0)
        return rc;
    const struct str kept = arena_str(search->matcher.arena, buf_view(&key));
    if (kept.len != key.len)
        return error_set(search->matcher.err, ERR_NOMEM, "out of memory writing a search");
    return bind_text(search, kept);
}

/* ---- filters ---- */

static const char *scheme_of(enum query_filter filter)
{
    switch (filter) {
    case FILTER_PLACE:
        return "'place'";
    case FILTER_PERSON:
        return "'person'";
    case FILTER_ORGANISATION:
        return "'organisation'";
    default:
        return NULL;
    }
}

static bool is_tag(const struct query_node *node)
{
    return node->kind == QUERY_FILTER && node->filter <= FILTER_ORGANISATION;
}

static int tag_columns(struct search *search, const struct query_node *node)
{
    const char *scheme = scheme_of(node->filter);
    sql(search, "t.key = ");
    int rc = bind_key(search, node->text);
    if (scheme)
        buf_printf(search->out, " AND t.scheme = %s", scheme);
    return rc;
}

static int tag_filter(struct search *search, const struct query_node *node)
{
    sql(search, "EXISTS (SELECT 1 FROM tags AS t WHERE t.article_id = a.id AND ");
    int rc = tag_columns(search, node);
    sql(search, ")");
    return rc;
}

/* The publisher, or where the document came from ("folder", "stdin", a feed). */
static int source_filter(struct search *search, const struct query_node *node)
{
    sql(search, "(a.source_key = ");
    int rc = bind_key(search, node->text);
    sql(search, " OR EXISTS (SELECT 1 FROM receipts AS r WHERE r.document_id = a.document_id"
                " AND r.source = ");
    if (rc >= 0)
        rc = bind_text(search, node->text);
    sql(search, "))");
    return rc;
}

/* "zh" finds "zh-Hans" too: '.' comes right behind '-'. */
static int language_filter(struct search *search, const struct query_node *node)
{
    sql(search, "(lower(a.language) = ");
    int rc = bind_key(search, node->text);
    const int number = search->bind_count;
    buf_printf(search->out,
               " OR (lower(a.language) > ?%d || '-' AND lower(a.language) < ?%d || '.'))", number,
               number);
    return rc;
}

/* When it was published; when it was received, where that is not known. */
static int time_filter(struct search *search, const struct query_node *node)
{
    sql(search, "coalesce((SELECT unixepoch(v.published) * 1000000 FROM versions AS v"
                " WHERE v.article_id = a.id AND v.version = a.version AND v.published <> ''),"
                " a.received_us)");
    sql(search, node->filter == FILTER_SINCE ? " >= " : " < ");
    return write_bind(search, (struct bind){.number = node->time_us});
}

static int filter_predicate(struct search *search, const struct query_node *node)
{
    switch (node->filter) {
    case FILTER_SOURCE:
        return source_filter(search, node);
    case FILTER_LANG:
        return language_filter(search, node);
    case FILTER_SINCE:
    case FILTER_BEFORE:
        return time_filter(search, node);
    default:
        return tag_filter(search, node);
    }
}

/* ---- mixtures ---- */

static int words_predicate(struct search *search, const struct match *words)
{
    sql(search, words->negated ? "+a.id NOT IN " : "+a.id IN ");
    sql(search, "(SELECT rowid FROM article_fts WHERE article_fts MATCH ");
    int rc = bind_text(search, words->text);
    sql(search, ")");
    return rc;
}

/* Adds the text of a subtree to `words`. */
static int gather(struct search *search, enum query_kind kind, const struct query_node *node,
                  struct match *words)
{
    struct match one;
    int rc = match_text(&search->matcher, node, &one);
    if (rc < 0)
        return rc;
    if (words->text.len == 0) {
        *words = one;
        return 0;
    }
    return match_join(&search->matcher, kind, words, &one, words);
}

/* The members of an AND or OR: what is text goes together into `words`, the rest is written. */
static int members(struct search *search, enum query_kind kind, const struct query_node *node,
                   struct match *words)
{
    if (match_is_text(node))
        return gather(search, kind, node, words);
    if (node->kind == kind) {
        int rc = members(search, kind, node->left, words);
        return rc < 0 ? rc : members(search, kind, node->right, words);
    }
    int rc = predicate(search, node);
    sql(search, kind == QUERY_AND ? " AND " : " OR ");
    return rc;
}

static int mixture(struct search *search, const struct query_node *node)
{
    struct match words = {.text = STR_NONE};
    sql(search, "(");
    int rc = members(search, node->kind, node, &words);
    if (rc >= 0 && words.text.len > 0)
        rc = words_predicate(search, &words);
    else
        sql(search, node->kind == QUERY_AND ? "1" : "0");
    sql(search, ")");
    return rc;
}

/* A condition on the article `a`. */
static int predicate(struct search *search, const struct query_node *node)
{
    struct match words = {.text = STR_NONE};
    int rc;
    if (match_is_text(node)) {
        rc = gather(search, QUERY_AND, node, &words);
        return rc < 0 ? rc : words_predicate(search, &words);
    }
    if (node->kind == QUERY_FILTER)
        return filter_predicate(search, node);
    if (node->kind != QUERY_NOT)
        return mixture(search, node);
    sql(search, "NOT (");
    rc = predicate(search, node->left);
    sql(search, ")");
    return rc;
}

/* ---- the statement ---- */

/* Takes the outermost AND apart: words to search->words, the first tag to search->tag; the rest is
 * written. */
static int conditions(struct search *search, const struct query_node *node)
{
    if (match_is_text(node))
        return gather(search, QUERY_AND, node, &search->words);
    if (node->kind == QUERY_AND) {
        int rc = conditions(search, node->left);
        return rc < 0 ? rc : conditions(search, node->right);
    }
    if (is_tag(node) && !search->tag) {
        search->tag = node;
        return 0;
    }
    sql(search, " AND ");
    return predicate(search, node);
}

/* The tag that must be there, once for FTS5 to skip by and once exactly. */
static int narrow_by_tag(struct search *search)
{
    struct match label;
    int rc = match_label(&search->matcher, search->tag->text, &label);
    if (rc >= 0 && label.text.len > 0)
        rc = match_join(&search->matcher, QUERY_AND, &search->words, &label, &search->words);
    if (rc < 0)
        return rc;
    sql(search, " AND ");
    return tag_filter(search, search->tag);
}

static int from_words(struct search *search)
{
    int rc = search->tag ? narrow_by_tag(search) : 0;
    search->out = &search->head;
    sql(search, search->page->ranked ? "SELECT a.id, bm25(article_fts, 8.0, 1.0, 2.0, 4.0)"
                                     : "SELECT a.id, 0.0");
    sql(search, " FROM article_fts CROSS JOIN articles AS a ON a.id = article_fts.rowid"
                " WHERE article_fts.rowid < ?1 AND article_fts MATCH ");
    return rc < 0 ? rc : bind_text(search, search->words.text);
}

static int from_tag(struct search *search)
{
    search->out = &search->head;
    sql(search, "SELECT a.id, 0.0 FROM tags AS t CROSS JOIN articles AS a ON a.id = t.article_id"
                " WHERE t.article_id < ?1 AND ");
    return tag_columns(search, search->tag);
}

static int without_words(struct search *search)
{
    if (search->words.text.len == 0)
        return 0;
    sql(search, " AND ");
    return words_predicate(search, &search->words);
}

/* A small window is made a list once, by its index; in a large one each match is looked up. */
#define SMALL_WINDOW 5000

static int window(struct search *search)
{
    const struct search_page *page = search->page;
    const bool small = page->upto_seq - page->after_seq <= SMALL_WINDOW;
    if (page->upto_seq == 0)
        return 0;
    sql(search, small ? " AND (+a.id, a.version) IN (SELECT w.article_id, w.version FROM versions"
                        " AS w WHERE w.seq > "
                      : " AND EXISTS (SELECT 1 FROM versions AS w WHERE w.article_id = a.id"
                        " AND w.version = a.version AND w.seq > ");
    int rc = write_bind(search, (struct bind){.number = page->after_seq});
    sql(search, " AND w.seq <= ");
    if (rc >= 0)
        rc = write_bind(search, (struct bind){.number = page->upto_seq});
    sql(search, ")");
    return rc;
}

static int write_parts(struct search *search, const struct query_node *root)
{
    search->out = &search->tail;
    int rc = root ? conditions(search, root) : 0;
    if (rc >= 0)
        rc = window(search);
    if (rc < 0)
        return rc;
    const bool wanted = search->words.text.len > 0 && !search->words.negated;
    const char *order = " ORDER BY a.id DESC LIMIT ?2";
    if (wanted) {
        rc = from_words(search);
        order = " ORDER BY article_fts.rowid DESC LIMIT ?2";
    } else if ((rc = without_words(search)) >= 0 && search->tag) {
        rc = from_tag(search);
        order = " GROUP BY t.article_id ORDER BY t.article_id DESC LIMIT ?2";
    } else if (rc >= 0) {
        buf_text(&search->head, "SELECT a.id, 0.0 FROM articles AS a WHERE a.id < ?1");
    }
    buf_text(&search->tail, order);
    return rc;
}

static int write_statement(struct search *search, const struct query_node *root)
{
    const struct search_page *page = search->page;
    const size_t most = page->ranked ? LIMIT(RANKED_ROWS) : page->limit;
    add_bind(search, (struct bind){.number = page->before_id > 0 ? page->before_id : INT64_MAX});
    add_bind(search, (struct bind){.number = (int64_t)most + 1});
    int rc = write_parts(search, root);
    if (rc < 0)
        return rc;
    buf_str(&search->head, buf_view(&search->tail));
    if (buf_failed(&search->head) || buf_failed(&search->tail))
        return error_set(search->matcher.err, ERR_NOMEM, "out of memory writing a search");
    return 0;
}

static void bind_all(struct search *search, sqlite3_stmt *stmt)
{
    for (int i = 0; i < search->bind_count; i++) {
        if (search->binds[i].is_text)
            sq_bind_text(stmt, i + 1, search->binds[i].text);
        else
            sq_bind_int(stmt, i + 1, search->binds[i].number);
    }
}

/* ---- rows ---- */

static int by_rank(const void *a, const void *b)
{
    const struct search_row *left = a, *right = b;
    if (left->rank != right->rank)
        return left->rank < right->rank ? -1 : 1;
    return left->id > right->id ? -1 : left->id < right->id;
}

/* Reads up to `max` rows; `more` when there was another one. */
static int read_rows(sqlite3_stmt *stmt, struct search_row *rows, size_t max, size_t *count,
                     bool *more, struct error *err)
{
    int rc;
    *count = 0;
    *more = false;
    while ((rc = sq_row(stmt, err)) > 0) {
        if (*count == max) {
            *more = true;
            return 0;
        }
        rows[*count].id = sqlite3_column_int64(stmt, 0);
        rows[*count].seq = 0;
        rows[(*count)++].rank = sqlite3_column_double(stmt, 1);
    }
    return rc;
}

/* Ranks the newest RANKED_ROWS matches and keeps the best of them. */
static int read_ranked(sqlite3_stmt *stmt, const struct search_page *page, struct search_row *rows,
                       size_t *count, bool *more, struct error *err)
{
    struct search_row *all = mem_zero(LIMIT(RANKED_ROWS), sizeof(*all));
    if (!all)
        return error_set(err, ERR_NOMEM, "out of memory ranking");
    int rc = read_rows(stmt, all, LIMIT(RANKED_ROWS), count, more, err);
    qsort(all, *count, sizeof(*all), by_rank);
    if (*count > page->limit) {
        *count = page->limit;
        *more = true;
    }
    for (size_t i = 0; i < *count; i++)
        rows[i] = all[i];
    mem_free(all);
    return rc;
}

static int run(struct search *search, const struct query_node *root, struct search_row *rows,
               size_t *count, bool *more, struct error *err)
{
    SQ_AUTO sqlite3_stmt *stmt = NULL;
    int rc = write_statement(search, root);
    if (rc >= 0)
        rc = sq_prepare(search->db, search->head.at, false, &stmt, err);
    if (rc < 0)
        return rc;
    bind_all(search, stmt);
    return search->page->ranked ? read_ranked(stmt, search->page, rows, count, more, err)
                                : read_rows(stmt, rows, search->page->limit, count, more, err);
}

#define SEARCH_BYTES (4UL * 1024 * 1024) /* of memory for one query's words and expressions */

int search_rows(sqlite3 *db, struct tokenizer *tokenizer, const struct query *query,
                const struct search_page *page, struct search_row *rows, size_t *count, bool *more,
                struct error *err)
{
    bool any_more = false;
    ARENA_AUTO struct arena *arena = arena_new(SEARCH_BYTES);
    struct search *search = mem_zero(1, sizeof(*search));
    *count = 0;
    if (!arena || !search) {
        mem_free(search);
        return error_set(err, ERR_NOMEM, "out of memory searching");
    }
    search->db = db;
    search->page = page;
    search->matcher = (struct matcher){.tokenizer = tokenizer, .arena = arena, .err = err};
    int rc = run(search, query ? query->root : NULL, rows, count, &any_more, err);
    buf_free(&search->head);
    buf_free(&search->tail);
    mem_free(search);
    if (more)
        *more = any_more;
    return rc < 0 ? rc : 0;
}

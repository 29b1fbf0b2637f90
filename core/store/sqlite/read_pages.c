/* Pages of articles, newest first or ranked. Ids come in portions, so that a page may be as long
 * as the store without a list of its length; all portions see the same state of the store. */
#include "base/alloc.h"
#include "base/limits.h"
#include "store/query.h"
#include "store/sqlite/reader.h"
#include "store/sqlite/search.h"

#define PORTION 256

struct walk {
    struct engine_reader *reader;
    const struct query *query; /* NULL: all */
    const struct store_page *page;
    int (*each)(const struct store_hit *hit, void *data);
    void *data;
    struct arena *arena;
    struct buf snippet;
    int64_t before_seq; /* of a window without a query: where the next portion begins */
    bool stopped;
};

/* Without a query nothing of the index is needed, nor the text service. A window is walked by the
 * index on sequence numbers: also a few articles of many come at once. */
static int newest(struct walk *walk, const struct search_page *page, struct search_row *rows,
                  size_t *count, bool *more, struct error *err)
{
    static const char all[] = "SELECT id, 0 FROM articles WHERE id<?1 ORDER BY id DESC LIMIT ?2";
    static const char window[] =
        "SELECT v.article_id, v.seq FROM versions AS v CROSS JOIN articles AS a"
        " ON a.id=v.article_id AND a.version=v.version"
        " WHERE v.seq<?1 AND v.seq>?3 ORDER BY v.seq DESC LIMIT ?2";
    SQ_AUTO sqlite3_stmt *row = NULL;
    const bool windowed = page->upto_seq != 0;
    int rc = sq_prepare(walk->reader->db, windowed ? window : all, false, &row, err);
    *count = 0;
    *more = false;
    if (rc < 0)
        return rc;
    if (windowed)
        sq_bind_int(row, 1, walk->before_seq ? walk->before_seq : page->upto_seq + 1);
    else
        sq_bind_int(row, 1, page->before_id ? page->before_id : INT64_MAX);
    sq_bind_int(row, 2, (int64_t)page->limit + 1);
    if (windowed)
        sq_bind_int(row, 3, page->after_seq);
    while ((rc = sq_row(row, err)) > 0) {
        if (*count == page->limit) {
            *more = true;
            return 0;
        }
        rows[(*count)++] = (struct search_row){.id = sqlite3_column_int64(row, 0),
                                               .seq = sqlite3_column_int64(row, 1)};
    }
    return rc;
}

static int find(struct walk *walk, const struct search_page *page, struct search_row *rows,
                size_t *count, bool *more, struct error *err)
{
    if (!walk->query)
        return newest(walk, page, rows, count, more, err);
    if (!walk->reader->tokenizer)
        return error_set(err, ERR_INTERNAL, "the reader was opened without the text service");
    return search_rows(walk->reader->db, walk->reader->tokenizer, walk->query, page, rows, count,
                       more, err);
}

static int give(struct walk *walk, const struct search_row *row, struct error *err)
{
    struct store_hit hit = {.rank = row->rank, .seq = row->seq};
    bool snippet = walk->page->snippets && walk->query;
    arena_clear(walk->arena);
    int rc = read_article(walk->reader, row->id, walk->page->whole || snippet, walk->arena,
                          &hit.article, err);
    if (rc == 0 && snippet) {
        buf_clear(&walk->snippet);
        rc = search_snippet(walk->reader->tokenizer, walk->query, hit.article.body, &walk->snippet,
                            err);
        hit.snippet = buf_view(&walk->snippet);
    }
    if (rc < 0)
        return rc;
    walk->stopped = walk->each(&hit, walk->data) != 0;
    return 0;
}

static int walk_portions(struct walk *walk, struct search_row *rows, size_t room, bool *more,
                         struct error *err)
{
    const struct store_page *page = walk->page;
    uint64_t left = page->limit;
    int64_t before = page->before_id;
    walk->before_seq = page->before_seq;
    do {
        struct search_page part = {.before_id = before,
                                   .after_seq = page->after_seq,
                                   .upto_seq = page->upto_seq,
                                   .limit = (uint32_t)(left < room ? left : room),
                                   .ranked = page->ranked && walk->query};
        size_t count = 0;
        int rc = find(walk, &part, rows, &count, more, err);
        for (size_t i = 0; rc == 0 && i < count && !walk->stopped; i++)
            rc = give(walk, &rows[i], err);
        if (rc < 0)
            return rc;
        if (count == 0 || part.ranked)
            break;
        left -= count;
        before = rows[count - 1].id;
        walk->before_seq = rows[count - 1].seq;
    } while (*more && left > 0 && !walk->stopped);
    return 0;
}

static int walk_page(struct walk *walk, bool *more, struct error *err)
{
    size_t room = walk->page->ranked && walk->query ? LIMIT(RANKED_ROWS) : PORTION;
    struct search_row *rows = mem_array(room, sizeof *rows);
    walk->arena = arena_new(2 * LIMIT(DECODED_BYTES));
    int rc = reader_begin(walk->reader, err);
    if (rc == 0 && (!rows || !walk->arena))
        rc = error_set(err, ERR_NOMEM, "out of memory for a page");
    if (rc == 0)
        rc = walk_portions(walk, rows, room, more, err);
    reader_end(walk->reader);
    buf_free(&walk->snippet);
    arena_free(walk->arena);
    mem_free(rows);
    return rc;
}

int reader_search(struct engine_reader *reader, const struct query *query,
                  const struct store_page *page,
                  int (*each)(const struct store_hit *hit, void *data), void *data, bool *more,
                  struct error *err)
{
    bool further = false;
    struct walk walk = {.reader = reader,
                        .query = query && query->root ? query : NULL,
                        .page = page,
                        .each = each,
                        .data = data,
                        .snippet = BUF_INIT};
    int rc = page->limit ? walk_page(&walk, &further, err) : 0;
    if (more)
        *more = further;
    return rc;
}

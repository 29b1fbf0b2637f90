#include "pipeline/quarantine.h"

#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "pipeline/process.h"

int failed_each(struct desk *desk, int (*each)(const struct store_quarantined *item, void *data),
                void *data, struct error *err)
{
    struct store_reader *reader = NULL;
    int code = desk_reader(desk, false, &reader, err);
    if (code < 0)
        return code;
    code = store_quarantine(reader, each, data, err);
    store_reader_close(reader);
    return code < 0 ? code : 0;
}

/* ---- what is to be tried ---- */

struct search {
    int64_t id; /* 0: all */
    bool found, documents;
    int64_t *articles; /* ids, each once where its items stand together */
    size_t count, room;
    bool no_memory;
};

static int add_article(struct search *search, int64_t id)
{
    for (size_t i = search->count; i > 0 && i + 64 > search->count; i--)
        if (search->articles[i - 1] == id)
            return 0;
    if (search->count == search->room) {
        const size_t room = search->room ? search->room * 2 : 64;
        int64_t *grown = mem_resize_array(search->articles, room, sizeof *grown);
        if (!grown) {
            search->no_memory = true;
            return 1;
        }
        search->articles = grown;
        search->room = room;
    }
    search->articles[search->count++] = id;
    return 0;
}

static int look_at(const struct store_quarantined *item, void *data)
{
    struct search *search = data;
    if (search->id && item->id != search->id)
        return 0;
    search->found = true;
    if (item->article_id)
        return add_article(search, item->article_id);
    search->documents = true;
    return 0;
}

static int find_items(struct desk *desk, struct search *search, struct error *err)
{
    const int code = failed_each(desk, look_at, search, err);
    if (code < 0)
        return code;
    if (search->no_memory)
        return error_set(err, ERR_NOMEM, "out of memory while listing quarantined items");
    if (search->id && !search->found)
        return error_set(err, ERR_NOTFOUND,
                         "no item %lld waits in quarantine; `copydesk failed` lists them",
                         (long long)search->id);
    return 0;
}

/* ---- documents ---- */

struct write {
    struct store_request request;
    bool done;
};

static void written(struct store_request *request)
{
    struct write *write = request->data;
    write->done = true;
}

static int write_and_wait(struct desk *desk, struct write *write, struct error *err)
{
    write->request.done = written;
    write->request.data = write;
    host_store(desk, &write->request);
    host_wait(desk, &write->done);
    const struct error *why = &write->request.error;
    return why->code < 0 ? error_set(err, why->code, "%s", why->text) : 0;
}

static int retry_documents(struct desk *desk, int64_t id, const struct ingest_callbacks *callbacks,
                           struct ingest_counts *counts, struct error *err)
{
    struct write write = {.request = {.op = STORE_RETRY, .quarantine_id = id, .bytes = KIB}};
    const int code = write_and_wait(desk, &write, err);
    return code < 0 ? code : ingest_paths(desk, NULL, 0, NULL, callbacks, counts, err);
}

/* ---- articles ---- */

static void worked(struct article_work *work)
{
    *(bool *)work->data = true;
}

/* Its plugins say everything anew: what they said before is not handed to them. */
static void forget_answers(struct article *article)
{
    article->tags = (struct tag_list){0};
    article->summary = (struct summary){0};
}

static int retry_article(struct desk *desk, struct store_reader *reader, int64_t id,
                         struct retry_counts *counts, struct error *err)
{
    ARENA_AUTO struct arena *arena = arena_new(LIMIT(FRAME_BYTES));
    if (!arena)
        return error_set(err, ERR_NOMEM, "out of memory");
    struct store_piece piece = {0};
    int code = store_article(reader, id, arena, &piece.article, err);
    if (code < 0)
        return code;
    forget_answers(&piece.article);
    bool done = false;
    struct article_work work = {.lineup = lineup_hold(desk->lineup),
                                .arena = arena,
                                .piece = &piece,
                                .done = worked,
                                .data = &done};
    article_work_start(&work);
    host_wait(desk, &done);
    struct write write = {
        .request = {.op = STORE_REVISE, .pieces = &piece, .piece_count = 1, .bytes = KIB}};
    piece.article_id = id;
    code = write_and_wait(desk, &write, err);
    article_work_free(&work);
    lineup_release(work.lineup);
    counts->articles++;
    counts->articles_healed += piece.failure_count == 0;
    counts->articles_failed += piece.failure_count > 0;
    return code;
}

static int retry_articles(struct desk *desk, const struct search *search,
                          struct retry_counts *counts, struct error *err)
{
    struct store_reader *reader = NULL;
    int code = search->count ? desk_reader(desk, false, &reader, err) : 0;
    for (size_t i = 0; code >= 0 && i < search->count; i++)
        code = retry_article(desk, reader, search->articles[i], counts, err);
    if (reader)
        store_reader_close(reader);
    return code;
}

int failed_retry(struct desk *desk, int64_t id, const struct ingest_callbacks *callbacks,
                 struct retry_counts *counts, struct error *err)
{
    struct retry_counts own = {0};
    struct search search = {.id = id};
    if (!desk->store)
        return error_set(err, ERR_USAGE, "the desk is not open for writing");
    int code = find_items(desk, &search, err);
    if (code >= 0 && search.documents)
        code = retry_documents(desk, id, callbacks, &own.documents, err);
    if (code >= 0)
        code = retry_articles(desk, &search, &own, err);
    mem_free(search.articles);
    if (counts)
        *counts = own;
    return code < 0 ? code : 0;
}

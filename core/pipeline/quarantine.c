#include "pipeline/quarantine.h"

#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "pipeline/health.h"
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

/* ---- the run ---- */

struct retry {
    struct desk *desk;
    struct search search;
    struct ingest_callbacks callbacks;
    struct retry_counts counts;
    struct host_work work;
    struct store_request request;
    /* the article at work */
    size_t next;
    struct arena *arena;
    struct store_piece piece;
    struct article_work article;
    struct error error; /* of the thread */
    retry_done_fn *done;
    void *data;
};

static void finish(struct retry *retry, const struct error *failed)
{
    const struct retry_counts counts = retry->counts;
    const struct error why = failed ? *failed : (struct error){0};
    retry_done_fn *done = retry->done;
    void *data = retry->data;
    mem_free(retry->search.articles);
    mem_free(retry);
    done(&counts, failed ? &why : NULL, data);
}

static void in_thread(struct retry *retry, void (*work)(void *data), void (*after)(void *data))
{
    retry->error.code = 0;
    retry->work = (struct host_work){.work = work, .after = after, .data = retry};
    host_work(retry->desk, &retry->work);
}

static void write_it(struct retry *retry, void (*done)(struct store_request *request))
{
    retry->request.bytes = KIB;
    retry->request.done = done;
    retry->request.data = retry;
    host_store(retry->desk, &retry->request);
}

/* ---- articles, one after the other ---- */

static void next_article(struct retry *retry);

static void leave_article(struct retry *retry)
{
    article_work_free(&retry->article);
    lineup_release(retry->article.lineup);
    arena_free(retry->arena);
    retry->arena = NULL;
    retry->next++;
}

/* One that is gone, or has another version by now, is nobody's failure. */
static bool is_past(int code)
{
    return code == ERR_NOTFOUND || code == ERR_EXISTS;
}

static void revised(struct store_request *request)
{
    struct retry *retry = request->data;
    const struct error why = request->error;
    const bool healed = retry->piece.failure_count == 0;
    leave_article(retry);
    if (why.code < 0 && !is_past(why.code)) {
        finish(retry, &why);
        return;
    }
    retry->counts.articles += why.code == 0;
    retry->counts.articles_healed += why.code == 0 && healed;
    retry->counts.articles_failed += why.code == 0 && !healed;
    next_article(retry);
}

static void worked(struct article_work *work)
{
    struct retry *retry = work->data;
    struct error why;
    if (work->lineup->ended) { /* no plugin's fault */
        leave_article(retry);
        error_set(&why, ERR_CANCELLED, "the desk ends");
        finish(retry, &why);
        return;
    }
    retry->piece.article_id = retry->search.articles[retry->next];
    retry->request =
        (struct store_request){.op = STORE_REVISE, .pieces = &retry->piece, .piece_count = 1};
    write_it(retry, revised);
}

static void read_article(void *data)
{
    struct retry *retry = data;
    struct store_reader *reader = NULL;
    int code = desk_reader(retry->desk, false, &reader, &retry->error);
    if (code >= 0)
        code = store_article(reader, retry->search.articles[retry->next], retry->arena,
                             &retry->piece.article, &retry->error);
    if (reader)
        store_reader_close(reader);
    (void)code; /* it stands in the error */
}

/* Its plugins say everything anew: what they said before is not handed to them. */
static void forget_answers(struct article *article)
{
    article->tags = (struct tag_list){0};
    article->summary = (struct summary){0};
}

static void article_read(void *data)
{
    struct retry *retry = data;
    const struct error why = retry->error;
    if (why.code < 0) {
        leave_article(retry);
        if (is_past(why.code))
            next_article(retry);
        else
            finish(retry, &why);
        return;
    }
    forget_answers(&retry->piece.article);
    retry->article = (struct article_work){.lineup = lineup_hold(retry->desk->lineup),
                                           .arena = retry->arena,
                                           .piece = &retry->piece,
                                           .again = true,
                                           .done = worked,
                                           .data = retry};
    article_work_start(&retry->article);
}

static void next_article(struct retry *retry)
{
    struct error why;
    if (retry->next == retry->search.count) {
        finish(retry, NULL);
        return;
    }
    retry->piece = (struct store_piece){0};
    retry->article = (struct article_work){0};
    retry->arena = arena_new(LIMIT(FRAME_BYTES));
    if (retry->arena) {
        in_thread(retry, read_article, article_read);
    } else {
        error_set(&why, ERR_NOMEM, "out of memory");
        finish(retry, &why);
    }
}

/* ---- documents, all at once ---- */

static void ingested(const struct ingest_counts *counts, const struct error *failed, void *data)
{
    struct retry *retry = data;
    retry->counts.documents = *counts;
    if (failed)
        finish(retry, failed);
    else
        next_article(retry);
}

static void received_again(struct store_request *request)
{
    struct retry *retry = request->data;
    const struct ingest_options options = {.again = true};
    struct error why = request->error;
    if (why.code == 0 &&
        ingest_start(retry->desk, NULL, 0, &options, &retry->callbacks, ingested, retry, &why))
        return;
    finish(retry, &why);
}

/* ---- beginning ---- */

static void find(void *data)
{
    struct retry *retry = data;
    (void)find_items(retry->desk, &retry->search, &retry->error);
}

static void found(void *data)
{
    struct retry *retry = data;
    const struct error why = retry->error;
    if (why.code < 0) {
        finish(retry, &why);
    } else if (retry->search.documents) {
        retry->request =
            (struct store_request){.op = STORE_RETRY, .quarantine_id = retry->search.id};
        write_it(retry, received_again);
    } else {
        next_article(retry);
    }
}

int retry_start(struct desk *desk, int64_t id, const struct ingest_callbacks *callbacks,
                retry_done_fn *done, void *data, struct error *err)
{
    if (!desk->store)
        return error_set(err, ERR_USAGE, "the desk is not open for writing");
    struct retry *retry = mem_zero(1, sizeof *retry);
    if (!retry)
        return error_set(err, ERR_NOMEM, "out of memory");
    health_begin_anew(desk); /* whoever says retry has mended something, or wants to know */
    retry->desk = desk;
    retry->search.id = id;
    retry->callbacks = callbacks ? *callbacks : (struct ingest_callbacks){0};
    retry->done = done;
    retry->data = data;
    in_thread(retry, find, found);
    return 0;
}

/* ---- waited for ---- */

struct retry_wait {
    struct retry_counts counts;
    struct error failed;
    bool done;
};

static void waited(const struct retry_counts *counts, const struct error *failed, void *data)
{
    struct retry_wait *wait = data;
    wait->counts = *counts;
    if (failed)
        wait->failed = *failed;
    wait->done = true;
}

int failed_retry(struct desk *desk, int64_t id, const struct ingest_callbacks *callbacks,
                 struct retry_counts *counts, struct error *err)
{
    struct retry_wait wait = {0};
    const int code = retry_start(desk, id, callbacks, waited, &wait, err);
    if (code < 0)
        return code;
    host_wait(desk, &wait.done);
    if (counts)
        *counts = wait.counts;
    return wait.failed.code < 0 ? error_set(err, wait.failed.code, "%s", wait.failed.text) : 0;
}

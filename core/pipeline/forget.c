#include "pipeline/forget.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "pipeline/host.h"
#include "store/query.h"

struct forget {
    struct desk *desk;
    int64_t *ids;
    size_t count, at;
    bool more; /* the files are not made clean yet */
    bool withdrawn;
    struct store_request request;
    struct store_forget group;
    struct host_later later;
    struct forget_result result;
    void (*done)(const struct forget_result *result, void *data);
    void *data;
};

/* ---- which, and what hangs on them ---- */

static int take_id(const struct store_hit *hit, void *data)
{
    struct forget_list *list = data;
    if (list->count == list->room) {
        const size_t room = list->room ? list->room * 2 : 64;
        int64_t *grown = mem_resize_array(list->ids, room, sizeof *grown);
        if (!grown)
            return 1;
        list->ids = grown;
        list->room = room;
    }
    list->ids[list->count++] = hit->article.id;
    return 0;
}

int forget_find(struct desk *desk, const char *text, int64_t now_us, struct forget_list *out,
                struct error *err)
{
    struct query query;
    struct store_reader *reader = NULL;
    const struct store_page page = {.limit = UINT32_MAX};
    bool more = false;
    ARENA_AUTO struct arena *arena = arena_new(LIMIT(CONFIG_BYTES));
    *out = (struct forget_list){0};
    if (!arena)
        return error_set(err, ERR_NOMEM, "out of memory");
    int code = query_parse(str_of(text), now_us, arena, &query, err);
    if (code >= 0 && !query.root)
        return error_set(err, ERR_INVALID, "the query is empty: it would forget all articles");
    if (code >= 0)
        code = desk_reader(desk, true, &reader, err);
    if (code < 0)
        return code;
    code = store_search(reader, &query, &page, take_id, out, &more, err);
    store_reader_close(reader);
    if (code >= 0 && more)
        code = error_set(err, ERR_NOMEM, "out of memory for a list of articles");
    return code < 0 ? code : 0;
}

static int show_article(struct store_reader *reader, int64_t id, const struct forget_show *show,
                        struct error *err)
{
    struct article article;
    ARENA_AUTO struct arena *arena = arena_new(4 * LIMIT(BODY_BYTES));
    if (!arena)
        return error_set(err, ERR_NOMEM, "out of memory");
    const int code = store_article(reader, id, arena, &article, err);
    if (code >= 0 && show->article)
        show->article(&article, show->data);
    return code;
}

int forget_plan(struct desk *desk, const struct forget_list *list, const struct forget_show *show,
                struct store_forget_plan *out, struct error *err)
{
    struct store_reader *reader = NULL;
    int code = desk_reader(desk, false, &reader, err);
    if (code < 0)
        return code;
    for (size_t i = 0; code >= 0 && i < list->count; i++)
        code = show_article(reader, list->ids[i], show, err);
    if (code >= 0)
        code =
            store_forget_plan(reader, list->ids, list->count, out, show->document, show->data, err);
    store_reader_close(reader);
    return code < 0 ? code : 0;
}

/* ---- forgetting ---- */

static void finish(struct forget *forget)
{
    forget->done(&forget->result, forget->data);
    mem_free(forget->ids);
    mem_free(forget);
}

static void scrubbed(const struct error *err, void *data)
{
    struct forget *forget = data;
    forget->result.error = *err;
    if (err->code < 0 && err->code != ERR_BUSY)
        error_wrap(&forget->result.error,
                   "forgotten, but the store's files still hold pages of it");
    finish(forget);
}

static void go_on(struct forget *forget);

static void forgotten(struct store_request *request)
{
    struct forget *forget = request->data;
    const struct store_forget *group = &forget->group;
    if (request->error.code < 0) {
        forget->result.error = request->error;
        finish(forget);
        return;
    }
    forget->result.articles += group->articles;
    forget->result.versions += group->versions;
    forget->result.documents += group->documents;
    forget->result.stripped += group->stripped;
    forget->at += group->count;
    go_on(forget);
}

static void go_on(struct forget *forget)
{
    const size_t left = forget->count - forget->at;
    if (left == 0 && forget->more) {
        finish(forget);
        return;
    }
    if (left == 0) {
        if (store_scrub(forget->desk->store, scrubbed, forget) < 0) {
            error_set(&forget->result.error, ERR_NOMEM,
                      "forgotten, but out of memory for cleaning the store's files");
            finish(forget);
        }
        return;
    }
    forget->group =
        (struct store_forget){.ids = forget->ids + forget->at,
                              .count = left < LIMIT(FORGET_GROUP) ? left : LIMIT(FORGET_GROUP)};
    forget->request = (struct store_request){.op = STORE_FORGET,
                                             .bytes = KIB,
                                             .forget = &forget->group,
                                             .done = forgotten,
                                             .data = forget};
    host_store(forget->desk, &forget->request);
}

static void begin(void *data)
{
    struct forget *forget = data;
    if (!forget->withdrawn) {
        go_on(forget);
        return;
    }
    error_set(&forget->result.error, ERR_CANCELLED, "withdrawn: nothing is forgotten");
    finish(forget);
}

void forget_withdraw(struct forget *forget)
{
    forget->more = false;
    forget->withdrawn = true;
    if (forget->at == 0 && host_withdraw(forget->desk, &forget->request))
        host_later(forget->desk, &forget->later);
}

struct forget *forget_start(struct desk *desk, const int64_t *ids, size_t count, bool more,
                            void (*done)(const struct forget_result *result, void *data),
                            void *data)
{
    struct forget *forget = mem_zero(1, sizeof *forget);
    int64_t *copy = mem_dup(ids, count * sizeof *ids);
    if (!forget || !copy) {
        mem_free(forget);
        mem_free(copy);
        return NULL;
    }
    forget->desk = desk;
    forget->ids = copy;
    forget->count = count;
    forget->more = more;
    forget->done = done;
    forget->data = data;
    forget->later = (struct host_later){.run = begin, .data = forget};
    host_later(desk, &forget->later);
    return forget;
}

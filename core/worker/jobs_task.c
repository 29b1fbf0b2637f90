/* TASK_PAGE and TASK: a task sees all of its articles at once, so they are gathered here, a page at
 * a time, before it is called. Bounded by TASK_ARTICLES and TASK_BYTES, which the host keeps to and
 * which are looked at here, too. */
#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "model/wire.h"
#include "worker/serve.h"

/* Tags and spans take room beside the texts, which stay in the pages. */
#define ARENA_BYTES (6 * LIMIT(TASK_BYTES))

struct task_page {
    struct kept kept;
    struct task_page *next;
};

struct served_task {
    int64_t session;
    struct task_page *pages;
    struct arena *arena;
    struct article *articles; /* room for TASK_ARTICLES: untouched memory costs nothing */
    size_t count, bytes;
    struct served_task *next;
};

static struct served_task **find(struct serve *serve, int64_t session)
{
    struct served_task **at = &serve->tasks;
    while (*at && (*at)->session != session)
        at = &(*at)->next;
    return at;
}

static void task_free(struct served_task *task)
{
    while (task->pages) {
        struct task_page *page = task->pages;
        task->pages = page->next;
        kept_close(&page->kept);
        mem_free(page);
    }
    arena_free(task->arena);
    mem_free(task->articles);
    mem_free(task);
}

void task_forget(struct serve *serve, int64_t session)
{
    struct served_task **at = find(serve, session), *task = *at;
    if (!task)
        return;
    *at = task->next;
    task_free(task);
}

static struct served_task *task_new(struct serve *serve)
{
    struct served_task *task = mem_zero(1, sizeof *task);
    if (!task)
        return NULL;
    task->session = serve->session;
    task->arena = arena_new(ARENA_BYTES);
    task->articles = mem_zero(LIMIT(TASK_ARTICLES), sizeof *task->articles);
    if (!task->arena || !task->articles) {
        task_free(task);
        return NULL;
    }
    task->next = serve->tasks;
    serve->tasks = task;
    return task;
}

/* A copy of the list, for the message is gone after this job. */
static int keep_page(struct served_task *task, const msgpack_object *articles, struct error *err)
{
    BUF_AUTO struct buf bytes = BUF_INIT;
    msgpack_packer packer;
    struct task_page *page = mem_zero(1, sizeof *page);
    wire_packer(&packer, &bytes);
    msgpack_pack_object(&packer, *articles);
    int rc = page && !buf_failed(&bytes) ? 0 : error_set(err, ERR_NOMEM, "no memory for articles");
    task->bytes += bytes.len;
    if (rc == 0 && task->bytes > LIMIT(TASK_BYTES) + LIMIT(FRAME_BYTES))
        rc = error_set(err, ERR_LIMIT, "the articles are over %s", LIMIT_NAME(TASK_BYTES));
    if (rc == 0)
        rc = kept_open(&page->kept, bytes.at, bytes.len, err);
    if (rc < 0) {
        mem_free(page);
        return rc;
    }
    page->next = task->pages;
    task->pages = page;
    return 0;
}

int job_task_page(struct serve *serve, const msgpack_object *payload)
{
    struct error err = {0};
    const msgpack_object *articles = wire_get(payload, "articles");
    if (serve->session <= 0 || !articles || articles->type != MSGPACK_OBJECT_ARRAY)
        return fault_set(serve, -1, GUARD_INPUT, "a task's articles are a list, in a session");
    struct served_task *task = *find(serve, serve->session);
    if (!task && !(task = task_new(serve)))
        return fault_set(serve, -1, GUARD_MEMORY, "no memory for a task's articles");
    if (articles->via.array.size > LIMIT(TASK_ARTICLES) - task->count)
        return fault_set(serve, -1, GUARD_INPUT, "a task is given more articles than %s allows",
                         LIMIT_NAME(TASK_ARTICLES));
    int rc = keep_page(task, articles, &err);
    const msgpack_object *kept = rc < 0 ? NULL : &task->pages->kept.root;
    for (uint32_t i = 0; rc == 0 && i < kept->via.array.size; i++)
        rc = article_unpack(&kept->via.array.ptr[i], task->arena, &task->articles[task->count++],
                            &err);
    if (rc < 0)
        return fault_set(serve, -1, rc == ERR_NOMEM ? GUARD_MEMORY : GUARD_INPUT, "%s", err.text);
    msgpack_packer packer;
    wire_packer(&packer, &serve->answer);
    msgpack_pack_map(&packer, 0);
    return 0;
}

static int read_instant(const msgpack_object *facts, int64_t *at_us, struct error *err)
{
    struct str text;
    int rc = wire_text(wire_get(facts, "at"), "event.at", CLOCK_TEXT_SIZE, &text, err);
    return rc < 0 ? rc : clock_parse(text, at_us, err);
}

static int run(struct serve *serve, const msgpack_object *payload)
{
    struct error err = {0};
    uint32_t index = 0;
    const msgpack_object *facts = wire_get(payload, "event");
    const struct served_task *task = serve->session > 0 ? *find(serve, serve->session) : NULL;
    struct served_plugin *plugin = plugin_get(serve, wire_get(payload, "plugin"), &index);
    if (!plugin)
        return ERR_PLUGIN;
    if (plugin->native)
        return fault_set(serve, index, GUARD_LOAD, "native plugins have no tasks");
    struct lua_event event = {.facts = facts};
    if (!facts || facts->type != MSGPACK_OBJECT_MAP || read_instant(facts, &event.at_us, &err) < 0)
        return fault_set(serve, index, GUARD_INPUT, "event: %s",
                         err.text[0] ? err.text : "not a map");
    if (task) {
        event.articles = task->articles;
        event.count = task->count;
    }
    msgpack_packer packer;
    wire_packer(&packer, &serve->answer);
    msgpack_pack_map(&packer, 1);
    wire_pack_key(&packer, "answer");
    serve->fault.plugin = index;
    call_begin(serve, index);
    int rc = lua_plugin_task(plugin->lua, &event, &serve->answer, &serve->fault.why);
    call_end(serve);
    return rc;
}

int job_task(struct serve *serve, const msgpack_object *payload)
{
    int rc = run(serve, payload);
    task_forget(serve, serve->session);
    return rc;
}

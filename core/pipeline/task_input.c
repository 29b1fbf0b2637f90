/* What a task is given, the call, and its answer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "model/wire.h"
#include "pipeline/health.h"
#include "pipeline/own.h"
#include "pipeline/task_parts.h"
#include "store/query.h"

#define PAGE_ARTICLES 64
#define PAGE_BYTES    (1 * MIB)

/* ---- articles ---- */

struct input {
    struct task_run *run;
    struct store_reader *reader;
    struct query query;
    int64_t session;
    size_t count, bytes;
    /* the page that was read */
    struct buf page;
    uint32_t page_count;
    int64_t before_id, before_seq;
    bool stopped, at_end;
    struct error error; /* of the thread */
};

static int take_article(const struct store_hit *hit, void *data)
{
    struct input *in = data;
    msgpack_packer packer;
    wire_packer(&packer, &in->page);
    article_pack(&packer, &hit->article);
    buf_append(&in->run->ids, &hit->article.id, sizeof hit->article.id);
    in->before_id = hit->article.id;
    in->before_seq = hit->seq;
    in->page_count++;
    in->stopped = in->page.len >= PAGE_BYTES;
    return in->stopped;
}

static void read_store(struct input *in)
{
    const struct task_request *request = &in->run->request;
    const struct store_page page = {.before_id = in->before_id,
                                    .before_seq = in->before_seq,
                                    .after_seq = request->after_seq,
                                    .upto_seq = request->upto_seq,
                                    .limit = PAGE_ARTICLES,
                                    .whole = true};
    in->stopped = false;
    (void)store_search(in->reader, in->query.root ? &in->query : NULL, &page, take_article, in,
                       NULL, &in->error);
    in->at_end = !in->stopped && in->page_count < PAGE_ARTICLES;
}

/* On a thread of the pool. */
static void read_page(void *data)
{
    struct input *in = data;
    const struct task_source *source = in->run->request.source;
    buf_clear(&in->page);
    in->page_count = 0;
    if (source)
        (void)source->page(source->data, &in->page, &in->run->ids, &in->page_count, &in->at_end,
                           &in->error);
    else
        read_store(in);
    if (in->error.code == 0 && (buf_failed(&in->page) || buf_failed(&in->run->ids)))
        error_set(&in->error, ERR_NOMEM, "out of memory while reading articles");
}

static int check_bounds(struct input *in, struct error *err)
{
    in->count += in->page_count;
    in->bytes += in->page.len;
    if (in->count <= LIMIT(TASK_ARTICLES) && in->bytes <= LIMIT(TASK_BYTES))
        return 0;
    char much[64];
    if (in->count > LIMIT(TASK_ARTICLES))
        snprintf(much, sizeof much, "%lu articles (%s)", LIMIT(TASK_ARTICLES),
                 LIMIT_NAME(TASK_ARTICLES));
    else
        snprintf(much, sizeof much, "%lu MiB of articles (%s)", LIMIT(TASK_BYTES) / MIB,
                 LIMIT_NAME(TASK_BYTES));
    return error_set(err, ERR_LIMIT,
                     "%s would be given more than %s: give its job a query, or let it run more "
                     "often",
                     in->run->plugin->label, much);
}

static int send_page(struct input *in, struct error *err)
{
    struct pool_job job = {.op = JOB_TASK_PAGE, .session = in->session};
    const msgpack_object *value = NULL;
    struct pool_frame *frame = NULL;
    msgpack_packer packer;
    wire_packer(&packer, &job.payload);
    msgpack_pack_map(&packer, 2);
    wire_pack_key(&packer, "plugin");
    msgpack_pack_uint32(&packer, in->run->plugin->index);
    wire_pack_key(&packer, "articles");
    msgpack_pack_array(&packer, in->page_count);
    buf_append(&job.payload, in->page.at, in->page.len);
    const int code = task_call(in->run, &job, &frame, &value, err);
    pool_frame_free(frame);
    return code;
}

static int send_articles(struct input *in, struct error *err)
{
    int code = 0;
    while (code >= 0 && !in->at_end) {
        host_block(in->run->desk, read_page, in);
        code = in->error.code < 0 ? error_set(err, in->error.code, "%s", in->error.text)
                                  : check_bounds(in, err);
        if (code >= 0 && in->page_count)
            code = send_page(in, err);
    }
    return code;
}

static void flushed(void *data)
{
    *(bool *)data = true;
}

int task_wait_for_index(struct desk *desk, struct error *err)
{
    bool done = false;
    if (!desk->store)
        return 0;
    if (store_flush(desk->store, flushed, &done) < 0)
        return error_set(err, ERR_NOMEM, "out of memory while waiting for the index");
    host_wait(desk, &done);
    return 0;
}

static int open_input(struct input *in, struct error *err)
{
    struct task_run *run = in->run;
    const struct task_request *request = &run->request;
    const bool queried = request->query && request->query[0];
    const bool stored = request->windowed && request->upto_seq > request->after_seq;
    in->at_end = !request->source && !stored;
    if (in->at_end)
        return 0;
    int code = 0;
    if (!request->source && queried)
        code =
            query_parse(str_of(request->query), request->instant_us, run->arena, &in->query, err);
    if (code >= 0 && !request->source && queried)
        code = task_wait_for_index(run->desk, err);
    if (code >= 0 && !request->source)
        code = desk_reader(run->desk, queried, &in->reader, err);
    struct pool *pool = plugin_pool(run->lineup, run->plugin);
    if (code >= 0 && (in->session = host_session(run->lineup, pool, err)) < 0)
        code = err->code;
    return code;
}

/* ---- the event ---- */

static void pack_field(msgpack_packer *packer, const char *key, struct str value)
{
    wire_pack_key(packer, key);
    wire_pack_str(packer, value);
}

static void pack_item(msgpack_packer *packer, const struct task_item *item)
{
    msgpack_pack_map(packer, item->count);
    for (size_t i = 0; i < item->count; i++) {
        wire_pack_key(packer, item->facts[i].name);
        msgpack_pack_str_with_body(packer, item->facts[i].value.at ? item->facts[i].value.at : "",
                                   item->facts[i].value.len);
    }
}

static void pack_event(msgpack_packer *packer, const struct task_request *request)
{
    char at[CLOCK_TEXT_SIZE];
    msgpack_pack_map(packer, 2 + (request->local_time != NULL) + (request->job != NULL) +
                                 request->windowed + (request->item_count > 0));
    pack_field(packer, "kind", str_of(request->event));
    pack_field(packer, "at", str_of(clock_format(request->instant_us, at)));
    if (request->local_time)
        pack_field(packer, "local_time", str_of(request->local_time));
    if (request->job)
        pack_field(packer, "job", str_of(request->job));
    if (request->windowed) {
        wire_pack_key(packer, "window");
        msgpack_pack_map(packer, 2);
        wire_pack_key(packer, "after");
        msgpack_pack_int64(packer, request->after_seq);
        wire_pack_key(packer, "upto");
        msgpack_pack_int64(packer, request->upto_seq);
    }
    if (request->item_count == 0)
        return;
    wire_pack_key(packer, "items");
    msgpack_pack_array(packer, request->item_count);
    for (size_t i = 0; i < request->item_count; i++)
        pack_item(packer, &request->items[i]);
}

/* What happened to an article is about that article. */
static void add_item_ids(struct task_run *run)
{
    for (size_t i = 0; i < run->request.item_count; i++)
        for (size_t k = 0; k < run->request.items[i].count; k++) {
            const struct task_fact *fact = &run->request.items[i].facts[k];
            char text[24];
            if (strcmp(fact->name, "article") != 0 || fact->value.len >= sizeof text)
                continue;
            snprintf(text, sizeof text, STR_FMT, STR_ARG(fact->value));
            const int64_t id = strtoll(text, NULL, 10);
            if (id > 0)
                buf_append(&run->ids, &id, sizeof id);
        }
}

/* ---- the answer ---- */

static int by_id(const void *left, const void *right)
{
    const int64_t *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

static int check_articles(struct task_run *run, struct error *err)
{
    const size_t count = run->ids.len / sizeof(int64_t);
    if (count)
        qsort(run->ids.at, count, sizeof(int64_t), by_id);
    for (size_t i = 0; i < run->commands.count; i++) {
        const struct command *command = &run->commands.at[i];
        if (command_is_of_article(command) &&
            (!count || !bsearch(&command->article, run->ids.at, count, sizeof(int64_t), by_id)))
            return error_set(err, ERR_PLUGIN,
                             "%s: answer[%zu].article: the task was given no article %lld",
                             run->plugin->label, i + 1, (long long)command->article);
    }
    return 0;
}

static int take_answer(struct task_run *run, const msgpack_object *answer, struct error *err)
{
    msgpack_packer packer;
    struct error why = {0};
    struct command_list commands;
    int code = commands_unpack(answer, run->arena, &commands, &why);
    if (code < 0)
        return error_set(err, code == ERR_NOMEM ? code : ERR_PLUGIN, "%s: %s", run->plugin->label,
                         why.text);
    wire_packer(&packer, &run->answer);
    commands_pack(&packer, &commands);
    if (buf_failed(&run->answer))
        return error_set(err, ERR_NOMEM, "out of memory for a task's answer");
    return 0;
}

/* From run->answer, which the commands point into from here on. */
static int read_commands(struct task_run *run, struct error *err)
{
    msgpack_object value;
    if (!msgpack_zone_init(&run->zone, MSGPACK_ZONE_CHUNK_SIZE))
        return error_set(err, ERR_NOMEM, "out of memory for a task's answer");
    run->zone_open = true;
    const int code =
        wire_unpack(run->answer.at, run->answer.len, "answer", &run->zone, &value, err);
    return code < 0 ? code : commands_unpack(&value, run->arena, &run->commands, err);
}

static int call_plugin(struct input *in, struct error *err)
{
    static const msgpack_object nil = {.type = MSGPACK_OBJECT_NIL};
    struct task_run *run = in->run;
    struct pool_job job = {.op = JOB_TASK, .session = in->session};
    const msgpack_object *value = NULL;
    struct pool_frame *frame = NULL;
    msgpack_packer packer;
    wire_packer(&packer, &job.payload);
    msgpack_pack_map(&packer, 2);
    wire_pack_key(&packer, "plugin");
    msgpack_pack_uint32(&packer, run->plugin->index);
    wire_pack_key(&packer, "event");
    pack_event(&packer, &run->request);
    int code = task_call(run, &job, &frame, &value, err);
    const msgpack_object *answer = code < 0 ? NULL : wire_get(value, "answer");
    if (code >= 0)
        code = take_answer(run, answer ? answer : &nil, err);
    pool_frame_free(frame);
    return code;
}

static int judge_answer(struct task_run *run, struct error *err)
{
    int code = read_commands(run, err);
    if (code >= 0)
        code = check_articles(run, err);
    if (run->request.dry)
        return code;
    if (code < 0)
        plugin_failed(run->lineup, run->plugin, GUARD_ANSWER, err->text);
    else
        plugin_worked(run->lineup, run->plugin);
    return code;
}

static int ask_once(struct task_run *run, struct error *err)
{
    struct input in = {.run = run};
    buf_clear(&run->ids);
    add_item_ids(run);
    run->worker_died = false;
    int code = open_input(&in, err);
    if (code >= 0)
        code = send_articles(&in, err);
    if (code >= 0)
        code = call_plugin(&in, err);
    host_session_end(run->lineup, plugin_pool(run->lineup, run->plugin), in.session);
    if (in.reader)
        store_reader_close(in.reader);
    buf_free(&in.page);
    run->result.articles = in.count;
    return code;
}

/* Pages that it was sent die with its worker, perhaps by another's fault: once all is sent anew.
 * Not what comes over a pipe, which is gone. */
int task_ask(struct task_run *run, struct error *err)
{
    int code = ask_once(run, err);
    if (code < 0 && run->worker_died && !run->request.source && !run->cancelled) {
        *err = (struct error){0};
        code = ask_once(run, err);
    }
    return code < 0 ? code : judge_answer(run, err);
}

/* A change whose answer is not kept any more is no reason not to write its files anew; the store
 * sees to it that no article is changed twice. */
int task_recall(struct task_run *run, struct error *err)
{
    const struct task_request *request = &run->request;
    struct store_reader *reader = NULL;
    if (!request->job || request->dry)
        return 0;
    int code = desk_reader(run->desk, false, &reader, err);
    if (code < 0)
        return code;
    code = store_task_answer(reader, str_of(request->job), request->instant_us, &run->answer,
                             &run->result.change_id, err);
    store_reader_close(reader);
    if (code == ERR_NOTFOUND) {
        buf_clear(&run->answer);
        *err = (struct error){0};
        return 0;
    }
    if (code <= 0)
        return code;
    run->result.repeated = true;
    code = read_commands(run, err);
    return code < 0 ? code : 1;
}

#include "pipeline/trytask.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "model/json.h"
#include "model/wire.h"
#include "pipeline/host.h"
#include "pipeline/lines.h"
#include "pipeline/task.h"

#define PAGE_ARTICLES 64

struct try_task {
    struct lines *lines;
    struct arena *arena; /* of the items */
    struct try_counts *counts;
    try_fn *each;
    void *data;
    int64_t number; /* an article without an id gets its place */
    bool done;
    struct error error;
};

/* ---- articles ---- */

static int take_article(struct try_task *try, struct str line, uint64_t number,
                        struct buf *articles, struct buf *ids, struct error *err)
{
    msgpack_packer packer;
    struct article article;
    ARENA_AUTO struct arena *arena = arena_new(LIMIT(FRAME_BYTES));
    if (!arena)
        return error_set(err, ERR_NOMEM, "out of memory");
    const int code = article_from_json(line.at, line.len, arena, &article, err);
    if (code < 0)
        return error_wrap(err, "line %llu", (unsigned long long)number);
    try->number++;
    if (article.id == 0)
        article.id = try->number;
    wire_packer(&packer, articles);
    article_pack(&packer, &article);
    return buf_append(ids, &article.id, sizeof article.id);
}

static int read_page(void *data, struct buf *articles, struct buf *ids, uint32_t *count, bool *end,
                     struct error *err)
{
    struct try_task *try = data;
    int code = 1;
    while (code > 0 && *count < PAGE_ARTICLES) {
        struct str line;
        uint64_t number = 0;
        code = lines_next(try->lines, &line, &number, err);
        if (code > 0 && take_article(try, line, number, articles, ids, err) < 0)
            return err->code;
        *count += code > 0;
    }
    *end = code == 0;
    return code < 0 ? code : 0;
}

/* ---- events ---- */

static int take_fact(struct try_task *try, const char *name, const json_t *value,
                     struct task_fact *out)
{
    const struct str text = {json_string_value(value), json_string_length(value)};
    out->name = arena_text(try->arena, str_of(name));
    out->value = arena_str(try->arena, text);
    return out->name && (text.len == 0 || out->value.at) ? 0 : ERR_NOMEM;
}

/* An object of texts; numbers become texts. */
static int take_item(struct try_task *try, json_t *object, struct task_item *out, struct error *err)
{
    const char *name;
    json_t *value;
    size_t count = 0;
    struct task_fact *facts = arena_alloc(try->arena, json_object_size(object), sizeof *facts);
    if (!json_is_object(object))
        return error_set(err, ERR_INVALID, "an event is an object of texts: {\"job\": \"daily\"}");
    json_object_foreach(object, name, value)
    {
        char digits[32];
        json_t *text = json_incref(value);
        if (json_is_integer(value)) {
            json_decref(text);
            snprintf(digits, sizeof digits, "%lld", (long long)json_integer_value(value));
            text = json_string(digits);
        }
        int code = json_is_string(text) ? 0 : error_set(err, ERR_INVALID, "'%s' is no text", name);
        if (code == 0 && (!facts || take_fact(try, name, text, &facts[count]) < 0))
            code = error_set(err, ERR_NOMEM, "out of memory");
        json_decref(text);
        if (code < 0)
            return code;
        count++;
    }
    *out = (struct task_item){facts, count};
    return 0;
}

static int read_items(struct try_task *try, struct task_item *items, size_t *count,
                      struct error *err)
{
    int code;
    struct str line;
    uint64_t number = 0;
    while ((code = lines_next(try->lines, &line, &number, err)) > 0) {
        json_error_t why;
        json_t *object = json_loadb(line.at, line.len, JSON_REJECT_DUPLICATES, &why);
        if (*count == LIMIT(TASK_ITEMS))
            code = error_set(err, ERR_LIMIT, "more events than %s allows", LIMIT_NAME(TASK_ITEMS));
        else if (!object)
            code = error_set(err, ERR_INVALID, "no JSON: %s", why.text);
        else
            code = take_item(try, object, &items[*count], err);
        json_decref(object);
        if (code < 0)
            return error_wrap(err, "line %llu", (unsigned long long)number);
        ++*count;
    }
    return code;
}

/* ---- the answer ---- */

static void emit(struct try_task *try, const struct task_result *result)
{
    for (size_t i = 0; try->error.code == 0 && i < result->list->count; i++) {
        BUF_AUTO struct buf text = BUF_INIT;
        json_t *json = command_to_json(&result->list->at[i]);
        if (!json || json_to_buf(json, JSON_TEXT, &text, NULL) < 0)
            error_set(&try->error, ERR_NOMEM, "out of memory while writing a command");
        else if (try->each(text.at, text.len, try->data) != 0)
            error_set(&try->error, ERR_CANCELLED, "stopped");
        json_decref(json);
    }
}

static void finished(const struct task_result *result, void *data)
{
    struct try_task *try = data;
    try->done = true;
    try->counts->articles = result->articles;
    try->error = result->error;
    if (result->error.code == 0) {
        emit(try, result);
        return;
    }
    const size_t used = strlen(try->error.text);
    if (result->traceback[0])
        snprintf(try->error.text + used, sizeof try->error.text - used, "\n%s", result->traceback);
}

static int first_event(struct desk *desk, const struct try_options *base, const char **event,
                       struct error *err)
{
    struct desk_plugin *plugin = NULL;
    const char *slash = strchr(base->plugin, '/');
    const int code = host_load(desk->lineup, "task", slash ? slash + 1 : base->plugin, NULL,
                               base->given, base->given_count, &plugin, err);
    if (code >= 0)
        *event = plugin->manifest.events[0];
    return code;
}

static int run(struct desk *desk, struct try_task *try, struct task_request *request,
               struct error *err)
{
    if (!task_start(desk, request, finished, try))
        return error_set(err, ERR_NOMEM, "out of memory for a task");
    host_wait(desk, &try->done);
    return try->error.code < 0 ? error_set(err, try->error.code, "%s", try->error.text) : 0;
}

int plugin_try_task(struct desk *desk, const struct try_task_options *options, try_fn *each,
                    void *data, struct try_counts *counts, struct error *err)
{
    static const char *const standard_input[] = {"-"};
    const struct try_options *base = &options->base;
    struct try_task try = {.counts = counts, .each = each, .data = data};
    struct task_source source = {.page = read_page, .data = &try};
    struct task_request request = {.plugin = base->plugin,
                                   .given = base->given,
                                   .given_count = base->given_count,
                                   .event = options->event,
                                   .instant_us = options->instant_us,
                                   .dry = true};
    MEM_AUTO struct task_item *items = mem_zero(LIMIT(TASK_ITEMS), sizeof *items);
    try.arena = arena_new(LIMIT(FRAME_BYTES));
    int code = items && try.arena ? 0 : error_set(err, ERR_NOMEM, "out of memory");
    if (code >= 0 && !request.event)
        code = first_event(desk, base, &request.event, err);
    if (code >= 0)
        code = lines_open(base->path_count ? base->paths : standard_input,
                          base->path_count ? base->path_count : 1, &try.lines, err);
    if (code >= 0 && strcmp(request.event, "schedule") != 0 &&
        strcmp(request.event, "article.stored") != 0) {
        request.items = items;
        code = read_items(&try, items, &request.item_count, err);
    } else {
        request.source = &source;
    }
    if (code >= 0)
        code = run(desk, &try, &request, err);
    if (try.lines)
        lines_close(try.lines);
    arena_free(try.arena);
    return code < 0 ? code : 0;
}

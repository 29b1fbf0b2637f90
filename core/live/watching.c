/* Watched folders and the inflow: what is settled is offered, what became of it is told. */
#include "base/alloc.h"
#include "control/protocol.h"
#include "live/parts.h"
#include "model/json.h"

static int offer(struct watch_file *file, const char *path, const char *source, void *data)
{
    struct live *live = data;
    const struct inflow_item item = {.path = path, .source = source, .no_links = true};
    return live->inflow ? inflow_offer(live->inflow, &item, file) : ERR_CANCELLED;
}

static int retry(struct watch_file *file, int64_t document_id, void *data)
{
    struct live *live = data;
    return live->inflow ? inflow_retry(live->inflow, document_id, file) : ERR_CANCELLED;
}

static void write_it(struct store_request *request, void *data)
{
    struct live *live = data;
    host_store(live->desk, request);
}

static json_t *text_or_null(const char *text)
{
    return text ? str_to_json(str_of(text)) : json_null();
}

/* What `copydesk why` cannot see from outside. */
static void start_why(struct control_call *call, const json_t *request, void *data)
{
    const struct live *live = data;
    struct error err = {0};
    MEM_AUTO char *path = NULL;
    if (control_path_of(json_object_get(request, "path"), "path", &path, &err) < 0) {
        control_fail(call, &err, NULL);
        return;
    }
    const char *stuck = live->watch ? watch_stuck(live->watch, path) : NULL;
    const char *unwell = live_store_writes(live, &err) < 0 ? err.text : NULL;
    control_done(call, json_pack("{s:o, s:o}", "stuck", text_or_null(stuck), "store_problem",
                                 text_or_null(unwell)));
}

static int register_why(struct live *live, struct error *err)
{
    static const struct control_field why[] = {
        {.name = "path", .type = CONTROL_PATH, .needed = true}, {0}};
    static const struct control_handler handlers[] = {{"why", why, start_why, NULL, NULL}};
    return control_register(live->control, handlers, 1, live, err);
}

int live_watch_open(struct live *live, struct error *err)
{
    const struct config *config = &live->desk->lineup->config;
    const struct watch_options options = {
        .loop = &live->desk->loop,
        .desk_dir = desk_folder(live->desk),
        .store_dir = desk_store_folder(live->desk),
        .folders = config->watches,
        .folder_count = config->watch_count,
        .callbacks = {.offer = offer, .retry = retry, .write = write_it, .data = live},
    };
    const int code = watch_open(&options, &live->watch, err);
    live->open[LIVE_WATCH] = code >= 0;
    return code < 0 ? code : register_why(live, err);
}

static void closed(void *data)
{
    live_part_gone(data, LIVE_WATCH);
}

void live_watch_close(struct live *live)
{
    struct watch *watch = live->watch;
    live->watch = NULL; /* nothing more is reported to it */
    if (watch)
        watch_close(watch, closed, live);
}

static void stopped(void *data)
{
    live_watch_close(data);
}

void live_watch_stop(struct live *live)
{
    watch_stop(live->watch, stopped, live);
}

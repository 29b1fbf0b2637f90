/* Documents are cut by all workers and reported in the order in which they came: those that are
 * done early wait in a window of at most INFLIGHT_ITEMS. */
#include "pipeline/explain.h"
#include "pipeline/blame.h"

#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "model/wire.h"
#include "pipeline/cutting.h"
#include "pipeline/feed.h"
#include "pipeline/host.h"

#define NOTES_MAX 16

struct explain;

struct view { /* one document */
    struct view *next;
    struct explain *run;
    struct incoming *item;
    struct cutting cutting;
    struct pool_frame *frame;
    struct arena *arena;
    struct explain_report report;
    struct error error;
    struct str notes[NOTES_MAX];
    size_t weight;
    bool done;
};

struct explain {
    struct desk *desk;
    struct plugin_chain chain;
    struct feed *feed;
    struct view *first, **end;
    size_t items, bytes;
    bool pulling, feed_end, finished;
    explain_fn *each;
    void *data;
    struct explain_counts counts;
    struct error fatal;
};

static void view_free(struct view *view)
{
    pool_frame_free(view->frame);
    cutting_free(&view->cutting);
    arena_free(view->arena);
    incoming_free(view->item);
    mem_free(view);
}

static void fail(struct view *view, const char *guard, const char *traceback, int code,
                 const char *text)
{
    const char *copy = view->arena ? arena_text(view->arena, str_of(traceback)) : NULL;
    error_set(&view->error, code, "%s", text);
    view->report.error = &view->error;
    view->report.guard = guard;
    view->report.traceback = copy ? copy : "";
    view->done = true;
}

static void take_notes(struct view *view, const msgpack_object *notes)
{
    if (!notes || notes->type != MSGPACK_OBJECT_ARRAY)
        return;
    view->report.notes = view->notes;
    for (uint32_t i = 0; i < notes->via.array.size && i < NOTES_MAX; i++) {
        struct str note = STR_NONE;
        if (wire_text(&notes->via.array.ptr[i], "notes", LIMIT(FIELD_BYTES), &note, NULL) < 0)
            continue;
        const char *text =
            arena_printf(view->arena, "%s: " STR_FMT, view->item->path, STR_ARG(note));
        if (text)
            view->notes[view->report.note_count++] = str_of(text);
    }
}

static int take_drafts(struct view *view, const msgpack_object *value, struct error *err)
{
    static const msgpack_object nil = {.type = MSGPACK_OBJECT_NIL};
    int64_t text_len = 0;
    const msgpack_object *answer = wire_get(value, "answer");
    const msgpack_object *encoding = wire_get(value, "encoding");
    int code = wire_int(wire_get(value, "text_len"), "text_len", 0, (int64_t)LIMIT(DECODED_BYTES),
                        &text_len, err);
    if (code >= 0 && encoding)
        code = wire_text(encoding, "encoding", LIMIT(TAG_BYTES), &view->report.encoding, err);
    return code < 0 ? code
                    : drafts_unpack(answer ? answer : &nil, (uint64_t)text_len, view->arena,
                                    &view->report.articles, err);
}

static void take_answer(struct view *view, const msgpack_object *value)
{
    struct error why;
    int64_t index = -1;
    const msgpack_object *which = wire_get(value, "plugin");
    if (which)
        (void)wire_int(which, "plugin", 0, UINT32_MAX, &index, NULL);
    view->report.plugin = host_label(view->run->desk->lineup, index);
    take_notes(view, wire_get(value, "notes"));
    if (take_drafts(view, value, &why) < 0) {
        struct blame blame;
        blame_answer(host_plugin(view->run->desk->lineup, index), "run", &view->item->document,
                     why.text, &blame);
        fail(view, guard_word(GUARD_ANSWER), blame.traceback, ERR_PLUGIN, blame.message);
    }
    view->done = true;
}

static void pump(struct explain *run);

static void cut(struct cutting *cutting, const struct pool_answer *answer)
{
    struct view *view = cutting->data;
    if (answer->fault) {
        view->report.plugin = host_label(view->run->desk->lineup, answer->fault->plugin);
        fail(view, guard_word(answer->fault->guard), answer->fault->traceback, ERR_PLUGIN,
             answer->fault->message);
    } else {
        view->frame = pool_answer_keep(answer);
        take_answer(view, answer->value);
    }
    pump(view->run);
}

static void sent(struct cutting *cutting)
{
    struct view *view = cutting->data;
    buf_free(&view->item->bytes);
}

static void submit(struct view *view)
{
    view->cutting = (struct cutting){.lineup = view->run->desk->lineup,
                                     .chain = &view->run->chain,
                                     .document = &view->item->document,
                                     .sent = sent,
                                     .done = cut,
                                     .data = view};
    cutting_start(&view->cutting);
}

static void begin(struct explain *run, struct incoming *item)
{
    struct view *view = mem_zero(1, sizeof *view);
    if (view)
        view->arena = arena_new(LIMIT(FRAME_BYTES));
    if (!view || !view->arena) {
        error_set(&run->fatal, ERR_NOMEM, "%s: out of memory", item->path);
        mem_free(view);
        incoming_free(item);
        return;
    }
    view->run = run;
    view->item = item;
    view->weight = item->bytes.len * 4 + KIB;
    view->report.path = item->path;
    view->report.traceback = "";
    *run->end = view;
    run->end = &view->next;
    run->items++;
    run->bytes += view->weight;
    if (item->error.code < 0)
        fail(view, NULL, "", item->error.code, item->error.text);
    else
        submit(view);
}

static void report_done(struct explain *run)
{
    while (run->first && run->first->done) {
        struct view *view = run->first;
        run->first = view->next;
        if (!run->first)
            run->end = &run->first;
        run->items--;
        run->bytes -= view->weight;
        run->counts.documents++;
        run->counts.failed += view->report.error != NULL;
        run->counts.articles += view->report.articles.count;
        run->each(&view->report, run->data);
        view_free(view);
    }
}

static void got_items(struct incoming *list, bool end, const struct error *failed, void *data)
{
    struct explain *run = data;
    run->feed_end = end;
    if (failed && run->fatal.code == 0)
        run->fatal = *failed;
    while (list) {
        struct incoming *item = list;
        list = item->next;
        begin(run, item);
    }
    run->pulling = false;
    pump(run);
}

static void pump(struct explain *run)
{
    report_done(run);
    const bool end = run->feed_end || run->fatal.code < 0;
    if (!run->pulling && !end && run->items < LIMIT(INFLIGHT_ITEMS) &&
        run->bytes < LIMIT(INFLIGHT_BYTES) && !host_pool_full(run->desk->lineup)) {
        run->pulling = true;
        feed_pull(run->feed, 16, 256 * KIB, got_items, run);
    }
    run->finished = !run->pulling && end && run->items == 0;
}

static void room(void *data)
{
    pump(data);
}

static int choose(struct explain *run, const char *plugin, const struct option_text *options,
                  size_t option_count, struct desk_plugin **one, struct error *err)
{
    struct plugin_spec spec;
    run->chain = run->desk->lineup->ingest;
    if (!plugin)
        return 0;
    int code = plugin_spec_parse(plugin, &spec, err);
    if (code >= 0 && strcmp(spec.kind, "ingest") != 0)
        code = error_set(err, ERR_USAGE, "%s is no ingest plugin", plugin);
    if (code >= 0)
        code = host_load(run->desk->lineup, spec.kind, spec.name, NULL, options, option_count, one,
                         err);
    run->chain = (struct plugin_chain){one, 1};
    return code;
}

int explain_paths(struct desk *desk, const char *const *paths, size_t count, const char *plugin,
                  const struct option_text *options, size_t option_count, explain_fn *each,
                  void *data, struct explain_counts *counts, struct error *err)
{
    struct explain run = {.desk = desk, .each = each, .data = data};
    struct desk_plugin *one = NULL;
    run.end = &run.first;
    int code = choose(&run, plugin, options, option_count, &one, err);
    if (code >= 0)
        code = feed_open(desk, paths, count, NULL, &run.feed, err);
    if (code < 0)
        return code;
    struct host_listener listener = {.room = room, .data = &run};
    host_listen(desk, &listener);
    pump(&run);
    host_wait(desk, &run.finished);
    host_unlisten(desk, &listener);
    feed_close(run.feed);
    if (counts)
        *counts = run.counts;
    return run.fatal.code < 0 ? error_set(err, run.fatal.code, "%s", run.fatal.text) : 0;
}

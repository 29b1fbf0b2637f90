/* JSONL articles in, JSON answers out, in order. A thread reads and packs lines, all workers run
 * the plugin, and a window of at most INFLIGHT_ITEMS articles keeps the order. */
#include "pipeline/tryplugin.h"

#include <jansson.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/limits.h"
#include "model/json.h"
#include "model/wire.h"
#include "pipeline/host.h"
#include "pipeline/lines.h"
#include "pipeline/own.h"

struct try_run;

struct trial { /* one article */
    struct trial *next;
    struct try_run *run;
    struct arena *arena;
    struct article article;
    struct pool_job job;
    uint64_t line;
    struct error error; /* the line cannot be read */
    json_t *answer;
    bool done;
};

struct try_run {
    struct desk *desk;
    struct desk_plugin *plugin;
    struct lines *lines;
    struct host_work work;
    struct trial *read, **read_end; /* what the thread made */
    struct trial *first, **end;     /* the window */
    size_t items, bytes;
    bool reading, at_end, finished, stopped;
    struct error error, fatal;
    try_fn *each;
    void *data;
    struct try_counts counts;
};

#define READ_ITEMS 32
#define READ_BYTES (1 * MIB)

static void trial_free(struct trial *trial)
{
    buf_free(&trial->job.payload);
    arena_free(trial->arena);
    json_decref(trial->answer);
    mem_free(trial);
}

/* ---- on a thread of the pool ---- */

static void pack_job(struct trial *trial)
{
    msgpack_packer packer;
    wire_packer(&packer, &trial->job.payload);
    msgpack_pack_map(&packer, 2);
    wire_pack_key(&packer, "plugins");
    msgpack_pack_array(&packer, 1);
    msgpack_pack_uint32(&packer, trial->run->plugin->index);
    wire_pack_key(&packer, "article");
    article_pack(&packer, &trial->article);
    if (buf_failed(&trial->job.payload))
        error_set(&trial->error, ERR_NOMEM, "out of memory");
}

static int read_one(struct try_run *run, struct trial **out)
{
    struct str text;
    struct error why = {0};
    uint64_t line = 0;
    const int code = lines_next(run->lines, &text, &line, &why);
    if (code == 0 || (code < 0 && code != ERR_LIMIT))
        return code < 0 ? error_set(&run->error, code, "%s", why.text) : 0;
    struct trial *trial = mem_zero(1, sizeof *trial);
    if (trial)
        trial->arena = arena_new(LIMIT(FRAME_BYTES));
    if (!trial || !trial->arena) {
        mem_free(trial);
        return error_set(&run->error, ERR_NOMEM, "out of memory");
    }
    trial->run = run;
    trial->line = line;
    trial->error = why;
    if (code > 0 &&
        article_from_json(text.at, text.len, trial->arena, &trial->article, &trial->error) >= 0)
        pack_job(trial);
    *out = trial;
    return 1;
}

static void read_some(void *data)
{
    struct try_run *run = data;
    size_t bytes = 0;
    run->read = NULL;
    run->read_end = &run->read;
    for (size_t i = 0; i < READ_ITEMS && bytes < READ_BYTES; i++) {
        struct trial *trial = NULL;
        if (i > 0 && !lines_ready(run->lines))
            return; /* answer what is here before waiting for more */
        if (read_one(run, &trial) <= 0) {
            run->at_end = true;
            return;
        }
        bytes += trial->job.payload.len;
        *run->read_end = trial;
        run->read_end = &trial->next;
    }
}

/* ---- answers ---- */

static json_t *id_of(const struct trial *trial)
{
    if (trial->article.id)
        return json_integer(trial->article.id);
    return str_to_json(trial->article.uri);
}

static json_t *error_json(const char *guard, const char *message, const char *traceback)
{
    return json_pack("{s:s, s:s, s:s}", "guard", guard, "message", message, "traceback", traceback);
}

static void answer_error(struct trial *trial, const char *guard, const char *message,
                         const char *traceback)
{
    trial->run->counts.failed++;
    if (trial->error.code < 0)
        trial->answer = json_pack("{s:I, s:o}", "line", (json_int_t)trial->line, "error",
                                  error_json(guard, message, traceback));
    else
        trial->answer = json_pack("{s:o, s:o}", "id", id_of(trial), "error",
                                  error_json(guard, message, traceback));
}

static int split_fields(struct tag_list *tags, json_t *fields)
{
    size_t kept = 0;
    for (size_t i = 0; i < tags->count; i++) {
        const struct tag *tag = &tags->at[i];
        if (tag->field.len == 0)
            tags->at[kept++] = *tag;
        else if (json_object_setn_new(fields, tag->field.at, tag->field.len,
                                      str_to_json(tag->label)) < 0)
            return ERR_NOMEM;
    }
    tags->count = kept;
    return 0;
}

static int answer_tags(struct trial *trial, const msgpack_object *answer, struct error *err)
{
    struct tag_list tags;
    struct str packed;
    const int code = tags_take(answer, &trial->article, trial->arena, &tags, &packed, err);
    if (code < 0)
        return code;
    json_t *fields = json_object();
    if (!fields || split_fields(&tags, fields) < 0) {
        json_decref(fields);
        return error_set(err, ERR_NOMEM, "out of memory");
    }
    trial->answer = json_pack("{s:o, s:o, s:o}", "id", id_of(trial), "tags", tags_to_json(&tags),
                              "fields", fields);
    return 0;
}

static int answer_summary(struct trial *trial, const msgpack_object *answer, struct error *err)
{
    struct summary summary = {0};
    const int code = summary_unpack(answer, &trial->article, trial->arena, &summary, err);
    if (code >= 0)
        trial->answer =
            json_pack("{s:o, s:o}", "id", id_of(trial), "summary", summary_to_json(&summary));
    return code;
}

static const char *text_of(struct trial *trial, const msgpack_object *map, const char *key)
{
    struct str text = STR_NONE;
    const msgpack_object *value = wire_get(map, key);
    if (!value || wire_text(value, key, LIMIT(QUARANTINE_TEXT), &text, NULL) < 0)
        return "";
    const char *copy = arena_text(trial->arena, text);
    return copy ? copy : "";
}

static void answer_fault(struct trial *trial, const msgpack_object *fault)
{
    int64_t guard = GUARD_ERROR;
    if (fault->type != MSGPACK_OBJECT_MAP) {
        answer_error(trial, "error", "it failed and did not say how", "");
        return;
    }
    if (!wire_get(fault, "guard") ||
        wire_int(wire_get(fault, "guard"), "guard", 0, GUARD_COUNT - 1, &guard, NULL) < 0)
        guard = GUARD_ERROR;
    answer_error(trial, guard_word((enum guard)guard), text_of(trial, fault, "message"),
                 text_of(trial, fault, "traceback"));
}

static void take_value(struct trial *trial, const msgpack_object *value)
{
    static const msgpack_object nil = {.type = MSGPACK_OBJECT_NIL};
    struct error why;
    const msgpack_object *results = wire_get(value, "results");
    if (!results || results->type != MSGPACK_OBJECT_ARRAY || results->via.array.size != 1 ||
        results->via.array.ptr[0].type != MSGPACK_OBJECT_MAP) {
        answer_error(trial, "answer", "the worker gave no answer of this plugin", "");
        return;
    }
    const msgpack_object *result = &results->via.array.ptr[0];
    const msgpack_object *answer = wire_get(result, "answer");
    if (wire_get(result, "fault")) {
        answer_fault(trial, wire_get(result, "fault"));
        return;
    }
    answer = answer ? answer : &nil;
    const bool tag = strcmp(trial->run->plugin->entry->kind, "tag") == 0;
    if ((tag ? answer_tags(trial, answer, &why) : answer_summary(trial, answer, &why)) < 0)
        answer_error(trial, "answer", why.text, "");
}

/* ---- on the loop's thread ---- */

static void pump(struct try_run *run);

static void job_done(struct pool_job *job, const struct pool_answer *answer)
{
    struct trial *trial = job->data;
    if (answer->fault)
        answer_error(trial, guard_word(answer->fault->guard), answer->fault->message,
                     answer->fault->traceback);
    else
        take_value(trial, answer->value);
    trial->done = true;
    pump(trial->run);
}

static void begin(struct try_run *run, struct trial *trial)
{
    trial->next = NULL;
    *run->end = trial;
    run->end = &trial->next;
    run->items++;
    run->bytes += trial->job.payload.len;
    if (trial->error.code < 0) {
        answer_error(trial, "input", trial->error.text, "");
        trial->done = true;
        return;
    }
    trial->job.op = JOB_ARTICLE;
    trial->job.pool = plugin_pool(run->desk->lineup, run->plugin);
    trial->job.done = job_done;
    trial->job.data = trial;
    host_submit(run->desk->lineup, &trial->job);
}

static void emit(struct try_run *run, struct trial *trial)
{
    BUF_AUTO struct buf text = BUF_INIT;
    const bool made = trial->answer && json_to_buf(trial->answer, JSON_TEXT, &text, NULL) >= 0;
    if (!made && run->fatal.code == 0)
        error_set(&run->fatal, ERR_NOMEM, "out of memory while writing an answer");
    run->counts.articles++;
    if (made && !run->stopped && run->each(text.at, text.len, run->data) != 0) {
        run->stopped = true;
        error_set(&run->fatal, ERR_CANCELLED, "stopped");
    }
}

static void emit_done(struct try_run *run)
{
    while (run->first && run->first->done) {
        struct trial *trial = run->first;
        run->first = trial->next;
        if (!run->first)
            run->end = &run->first;
        run->items--;
        run->bytes -= trial->job.payload.len;
        emit(run, trial);
        trial_free(trial);
    }
}

static void got_lines(void *data)
{
    struct try_run *run = data;
    struct trial *list = run->read;
    if (run->error.code < 0 && run->fatal.code == 0)
        run->fatal = run->error;
    while (list) {
        struct trial *trial = list;
        list = trial->next;
        begin(run, trial);
    }
    run->reading = false;
    pump(run);
}

static void pump(struct try_run *run)
{
    emit_done(run);
    const bool end = run->at_end || run->fatal.code < 0;
    if (!run->reading && !end && run->items < LIMIT(INFLIGHT_ITEMS) &&
        run->bytes < LIMIT(INFLIGHT_BYTES) && !host_pool_full(run->desk->lineup)) {
        run->reading = true;
        run->work = (struct host_work){.work = read_some, .after = got_lines, .data = run};
        host_work(run->desk, &run->work);
    }
    run->finished = !run->reading && end && run->items == 0;
}

static void room(void *data)
{
    pump(data);
}

static int choose(struct try_run *run, const struct try_options *options, struct error *err)
{
    struct plugin_spec spec;
    const int code = plugin_spec_parse(options->plugin, &spec, err);
    if (code < 0)
        return code;
    if (strcmp(spec.kind, "tag") != 0 && strcmp(spec.kind, "summarize") != 0)
        return error_set(err, ERR_USAGE,
                         "%s cannot be tried: ingest, tag and summarize plugins can; an export "
                         "plugin is tried with `copydesk export --to FOLDER`",
                         options->plugin);
    return host_load(run->desk->lineup, spec.kind, spec.name, NULL, options->given,
                     options->given_count, &run->plugin, err);
}

int plugin_try(struct desk *desk, const struct try_options *options, try_fn *each, void *data,
               struct try_counts *counts, struct error *err)
{
    static const char *const standard_input[] = {"-"};
    struct try_run run = {.desk = desk, .each = each, .data = data};
    run.end = &run.first;
    int code = choose(&run, options, err);
    if (code >= 0)
        code = lines_open(options->path_count ? options->paths : standard_input,
                          options->path_count ? options->path_count : 1, &run.lines, err);
    if (code < 0)
        return code;
    struct host_listener listener = {.room = room, .data = &run};
    host_listen(desk, &listener);
    pump(&run);
    host_wait(desk, &run.finished);
    host_unlisten(desk, &listener);
    lines_close(run.lines);
    if (counts)
        *counts = run.counts;
    return run.fatal.code < 0 ? error_set(err, run.fatal.code, "%s", run.fatal.text) : 0;
}

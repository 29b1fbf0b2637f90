#include "pipeline/traceplugin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "pipeline/batch.h"

/* Those that desk.lua gives the plugin, or NULL. */
static const msgpack_object *desk_options_of(const struct lineup *lineup,
                                             const struct plugin_spec *spec)
{
    const struct config *config = &lineup->config;
    for (size_t i = 0; i < config->plugin_count; i++)
        if (strcmp(config->plugins[i].kind, spec->kind) == 0 &&
            strcmp(config->plugins[i].name, spec->name) == 0)
            return config->plugins[i].options;
    return NULL;
}

int trace_choose(struct desk *desk, const struct trace_options *options,
                 struct desk_plugin **plugin, struct sample *sample, struct error *err)
{
    struct plugin_spec spec;
    struct sample_options from = options->sample;
    int code = plugin_spec_parse(options->plugin, &spec, err);
    if (code < 0)
        return code;
    from.documents = strcmp(spec.kind, "ingest") == 0;
    if (!from.documents && strcmp(spec.kind, "tag") != 0 && strcmp(spec.kind, "summarize") != 0)
        return error_set(err, ERR_USAGE,
                         "%s is not called with one item: ingest, tag and summarize plugins are",
                         options->plugin);
    code = host_load(desk->lineup, spec.kind, spec.name, desk_options_of(desk->lineup, &spec),
                     options->given, options->given_count, plugin, err);
    return code < 0 ? code : sample_open(desk, &from, sample, err);
}

/* ---- tries ---- */

struct tap {
    struct arena *arena;
    struct trace_line *first, **end;
};

static void on_line(int level, const char *plugin, const char *text, void *data)
{
    struct tap *tap = data;
    (void)plugin;
    struct trace_line *line = arena_alloc(tap->arena, 1, sizeof *line);
    if (!line || !(line->text = arena_text(tap->arena, str_of(text))))
        return; /* over the arena's bound: a log as long as that is not read */
    line->level = level;
    *tap->end = line;
    tap->end = &line->next;
}

static int trace_one(struct lineup *lineup, const struct desk_plugin *plugin,
                     const struct sample *sample, size_t which,
                     int (*each)(const struct trace *trace, void *data), void *data,
                     struct error *err)
{
    ARENA_AUTO struct arena *arena = arena_new(LIMIT(CONFIG_BYTES));
    struct tap tap = {.arena = arena, .end = &tap.first};
    struct one_call call;
    if (!arena)
        return error_set(err, ERR_NOMEM, "out of memory");
    lineup->tap = on_line;
    lineup->tap_data = &tap;
    int code = one_call_make(lineup, plugin, sample, which, &call, err);
    lineup->tap = NULL;
    const struct trace trace = {plugin, &sample->at[which], &call, tap.first};
    if (code >= 0 && each(&trace, data) != 0)
        code = error_set(err, ERR_CANCELLED, "stopped");
    one_call_free(&call);
    return code;
}

int plugin_trace(struct desk *desk, const struct trace_options *options,
                 int (*each)(const struct trace *trace, void *data), void *data, struct error *err)
{
    struct sample sample = {0};
    struct desk_plugin *plugin = NULL;
    int code = trace_choose(desk, options, &plugin, &sample, err);
    for (size_t i = 0; code >= 0 && i < sample.count; i++)
        code = trace_one(desk->lineup, plugin, &sample, i, each, data, err);
    sample_free(&sample);
    return code;
}

/* ---- bench ---- */

struct times {
    int64_t *at;
    size_t count, room;
};

static int times_add(struct times *times, int64_t time)
{
    if (times->count == times->room) {
        const size_t room = times->room ? times->room * 2 : 4096;
        int64_t *grown = mem_resize_array(times->at, room, sizeof *grown);
        if (!grown)
            return ERR_NOMEM;
        times->at = grown;
        times->room = room;
    }
    times->at[times->count++] = time;
    return 0;
}

static int compare_times(const void *left, const void *right)
{
    const int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

/* Sorted before. */
static int64_t percentile(const struct times *times, unsigned of_100)
{
    return times->count ? times->at[(times->count - 1) * of_100 / 100] : 0;
}

struct bench {
    struct lineup *lineup;
    const struct desk_plugin *plugin;
    struct sample sample;
    struct times cpu, way;
    struct bench_result *out;
};

static int bench_one(struct bench *bench, size_t which, bool counted, struct error *err)
{
    struct one_call call;
    struct bench_result *out = bench->out;
    int code = one_call_make(bench->lineup, bench->plugin, &bench->sample, which, &call, err);
    if (code >= 0 && counted && !call.answer) {
        if (out->failed++ == 0)
            snprintf(out->message, sizeof out->message, "%s", call.message);
    } else if (code >= 0 && counted) {
        out->calls++;
        out->wall_us += call.wall_us;
        out->bytes = call.bytes;
        out->peak = call.peak > out->peak ? call.peak : out->peak;
        if (times_add(&bench->cpu, call.cpu_us) < 0 ||
            times_add(&bench->way, call.wall_us - call.cpu_us) < 0)
            code = error_set(err, ERR_NOMEM, "out of memory");
    }
    one_call_free(&call);
    return code;
}

static int bench_all(struct bench *bench, uint64_t ms, struct error *err)
{
    int code = 0;
    for (size_t i = 0; code >= 0 && i < bench->sample.count; i++)
        code = bench_one(bench, i, false, err);
    const int64_t end_us = clock_mono_us() + (int64_t)ms * 1000;
    for (size_t i = 0; code >= 0 && bench->sample.count; i++) {
        if (i >= bench->sample.count && clock_mono_us() >= end_us)
            break;
        code = bench_one(bench, i % bench->sample.count, true, err);
    }
    return code;
}

static void fill(struct bench *bench)
{
    struct bench_result *out = bench->out;
    qsort(bench->cpu.at, bench->cpu.count, sizeof *bench->cpu.at, compare_times);
    qsort(bench->way.at, bench->way.count, sizeof *bench->way.at, compare_times);
    out->cpu_p50 = percentile(&bench->cpu, 50);
    out->cpu_p99 = percentile(&bench->cpu, 99);
    out->cpu_max = percentile(&bench->cpu, 100);
    out->way_p50 = percentile(&bench->way, 50);
    out->way_p99 = percentile(&bench->way, 99);
    out->title = bench->plugin->title;
    out->items = bench->sample.count;
}

int plugin_bench(struct desk *desk, const struct trace_options *options, uint64_t ms,
                 struct bench_result *out, struct error *err)
{
    struct bench bench = {.lineup = desk->lineup, .out = out};
    struct desk_plugin *plugin = NULL;
    *out = (struct bench_result){.title = ""};
    int code = trace_choose(desk, options, &plugin, &bench.sample, err);
    bench.plugin = plugin;
    if (code >= 0)
        code = bench_all(&bench, ms, err);
    if (code >= 0 && bench.cpu.count)
        fill(&bench);
    if (code >= 0 && bench.sample.count && !bench.sample.documents)
        code = batch_measure(desk->lineup, plugin, &bench.sample, ms, &out->batch_us, err);
    out->items = bench.sample.count;
    sample_free(&bench.sample);
    mem_free(bench.cpu.at);
    mem_free(bench.way.at);
    return code < 0 ? code : 0;
}

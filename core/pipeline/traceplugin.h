/* `plugin try --trace` and `plugin bench`: a plugin on a sample, with what each call took. Nothing
 * is stored. */
#pragma once

#include "pipeline/onecall.h"
#include "plugin/options.h"

struct trace_options {
    const char *plugin;              /* kinds ingest, tag, summarize */
    const struct option_text *given; /* on top of what desk.lua gives it */
    size_t given_count;
    struct sample_options sample; /* `documents` is set by the kind */
};

struct trace_line { /* that the plugin logged */
    struct trace_line *next;
    int level;
    const char *text;
};

struct trace {
    const struct desk_plugin *plugin;
    const struct sample_item *item;
    const struct one_call *call;
    const struct trace_line *log;
};

/* The plugin, loaded, and its sample: for this and for plugin diff. */
int trace_choose(struct desk *desk, const struct trace_options *options,
                 struct desk_plugin **plugin, struct sample *sample, struct error *err);

/* Calls the plugin once for each item; `each` gives 0 to go on. Desk open for DESK_PLUGINS. */
int plugin_trace(struct desk *desk, const struct trace_options *options,
                 int (*each)(const struct trace *trace, void *data), void *data, struct error *err);

struct bench_result {
    const char *title; /* "tag/ships@1.0.0"; as long as the desk */
    uint64_t items, calls, failed;
    int64_t wall_us;                   /* of all calls */
    int64_t cpu_p50, cpu_p99, cpu_max; /* us of the plugin's own */
    int64_t way_p50, way_p99;          /* us beside that: host, wire, worker, Lua's entry */
    double batch_us;                   /* CPU us beside the plugin, an article of a batch; 0: not
                                          measured, for documents */
    uint64_t bytes, peak;              /* memory of its state: at the end, at most */
    char message[512];                 /* of the first that failed */
};

/* Calls it on one item after the other, one at a time, for `ms` (all items once at least), after
 * one round that is not counted; then in batches (batch.h) for as long. */
int plugin_bench(struct desk *desk, const struct trace_options *options, uint64_t ms,
                 struct bench_result *out, struct error *err);

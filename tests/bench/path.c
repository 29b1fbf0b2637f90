/* The path that users take: a new desk ingests a folder. Also: what an open desk takes when idle.
 *
 * Parts of the CPU time. `store` is the store's thread, with the checkpoint at the end. `host` is
 * all else in the host: the loop, reading files, hashes, checking answers. A worker says what it
 * took until it was ready (`start`, plugins loaded included), in plugins' own code (`plugins`), and
 * reading bytes as text (`decode`); what is left of it is `wire`: frames, messages, and the way
 * into Lua and out again. */
#include <stdlib.h>

#include "base/clock.h"
#include "bench.h"
#include "corpus.h"
#include "pipeline/host.h"
#include "pipeline/ingest.h"

#define IDLE_MS 2500 /* the writer gives memory back after a second without work */

int part_corpus(int argc, char **argv)
{
    struct error err = {0};
    if (argc != 4)
        return bench_fail(argv[0], "wants DIR ARTICLES digests|files");
    uint32_t articles = (uint32_t)strtoul(argv[2], NULL, 10);
    if (corpus_write(argv[1], articles, argv[3][0] == 'f', &err) < 0)
        return bench_fail(argv[0], err.text);
    return bench_print(json_pack("{s:i}", "articles", (int)articles));
}

static void set_true(void *data)
{
    *(bool *)data = true;
}

/* Until all is committed and indexed. */
static int ingest_all(struct desk *desk, const char *corpus, struct ingest_counts *counts,
                      struct error *err)
{
    bool done = false;
    int code = ingest_paths(desk, &corpus, 1, NULL, NULL, counts, err);
    if (code < 0)
        return code;
    if (store_flush(desk->store, set_true, &done) < 0)
        return error_set(err, ERR_NOMEM, "no memory to wait for the index");
    host_wait(desk, &done);
    return 0;
}

static json_t *parts(const struct desk_usage *usage, const struct bench_cpu *before_close,
                     const struct bench_cpu *end)
{
    int64_t store = usage->store_cpu_us + end->self_us - before_close->self_us;
    int64_t host = usage->host_cpu_us - usage->store_cpu_us;
    int64_t wire =
        usage->worker_cpu_us - usage->worker_start_us - usage->plugin_us - usage->decode_us;
    int64_t sum = store + host + usage->worker_cpu_us;
    return json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "host_us", (json_int_t)host, "store_us",
                     (json_int_t)store, "wire_us", (json_int_t)wire, "plugins_us",
                     (json_int_t)usage->plugin_us, "decode_us", (json_int_t)usage->decode_us,
                     "start_us", (json_int_t)usage->worker_start_us, "sum_us", (json_int_t)sum);
}

static json_t *describe(const struct ingest_counts *counts, const struct desk_usage *usage,
                        int64_t wall_us, const struct bench_cpu *before_close)
{
    struct bench_cpu end = bench_cpu();
    return json_pack(
        "{s:I,s:I,s:I,s:I,s:I,s:o,s:I,s:I}", "articles", (json_int_t)counts->articles, "troubles",
        (json_int_t)(counts->failed + counts->refused + counts->faults), "wall_us",
        (json_int_t)wall_us, "cpu_us", (json_int_t)(end.self_us + end.children_us), "workers",
        (json_int_t)usage->workers, "parts", parts(usage, before_close, &end), "host_peak_rss",
        (json_int_t)bench_memory("VmHWM"), "worker_peak_rss", (json_int_t)usage->worker_peak_rss);
}

int part_path(int argc, char **argv)
{
    struct error err = {0};
    struct desk *desk = NULL;
    struct ingest_counts counts = {0};
    struct desk_usage usage;
    if (argc != 5)
        return bench_fail(argv[0], "wants DESK PLUGINS CORPUS WORKERS");
    struct desk_options options = {
        .dir = argv[1], .use = DESK_WRITE, .workers = (unsigned)strtoul(argv[4], NULL, 10)};
    if (bench_desk(argv[1], argv[2], &err) < 0)
        return bench_fail(argv[0], err.text);
    int64_t begun = clock_mono_us();
    int code = desk_open(&options, &desk, &err);
    if (code >= 0)
        code = ingest_all(desk, argv[3], &counts, &err);
    if (code < 0)
        return bench_fail(argv[0], err.text);
    desk_usage(desk, &usage);
    struct bench_cpu before_close = bench_cpu();
    desk_close(desk);
    return bench_print(describe(&counts, &usage, clock_mono_us() - begun, &before_close));
}

static void on_timer(uv_timer_t *timer)
{
    set_true(timer->data);
}

int part_idle(int argc, char **argv)
{
    struct error err = {0};
    struct desk *desk = NULL;
    uv_timer_t timer;
    bool done = false;
    if (argc != 3)
        return bench_fail(argv[0], "wants DESK PLUGINS");
    struct desk_options options = {.dir = argv[1], .use = DESK_WRITE};
    if (bench_desk(argv[1], argv[2], &err) < 0 || desk_open(&options, &desk, &err) < 0)
        return bench_fail(argv[0], err.text);
    uv_timer_init(&desk->loop, &timer);
    timer.data = &done;
    uv_timer_start(&timer, on_timer, IDLE_MS, 0);
    host_wait(desk, &done);
    json_t *object = json_pack("{s:I,s:I,s:I}", "rss", (json_int_t)bench_memory("VmRSS"),
                               "rss_anon", (json_int_t)bench_memory("RssAnon"), "rss_file",
                               (json_int_t)bench_memory("RssFile"));
    uv_close((uv_handle_t *)&timer, NULL);
    desk_close(desk);
    return bench_print(object);
}

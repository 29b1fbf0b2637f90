/* copydesk plugin bench */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/output.h"
#include "cli/plugin_sample.h"

#define SECONDS_MOST 3600

static const struct cli_option options[] = {
    SAMPLE_OPTIONS,
    {"seconds", 's', "S", "how long (default: 3); each article is taken once at least", false},
    {"json", 0, NULL, "print JSON", false},
    CLI_END,
};

static int print_json(const struct bench_result *result)
{
    const double seconds = (double)result->wall_us / 1e6;
    return output_json(json_pack(
        "{s:s, s:I, s:I, s:I, s:f, s:I, s:I, s:I, s:I, s:I, s:f, s:I, s:I}", "plugin",
        result->title, "items", (json_int_t)result->items, "calls", (json_int_t)result->calls,
        "failed", (json_int_t)result->failed, "calls_per_second",
        seconds > 0 ? (double)result->calls / seconds : 0.0, "p50_us", (json_int_t)result->cpu_p50,
        "p99_us", (json_int_t)result->cpu_p99, "max_us", (json_int_t)result->cpu_max,
        "beside_p50_us", (json_int_t)result->way_p50, "beside_p99_us", (json_int_t)result->way_p99,
        "batch_us", result->batch_us, "memory_bytes", (json_int_t)result->bytes, "memory_peak",
        (json_int_t)result->peak));
}

static void print_person(const struct bench_result *result)
{
    const double seconds = (double)result->wall_us / 1e6;
    printf("%s on %s, one call after the other\n", result->title,
           counted(result->items, "item", "items"));
    printf("%8.0f calls/s\n", seconds > 0 ? (double)result->calls / seconds : 0.0);
    printf("%8.3f ms in the plugin (median); 99 of 100 within %.3f ms, longest %.3f ms\n",
           (double)result->cpu_p50 / 1000, (double)result->cpu_p99 / 1000,
           (double)result->cpu_max / 1000);
    printf("%8.3f ms beside it (median): host, wire, worker; 99 of 100 within %.3f ms\n",
           (double)result->way_p50 / 1000, (double)result->way_p99 / 1000);
    if (result->batch_us > 0)
        printf("%8.3f ms beside it an article, in batches of 100 (CPU of host and workers)\n",
               result->batch_us / 1000);
    printf("%8.0f KiB of memory; %.0f KiB at most\n", (double)result->bytes / 1024,
           (double)result->peak / 1024);
}

static int run(const struct cli_args *args)
{
    GIVEN_AUTO struct given_list given = {.count = 0};
    DESK_AUTO struct desk *desk = NULL;
    struct error err = {0};
    struct bench_result result;
    const long seconds = cli_number(args, "seconds", 0, SECONDS_MOST, 3);
    struct trace_options chosen;
    int code = seconds < 0 ? CLI_MISUSE : read_sample(args, &given, &chosen);
    if (code != CLI_DONE)
        return code;
    code = open_desk(args, DESK_PLUGINS, args->count > 1, &desk);
    if (code != CLI_DONE)
        return code;
    if (plugin_bench(desk, &chosen, (uint64_t)seconds * 1000, &result, &err) < 0)
        return cli_failed(args, &err);
    if (result.failed)
        output_problem("%llu calls failed; the first: %s", (unsigned long long)result.failed,
                       result.message);
    if (result.items == 0)
        output_problem("there is nothing to call it with: no stored article matches");
    else if (cli_has(args, "json"))
        print_json(&result);
    else if (result.calls)
        print_person(&result);
    return result.failed ? CLI_SOME_FAILED : result.items ? CLI_DONE : CLI_FAILED;
}

const struct cli_command command_plugin_bench = {
    .name = "plugin bench",
    .usage = "KIND/NAME [FILE|ID]...",
    .about = "Measure a plugin on stored articles",
    .more =
        "Calls an ingest, tag or summarize plugin on one article after the other, in one worker, "
        "and\n"
        "tells calls a second, the plugin's own time (CPU), what host and wire add, and memory;\n"
        "then, for as long, in batches of a hundred articles at once, what host and wire add.\n"
        "Without files or ids it takes the newest stored articles. Nothing is stored.\n\n"
        "  copydesk plugin bench tag/keywords --last 1000 --query 'lang:fr'\n"
        "  copydesk plugin bench ingest/digest digest.txt\n",
    .options = options,
    .least = 1,
    .most = -1,
    .run = run,
};

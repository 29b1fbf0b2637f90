/* copydesk jobs history */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/jobs.h"
#include "cli/output.h"
#include "model/json.h"

#define RUNS_DEFAULT 20
#define RUNS_MAX     100000

static const struct cli_option options[] = {
    {"limit", 'n', "N", "how many runs (20)", false},
    CLI_JSON_OPTION,
    CLI_END,
};

struct history {
    const struct job_spec *job;
    bool json;
    uint64_t count;
};

json_t *run_to_json(const struct job_spec *job, const struct store_run *run)
{
    char at[CLOCK_TEXT_SIZE], began[CLOCK_TEXT_SIZE], ended[CLOCK_TEXT_SIZE], text[ZONE_TEXT_SIZE];
    json_t *outputs = json_array();
    for (struct str rest = run->outputs; rest.len > 0;) {
        const char *end = memchr(rest.at, '\n', rest.len);
        const size_t len = end ? (size_t)(end - rest.at) : rest.len;
        json_array_append_new(outputs, str_to_json((struct str){rest.at, len}));
        rest = (struct str){rest.at + len + (end != NULL), rest.len - len - (end != NULL)};
    }
    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:o, s:o}",
                     "job", job->name, "at", clock_format(run->at_us, at), "local",
                     zone_format(job->timing.zone, run->at_us / 1000000, text), "state",
                     run_state_names[run->state], "cause", str_to_json(run->cause), "started",
                     run->started_us ? clock_format(run->started_us, began) : "", "ended",
                     run->ended_us ? clock_format(run->ended_us, ended) : "", "tries",
                     (json_int_t)run->tries, "articles", (json_int_t)run->articles, "files",
                     (json_int_t)run->files, "after_seq", (json_int_t)run->after_seq, "upto_seq",
                     (json_int_t)run->upto_seq, "outputs", outputs, "error",
                     run->error.len ? str_to_json(run->error) : json_null());
}

static void print_person(const struct job_spec *job, const struct store_run *run)
{
    const bool bad = run->state == RUN_FAILED || run->state == RUN_MISSED;
    print_local(job->timing.zone, run->at_us);
    printf("  %s%-8s%s", output_style(bad ? STYLE_BAD : STYLE_BOLD), run_state_names[run->state],
           output_style(STYLE_PLAIN));
    if (run->state == RUN_DONE)
        printf("  %s in %s", counted((uint64_t)run->articles, "article", "articles"),
               counted((uint64_t)run->files, "file", "files"));
    if (run->tries > 1)
        printf("  %lld tries", (long long)run->tries);
    putchar('\n');
    if (run->error.len)
        output_wrapped(run->error, 4);
    for (struct str rest = run->outputs; rest.len > 0;) {
        const char *end = memchr(rest.at, '\n', rest.len);
        const size_t len = end ? (size_t)(end - rest.at) : rest.len;
        fputs("    ", stdout);
        output_line((struct str){rest.at, len}, 1000);
        putchar('\n');
        rest = (struct str){rest.at + len + (end != NULL), rest.len - len - (end != NULL)};
    }
}

static int print_one(const struct store_run *run, void *data)
{
    struct history *history = data;
    history->count++;
    if (history->json)
        output_json(run_to_json(history->job, run));
    else
        print_person(history->job, run);
    return ferror(stdout);
}

static int run(const struct cli_args *args)
{
    JOBS_AUTO struct jobs_work work = {0};
    struct store_reader *reader = NULL;
    struct error err = {0};
    struct history history = {.json = cli_has(args, "json")};
    const long limit = cli_number(args, "limit", 1, RUNS_MAX, RUNS_DEFAULT);
    if (limit < 0)
        return CLI_MISUSE;
    int code = jobs_open(args, DESK_PLUGINS, &work);
    if (code != CLI_DONE)
        return code;
    history.job = work.job;
    const struct store_runs which = {.job = str_of(work.job->name), .max = (size_t)limit};
    if (desk_reader(work.desk, false, &reader, &err) < 0 ||
        store_read_runs(reader, &which, print_one, &history, &err) < 0)
        code = cli_failed(args, &err);
    store_reader_close(reader);
    if (code == CLI_DONE && history.count == 0 && !history.json)
        fprintf(stderr, "%s has not run yet.\n", work.job->name);
    return code;
}

const struct cli_command command_jobs_history = {
    .name = "jobs history",
    .usage = "NAME",
    .about = "Show the runs of a job, newest first",
    .options = options,
    .least = 1,
    .most = 1,
    .run = run,
};

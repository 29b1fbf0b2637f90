/* copydesk jobs next */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "cli/commands.h"
#include "cli/jobs.h"
#include "cli/output.h"

#define INSTANTS_DEFAULT 5
#define INSTANTS_MAX     100000

static const struct cli_option options[] = {
    {"from", 0, "T", "the first not before T (default: now)", false},
    CLI_JSON_OPTION,
    CLI_END,
};

static void print_json(const struct job_spec *job, const struct timing_next *next)
{
    char at[CLOCK_TEXT_SIZE];
    char local[ZONE_TEXT_SIZE];
    output_json(json_pack("{s:s, s:s, s:s, s:s, s:I}", "job", job->name, "at",
                          clock_format(next->utc * 1000000, at), "local",
                          zone_format(job->timing.zone, next->utc, local), "note", next->note,
                          "jitter_ms", (json_int_t)(job->due.jitter_us / 1000)));
}

static void print_person(const struct job_spec *job, const struct timing_next *next)
{
    char at[CLOCK_TEXT_SIZE];
    print_local(job->timing.zone, next->utc * 1000000);
    printf("  %s%s%s", output_style(STYLE_DIM), clock_format(next->utc * 1000000, at),
           output_style(STYLE_PLAIN));
    if (next->note[0])
        printf("  %s", next->note);
    if (job->due.jitter_us)
        printf("  begins %.1f s later (jitter)", (double)job->due.jitter_us / 1e6);
    putchar('\n');
}

static int read_count(const struct cli_args *args, long *count)
{
    char *end = NULL;
    *count = INSTANTS_DEFAULT;
    if (args->count < 2)
        return CLI_DONE;
    *count = strtol(args->operand[1], &end, 10);
    if (*end || end == args->operand[1] || *count < 1 || *count > INSTANTS_MAX)
        return cli_misuse(args, "'%s' is no number of instants (1 to %d)", args->operand[1],
                          INSTANTS_MAX);
    return CLI_DONE;
}

static int run(const struct cli_args *args)
{
    JOBS_AUTO struct jobs_work work = {0};
    struct timing_next next;
    int64_t from_us = clock_wall_us();
    long count = 0;
    int code = read_count(args, &count);
    if (code == CLI_DONE)
        code = jobs_open(args, DESK_PLUGINS, &work);
    if (code == CLI_DONE)
        code = jobs_moment(args, "from", work.job, &from_us);
    if (code != CLI_DONE)
        return code;
    int64_t after = (from_us + 999999) / 1000000 - 1;
    long shown = 0;
    for (; shown < count && timing_next(&work.job->timing, after, &next); shown++) {
        if (cli_has(args, "json"))
            print_json(work.job, &next);
        else
            print_person(work.job, &next);
        after = next.utc;
    }
    if (shown == 0 && work.job->timing.kind == TIMING_NEVER)
        fprintf(stderr, "%s has no times: it runs on events.\n", work.job->name);
    else if (shown == 0)
        fprintf(stderr, "%s has no time after that.\n", work.job->name);
    return CLI_DONE;
}

const struct cli_command command_jobs_next = {
    .name = "jobs next",
    .usage = "NAME [N]",
    .about = "Show when a job runs next, and what DST does to it",
    .more =
        "Local time in the job's zone, then UTC, and how much later jitter lets it begin. T is\n"
        "2026-03-28, \"2026-03-28 06:00\" (in the job's zone) or 2026-03-28T05:00:00Z.\n\n"
        "  copydesk jobs next france-daily 10 --from 2026-03-28\n",
    .options = options,
    .least = 1,
    .most = 2,
    .run = run,
};

/* copydesk jobs backfill */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/jobs.h"
#include "cli/output.h"

static const struct cli_option options[] = {
    {"from", 0, "T", "the first instant not before T", false},
    {"to", 0, "T", "up to, not including, T (default: now)", false},
    CLI_JSON_OPTION,
    CLI_END,
};

static void ended(void *data)
{
    ((struct jobs_act *)data)->done = true;
}

static int begin(struct schedule *schedule, struct jobs_act *act, struct error *err)
{
    return schedule_backfill(schedule, act->work.job->name, act->at_us, act->to_us, report_run,
                             ended, act, err);
}

static int run(const struct cli_args *args)
{
    struct jobs_act act = {.to_us = clock_wall_us()};
    if (!cli_text(args, "from"))
        return cli_misuse(args, "--from is missing: where the backfill begins, as 2026-05-01");
    const int code = jobs_act(args, begin, &act);
    if (code != CLI_DONE)
        return code;
    if (act.runs == 0)
        fputs("No time of the job lies between.\n", stderr);
    if (act.failed == 0)
        return CLI_DONE;
    return act.failed == act.runs ? CLI_FAILED : CLI_SOME_FAILED;
}

const struct cli_command command_jobs_backfill = {
    .name = "jobs backfill",
    .usage = "NAME --from T",
    .about = "Run a job for times that have passed",
    .more = "Each time of the job in between that has no run that is done gets one, oldest first.\n"
            "It covers what was stored between the time before and its own. What the next run at\n"
            "its time covers stays as it is.\n\n"
            "  copydesk jobs backfill france-daily --from 2026-05-01 --to 2026-05-08\n",
    .options = options,
    .least = 1,
    .most = 1,
    .run = run,
};

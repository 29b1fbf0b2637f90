/* copydesk jobs pause, jobs resume */
#include "cli/commands.h"
#include "cli/jobs.h"
#include "cli/output.h"

static void paused(const struct error *error, void *data)
{
    struct jobs_act *act = data;
    if (error)
        output_problem("%s", error->text);
    act->code = error ? CLI_FAILED : CLI_DONE;
    act->done = true;
}

static int begin(struct schedule *schedule, struct jobs_act *act, struct error *err)
{
    return schedule_pause(schedule, act->work.job->name, act->pause, paused, act, err);
}

static int act_on(const struct cli_args *args, bool pause)
{
    struct jobs_act act = {.pause = pause};
    return jobs_act(args, begin, &act);
}

static int run_pause(const struct cli_args *args)
{
    return act_on(args, true);
}

static int run_resume(const struct cli_args *args)
{
    return act_on(args, false);
}

const struct cli_command command_jobs_pause = {
    .name = "jobs pause",
    .usage = "NAME",
    .about = "Let a job run no more until it is resumed",
    .more = "Times that pass meanwhile are not made good; what came meanwhile is: the next run\n"
            "covers it.\n",
    .least = 1,
    .most = 1,
    .run = run_pause,
};

const struct cli_command command_jobs_resume = {
    .name = "jobs resume",
    .usage = "NAME",
    .about = "Let a paused job run at its times again",
    .least = 1,
    .most = 1,
    .run = run_resume,
};

/* copydesk jobs run */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/jobs.h"
#include "cli/output.h"
#include "schedule/plan.h"

static const struct cli_option options[] = {
    {"at", 0, "T", "the run of this instant, again if it is done (default: now)", false},
    {"dry-run", 'n', NULL, "show what would be done", false},
    CLI_JSON_OPTION,
    CLI_END,
};

/* ---- dry run ---- */

static void print_plan(const struct job_spec *job, const struct job_plan *plan)
{
    printf("%s  ", job->name);
    print_local(job->timing.zone, plan->at_us);
    printf("  would %s%s: %s",
           plan->there && plan->state == RUN_DONE ? "be done again, from what is kept" : "run",
           job->task ? ", as a task" : "", counted(plan->articles, "article", "articles"));
    printf(" (commits %lld to %lld)\n", (long long)plan->after_seq + 1, (long long)plan->upto_seq);
    if (plan->to.len) {
        fputs("    ", stdout);
        output_name(plan->to.at);
        putchar('\n');
    }
}

static int plan_json(const struct job_spec *job, const struct job_plan *plan)
{
    char at[CLOCK_TEXT_SIZE];
    return output_json(json_pack(
        "{s:s, s:s, s:b, s:I, s:I, s:I, s:s, s:b}", "job", job->name, "at",
        clock_format(plan->at_us, at), "again", plan->there && plan->state == RUN_DONE, "articles",
        (json_int_t)plan->articles, "after_seq", (json_int_t)plan->after_seq, "upto_seq",
        (json_int_t)plan->upto_seq, "to", plan->to.len ? plan->to.at : "", "dry_run", 1));
}

static int dry_run(const struct cli_args *args)
{
    JOBS_AUTO struct jobs_work work = {0};
    struct job_plan plan = {0};
    struct error err = {0};
    int64_t at_us = 0;
    int code = jobs_open(args, DESK_PLUGINS, &work);
    if (code == CLI_DONE)
        code = jobs_moment(args, "at", work.job, &at_us);
    if (code != CLI_DONE)
        return code;
    if (job_plan(work.desk, work.job, at_us, &plan, &err) < 0)
        code = cli_failed(args, &err);
    else if (cli_has(args, "json"))
        code = plan_json(work.job, &plan) < 0 ? CLI_FAILED : CLI_DONE;
    else
        print_plan(work.job, &plan);
    job_plan_free(&plan);
    return code;
}

/* ---- in earnest ---- */

static void reported(const struct schedule_report *report, void *data)
{
    struct jobs_act *act = data;
    report_run(report, act);
    act->done = true;
}

static int begin(struct schedule *schedule, struct jobs_act *act, struct error *err)
{
    return schedule_run(schedule, act->work.job->name, act->at_us, reported, act, err);
}

static int run(const struct cli_args *args)
{
    struct jobs_act act = {0};
    if (cli_has(args, "dry-run"))
        return dry_run(args);
    const int code = jobs_act(args, begin, &act);
    return code == CLI_DONE && act.failed + act.skipped ? CLI_FAILED : code;
}

const struct cli_command command_jobs_run = {
    .name = "jobs run",
    .usage = "NAME",
    .about = "Run a job now, or the run of a certain instant again",
    .more = "Without --at the job covers what came since its last run, as it does at its times.\n"
            "With --at an instant that has its run is done again from what is kept: the same\n"
            "files, byte for byte.\n\n"
            "  copydesk jobs run france-daily --dry-run\n"
            "  copydesk jobs run france-daily --at \"2026-05-04 07:00\"\n",
    .options = options,
    .least = 1,
    .most = 1,
    .run = run,
};

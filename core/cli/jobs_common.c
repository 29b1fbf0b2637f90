#include <stdio.h>

#include "base/clock.h"
#include "cli/jobs.h"
#include "schedule/civil.h"

int jobs_find(const struct cli_args *args, struct jobs_work *out)
{
    struct error err = {0};
    if (jobs_of_desk(out->desk, &out->list, &err) < 0 ||
        (args->count > 0 && job_list_find(out->list, args->operand[0], &out->job, &err) < 0))
        return cli_failed(args, &err);
    return CLI_DONE;
}

int jobs_open(const struct cli_args *args, enum desk_use use, struct jobs_work *out)
{
    const int code = open_desk(args, use, false, &out->desk);
    return code == CLI_DONE ? jobs_find(args, out) : code;
}

void jobs_close_at(struct jobs_work *work)
{
    job_list_release(work->list);
    desk_close(work->desk);
}

int jobs_moment(const struct cli_args *args, const char *option, const struct job_spec *job,
                int64_t *us)
{
    struct error err = {0};
    const char *text = cli_text(args, option);
    if (text && job_moment(job, str_of(text), us, &err) < 0)
        return cli_misuse(args, "--%s: %s", option, err.text);
    return CLI_DONE;
}

void print_local(const struct zone *zone, int64_t us)
{
    struct zone_segment segment;
    struct civil civil;
    const int64_t utc = us / 1000000;
    zone_at(zone, utc, &segment);
    civil_of(utc + segment.offset, &civil);
    printf("%04d-%02d-%02d %02d:%02d", (int)civil.year, civil.month, civil.day, civil.hour,
           civil.minute);
    if (civil.second)
        printf(":%02d", civil.second);
    printf(" %s", segment.name);
}

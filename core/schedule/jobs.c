#include "schedule/jobs.h"

#include <stdio.h>

#include "base/clock.h"
#include "pipeline/host.h"
#include "schedule/civil.h"

int jobs_of_desk(const struct desk *desk, struct job_list **out, struct error *err)
{
    return job_list_read(desk->lineup ? desk->lineup->config.jobs : NULL, out, err);
}

#define DATE_SIZE 10
#define SECOND_US INT64_C(1000000)

int job_moment(const struct job_spec *job, struct str text, int64_t *us, struct error *err)
{
    char whole[40];
    struct error why;
    struct timing once = {.kind = TIMING_ONCE, .zone = job->timing.zone};
    struct timing_next found;
    snprintf(whole, sizeof whole, STR_FMT "%s", text.len > 30 ? 30 : (int)text.len, text.at,
             text.len == DATE_SIZE ? " 00:00" : "");
    if (civil_parse(str_of(whole), &once.local, &why) == 0) {
        if (!timing_next(&once, INT64_MIN / 2, &found))
            return error_set(err, ERR_INVALID, "\"%s\" is out of reach", whole);
        *us = found.utc * 1000000;
        return 0;
    }
    if (clock_parse(text, us, NULL) == 0)
        return 0;
    return error_set(err, ERR_INVALID,
                     "\"%.*s\" is no moment: write 2026-05-04, \"2026-05-04 07:00\" (both in the "
                     "job's zone, %s) or 2026-05-04T05:00:00Z",
                     (int)utf8_cut(text, 60), text.at, zone_name(job->timing.zone));
}

int64_t job_instant_before(const struct job_spec *spec, int64_t at_us)
{
    static const int64_t spans[] = {3600, 26 * 3600, 8 * 86400, 32 * 86400, 367 * 86400};
    const int64_t at = at_us / SECOND_US;
    struct timing_next next;
    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) {
        int64_t found = INT64_MIN;
        int64_t after = at - spans[i];
        while (timing_next(&spec->timing, after, &next) && next.utc < at)
            found = after = next.utc;
        if (found > INT64_MIN)
            return found * SECOND_US;
    }
    return at_us;
}

/* The jobs of a desk that runs. */
#include "base/log.h"
#include "live/parts.h"

int live_schedule_open(struct live *live, struct error *err)
{
    const struct schedule_options options = {.desk = live->desk};
    const int code = schedule_open(&options, &live->schedule, err);
    live->open[LIVE_SCHEDULE] = code >= 0;
    return code < 0 ? code : live_jobs_register(live, err);
}

/* They were found good before the swap: what is left to fail is memory. */
void live_schedule_reload(struct live *live)
{
    struct error err = {0};
    if (live->schedule && schedule_reload(live->schedule, &err) < 0)
        log_error("reload", "%s; the jobs stay as they were", err.text);
}

static void closed(void *data)
{
    live_part_gone(data, LIVE_SCHEDULE);
}

void live_schedule_close(struct live *live)
{
    struct schedule *schedule = live->schedule;
    live->schedule = NULL;
    if (schedule)
        schedule_close(schedule, closed, live);
}

static void quiet(void *data)
{
    live_schedule_close(data);
}

void live_schedule_stop(struct live *live)
{
    schedule_quiesce(live->schedule, quiet, live);
}

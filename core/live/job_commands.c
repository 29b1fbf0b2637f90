/* What commands ask of the jobs of a desk that runs. */
#include "base/alloc.h"
#include "live/parts.h"
#include "schedule/report.h"

static const char *text_of(const json_t *request, const char *key)
{
    const char *text = json_string_value(json_object_get(request, key));
    return text ? text : "";
}

static bool is_open(struct control_call *call, const struct live *live)
{
    const struct error err = {ERR_CANCELLED, "the desk is stopping"};
    if (!live->schedule)
        control_fail(call, &err, NULL);
    return live->schedule != NULL;
}

/* A moment of the request; *us stays where it is not there. */
static int moment(const struct live *live, const json_t *request, const char *key, int64_t *us,
                  struct error *err)
{
    const char *text = text_of(request, key);
    return text[0] ? schedule_moment(live->schedule, text_of(request, "job"), str_of(text), us, err)
                   : 0;
}

/* ---- run, backfill ---- */

static void tell(const struct schedule_report *report, void *call)
{
    json_t *json = schedule_report_json(report);
    json_t *fields = json ? json_pack("{s:o}", "run", json) : NULL;
    control_event(call, "run", fields);
}

static void tell_last(const struct schedule_report *report, void *call)
{
    tell(report, call);
    control_done(call, json_object());
}

static void start_run(struct control_call *call, const json_t *request, void *data)
{
    struct live *live = data;
    struct error err = {0};
    int64_t at_us = 0;
    if (!is_open(call, live))
        return;
    if (moment(live, request, "at", &at_us, &err) < 0 ||
        schedule_run(live->schedule, text_of(request, "job"), at_us, tell_last, call, &err) < 0)
        control_fail(call, &err, NULL);
}

static void filled(void *call)
{
    control_done(call, json_object());
}

static void start_backfill(struct control_call *call, const json_t *request, void *data)
{
    struct live *live = data;
    struct error err = {0};
    int64_t from_us = 0, to_us = INT64_MAX;
    if (!is_open(call, live))
        return;
    if (moment(live, request, "from", &from_us, &err) < 0 ||
        moment(live, request, "to", &to_us, &err) < 0 ||
        schedule_backfill(live->schedule, text_of(request, "job"), from_us, to_us, tell, filled,
                          call, &err) < 0)
        control_fail(call, &err, NULL);
}

/* ---- pause, resume ---- */

static void paused(const struct error *error, void *call)
{
    if (error)
        control_fail(call, error, NULL);
    else
        control_done(call, json_object());
}

static void set_paused(struct control_call *call, const json_t *request, struct live *live,
                       bool stop)
{
    struct error err = {0};
    if (is_open(call, live) &&
        schedule_pause(live->schedule, text_of(request, "job"), stop, paused, call, &err) < 0)
        control_fail(call, &err, NULL);
}

static void start_pause(struct control_call *call, const json_t *request, void *live)
{
    set_paused(call, request, live, true);
}

static void start_resume(struct control_call *call, const json_t *request, void *live)
{
    set_paused(call, request, live, false);
}

int live_jobs_register(struct live *live, struct error *err)
{
#define JOB                                                                                        \
    {                                                                                              \
        .name = "job", .type = CONTROL_TEXT, .needed = true                                        \
    }
    static const struct control_field job[] = {JOB, {0}};
    static const struct control_field run[] = {JOB, {.name = "at", .type = CONTROL_TEXT}, {0}};
    static const struct control_field backfill[] = {
        JOB,
        {.name = "from", .type = CONTROL_TEXT, .needed = true},
        {.name = "to", .type = CONTROL_TEXT},
        {0}};
    static const struct control_handler handlers[] = {
        {"jobs run", run, start_run, NULL, NULL},
        {"jobs backfill", backfill, start_backfill, NULL, NULL},
        {"jobs pause", job, start_pause, NULL, NULL},
        {"jobs resume", job, start_resume, NULL, NULL},
    };
    return control_register(live->control, handlers, sizeof handlers / sizeof *handlers, live, err);
}

/* desk.keep while a desk runs: now and then, in small steps between the other writes; and `keep`
 * and `forget`, asked over the control socket. */
#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "live/parts.h"
#include "pipeline/forget.h"
#include "pipeline/keep.h"

#define FIRST_MS  (60UL * 1000) /* after the start, when what was left is taken in */
#define PERIOD_MS (3600UL * 1000)

/* ---- desk.keep ---- */

/* What went of each kind that desk.keep names. */
static json_t *keep_answer(const struct config_keep *keep, const struct keep_result *result)
{
    json_t *answer = json_object();
    for (int i = 0; i < CONFIG_KEPT_COUNT; i++)
        if (keep->us[i])
            json_object_set_new(answer, config_kept_names[i],
                                json_integer((json_int_t)result->removed[i]));
    return answer;
}

static void answer_keep(struct live *live, const struct keep_result *result)
{
    struct control_call *call = live->keep_call;
    live->keep_call = NULL;
    if (call && result->error.code < 0)
        control_fail(call, &result->error, NULL);
    else if (call)
        control_done(call, keep_answer(&live->keep_spans, result));
}

static void kept(const struct keep_result *result, void *data)
{
    struct live *live = data;
    live->keep = NULL;
    answer_keep(live, result);
    if (result->error.code < 0 && result->error.code != ERR_CANCELLED)
        log_warn("keep", "%s; it is tried again in an hour", result->error.text);
    for (int i = 0; i < CONFIG_KEPT_COUNT; i++)
        if (result->removed[i])
            log_info("keep", "%s: %llu gone, as desk.keep says", config_kept_names[i],
                     (unsigned long long)result->removed[i]);
    if (live->keeping_ends)
        live_part_gone(live, LIVE_KEEPING);
}

static void begin_keep(struct live *live)
{
    live->keep_spans = live->desk->lineup->config.keep;
    live->keep = keep_start(live->desk, &live->keep_spans, clock_wall_us(), false, kept, live);
}

static void on_time(uv_timer_t *timer)
{
    struct live *live = timer->data;
    if (!live->keep)
        begin_keep(live);
}

static void start_keep(struct control_call *call, const json_t *request, void *data)
{
    (void)request;
    struct live *live = data;
    struct error err = {0};
    if (live->keep || live->keeping_ends) {
        error_set(&err, ERR_BUSY,
                  live->keep ? "desk.keep is at work already: ask again later" : "the desk ends");
        control_fail(call, &err, NULL);
        return;
    }
    live->keep_call = call;
    begin_keep(live);
    if (!live->keep) {
        error_set(&err, ERR_NOMEM, "out of memory");
        live->keep_call = NULL;
        control_fail(call, &err, NULL);
    }
}

static void left_keep(struct control_call *call, void *data)
{
    struct live *live = data;
    if (live->keep_call == call)
        keep_withdraw(live->keep);
}

/* ---- forget ---- */

static void forgotten(const struct forget_result *result, void *data)
{
    if (result->error.code < 0) {
        control_fail(data, &result->error, NULL);
        return;
    }
    log_info("forget", "%llu articles and %llu documents are forgotten",
             (unsigned long long)result->articles, (unsigned long long)result->documents);
    control_done(data, json_pack("{s:I, s:I, s:I, s:I}", "articles", (json_int_t)result->articles,
                                 "versions", (json_int_t)result->versions, "documents",
                                 (json_int_t)result->documents, "stripped",
                                 (json_int_t)result->stripped));
}

static void start_forget(struct control_call *call, const json_t *request, void *data)
{
    struct live *live = data;
    struct error err = {0};
    const json_t *list = json_object_get(request, "ids");
    const size_t count = json_array_size(list);
    const bool more = json_is_true(json_object_get(request, "more"));
    int64_t *ids = mem_array(count, sizeof *ids);
    for (size_t i = 0; ids && i < count; i++)
        ids[i] = json_integer_value(json_array_get(list, i));
    struct forget *forget =
        ids ? forget_start(live->desk, ids, count, more, forgotten, call) : NULL;
    control_keep(call, forget);
    if (!forget) {
        error_set(&err, ERR_NOMEM, "out of memory in the running desk");
        control_fail(call, &err, NULL);
    }
    mem_free(ids);
}

static void left_forget(struct control_call *call, void *data)
{
    (void)data;
    forget_withdraw(control_kept(call));
}

/* ---- open, end ---- */

int live_keep_open(struct live *live, struct error *err)
{
    static const struct control_field forget[] = {
        {.name = "ids", .type = CONTROL_IDS, .needed = true},
        {.name = "more", .type = CONTROL_BOOL},
        {0}};
    static const struct control_handler handlers[] = {
        {"forget", forget, start_forget, left_forget, NULL},
        {"keep", NULL, start_keep, left_keep, NULL}};
    uv_timer_init(&live->desk->loop, &live->keep_timer); /* these two cannot fail */
    uv_timer_start(&live->keep_timer, on_time, FIRST_MS, PERIOD_MS);
    live->keep_timer.data = live;
    live->keep_timed = true;
    return control_register(live->control, handlers, 2, live, err);
}

void live_keep_stop(struct live *live)
{
    if (live->keep_timed)
        uv_timer_stop(&live->keep_timer);
    if (live->keep) {
        live->open[LIVE_KEEPING] = live->keeping_ends = true;
        keep_cancel(live->keep);
    }
}

void live_keep_close(struct live *live)
{
    if (live->keep_timed)
        uv_close((uv_handle_t *)&live->keep_timer, NULL);
    live->keep_timed = false;
}

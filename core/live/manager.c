/* What the service manager is told of a desk that runs, for `systemctl status`. */
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "live/parts.h"

static void put_count(struct buf *text, uint64_t count, const char *what)
{
    if (count)
        buf_printf(text, "; %llu %s", (unsigned long long)count, what);
}

static uint64_t count_failed(const struct live *live)
{
    uint64_t failed = 0;
    for (size_t i = 0; live->watch && i < watch_folder_count(live->watch); i++) {
        struct watch_folder_status status;
        watch_folder_status(live->watch, i, &status);
        failed += status.failed;
    }
    return failed;
}

static void put_state(const struct live *live, struct buf *text)
{
    struct inflow_status inflow = {0};
    struct watch_status watch = {0};
    if (live->inflow)
        inflow_status(live->inflow, &inflow);
    if (live->watch)
        watch_status(live->watch, &watch);
    buf_text(text, "running");
    if (live->reload.failed.code)
        buf_text(text, "; the last reload failed");
    put_count(text, inflow.waiting + watch.waiting, "waiting");
    put_count(text, inflow.in_flight, "at work");
    put_count(text, watch.stuck, "stuck");
    put_count(text, count_failed(live), "failed since the start");
}

void live_manager_ready(struct live *live)
{
    buf_clear(&live->manager_said);
    put_state(live, &live->manager_said);
    notify_ready(live->notify, buf_failed(&live->manager_said) ? NULL : live->manager_said.at);
}

static void on_time(uv_timer_t *timer)
{
    struct live *live = timer->data;
    BUF_AUTO struct buf text = BUF_INIT;
    put_state(live, &text);
    if (live->stopping || buf_failed(&text) ||
        str_same(buf_view(&text), buf_view(&live->manager_said)))
        return;
    notify_status(live->notify, text.at);
    buf_clear(&live->manager_said);
    buf_text(&live->manager_said, text.at);
}

void live_manager_open(struct live *live)
{
    if (!live->notify)
        return;
    uv_timer_init(&live->desk->loop, &live->manager_timer); /* these two cannot fail */
    uv_timer_start(&live->manager_timer, on_time, LIMIT(MANAGER_STATUS_MS),
                   LIMIT(MANAGER_STATUS_MS));
    live->manager_timer.data = live;
    live->manager_timed = true;
}

void live_manager_close(struct live *live)
{
    if (live->manager_timed)
        uv_close((uv_handle_t *)&live->manager_timer, NULL);
    live->manager_timed = false;
    buf_free(&live->manager_said);
}

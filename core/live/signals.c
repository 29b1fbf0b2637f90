#include <signal.h>
#include <unistd.h>

#include "base/log.h"
#include "live/parts.h"

#define SIGNALLED 128 /* the exit code of a process that a signal ended, as a shell gives it */

static void on_end(uv_signal_t *handle, int number)
{
    struct live *live = handle->data;
    if (live->stopping || live->early)
        _exit(SIGNALLED + number); /* all that counts is committed */
    log_info("run", "%s: the desk ends", number == SIGINT ? "interrupted" : "told to end");
    if (live->running)
        live_stop(live, false);
    else
        live->early = true;
}

static void on_hangup(uv_signal_t *handle, int number)
{
    struct live *live = handle->data;
    (void)number;
    if (live->running && !live->stopping)
        live_reload(live);
}

int live_signals_open(struct live *live, struct error *err)
{
    struct {
        uv_signal_t *handle;
        uv_signal_cb called;
        int number;
    } const all[] = {{&live->terminate, on_end, SIGTERM},
                     {&live->interrupt, on_end, SIGINT},
                     {&live->hangup, on_hangup, SIGHUP}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        uv_signal_init(&live->desk->loop, all[i].handle); /* cannot fail once the loop is open */
        all[i].handle->data = live;
    }
    uv_timer_init(&live->desk->loop, &live->bound);
    live->bound.data = live;
    live->handles = true;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const int rc = uv_signal_start(all[i].handle, all[i].called, all[i].number);
        if (rc < 0)
            return error_set(err, ERR_IO, "cannot listen for signals: %s", uv_strerror(rc));
    }
    return 0;
}

void live_signals_close(struct live *live)
{
    if (!live->handles)
        return;
    uv_close((uv_handle_t *)&live->terminate, NULL);
    uv_close((uv_handle_t *)&live->interrupt, NULL);
    uv_close((uv_handle_t *)&live->hangup, NULL);
    uv_close((uv_handle_t *)&live->bound, NULL);
    live->handles = false;
}

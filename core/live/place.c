/* Whether the desk's lock and its control socket still lie in its folder. Without them no command
 * reaches the desk, and a second one can start beside it and watch the same folders. So it ends:
 * at once when another file is there, since then another desk runs already, and otherwise when
 * they have not come back for LIVE_LOST_MS. The store's own files are another matter: while they
 * are gone nothing is taken in, and `status` says so (store_in_place). */
#include "base/limits.h"
#include "base/log.h"
#include "live/parts.h"

static int look(const struct live *live, struct error *err)
{
    const int code = store_is_locked(live->desk->store, desk_store_folder(live->desk), err);
    return code < 0 ? code : control_in_place(live->control, err);
}

static void end(struct live *live, const struct error *why)
{
    error_set(&live->lost, why->code,
              "%s: no command reaches this desk, and another could run beside it. It takes nothing "
              "more in and ends; files stay where they lie. Put the folder %s back if you have it, "
              "and start copydesk again",
              why->text, desk_store_folder(live->desk));
    log_error("run", "%s", live->lost.text);
    live_stop(live, true);
}

static void miss(struct live *live, const struct error *why)
{
    const uint64_t now_ms = uv_now(&live->desk->loop);
    if (live->lost_ms == 0) {
        live->lost_ms = now_ms;
        log_warn("run", "%s", why->text);
    }
    if (why->code == ERR_EXISTS || now_ms - live->lost_ms >= LIMIT(LIVE_LOST_MS))
        end(live, why);
}

static void on_time(uv_timer_t *timer)
{
    struct live *live = timer->data;
    struct error why = {0};
    if (live->stopping)
        return;
    const int code = look(live, &why);
    if (code == ERR_NOTFOUND || code == ERR_EXISTS) {
        miss(live, &why);
    } else if (code >= 0 && live->lost_ms) {
        live->lost_ms = 0;
        log_info("run", "%s is back", desk_store_folder(live->desk));
    }
}

void live_place_open(struct live *live)
{
    uv_timer_init(&live->desk->loop, &live->place_timer); /* these two cannot fail */
    uv_timer_start(&live->place_timer, on_time, LIMIT(LIVE_LOOK_MS), LIMIT(LIVE_LOOK_MS));
    live->place_timer.data = live;
    live->place_timed = true;
}

void live_place_close(struct live *live)
{
    if (live->place_timed)
        uv_close((uv_handle_t *)&live->place_timer, NULL);
    live->place_timed = false;
}

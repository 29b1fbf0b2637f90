/* What comes in, and what is said of it. */
#include "base/log.h"
#include "live/parts.h"

static void say_added(const struct ingest_report *report)
{
    for (size_t i = 0; i < report->note_count; i++)
        log_info("ingest", STR_FMT, STR_ARG(report->notes[i]));
    log_info("ingest", "%s: %zu article%s by %s%s", report->path, report->articles,
             report->articles == 1 ? "" : "s", report->plugin,
             report->added == report->articles ? "" : ", not all of them new");
    if (report->faults)
        log_warn("ingest", "%s: plugins failed on its articles %zu time%s (see: copydesk failed)",
                 report->path, report->faults, report->faults == 1 ? "" : "s");
}

void live_say_taken(const struct ingest_report *report)
{
    const char *why = report->error ? report->error->text : "";
    switch (report->outcome) {
    case INGEST_ADDED:
        say_added(report);
        break;
    case INGEST_KNOWN:
        log_info("ingest", "%s: known already", report->path);
        break;
    case INGEST_FAILED:
        log_warn("ingest", "%s: %s (see: copydesk failed)", report->path, why);
        break;
    case INGEST_REFUSED:
        log_warn("ingest", "%s: %s", report->path, why);
        break;
    case INGEST_SKIPPED:
        log_info("ingest", "%s", why);
        break;
    case INGEST_LATER:
        log_debug("ingest", "%s: later: %s", report->path, why);
        break;
    }
}

/* What is given back stays where it is, and the watch looks at it again. */
static void taken(const struct inflow_report *report, void *data)
{
    struct live *live = data;
    const bool later = report->report->outcome == INGEST_LATER;
    live_say_taken(report->report);
    if (report->data && live->watch)
        watch_settled(live->watch, report->data, later ? NULL : report->report);
}

static void room(void *data)
{
    struct live *live = data;
    if (live->watch)
        watch_room(live->watch);
}

int live_take_open(struct live *live, struct error *err)
{
    const struct inflow_callbacks callbacks = {.report = taken, .room = room, .data = live};
    const int code = inflow_open(live->desk, &callbacks, &live->inflow, err);
    live->open[LIVE_INFLOW] = code >= 0;
    return code;
}

/* `failed retry` of a desk that runs. */
#include "base/alloc.h"
#include "control/report.h"
#include "live/commands.h"
#include "pipeline/quarantine.h"

struct retrying {
    struct control_call *call;
    const struct live_commands *commands;
};

static void on_report(const struct ingest_report *report, void *data)
{
    const struct retrying *retrying = data;
    control_event(retrying->call, "report", report_pack(report));
}

static void on_progress(const struct desk_progress *progress, void *data)
{
    const struct retrying *retrying = data;
    control_event(retrying->call, "progress", report_pack_progress(progress));
}

static void on_done(const struct retry_counts *counts, const struct error *failed, void *data)
{
    struct retrying *retrying = data;
    const struct live_commands *commands = retrying->commands;
    json_t *said = report_pack_retry(counts);
    if (failed)
        control_fail(retrying->call, failed, json_pack("{s:o}", "counts", said));
    else
        control_done(retrying->call, said);
    mem_free(retrying);
    commands->retried(commands->data);
}

const struct control_field live_retry_fields[] = {
    {.name = "quarantine", .type = CONTROL_ID}, /* not given: all */
    {0}};

/* It goes on when its client leaves: what is in quarantine is the desk's. */
void live_retry(struct control_call *call, const json_t *request, void *data)
{
    const struct live_commands *commands = data;
    const json_int_t id = json_integer_value(json_object_get(request, "quarantine"));
    struct error err = {0};
    struct retrying *retrying = mem_zero(1, sizeof *retrying);
    if (!retrying) {
        error_set(&err, ERR_NOMEM, "out of memory in the running desk");
        control_fail(call, &err, NULL);
        return;
    }
    *retrying = (struct retrying){call, commands};
    const struct ingest_callbacks callbacks = {on_report, on_progress, retrying};
    if (retry_start(commands->desk, id, &callbacks, on_done, retrying, &err) >= 0)
        return;
    mem_free(retrying);
    control_fail(call, &err, NULL);
}

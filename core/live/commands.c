#include "live/commands.h"

static void start_reload(struct control_call *call, const json_t *request, void *data)
{
    (void)request;
    const struct live_commands *commands = data;
    commands->reload(call, commands->data);
}

/* The answer goes out before the desk ends: control_close sends what waits. */
static void start_stop(struct control_call *call, const json_t *request, void *data)
{
    const struct live_commands *commands = data;
    const bool now = json_is_true(json_object_get(request, "now"));
    control_done(call, json_object());
    commands->stop(now, commands->data);
}

static void start_status(struct control_call *call, const json_t *request, void *data)
{
    (void)request;
    const struct live_commands *commands = data;
    control_done(call, commands->status(commands->data));
}

int live_commands_register(struct live_commands *commands, struct error *err)
{
    static const struct control_field stop[] = {{.name = "now", .type = CONTROL_BOOL}, {0}};
    static const struct control_handler handlers[] = {
        {"ingest", live_ingest_fields, live_ingest, live_ingest_left, live_ingest_room},
        {"retry", live_retry_fields, live_retry, NULL, NULL},
        {"status", NULL, start_status, NULL, NULL},
        {"reload", NULL, start_reload, NULL, NULL},
        {"stop", stop, start_stop, NULL, NULL},
    };
    return control_register(commands->server, handlers, sizeof handlers / sizeof *handlers,
                            commands, err);
}

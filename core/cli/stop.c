/* copydesk stop */
#include <stdio.h>

#include "base/limits.h"
#include "cli/beside.h"
#include "cli/commands.h"

static const struct cli_option options[] = {
    {"now", 0, NULL, "do not wait for what workers are at; a desk that does not answer is killed",
     false},
    CLI_END,
};

/* Nothing is lost by a kill: what was received is finished when the desk is next written. */
static int stop_now(struct control_client *line, struct error *err)
{
    const long patience = (long)LIMIT(CONTROL_STOP_NOW_MS);
    control_patience(line, CONTROL_STOP_NOW_MS);
    int code = control_ask(line, "stop", json_pack("{s:b}", "now", 1), NULL, NULL, NULL, err);
    if (code < 0 && code != ERR_TIMEOUT && code != ERR_CANCELLED)
        return code;
    if (control_wait_end(line, patience, err) >= 0)
        return 0;
    code = control_kill(line, err);
    return code < 0 ? code : control_wait_end(line, patience, err);
}

static int stop(struct control_client *line, struct error *err)
{
    control_patience(line, CONTROL_ASK_MS);
    int code = control_ask(line, "stop", json_pack("{s:b}", "now", 0), NULL, NULL, NULL, err);
    if (code < 0 && code != ERR_CANCELLED)
        return code;
    code = control_wait_end(line, (long)LIMIT(CONTROL_STOP_MS), err);
    return code < 0 ? error_set(err, code,
                                "the desk (process %ld) is stopping, but has not ended within %lu "
                                "seconds (CONTROL_STOP_MS); `copydesk stop --now` does not wait "
                                "for its workers",
                                (long)control_pid(line), LIMIT(CONTROL_STOP_MS) / 1000)
                    : 0;
}

static int run(const struct cli_args *args)
{
    DESK_AUTO struct desk *desk = NULL;
    LINE_AUTO struct control_client *line = NULL;
    struct error err = {0};
    int code = open_line(args, &desk, &line);
    if (code != CLI_DONE)
        return code;
    if (!line) {
        fputs("No copydesk runs this desk.\n", stderr);
        return CLI_DONE;
    }
    const int result = cli_has(args, "now") ? stop_now(line, &err) : stop(line, &err);
    if (result < 0)
        return cli_failed(args, &err);
    printf("The desk has stopped (process %ld).\n", (long)control_pid(line));
    return CLI_DONE;
}

const struct cli_command command_stop = {
    .name = "stop",
    .usage = "",
    .about = "End the running desk, and wait until it has ended",
    .more =
        "What is at a worker is finished and stored first. Nothing is lost either way: what was\n"
        "received is kept, and finished when the desk is next written.\n",
    .options = options,
    .run = run,
};

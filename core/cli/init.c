/* copydesk init */
#include <stdio.h>

#include "cli/commands.h"
#include "pipeline/desk.h"

static int run(const struct cli_args *args)
{
    struct error err = {0};
    const char *dir = args->operand[0];
    if (desk_init(dir, &err) < 0)
        return cli_failed(args, &err);
    printf(
        "A desk is ready in %s\n\n"
        "  %s/desk.lua   what it does; read it, it is short\n"
        "  %s/inbox/     a place for what comes in\n"
        "  %s/scripts/   your own plugins\n\n"
        "Next: copydesk -C %s ingest FILE...   take documents in now\n"
        "  or: copydesk -C %s run              keep it running: what lands in inbox/ is taken in\n",
        dir, dir, dir, dir, dir, dir);
    return CLI_DONE;
}

const struct cli_command command_init = {
    .name = "init",
    .usage = "DIR",
    .about = "Make a desk",
    .more =
        "Makes DIR (or fills it, when it is there and no desk yet) with a commented desk.lua that\n"
        "runs as it stands, folders for what comes in and goes out, and an empty store.\n",
    .least = 1,
    .most = 1,
    .run = run,
};

/* copydesk worker: the confined process that the host starts. Not for people. */
#include <stdio.h>
#include <sys/socket.h>

#include "cli/commands.h"
#include "worker/pool.h"
#include "worker/spawn.h"

static int run(const struct cli_args *args)
{
    int type;
    socklen_t size = sizeof type;
    if (getsockopt(WORKER_FD_SOCKET, SOL_SOCKET, SO_TYPE, &type, &size) != 0)
        return cli_misuse(args, "only the host starts this");
    return worker_main(WORKER_FD_SOCKET);
}

const struct cli_command command_worker = {
    .name = "worker",
    .usage = "",
    .about = "Run plugins for a host (internal)",
    .run = run,
    .hidden = true,
};

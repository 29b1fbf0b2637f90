#include <string.h>

#include "cli/cli.h"
#include "worker/pool.h"
#include "worker/spawn.h"

int main(int argc, char **argv)
{
    /* Internal, and before anything else: a worker is started by the pool with its socket at hand.
     */
    if (argc == 2 && strcmp(argv[1], "worker") == 0)
        return worker_main(WORKER_FD_SOCKET);
    return cli_main(argc, argv);
}

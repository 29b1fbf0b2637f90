/* copydesk check */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/common.h"

static int run(const struct cli_args *args)
{
    DESK_AUTO struct desk *desk = NULL;
    struct error err = {0};
    int code = open_desk(args, DESK_READ, false, &desk);
    if (code != CLI_DONE)
        return code;
    if (desk_check(desk, &err) == ERR_BUSY)
        error_set(
            &err, ERR_BUSY,
            "the desk is in use: it is checked at rest. `copydesk stop` ends a desk that runs; "
            "nothing is lost, and `copydesk run` goes on where it was");
    if (err.code < 0)
        return cli_failed(args, &err);
    puts("The store is sound.");
    return CLI_DONE;
}

const struct cli_command command_check = {
    .name = "check",
    .usage = "",
    .about = "Check that store and index are sound",
    .more =
        "Runs SQLite's integrity_check and foreign_key_check, and compares the search index with\n"
        "the articles.\n",
    .run = run,
};

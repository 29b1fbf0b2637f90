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
    if (desk_check(desk, &err) < 0)
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
        "the articles. Also beside a running desk, which does not wait for it: the index is\n"
        "compared in a copy in the temporary folder.\n",
    .run = run,
};

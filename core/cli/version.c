/* copydesk version */
#include <jansson.h>
#include <sqlite3.h>
#include <stdio.h>
#include <uv.h>

#include <copydesk/plugin.h>

#include "cli/commands.h"
#include "cli/output.h"

static const struct cli_option options[] = {CLI_JSON_OPTION, CLI_END};

static int run(const struct cli_args *args)
{
    if (cli_has(args, "json"))
        return output_json(json_pack("{s:s,s:s,s:s,s:s,s:s}", "version", COPYDESK_VERSION, "lua",
                                     "5.4", "sqlite", sqlite3_libversion(), "libuv",
                                     uv_version_string(), "jansson", JANSSON_VERSION)) < 0
                   ? CLI_FAILED
                   : CLI_DONE;
    puts("copydesk " COPYDESK_VERSION);
    return CLI_DONE;
}

const struct cli_command command_version = {
    .name = "version",
    .usage = "",
    .about = "Print the version",
    .options = options,
    .run = run,
};

/* copydesk reload */
#include <stdio.h>

#include "base/limits.h"
#include "cli/beside.h"
#include "cli/commands.h"
#include "cli/output.h"

static const struct cli_option options[] = {CLI_JSON_OPTION, CLI_END};

static void print_changed(const json_t *answer)
{
    const json_t *changed = json_object_get(answer, "changed"), *name;
    size_t i;
    if (json_array_size(changed) == 0) {
        puts("Reloaded: nothing has changed.");
        return;
    }
    fputs("Reloaded: ", stdout);
    json_array_foreach(changed, i, name)
    {
        fputs(i ? ", " : "", stdout);
        output_line(str_of(json_string_value(name)), output_width());
    }
    putchar('\n');
}

static int run(const struct cli_args *args)
{
    DESK_AUTO struct desk *desk = NULL;
    LINE_AUTO struct control_client *line = NULL;
    struct error err = {0};
    json_t *answer = NULL;
    int code = open_line(args, &desk, &line);
    if (code != CLI_DONE)
        return code;
    if (line)
        control_patience(line, CONTROL_ASK_MS);
    if (!line)
        error_set(&err, ERR_NOTFOUND, "no copydesk runs this desk, so there is nothing to reload");
    if (!line || control_ask(line, "reload", NULL, NULL, NULL, &answer, &err) < 0) {
        json_decref(answer);
        return cli_failed(args, &err);
    }
    if (cli_has(args, "json")) {
        output_json(answer);
    } else {
        print_changed(answer);
        json_decref(answer);
    }
    return CLI_DONE;
}

const struct cli_command command_reload = {
    .name = "reload",
    .usage = "",
    .about = "Let the running desk take up desk.lua and plugins anew",
    .more =
        "They are loaded beside the old ones, checked, and the tests of what changed are run; "
        "only\n"
        "then does the next document use them. If anything fails the old ones stay, and why is\n"
        "said.\n",
    .options = options,
    .run = run,
};

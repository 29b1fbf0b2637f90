/* copydesk plugin check */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/output.h"
#include "pipeline/checkplugin.h"

static const struct cli_option options[] = {
    {"quiet", 'q', NULL, "no notes, and no sum when nothing is wrong", false},
    CLI_JSON_OPTION,
    CLI_END,
};

struct check_printer {
    bool json, quiet;
};

static void print_json(const struct plugin_issue *issue)
{
    output_json(json_pack("{s:s, s:s, s:s, s:I, s:s, s:s}", "plugin", issue->plugin, "folder",
                          issue->folder, "file", issue->file, "line", (json_int_t)issue->line,
                          "level", plugin_issue_word(issue->level), "text", issue->text));
}

static void print_person(const struct plugin_issue *issue)
{
    printf("scripts/%s/%s", issue->plugin, issue->file);
    if (issue->line)
        printf(":%lld", (long long)issue->line);
    printf(": %s%s%s: ", output_style(issue->level == ISSUE_ERROR ? STYLE_BAD : STYLE_BOLD),
           plugin_issue_word(issue->level), output_style(STYLE_PLAIN));
    output_name(issue->text);
    putchar('\n');
}

static void print_issue(const struct plugin_issue *issue, void *data)
{
    const struct check_printer *printer = data;
    if (printer->json)
        print_json(issue);
    else if (!printer->quiet || issue->level != ISSUE_NOTE)
        print_person(issue);
}

static int run(const struct cli_args *args)
{
    DESK_AUTO struct desk *desk = NULL;
    struct error err = {0};
    struct check_counts counts = {0};
    struct check_printer printer = {cli_has(args, "json"), cli_has(args, "quiet")};
    int code = open_desk(args, DESK_PLUGINS, true, &desk);
    if (code != CLI_DONE)
        return code;
    if (plugin_check(desk, args->count ? args->operand[0] : NULL, print_issue, &printer, &counts,
                     &err) < 0)
        return cli_failed(args, &err);
    const bool wrong = counts.errors || counts.warnings;
    if (!printer.json && (wrong || !printer.quiet))
        printf("%s: %s, %s\n", counted(counts.plugins, "plugin", "plugins"),
               counted(counts.errors, "error", "errors"),
               counted(counts.warnings, "warning", "warnings"));
    return wrong ? CLI_SOME_FAILED : CLI_DONE;
}

const struct cli_command command_plugin_check = {
    .name = "plugin check",
    .usage = "[KIND/NAME]",
    .about = "Find slips in plugins without running them",
    .more =
        "Loads each plugin for its manifest and looks at its compiled code, without calling it:\n"
        "names that are not there and globals that should be locals (with the nearest known\n"
        "name), options that are misspelt or never read, fields that no article has, files and\n"
        "modules that are missing, and what uses, needs and gives leave out or say in vain.\n\n"
        "Exit code 0 when nothing is wrong (notes do not count), 3 when something is.\n",
    .options = options,
    .most = 1,
    .run = run,
};

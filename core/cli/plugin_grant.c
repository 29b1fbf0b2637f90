/* copydesk plugin grant */
#include <stdio.h>

#include "base/alloc.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/output.h"
#include "model/json.h"
#include "pipeline/grants.h"

static const struct cli_option options[] = {
    {"write", 'w', NULL, "write the line into desk.lua", false},
    {"command", 0, "WORD", "a word of the command that a task may run, its program first", true},
    CLI_JSON_OPTION,
    CLI_END,
};

struct grant_printer {
    bool json, broken, nothing;
    enum grant_state state;
    int line;
    char *grant;
};

static json_t *list_json(struct grant_list list)
{
    json_t *array = json_array();
    for (size_t i = 0; array && i < list.count; i++)
        json_array_append_new(array, str_to_json(str_of(list.at[i])));
    return array;
}

static void print_json(const struct grant_report *report)
{
    static const char *const words[] = {"none", "given", "other"};
    output_json(json_pack("{s:s, s:s, s:s, s:o, s:o, s:b, s:s, s:i, s:o, s:o}", "plugin",
                          report->plugin, "origin", report->origin, "path", report->path, "read",
                          list_json(report->read), "env", list_json(report->env), "command",
                          report->command, "state", words[report->state], "line", report->line,
                          "grant", str_to_json(str_of(report->grant)), "error",
                          str_to_json(str_of(report->error))));
}

static void print_list(const char *word, struct grant_list list)
{
    for (size_t i = 0; i < list.count; i++) {
        printf("    %-8s", word);
        output_name(list.at[i]);
        putchar('\n');
    }
}

static void print_person(const struct grant_report *report)
{
    printf("%s (%s, ", report->plugin, report->origin);
    output_name(report->path);
    puts(") asks for");
    print_list("read", report->read);
    print_list("env", report->env);
    if (report->command)
        puts("    command");
    switch (report->state) {
    case GRANT_GIVEN:
        printf("  and has it: line %d of desk.lua\n", report->line);
        return;
    case GRANT_OTHER:
        printf("  and has it not: ");
        output_name(report->why);
        printf("\n  line %d would be, or say --write:\n", report->line);
        break;
    default:
        puts("  and has it not. Add this line to desk.lua, or say --write:");
    }
    output_name(report->grant);
    putchar('\n');
}

static void take(const struct grant_report *report, void *data)
{
    struct grant_printer *printer = data;
    const bool asks = report->read.count || report->env.count || report->command;
    printer->state = report->state;
    printer->line = report->line;
    printer->broken = report->error != NULL;
    printer->nothing = !report->error && !asks;
    mem_free(printer->grant);
    printer->grant = report->grant ? mem_strdup(report->grant) : NULL;
    if (printer->json)
        print_json(report);
    else if (report->error)
        output_problem("%s", report->error);
    else if (asks)
        print_person(report);
    else
        printf("%s asks for nothing that must be granted\n", report->plugin);
}

static int write_line(const struct cli_args *args, struct desk *desk,
                      const struct grant_printer *printer)
{
    struct error err = {0};
    if (printer->nothing || printer->state == GRANT_GIVEN)
        return CLI_DONE;
    if (!printer->grant || grants_write(desk, printer->line, printer->grant, &err) < 0)
        return cli_failed(args, &err);
    if (!printer->json)
        puts("It is in desk.lua now.");
    return CLI_DONE;
}

static int run(const struct cli_args *args)
{
    DESK_AUTO struct desk *desk = NULL;
    struct error err = {0};
    struct grant_printer printer = {.json = cli_has(args, "json")};
    const char *words[CLI_VALUES_MAX];
    struct grant_list command = {words, 0};
    const char *word;
    while (command.count < CLI_VALUES_MAX && (word = cli_nth(args, "command", command.count)))
        words[command.count++] = word;
    if (cli_has(args, "write") && args->count == 0)
        return cli_misuse(args, "--write: name the plugin, as tag/ships");
    if (command.count && words[0][0] != '/')
        return cli_misuse(args, "--command '%s': begin with the absolute path of a program",
                          words[0]);
    int code = open_desk(args, DESK_PLUGINS, true, &desk);
    if (code != CLI_DONE)
        return code;
    if (grants_look(desk, args->count ? args->operand[0] : NULL, &command, take, &printer, &err) <
        0)
        code = cli_failed(args, &err);
    else if (printer.broken)
        code = CLI_FAILED;
    else if (cli_has(args, "write"))
        code = write_line(args, desk, &printer);
    mem_free(printer.grant);
    return code;
}

const struct cli_command command_plugin_grant = {
    .name = "plugin grant",
    .usage = "[KIND/NAME]",
    .about = "Show what plugins ask for beyond their folders, and grant it",
    .more =
        "A plugin's manifest asks (uses = { read = { \"/srv/fleet.tsv\" }, env = { \"LANG\" } });\n"
        "desk.lua grants. A grant is for this plugin, from this place, asking for this: when it\n"
        "asks for more, or another is put in front of it, it must be granted anew.\n"
        "\n"
        "  copydesk plugin grant                      all that ask for something\n"
        "  copydesk plugin grant tag/ships            what it asks for, and the line for desk.lua\n"
        "  copydesk plugin grant tag/ships --write    puts that line into desk.lua\n",
    .options = options,
    .most = 1,
    .run = run,
};

/* Finding the command and running it. */
#include "cli/cli.h"

#include <jansson.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "cli/args.h"
#include "cli/commands.h"
#include "cli/output.h"

static const struct cli_command *const commands[] = {
#define COMMAND_ROW(name) &command_##name,
    COMMAND_MAP(COMMAND_ROW)
#undef COMMAND_ROW
};
#define COMMANDS (sizeof commands / sizeof commands[0])

/* How many of the words are the command's name: "plugin try" takes two. 0: not this one. */
static int words_taken(const struct cli_command *command, int argc, char **argv)
{
    const char *space = strchr(command->name, ' ');
    size_t first = space ? (size_t)(space - command->name) : strlen(command->name);
    if (argc < 1 || strlen(argv[0]) != first || strncmp(argv[0], command->name, first) != 0)
        return 0;
    if (!space)
        return 1;
    return argc >= 2 && strcmp(argv[1], space + 1) == 0 ? 2 : 0;
}

static const struct cli_command *find_command(int argc, char **argv, int *taken)
{
    const struct cli_command *best = NULL;
    *taken = 0;
    for (size_t i = 0; i < COMMANDS; i++) {
        int words = words_taken(commands[i], argc, argv);
        if (words > *taken) {
            *taken = words;
            best = commands[i];
        }
    }
    return best;
}

static int unknown_command(int argc, char **argv)
{
    const char *names[COMMANDS];
    char given[128];
    size_t count = 0;
    bool group = false;
    for (size_t i = 0; i < COMMANDS; i++) {
        if (commands[i]->hidden)
            continue;
        names[count++] = commands[i]->name;
        size_t len = strlen(argv[0]);
        group |= strncmp(commands[i]->name, argv[0], len) == 0 && commands[i]->name[len] == ' ';
    }
    snprintf(given, sizeof given, "%s%s%s", argv[0], group && argc > 1 ? " " : "",
             group && argc > 1 ? argv[1] : "");
    const char *near = str_nearest(str_of(given), names, count);
    fprintf(stderr, "copydesk: unknown command '%s'", given);
    if (near)
        fprintf(stderr, "; did you mean '%s'?", near);
    fputs("\nTry 'copydesk --help'.\n", stderr);
    return CLI_MISUSE;
}

static int help_for(int argc, char **argv)
{
    int taken;
    if (argc == 0) {
        cli_print_commands();
        return CLI_DONE;
    }
    const struct cli_command *command = find_command(argc, argv, &taken);
    if (!command)
        return unknown_command(argc, argv);
    cli_print_help(command);
    return CLI_DONE;
}

static int run_command(const char *desk, int argc, char **argv)
{
    int taken;
    const struct cli_command *command = find_command(argc, argv, &taken);
    if (!command)
        return unknown_command(argc, argv);
    struct cli_args args = {.command = command, .desk = desk};
    int code = cli_parse(&args, argc - taken + 1, argv + taken - 1);
    return code == CLI_PARSED ? output_end(command->run(&args)) : code;
}

int cli_main(int argc, char **argv)
{
    const char *desk = NULL;
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error of write, not the end */
    json_set_alloc_funcs(mem_alloc, mem_free);
    argc--;
    argv++;
    while (argc > 0 && strcmp(argv[0], "-C") == 0) {
        if (argc < 2) {
            fputs("copydesk: -C needs a folder: copydesk -C DIR COMMAND\n", stderr);
            return CLI_MISUSE;
        }
        desk = argv[1];
        argc -= 2;
        argv += 2;
    }
    if (argc == 0) {
        cli_print_commands();
        return CLI_MISUSE;
    }
    if (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0 ||
        strcmp(argv[0], "help") == 0)
        return output_end(help_for(argc - 1, argv + 1));
    static char version[] = "version";
    if (strcmp(argv[0], "--version") == 0)
        argv[0] = version;
    return run_command(desk, argc, argv);
}

int cli_misuse(const struct cli_args *args, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    fprintf(stderr, "copydesk: %s: ", args->command->name);
    vfprintf(stderr, format, list);
    fprintf(stderr, "\nTry 'copydesk %s --help'.\n", args->command->name);
    va_end(list);
    return CLI_MISUSE;
}

int cli_failed(const struct cli_args *args, const struct error *err)
{
    fprintf(stderr, "copydesk: %s: %s\n", args->command->name, err->text);
    return err->code == ERR_USAGE ? CLI_MISUSE : CLI_FAILED;
}

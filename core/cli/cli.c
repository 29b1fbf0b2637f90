/* Finding the command and running it. */
#include "cli/cli.h"

#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
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

/* "plugin" is no command, but the first word of some. */
static bool is_group(const char *word)
{
    const size_t len = strlen(word);
    for (size_t i = 0; i < COMMANDS; i++)
        if (!commands[i]->hidden && strncmp(commands[i]->name, word, len) == 0 &&
            commands[i]->name[len] == ' ')
            return true;
    return false;
}

static int unknown_command(int argc, char **argv)
{
    const char *names[COMMANDS];
    char given[128];
    size_t count = 0;
    const bool group = is_group(argv[0]);
    for (size_t i = 0; i < COMMANDS; i++) {
        if (commands[i]->hidden)
            continue;
        names[count++] = commands[i]->name;
    }
    snprintf(given, sizeof given, "%s%s%s", argv[0], group && argc > 1 ? " " : "",
             group && argc > 1 ? argv[1] : "");
    const char *near = str_nearest(str_of(given), names, count);
    if (near)
        output_problem("unknown command '%s'; did you mean '%s'?", given, near);
    else
        output_problem("unknown command '%s'", given);
    fputs("Try 'copydesk --help'.\n", stderr);
    return CLI_MISUSE;
}

int cli_help_for(int argc, char **argv)
{
    int taken;
    const struct cli_command *command = find_command(argc, argv, &taken);
    if (!command && argc == 1 && is_group(argv[0])) {
        cli_print_group(argv[0]);
        return CLI_DONE;
    }
    if (!command)
        return unknown_command(argc, argv);
    cli_print_help(command);
    return CLI_DONE;
}

static bool is_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static int run_command(const char *desk, int argc, char **argv)
{
    int taken;
    const struct cli_command *command = find_command(argc, argv, &taken);
    if (!command && is_group(argv[0]) && (argc == 1 || is_help(argv[1]))) {
        cli_print_group(argv[0]);
        return output_end(argc == 1 ? CLI_MISUSE : CLI_DONE);
    }
    if (!command)
        return unknown_command(argc, argv);
    struct cli_args args = {.command = command, .desk = desk};
    int code = cli_parse(&args, argc - taken + 1, argv + taken - 1);
    return code == CLI_PARSED ? output_end(command->run(&args)) : code;
}

/* The next files to be opened would get the numbers of closed standard streams: what is printed
 * would go into the store. Each closed one becomes /dev/null the wrong way round, so that its use
 * still fails. */
static bool fill_standard_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 &&
            open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
            return false;
    return true;
}

int cli_main(int argc, char **argv)
{
    const char *desk = NULL;
    if (!fill_standard_streams())
        return CLI_FAILED;
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error of write, not the end */
    signal(SIGXFSZ, SIG_IGN); /* and so is a file that may not grow */
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
    static char version[] = "version", help[] = "help";
    if (strcmp(argv[0], "--version") == 0)
        argv[0] = version;
    if (is_help(argv[0]))
        argv[0] = help;
    return run_command(desk, argc, argv);
}

int cli_misuse(const struct cli_args *args, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    BUF_AUTO struct buf text = BUF_INIT;
    buf_vprintf(&text, format, list);
    va_end(list);
    output_problem("%s: %s", args->command->name, buf_failed(&text) ? "out of memory" : text.at);
    fprintf(stderr, "Try 'copydesk %s --help'.\n", args->command->name);
    return CLI_MISUSE;
}

int cli_failed(const struct cli_args *args, const struct error *err)
{
    output_problem("%s: %s", args->command->name, err->text);
    return err->code == ERR_USAGE ? CLI_MISUSE : CLI_FAILED;
}

/* Reading a command's arguments with getopt_long, from the same table that --help prints. */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "cli/args.h"

#define OPTIONS_MAX 24
#define OPTION_HELP 1000
#define OPTION_BASE 1001

static size_t option_count(const struct cli_command *command)
{
    size_t count = 0;
    while (command->options && command->options[count].name)
        count++;
    return count;
}

static const char *nearest_option(const struct cli_command *command, const char *given)
{
    const char *names[OPTIONS_MAX + 1];
    size_t count = option_count(command);
    for (size_t i = 0; i < count; i++)
        names[i] = command->options[i].name;
    names[count++] = "help";
    size_t len = strcspn(given, "=");
    return str_nearest((struct str){given, len}, names, count);
}

/* `letter`: of a short one, which getopt may have met in the middle of a word ("-rf"). */
static int unknown_option(const struct cli_args *args, const char *given, int letter)
{
    if (letter > ' ' && letter < 0x7F)
        return cli_misuse(args, "unknown option '-%c'", letter);
    if (given[0] != '-')
        return cli_misuse(args, "unknown option");
    const char *near = nearest_option(args->command, given + 2);
    if (near)
        return cli_misuse(args, "unknown option '%s'; did you mean '--%s'?", given, near);
    return cli_misuse(args, "unknown option '%s'", given);
}

static int keep_value(struct cli_args *args, const struct cli_option *option, const char *text)
{
    if (!option->many && cli_has(args, option->name))
        return cli_misuse(args, "--%s is given twice; give it once", option->name);
    if (args->value_count == CLI_VALUES_MAX)
        return cli_misuse(args, "more than %d options", CLI_VALUES_MAX);
    args->value[args->value_count].option = option;
    args->value[args->value_count++].text = text ? text : "";
    return 0;
}

/* Fills getopt's two tables from ours. */
static void build_tables(const struct cli_command *command, struct option *longs, char *shorts)
{
    size_t count = option_count(command);
    *shorts++ = ':'; /* a missing value is told apart from an unknown option */
    for (size_t i = 0; i < count; i++) {
        const struct cli_option *option = &command->options[i];
        longs[i] = (struct option){option->name, option->value ? required_argument : no_argument,
                                   NULL, OPTION_BASE + (int)i};
        if (option->letter) {
            *shorts++ = option->letter;
            if (option->value)
                *shorts++ = ':';
        }
    }
    longs[count] = (struct option){"help", no_argument, NULL, OPTION_HELP};
    longs[count + 1] = (struct option){NULL, 0, NULL, 0};
    *shorts++ = 'h';
    *shorts = '\0';
}

static const struct cli_option *option_of(const struct cli_command *command, int code)
{
    if (code >= OPTION_BASE)
        return &command->options[code - OPTION_BASE];
    for (size_t i = 0; command->options && command->options[i].name; i++)
        if (command->options[i].letter == code)
            return &command->options[i];
    return NULL;
}

static int check_operands(const struct cli_args *args)
{
    const struct cli_command *command = args->command;
    if (args->count < command->least)
        return cli_misuse(args, "something is missing: copydesk %s %s", command->name,
                          command->usage);
    if (command->most >= 0 && args->count > command->most)
        return cli_misuse(args, "'%s' is too much: copydesk %s%s%s", args->operand[command->most],
                          command->name, *command->usage ? " " : "", command->usage);
    return CLI_PARSED;
}

int cli_parse(struct cli_args *args, int argc, char **argv)
{
    struct option longs[OPTIONS_MAX + 2];
    char shorts[2 * OPTIONS_MAX + 4];
    build_tables(args->command, longs, shorts);
    optind = 0; /* start anew: glibc */
    opterr = 0;
    int code;
    while ((code = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
        if (code == 'h' || code == OPTION_HELP) {
            cli_print_help(args->command);
            return CLI_DONE;
        }
        if (code == ':')
            return cli_misuse(args, "%s needs a value", argv[optind - 1]);
        if (code == '?')
            return unknown_option(args, argv[optind - 1], optopt);
        int kept = keep_value(args, option_of(args->command, code), optarg);
        if (kept != 0)
            return kept;
    }
    args->count = argc - optind;
    args->operand = argv + optind;
    return check_operands(args);
}

static const char *find_value(const struct cli_args *args, const char *name, size_t nth, bool last)
{
    const char *found = NULL;
    for (size_t i = 0; i < args->value_count; i++)
        if (strcmp(args->value[i].option->name, name) == 0) {
            found = args->value[i].text;
            if (!last && nth-- == 0)
                return found;
        }
    return last ? found : NULL;
}

bool cli_has(const struct cli_args *args, const char *name)
{
    return find_value(args, name, 0, true) != NULL;
}

const char *cli_text(const struct cli_args *args, const char *name)
{
    return find_value(args, name, 0, true);
}

const char *cli_nth(const struct cli_args *args, const char *name, size_t nth)
{
    return find_value(args, name, nth, false);
}

static bool whole_number(const char *text, long long *out)
{
    char *end;
    errno = 0;
    *out = strtoll(text, &end, 10);
    return errno == 0 && end != text && *end == '\0';
}

long cli_number(const struct cli_args *args, const char *name, long min, long max, long fallback)
{
    const char *text = cli_text(args, name);
    long long number;
    if (!text)
        return fallback;
    if (whole_number(text, &number) && number >= min && number <= max)
        return (long)number;
    cli_misuse(args, "--%s '%s': give a whole number from %ld to %ld", name, text, min, max);
    return -1;
}

long long cli_id(const struct cli_args *args, const char *what, const char *text)
{
    long long number;
    if (whole_number(text, &number) && number > 0)
        return number;
    cli_misuse(args, "'%s' is no %s; give the number that the list shows", text, what);
    return 0;
}

/* The command line: one file a command, each a struct cli_command in the table of commands.h.
 *
 * A command's options stand in one table that the parser, --help and the "did you mean" all read,
 * so that they cannot disagree. Results go to stdout, everything else to stderr. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* What a command gives back: the process's exit code. */
enum cli_exit {
    CLI_DONE = 0,
    CLI_FAILED = 1,
    CLI_MISUSE = 2,
    CLI_SOME_FAILED = 3, /* the rest is done */
};

struct cli_option {
    const char *name;  /* long name, without dashes */
    char letter;       /* 0: none */
    const char *value; /* what its value is called in --help; NULL: a flag */
    const char *help;
    bool many; /* may be given more than once */
};

#define CLI_VALUES_MAX 64

struct cli_args;

struct cli_command {
    const char *name;                 /* one or two words: "ingest", "plugin try" */
    const char *usage;                /* what follows the name: "PATH... | -" */
    const char *about;                /* one line, for the list of commands */
    const char *more;                 /* paragraphs for --help: what it does, examples */
    const struct cli_option *options; /* ends with a name of NULL */
    int least, most;                  /* operands; most < 0: any number */
    int (*run)(const struct cli_args *args);
    bool hidden; /* internal: in no list */
};

struct cli_args {
    const struct cli_command *command;
    const char *desk; /* -C DIR, or NULL */
    int count;        /* operands */
    char *const *operand;
    struct {
        const struct cli_option *option;
        const char *text;
    } value[CLI_VALUES_MAX];
    size_t value_count;
};

/* Options that each command that lists has. */
#define CLI_JSON_OPTION                                                                            \
    {                                                                                              \
        "json", 0, NULL, "print JSON, one object a line", false                                    \
    }
#define CLI_END                                                                                    \
    {                                                                                              \
        NULL, 0, NULL, NULL, false                                                                 \
    }

/* Whether it was given; its last value (NULL: not given); the nth value of one given many times. */
bool cli_has(const struct cli_args *args, const char *name);
const char *cli_text(const struct cli_args *args, const char *name);
const char *cli_nth(const struct cli_args *args, const char *name, size_t nth);
/* A whole number from `min` to `max`, or `fallback` when not given. Below zero: misuse, reported.
 */
long cli_number(const struct cli_args *args, const char *name, long min, long max, long fallback);
/* An operand that must be a positive whole number (an id). 0 and a message when it is not. */
long long cli_id(const struct cli_args *args, const char *what, const char *text);

/* "copydesk: COMMAND: message" on stderr; gives CLI_MISUSE (with a hint at --help) or CLI_FAILED.
 */
int cli_misuse(const struct cli_args *args, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
int cli_failed(const struct cli_args *args, const struct error *err);

/* Parses and runs. The process's exit code. */
int cli_main(int argc, char **argv);
/* Help on the command of these words (at least one). */
int cli_help_for(int argc, char **argv);
void cli_print_help(const struct cli_command *command);
void cli_print_commands(void);
/* Those whose first word this is. */
void cli_print_group(const char *first);

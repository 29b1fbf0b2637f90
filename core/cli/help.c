/* What --help prints, from the same tables that the parser reads. */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/output.h"

static void print_option(const struct cli_option *option)
{
    char left[64];
    char letter[8] = "    ";
    if (option->letter)
        snprintf(letter, sizeof letter, "-%c, ", option->letter);
    snprintf(left, sizeof left, "%s--%s%s%s", letter, option->name, option->value ? " " : "",
             option->value ? option->value : "");
    printf("  %-26s %s\n", left, option->help);
}

void cli_print_help(const struct cli_command *command)
{
    printf("%s\n\nUsage: copydesk [-C DIR] %s%s%s%s\n", command->about, command->name,
           command->options && command->options[0].name ? " [OPTION]..." : "",
           *command->usage ? " " : "", command->usage);
    if (command->more)
        printf("\n%s", command->more);
    puts("\nOptions:");
    for (const struct cli_option *option = command->options; option && option->name; option++)
        print_option(option);
    print_option(&(struct cli_option){"help", 'h', NULL, "this text", false});
}

void cli_print_commands(void)
{
    static const struct cli_command *const all[] = {
#define COMMAND_ROW(name) &command_##name,
        COMMAND_MAP(COMMAND_ROW)
#undef COMMAND_ROW
    };
    puts("copydesk: a scriptable copy desk. Raw text comes in, articles come out.\n\n"
         "Usage: copydesk [-C DIR] COMMAND [OPTION]... [ARGUMENT]...\n\nCommands:");
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (!all[i]->hidden)
            printf("  %-14s %s\n", all[i]->name, all[i]->about);
    puts("\n  -C DIR         the desk (default: the folder you are in, or the nearest above it\n"
         "                 that holds a desk.lua)\n\n"
         "'copydesk COMMAND --help' tells more about one.\n"
         "Exit codes: 0 done, 1 failed, 2 misuse, 3 some items failed.");
}

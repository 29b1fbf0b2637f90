/* What --help prints, from the same tables that the parser reads. */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "cli/commands.h"
#include "cli/help_reference.h"
#include "cli/output.h"
#include "plugin/registry.h"

static const struct cli_command *const all[] = {
#define COMMAND_ROW(name) &command_##name,
    COMMAND_MAP(COMMAND_ROW)
#undef COMMAND_ROW
};

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

/* The commands whose name begins with it; how many. Nothing is printed for none. */
static unsigned print_group(const char *first)
{
    unsigned count = 0;
    const size_t len = strlen(first);
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (!all[i]->hidden && strncmp(all[i]->name, first, len) == 0 && all[i]->name[len] == ' ')
            printf("%s  %-14s %s\n", count++ ? "" : "\nCommands:\n", all[i]->name, all[i]->about);
    return count;
}

void cli_print_group(const char *first)
{
    printf("Usage: copydesk [-C DIR] %s COMMAND [OPTION]... [ARGUMENT]...\n", first);
    print_group(first);
    printf("\n'copydesk %s COMMAND --help' tells more about one.\n", first);
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
    if (!strchr(command->name, ' '))
        print_group(command->name);
}

void cli_print_commands(void)
{
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

static int open_reference(const struct cli_args *args, struct reference *reference)
{
    struct error err = {0};
    MEM_AUTO char *user = NULL;
    MEM_AUTO char *shipped = NULL;
    int code = registry_default_folders(&user, &shipped, &err);
    MEM_AUTO char *folder = code < 0 ? NULL : file_join(shipped, "types");
    if (code >= 0)
        code = folder ? reference_open(folder, reference, &err) : ERR_NOMEM;
    return code < 0 ? cli_failed(args, &err) : CLI_DONE;
}

static int unknown_name(const struct cli_args *args, const struct reference *reference)
{
    const char *name = args->operand[0], *near = reference_nearest(reference, name);
    return cli_misuse(args, "nothing is named '%s'%s%s%s; 'copydesk help desk' lists what there is",
                      name, near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static int tell(const struct cli_args *args, const struct reference *reference)
{
    const char *name = args->count ? args->operand[0] : NULL;
    const struct reference_entry *entry = name ? reference_find(reference, name) : NULL;
    const bool json = cli_has(args, "json");
    for (size_t i = 0; json && !name && i < reference->count; i++)
        help_entry_json(&reference->at[i]);
    if (json && !name)
        return CLI_DONE;
    if (name && cli_has(args, "markdown"))
        return help_page(reference, name) ? CLI_DONE : unknown_name(args, reference);
    if (!entry)
        return unknown_name(args, reference);
    if (json)
        help_entry_json(entry);
    else
        help_entry(reference, entry);
    return CLI_DONE;
}

static int run(const struct cli_args *args)
{
    struct reference reference = {0};
    if (args->count == 0 && !cli_has(args, "json")) {
        cli_print_commands();
        return CLI_DONE;
    }
    const char *first = args->count ? args->operand[0] : "desk";
    const bool of_desk = strncmp(first, "desk", 4) == 0 && (!first[4] || strpbrk(first, ".:"));
    if (!of_desk && !cli_has(args, "markdown"))
        return cli_help_for(args->count, (char **)args->operand);
    if (args->count > 1)
        return cli_misuse(args, "'%s' is too much", args->operand[1]);
    int code = open_reference(args, &reference);
    if (code == CLI_DONE)
        code = tell(args, &reference);
    reference_close(&reference);
    return code;
}

static const struct cli_option options[] = {
    {"json", 0, NULL, "print JSON, one object a name; without a name all of them", false},
    {"markdown", 0, NULL, "print a page of the reference: desk, text, model or plugin", false},
    CLI_END,
};

const struct cli_command command_help = {
    .name = "help",
    .usage = "[COMMAND | desk.NAME]",
    .about = "Tell about a command, or about what a plugin may use",
    .more = "  copydesk help plugin test       a command\n"
            "  copydesk help desk              what plugins are given\n"
            "  copydesk help desk.text.words   a function\n"
            "  copydesk help desk.Article      what an article holds\n"
            "  copydesk help desk.TagPlugin    what a plugin of a kind is made of\n",
    .options = options,
    .most = -1,
    .run = run,
};

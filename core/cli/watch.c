/* copydesk watch */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/run.h"
#include "pipeline/desk.h"

static const struct cli_option options[] = {
    {"after", 0, "WHAT", "move (default), keep or delete: what is done with files taken in", false},
    {"settle", 0, "SPAN", "how long a file must stand still (500ms)", false},
    {"ignore", 0, "PATTERN", "names that are no documents, besides the usual ones", true},
    {"poll", 0, "SPAN", "look through the folder so often; auto (default) or never", false},
    {"flat", 0, NULL, "leave folders inside alone", false},
    {"log-level", 0, "LEVEL", "error, warning, info (default) or debug", false},
    {"workers", 'j', "N", "worker processes (default: one per core)", false},
    CLI_END,
};

/* As a text of Lua: what is given becomes part of desk.lua, and no more than a text there. */
static void add_quoted(struct buf *out, const char *text)
{
    buf_byte(out, '"');
    for (; *text; text++) {
        const unsigned char byte = (unsigned char)*text;
        if (byte < ' ' || byte == 127 || byte == '"' || byte == '\\')
            buf_printf(out, "\\%03u", byte);
        else
            buf_byte(out, byte);
    }
    buf_byte(out, '"');
}

static void add_field(struct buf *out, const struct cli_args *args, const char *name)
{
    const char *text = cli_text(args, name);
    if (!text)
        return;
    buf_printf(out, ", %s = ", name);
    add_quoted(out, text);
}

static bool make_setting(const struct cli_args *args, struct buf *out)
{
    const char *pattern;
    buf_text(out, "desk.watch { \"..\", done = \"../done\", duplicate = \"../duplicate\", "
                  "failed = \"../failed\"");
    add_field(out, args, "after");
    add_field(out, args, "settle");
    add_field(out, args, "poll");
    if (cli_has(args, "flat"))
        buf_text(out, ", recursive = false");
    for (size_t i = 0; (pattern = cli_nth(args, "ignore", i)) != NULL; i++) {
        buf_text(out, i == 0 ? ", ignore = { " : ", ");
        add_quoted(out, pattern);
    }
    if (cli_has(args, "ignore"))
        buf_text(out, " }");
    buf_text(out, " }\n");
    return !buf_failed(out);
}

/* Checked before a desk is made with them. */
static bool is_span(const char *text, int64_t least_us)
{
    int64_t us;
    return clock_parse_span(str_of(text), &us, NULL) >= 0 && us >= least_us &&
           us <= (int64_t)LIMIT(WATCH_SPAN) * 1000000;
}

static int check_settings(const struct cli_args *args)
{
    const char *after = cli_text(args, "after");
    const char *settle = cli_text(args, "settle");
    const char *poll = cli_text(args, "poll");
    if (after && strcmp(after, "move") != 0 && strcmp(after, "keep") != 0 &&
        strcmp(after, "delete") != 0)
        return cli_misuse(args, "--after '%s': move, keep or delete", after);
    if (settle && !is_span(settle, 0))
        return cli_misuse(args, "--settle '%s': a span of at most a day, as 500ms or 5s", settle);
    if (poll && strcmp(poll, "auto") != 0 && strcmp(poll, "never") != 0 && !is_span(poll, 100000))
        return cli_misuse(args, "--poll '%s': auto, never, or a span of 100ms to a day", poll);
    return CLI_DONE;
}

static bool has_settings(const struct cli_args *args)
{
    static const char *const names[] = {"after", "settle", "ignore", "poll", "flat"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (cli_has(args, names[i]))
            return true;
    return false;
}

static int run(const struct cli_args *args)
{
    const char *dir = args->operand[0];
    struct error err = {0};
    BUF_AUTO struct buf setting = BUF_INIT;
    MEM_AUTO char *inner = file_join(dir, ".copydesk");
    if (args->desk)
        return cli_misuse(args, "-C names a desk, and this watches a folder without one: "
                                "`copydesk -C DIR run` runs a desk");
    if (!inner || !make_setting(args, &setting))
        return error_set(&err, ERR_NOMEM, "out of memory"), cli_failed(args, &err);
    if (check_settings(args) != CLI_DONE)
        return CLI_MISUSE;
    const int made = desk_init_inside(dir, setting.at, &err);
    if (made < 0)
        return cli_failed(args, &err);
    if (made == 0 && has_settings(args))
        return cli_misuse(args,
                          "%s was watched before; its settings are in %s/desk.lua: change "
                          "them there",
                          dir, inner);
    return run_desk(args, inner);
}

const struct cli_command command_watch = {
    .name = "watch",
    .usage = "DIR",
    .about = "Watch one folder, without making a desk",
    .more =
        "The first time it makes a small desk in DIR/.copydesk (settings, store), out of the way\n"
        "of your files; later the settings there serve. What is taken in goes to DIR/done,\n"
        "DIR/duplicate or DIR/failed; with --after keep no file of yours is ever touched. Ends\n"
        "with Ctrl-C. In DIR all other commands work: list, search, export, why ...\n"
        "\n"
        "  copydesk watch ~/clippings --after keep\n"
        "  copydesk -C ~/clippings search 'place:France'\n",
    .options = options,
    .least = 1,
    .most = 1,
    .run = run,
};

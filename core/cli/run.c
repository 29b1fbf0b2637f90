/* copydesk run */
#include "cli/run.h"

#include <stdio.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/log.h"
#include "cli/commands.h"
#include "live/live.h"

static const struct cli_option options[] = {
    {"log-level", 0, "LEVEL", "error, warning, info (default) or debug", false},
    {"workers", 'j', "N", "worker processes (default: one per core)", false},
    CLI_END,
};

/* For a person on a terminal; for whoever collects logs otherwise. */
static int set_up_log(const struct cli_args *args)
{
    const char *name = cli_text(args, "log-level");
    const int level = name ? log_level_of(name) : LOG_LEVEL_INFO;
    if (level < 0)
        return cli_misuse(args, "--log-level '%s': error, warning, info or debug", name);
    log_setup((enum log_level)level, isatty(STDERR_FILENO) ? LOG_FORM_TEXT : LOG_FORM_JSON);
    return CLI_DONE;
}

int run_desk(const struct cli_args *args, const char *dir)
{
    struct error err = {0};
    const long workers = cli_number(args, "workers", 1, (long)LIMIT(WORKERS), 0);
    if (workers < 0)
        return CLI_MISUSE;
    const int code = set_up_log(args);
    if (code != CLI_DONE)
        return code;
    const struct live_options live = {.dir = dir, .workers = (unsigned)workers};
    const int result = live_run(&live, &err);
    if (result < 0)
        cli_failed(args, &err);
    if (result == ERR_BUSY)
        fputs("If it is a desk that runs: 'copydesk status' shows how it is, 'copydesk stop' ends "
              "it.\n",
              stderr);
    return result < 0 ? CLI_FAILED : CLI_DONE;
}

static int run(const struct cli_args *args)
{
    return run_desk(args, args->desk);
}

const struct cli_command command_run = {
    .name = "run",
    .usage = "",
    .about = "Keep the desk running: take in, watch, run jobs",
    .more =
        "Runs in the foreground until SIGTERM or SIGINT (Ctrl-C): then nothing new is taken,\n"
        "what is in a worker is finished and stored, and it ends with exit code 0. A second\n"
        "signal ends it at once; nothing is lost then either. SIGHUP reads desk.lua and the\n"
        "plugins anew.\n"
        "\n"
        "Log lines go to stderr: for people on a terminal, as JSON objects otherwise. Beside a\n"
        "running desk all other commands work as they do without one.\n",
    .options = options,
    .run = run,
};

/* copydesk plugin try */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/explain.h"
#include "cli/plugin_trace.h"
#include "pipeline/trytask.h"

static const struct cli_option options[] = {
    {"option", 'o', "K=V", "an option of the plugin", true},
    {"trace", 't', NULL, "each call by itself: input, log, answer, time, memory", false},
    {"json", 0, NULL, "for ingest plugins and --trace: print JSON (others always do)", false},
    {"event", 0, "EVENT", "what a task is run on: schedule, article.stored, job.done ...", false},
    {"at", 0, "TIME", "the instant that a task is run at; now", false},
    CLI_END,
};

static int print_line(const char *json, size_t len, void *data)
{
    (void)data;
    fwrite(json, 1, len, stdout);
    putchar('\n');
    return ferror(stdout);
}

/* "1" is a file, or nothing: without --trace no desk is needed, so ids mean nothing. */
static int check_paths(const struct cli_args *args)
{
    for (int i = 1; i < args->count; i++) {
        const char *path = args->operand[i];
        if (*path && strspn(path, "0123456789") == strlen(path) && access(path, F_OK) < 0)
            return cli_misuse(args,
                              "there is no file '%s'; an article is named by its id with --trace: "
                              "copydesk plugin try --trace %s %s",
                              path, args->operand[0], path);
    }
    return CLI_DONE;
}

static int try_articles(const struct cli_args *args, const struct given_list *given)
{
    DESK_AUTO struct desk *desk = NULL;
    struct error err = {0};
    struct try_counts counts = {0};
    struct try_options try = {
        .plugin = args->operand[0],
        .given = given->at,
        .given_count = given->count,
        .paths = (const char *const *)args->operand + 1,
        .path_count = (size_t)args->count - 1,
    };
    int code = check_paths(args);
    if (code == CLI_DONE)
        code = open_desk(args, DESK_PLUGINS, true, &desk);
    if (code != CLI_DONE)
        return code;
    setvbuf(stdout, NULL, _IOLBF, BUFSIZ); /* an answer is handed on as soon as it is there */
    int result = plugin_try(desk, &try, print_line, NULL, &counts, &err);
    if (result == ERR_CANCELLED)
        return CLI_DONE; /* nobody reads our output any more */
    if (result < 0)
        return cli_failed(args, &err);
    return counts.failed ? CLI_SOME_FAILED : CLI_DONE;
}

static int read_instant(const struct cli_args *args, int64_t *at_us)
{
    struct error err = {0};
    const char *text = cli_text(args, "at");
    *at_us = clock_wall_us();
    if (text && clock_parse(str_of(text), at_us, &err) < 0)
        return cli_misuse(args, "--at '%s': %s", text, err.text);
    return CLI_DONE;
}

static int try_task(const struct cli_args *args, const struct given_list *given)
{
    DESK_AUTO struct desk *desk = NULL;
    struct error err = {0};
    struct try_counts counts = {0};
    struct try_task_options try = {
        .base = {.plugin = args->operand[0],
                 .given = given->at,
                 .given_count = given->count,
                 .paths = (const char *const *)args->operand + 1,
                 .path_count = (size_t)args->count - 1},
        .event = cli_text(args, "event"),
    };
    int code = read_instant(args, &try.instant_us);
    if (code == CLI_DONE)
        code = open_desk(args, DESK_PLUGINS, true, &desk);
    if (code != CLI_DONE)
        return code;
    int result = plugin_try_task(desk, &try, print_line, NULL, &counts, &err);
    return result < 0 && result != ERR_CANCELLED ? cli_failed(args, &err) : CLI_DONE;
}

static int run(const struct cli_args *args)
{
    GIVEN_AUTO struct given_list given = {.count = 0};
    const char *plugin = args->operand[0];
    if (cli_has(args, "trace")) {
        const int read = read_given(args, &given);
        return read == CLI_DONE ? trace_plugin(args, &given) : read;
    }
    if (strncmp(plugin, "ingest/", 7) == 0) {
        struct cli_args rest = *args;
        rest.operand++;
        rest.count--;
        return explain_operands(&rest, plugin);
    }
    int code = read_given(args, &given);
    if (code != CLI_DONE)
        return code;
    return strncmp(plugin, "task/", 5) == 0 ? try_task(args, &given) : try_articles(args, &given);
}

const struct cli_command command_plugin_try = {
    .name = "plugin try",
    .usage = "KIND/NAME [FILE|ID...|-]",
    .about = "Run one plugin on given input; nothing is stored, no desk is needed",
    .more = "An ingest plugin is given documents. A tag or summarize plugin is given articles, one "
            "JSON\n"
            "object a line (id, headline, text, language), and answers one JSON object a line, in\n"
            "order.\n\n"
            "A task is given all articles at once, or with --event one event a line (an object of\n"
            "texts), and its commands are printed, none is done.\n\n"
            "A number is the id of an article of the desk, where --trace is given.\n\n"
            "  copydesk plugin try ingest/digest digest.txt\n"
            "  copydesk plugin try tag/keywords 17 --trace\n"
            "  copydesk plugin try tag/keywords --option max=5 articles.jsonl\n"
            "  copydesk plugin try task/digest --at 2026-05-04T07:00:00Z articles.jsonl\n",
    .options = options,
    .least = 1,
    .most = -1,
    .run = run,
};

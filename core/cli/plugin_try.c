/* copydesk plugin try */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/explain.h"
#include "pipeline/tryplugin.h"

static const struct cli_option options[] = {
    {"option", 'o', "K=V", "an option of the plugin", true},
    {"json", 0, NULL, "for ingest plugins: print JSON (others always do)", false},
    CLI_END,
};

static int print_line(const char *json, size_t len, void *data)
{
    (void)data;
    fwrite(json, 1, len, stdout);
    putchar('\n');
    return ferror(stdout);
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
    int code = open_desk(args, DESK_PLUGINS, true, &desk);
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

static int run(const struct cli_args *args)
{
    GIVEN_AUTO struct given_list given = {.count = 0};
    const char *plugin = args->operand[0];
    if (strncmp(plugin, "ingest/", 7) == 0) {
        struct cli_args rest = *args;
        rest.operand++;
        rest.count--;
        return explain_operands(&rest, plugin);
    }
    int code = read_given(args, &given);
    return code == CLI_DONE ? try_articles(args, &given) : code;
}

const struct cli_command command_plugin_try = {
    .name = "plugin try",
    .usage = "KIND/NAME [FILE...|-]",
    .about = "Run one plugin on given input; nothing is stored, no desk is needed",
    .more = "An ingest plugin is given documents. A tag or summarize plugin is given articles, one "
            "JSON\n"
            "object a line (id, headline, text, language), and answers one JSON object a line, in\n"
            "order.\n\n"
            "  copydesk plugin try ingest/digest digest.txt\n"
            "  copydesk plugin try tag/keywords --option max=5 articles.jsonl\n",
    .options = options,
    .least = 1,
    .most = -1,
    .run = run,
};

/* copydesk list */
#include <stdio.h>

#include "cli/articles.h"
#include "cli/commands.h"
#include "cli/common.h"

#define LIMIT_DEFAULT 50
#define LIMIT_MOST    100000000

static const struct cli_option options[] = {
    {"limit", 'n', "N", "how many; 0: all (default: 50, with --json all)", false},
    CLI_JSON_OPTION,
    CLI_END,
};

static int list_articles(const struct cli_args *args, struct desk *desk, uint32_t limit)
{
    struct store_reader *reader = NULL;
    struct error err = {0};
    struct article_printer printer = {.json = cli_has(args, "json")};
    struct store_page page = {.limit = limit ? limit : LIMIT_MOST};
    bool more = false;
    int result = desk_reader(desk, false, &reader, &err);
    if (result >= 0)
        result = store_search(reader, NULL, &page, print_hit, &printer, &more, &err);
    store_reader_close(reader);
    if (result < 0)
        return cli_failed(args, &err);
    if (more && !printer.json)
        fprintf(stderr, "The newest %u are shown; --limit 0 shows all.\n", limit);
    if (printer.count == 0 && !printer.json)
        fputs("No articles yet. Take some in: copydesk ingest PATH...\n", stderr);
    return printer.result < 0 ? CLI_FAILED : CLI_DONE;
}

static int run(const struct cli_args *args)
{
    DESK_AUTO struct desk *desk = NULL;
    long limit =
        cli_number(args, "limit", 0, LIMIT_MOST, cli_has(args, "json") ? 0 : LIMIT_DEFAULT);
    if (limit < 0)
        return CLI_MISUSE;
    int code = open_desk(args, DESK_READ, false, &desk);
    return code == CLI_DONE ? list_articles(args, desk, (uint32_t)limit) : code;
}

const struct cli_command command_list = {
    .name = "list",
    .usage = "",
    .about = "List articles, newest first",
    .options = options,
    .run = run,
};

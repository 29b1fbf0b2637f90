/* copydesk search */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/limits.h"
#include "cli/articles.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "store/query.h"

#define LIMIT_DEFAULT 20
#define LIMIT_MOST    1000000

static const struct cli_option options[] = {
    {"limit", 'n', "N", "how many; 0: all (default: 20)", false},
    {"sort", 's', "HOW", "newest (default), or rank: the best of the newest few thousand", false},
    CLI_JSON_OPTION,
    CLI_END,
};

/* Several operands are one query, so that quotes are needed only for the shell's own signs. */
static int join_operands(const struct cli_args *args, struct buf *out)
{
    for (int i = 0; i < args->count; i++)
        buf_printf(out, "%s%s", i ? " " : "", args->operand[i]);
    return buf_failed(out) ? ERR_NOMEM : 0;
}

static int search(const struct cli_args *args, struct desk *desk, const struct query *query,
                  const struct store_page *page)
{
    struct store_reader *reader = NULL;
    struct error err = {0};
    struct article_printer printer = {.json = cli_has(args, "json")};
    bool more = false;
    int result = desk_reader(desk, true, &reader, &err);
    if (result >= 0)
        result = store_search(reader, query, page, print_hit, &printer, &more, &err);
    store_reader_close(reader);
    if (result < 0)
        return cli_failed(args, &err);
    if (printer.count == 0 && !printer.json)
        fputs("Nothing found.\n", stderr);
    else if (more)
        fprintf(stderr,
                page->ranked ? "There are more matches: the newest %lu were ranked.\n"
                             : "There are more; --limit 0 shows all.\n",
                LIMIT(RANKED_ROWS));
    return printer.result < 0 ? CLI_FAILED : CLI_DONE;
}

static int parse_and_search(const struct cli_args *args, const struct store_page *page)
{
    BUF_AUTO struct buf text = BUF_INIT;
    ARENA_AUTO struct arena *arena = arena_new(MIB);
    DESK_AUTO struct desk *desk = NULL;
    struct error err = {0};
    struct query query;
    if (!arena || join_operands(args, &text) < 0) {
        error_set(&err, ERR_NOMEM, "out of memory");
        return cli_failed(args, &err);
    }
    if (query_parse(buf_view(&text), clock_wall_us(), arena, &query, &err) < 0)
        return cli_misuse(args, "%s", err.text);
    int code = open_desk(args, DESK_READ, false, &desk);
    return code == CLI_DONE ? search(args, desk, &query, page) : code;
}

static int run(const struct cli_args *args)
{
    const char *sort = cli_text(args, "sort");
    long limit = cli_number(args, "limit", 0, LIMIT_MOST, LIMIT_DEFAULT);
    if (limit < 0)
        return CLI_MISUSE;
    if (sort && strcmp(sort, "newest") != 0 && strcmp(sort, "rank") != 0)
        return cli_misuse(args, "--sort '%s': give newest or rank", sort);
    struct store_page page = {.limit = limit ? (uint32_t)limit : LIMIT_MOST,
                              .ranked = sort && strcmp(sort, "rank") == 0,
                              .snippets = true};
    return parse_and_search(args, &page);
}

const struct cli_command command_search = {
    .name = "search",
    .usage = "QUERY",
    .about = "Find articles",
    .more = "  words            all of them; case, accents and script do not matter\n"
            "  \"a phrase\"       these words in a row\n"
            "  pre*             words that begin so\n"
            "  -word            not this (put -- before a query that begins with it)\n"
            "  a OR b, ( )      either; grouping\n"
            "  tag: place: person: organisation: source: lang:   since:7d before:2026-05-10\n\n"
            "  copydesk search 'place:France \"high-speed railway\" -strike since:30d'\n",
    .options = options,
    .least = 1,
    .most = -1,
    .run = run,
};

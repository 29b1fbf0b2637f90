/* copydesk failed */
#include <stdio.h>

#include "base/clock.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/output.h"
#include "model/json.h"
#include "pipeline/quarantine.h"

static const struct cli_option options[] = {CLI_JSON_OPTION, CLI_END};

struct failed_printer {
    bool json;
    uint64_t count;
};

static json_t *item_to_json(const struct store_quarantined *item)
{
    char at[CLOCK_TEXT_SIZE];
    const struct store_failure *failure = &item->failure;
    json_t *object =
        json_pack("{s:I, s:s, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "id",
                  (json_int_t)item->id, "at", clock_format(item->at_us, at), "tries",
                  (json_int_t)item->tries, "document", str_to_json(item->document_name), "path",
                  str_to_json(item->path), "headline", str_to_json(item->headline), "stage",
                  str_to_json(failure->stage), "plugin", str_to_json(failure->plugin), "version",
                  str_to_json(failure->version), "guard", str_to_json(failure->guard), "message",
                  str_to_json(failure->message), "traceback", str_to_json(failure->traceback));
    if (object && item->article_id)
        json_object_set_new(object, "article", json_integer(item->article_id));
    return object;
}

static void print_person(const struct store_quarantined *item)
{
    const struct store_failure *failure = &item->failure;
    printf("%s%6lld  ", output_style(STYLE_BOLD), (long long)item->id);
    output_line(item->document_name, 80);
    fputs(output_style(STYLE_PLAIN), stdout);
    if (item->article_id) {
        printf(", article %lld: ", (long long)item->article_id);
        output_line(item->headline, 60);
    }
    printf("\n        ");
    output_time(item->at_us);
    printf("  %s", output_style(STYLE_BAD));
    printf(STR_FMT, STR_ARG(failure->stage));
    if (failure->plugin.len)
        printf(" " STR_FMT "@" STR_FMT, STR_ARG(failure->plugin), STR_ARG(failure->version));
    printf(" (" STR_FMT ")%s, %s\n", STR_ARG(failure->guard), output_style(STYLE_PLAIN),
           counted((uint64_t)item->tries, "try", "tries"));
    output_wrapped(failure->message, 8);
    if (failure->traceback.len)
        output_lines(failure->traceback, 12);
}

static int print_item(const struct store_quarantined *item, void *data)
{
    struct failed_printer *printer = data;
    printer->count++;
    if (printer->json)
        output_json(item_to_json(item));
    else
        print_person(item);
    return ferror(stdout);
}

static int run(const struct cli_args *args)
{
    DESK_AUTO struct desk *desk = NULL;
    struct error err = {0};
    struct failed_printer printer = {.json = cli_has(args, "json")};
    int code = open_desk(args, DESK_READ, false, &desk);
    if (code != CLI_DONE)
        return code;
    if (failed_each(desk, print_item, &printer, &err) < 0)
        return cli_failed(args, &err);
    if (printer.count == 0 && !printer.json)
        fputs("Nothing waits in quarantine.\n", stderr);
    return CLI_DONE;
}

const struct cli_command command_failed = {
    .name = "failed",
    .usage = "",
    .about = "List what waits in quarantine, with tracebacks",
    .more =
        "An item on which a plugin failed is kept whole and waits here. Mend the plugin or the\n"
        "input, then: copydesk failed retry\n"
        "To hand one on, or to have a test of it: copydesk record --failed ITEM\n",
    .options = options,
    .run = run,
};

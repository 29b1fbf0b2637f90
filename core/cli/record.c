/* copydesk record */
#include <stdio.h>
#include <stdlib.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/output.h"
#include "model/json.h"
#include "pipeline/record.h"

static const struct cli_option options[] = {
    {"failed", 'f', "ITEM", "an item of quarantine, as `copydesk failed` numbers them", false},
    {"to", 't', "DIR", "the folder (default: fixtures/ID-HEADLINE in the desk)", false},
    {"with-grants", 0, NULL, "also what desk.lua grants: contents of files, values of variables",
     false},
    {"force", 0, NULL, "write over a fixture that is there", false},
    CLI_JSON_OPTION,
    CLI_END,
};

static void print_json(const struct record_result *result)
{
    json_t *notes = json_array();
    for (size_t i = 0; notes && i < result->note_count; i++)
        json_array_append_new(notes, str_to_json(str_of(result->notes[i])));
    output_json(json_pack("{s:o, s:I, s:I, s:I, s:o}", "folder",
                          str_to_json(str_of(result->folder)), "calls", (json_int_t)result->calls,
                          "failed", (json_int_t)result->failed, "left_out",
                          (json_int_t)result->left_out, "notes", notes));
}

static void print_person(const struct record_result *result)
{
    output_name(result->folder);
    printf(": %s", counted(result->calls, "call", "calls"));
    if (result->failed)
        printf(", %llu failed", (unsigned long long)result->failed);
    if (result->left_out)
        printf(", %llu left out", (unsigned long long)result->left_out);
    putchar('\n');
}

static int record_one(const struct cli_args *args, const struct record_options *chosen)
{
    DESK_AUTO struct desk *desk = NULL;
    struct error err = {0};
    struct record_result result;
    int code = open_desk(args, DESK_WORK, false, &desk);
    if (code != CLI_DONE)
        return code;
    const int done = record(desk, chosen, &result, &err);
    for (size_t i = 0; done >= 0 && !cli_has(args, "json") && i < result.note_count; i++)
        output_problem("record: %s", result.notes[i]);
    if (done < 0)
        code = cli_failed(args, &err);
    else if (cli_has(args, "json"))
        print_json(&result);
    else
        print_person(&result);
    record_free(&result);
    return code;
}

static int run(const struct cli_args *args)
{
    const char *item = cli_text(args, "failed");
    const char *to = cli_text(args, "to");
    if ((item != NULL) == (args->count > 0))
        return cli_misuse(args, "give either the id of an article or --failed ITEM");
    if (to && !to[0])
        return cli_misuse(args, "--to: an empty path is no folder");
    const long long id =
        cli_id(args, item ? "item of quarantine" : "article", item ? item : args->operand[0]);
    if (id == 0)
        return CLI_MISUSE;
    const struct record_options chosen = {.article = item ? 0 : id,
                                          .item = item ? id : 0,
                                          .to = to,
                                          .force = cli_has(args, "force"),
                                          .with_grants = cli_has(args, "with-grants")};
    return record_one(args, &chosen);
}

const struct cli_command command_record = {
    .name = "record",
    .usage = "ID | --failed ITEM",
    .about = "Make a fixture and tests of an article or of an item in quarantine",
    .more =
        "Calls the desk's plugins on it, as they are now, and writes a folder: the document as it\n"
        "came, what each plugin was given, its options, what it said or how it failed, and the\n"
        "plugins' code. Nothing is stored. `copydesk replay` does it again anywhere. The files\n"
        "in tests/KIND/NAME are tests: put them beside the plugin, and `copydesk plugin test` "
        "runs\n"
        "them. Whoever gets the folder reads the article, the document and its path, and the\n"
        "plugins; what desk.lua grants is written only with --with-grants.\n\n"
        "  copydesk record 12\n"
        "  copydesk record --failed 3 --to fixtures/long-line\n"
        "  cp fixtures/long-line/tests/tag/ships/* scripts/tag/ships/\n",
    .options = options,
    .most = 1,
    .run = run,
};

/* copydesk export */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/output.h"
#include "model/json.h"
#include "pipeline/export.h"

static const struct cli_option options[] = {
    {"format", 'f', "NAME", "the export plugin: markdown, json or one of yours", false},
    {"to", 't', "PATH", "folder to write to (made when it is not there), or one file", false},
    {"query", 'Q', "QUERY", "only what it matches (default: all articles)", false},
    {"option", 'o', "K=V", "an option of the plugin", true},
    CLI_JSON_OPTION,
    CLI_END,
};

static int export(const struct cli_args *args, struct desk *desk, const struct given_list *given)
{
    struct bar bar;
    struct error err = {0};
    struct export_counts counts = {0};
    struct export_options export = {
        .format = cli_text(args, "format"),
        .to = cli_text(args, "to"),
        .parents = true,
        .query = cli_text(args, "query"),
        .given = given->at,
        .given_count = given->count,
        .progress = show_bar,
        .data = &bar,
    };
    bar_begin(&bar, "articles");
    int result = export_run(desk, &export, &counts, &err);
    bar_clear(&bar);
    if (result < 0)
        return cli_failed(args, &err);
    if (cli_has(args, "json"))
        return output_json(json_pack("{s:o, s:I, s:I, s:I}", "to", str_to_json(str_of(export.to)),
                                     "articles", (json_int_t)counts.articles, "files",
                                     (json_int_t)counts.files, "bytes", (json_int_t)counts.bytes)) <
                       0
                   ? CLI_FAILED
                   : CLI_DONE;
    printf("%s in %s: ", counted(counts.articles, "article", "articles"),
           counted(counts.files, "file", "files"));
    output_name(export.to);
    putchar('\n');
    return CLI_DONE;
}

static int run(const struct cli_args *args)
{
    DESK_AUTO struct desk *desk = NULL;
    GIVEN_AUTO struct given_list given = {.count = 0};
    if (!cli_text(args, "format"))
        return cli_misuse(args, "--format is missing: markdown, json, or one of your own");
    if (!cli_text(args, "to"))
        return cli_misuse(args, "--to is missing: a folder, or a file");
    if (strcmp(cli_text(args, "to"), "-") == 0)
        return cli_misuse(args, "--to -: an export writes files, for it shows all of them or none; "
                                "name a folder or a file (./- for one called so)");
    int code = read_given(args, &given);
    if (code == CLI_DONE)
        code = open_desk(args, DESK_PLUGINS, false, &desk);
    return code == CLI_DONE ? export(args, desk, &given) : code;
}

const struct cli_command command_export = {
    .name = "export",
    .usage = "--format NAME --to PATH",
    .about = "Write articles to files",
    .more = "All files or none: they appear under their names when all are written.\n\n"
            "  copydesk export --format markdown --to out/ --query place:France\n"
            "  copydesk export --format json --to france.jsonl\n",
    .options = options,
    .run = run,
};

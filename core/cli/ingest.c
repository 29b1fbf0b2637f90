/* copydesk ingest */
#include <stdio.h>

#include "cli/beside.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/explain.h"
#include "cli/health.h"
#include "cli/output.h"
#include "cli/reports.h"
#include "pipeline/ingest.h"

static const struct cli_option options[] = {
    {"explain", 'e', NULL, "store nothing; print each cut and why (needs no desk)", false},
    {"plugin", 0, "NAME", "with --explain: this ingest plugin, whatever it claims", false},
    {"option", 'o', "K=V", "with --plugin: one of its options", true},
    {"source", 0, "NAME", "where the documents came from (default: folder or stdin)", false},
    {"quiet", 'q', NULL, "print only what went wrong, and the sum", false},
    CLI_JSON_OPTION,
    CLI_END,
};

static void print_sum(const struct ingest_counts *counts)
{
    printf("%s: %s, %llu known", counted(counts->documents, "document", "documents"),
           counted(counts->articles, "new article", "new articles"),
           (unsigned long long)counts->known);
    if (counts->versions)
        printf(", %s", counted(counts->versions, "new version", "new versions"));
    if (counts->same)
        printf(", %s unchanged", counted(counts->same, "article", "articles"));
    if (counts->failed)
        printf(", %llu failed (see: copydesk failed)", (unsigned long long)counts->failed);
    if (counts->refused)
        printf(", %llu refused", (unsigned long long)counts->refused);
    if (counts->faults)
        printf(", %s of plugins on articles (see: copydesk failed)",
               counted(counts->faults, "failure", "failures"));
    if (counts->skipped)
        printf(", %s skipped", counted(counts->skipped, "name", "names"));
    putchar('\n');
}

static int store_paths(const struct cli_args *args)
{
    DESK_AUTO struct desk *desk = NULL;
    LINE_AUTO struct control_client *line = NULL;
    struct error err = {0};
    struct bar bar;
    struct ingest_counts counts = {0};
    struct report_printer printer = {
        .bar = &bar, .json = cli_has(args, "json"), .quiet = cli_has(args, "quiet")};
    struct ingest_options ingest = {.source = cli_text(args, "source")};
    struct ingest_callbacks callbacks = {print_report, report_progress, &printer};
    const char *const *paths = (const char *const *)args->operand;
    const size_t count = (size_t)args->count;
    int code = open_desk_or_line(args, &desk, &line);
    if (code != CLI_DONE)
        return code;
    bar_begin(&bar, "documents");
    int result =
        line ? ingest_beside(line, desk, paths, count, ingest.source, &callbacks, &counts, &err)
             : ingest_paths(desk, paths, count, &ingest, &callbacks, &counts, &err);
    bar_clear(&bar);
    /* the line of a single document says it all; an empty folder has no line */
    if (!printer.json && (counts.documents != 1 || printer.quiet || result < 0))
        print_sum(&counts);
    if (result < 0)
        return cli_failed(args, &err);
    if (counts.failed + counts.faults)
        print_asides(desk, line);
    return counts.failed + counts.refused + counts.faults ? CLI_SOME_FAILED : CLI_DONE;
}

static int run(const struct cli_args *args)
{
    /* "" is the folder one is in; who writes it meant a variable that was not set */
    for (int i = 0; i < args->count; i++)
        if (!args->operand[i][0])
            return cli_misuse(args, "path %d is empty; for the folder you are in, say .", i + 1);
    if (cli_has(args, "explain"))
        return explain_operands(args, cli_text(args, "plugin"));
    if (cli_has(args, "plugin") || cli_has(args, "option"))
        return cli_misuse(args, "--plugin and --option go with --explain; for good, name the "
                                "plugin in desk.lua");
    return store_paths(args);
}

const struct cli_command command_ingest = {
    .name = "ingest",
    .usage = "PATH... | -",
    .about = "Take documents in: files, folders, standard input (-)",
    .more =
        "Each document is kept as it came, cut into articles, tagged, summarised and indexed.\n"
        "The same document again is reported as known and adds nothing. What a plugin failed on\n"
        "waits in quarantine: copydesk failed. Passed over in a folder: temporary names, "
        "desk.lua,\n"
        "scripts, native and out of the desk, fixtures, the folders of outcomes and those that\n"
        "jobs write to, and the kernel's file systems. What you exported elsewhere is taken in as\n"
        "any file is: export to out/.\n\n"
        "  copydesk ingest digest.txt\n"
        "  copydesk ingest --explain digest.txt    where it would cut, and why\n",
    .options = options,
    .least = 1,
    .most = -1,
    .run = run,
};

/* copydesk failed retry */
#include <stdio.h>

#include "cli/beside.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/health.h"
#include "cli/output.h"
#include "cli/reports.h"
#include "pipeline/quarantine.h"

static const struct cli_option options[] = {CLI_JSON_OPTION, CLI_END};

static int print_counts(const struct retry_counts *counts, bool json)
{
    uint64_t still = counts->documents.failed + counts->documents.refused +
                     counts->documents.faults + counts->articles_failed;
    uint64_t all = counts->documents.documents + counts->articles;
    if (json)
        output_json(json_pack("{s:I, s:I}", "tried", (json_int_t)all, "failed", (json_int_t)still));
    else
        printf("%s tried again, %llu failed\n", counted(all, "item", "items"),
               (unsigned long long)still);
    return still ? CLI_SOME_FAILED : CLI_DONE;
}

static int run(const struct cli_args *args)
{
    DESK_AUTO struct desk *desk = NULL;
    LINE_AUTO struct control_client *line = NULL;
    struct error err = {0};
    struct bar bar;
    struct retry_counts counts = {0};
    struct report_printer printer = {.bar = &bar, .json = cli_has(args, "json")};
    struct ingest_callbacks callbacks = {print_report, report_progress, &printer};
    long long id = 0;
    if (args->count && (id = cli_id(args, "item in quarantine", args->operand[0])) == 0)
        return CLI_MISUSE;
    int code = open_desk_or_line(args, &desk, &line);
    if (code != CLI_DONE)
        return code;
    bar_begin(&bar, "documents");
    int result = line ? retry_beside(line, id, &callbacks, &counts, &err)
                      : failed_retry(desk, id, &callbacks, &counts, &err);
    bar_clear(&bar);
    if (result < 0)
        return cli_failed(args, &err);
    code = print_counts(&counts, printer.json);
    if (code != CLI_DONE)
        print_asides(desk, line);
    return code;
}

const struct cli_command command_failed_retry = {
    .name = "failed retry",
    .usage = "[ID]",
    .about = "Try an item in quarantine again, or all",
    .options = options,
    .most = 1,
    .run = run,
};

/* copydesk replay */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/output.h"
#include "model/json.h"
#include "pipeline/replay.h"

static const struct cli_option options[] = {
    {"current", 'c', NULL, "with the plugins that are here now, not with the recorded code", false},
    {"quiet", 'q', NULL, "print only what is not as recorded, and the sum", false},
    CLI_JSON_OPTION,
    CLI_END,
};

struct replay_printer {
    const char *dir;
    bool json, quiet;
};

static void print_json(const struct replay_printer *printer, const struct replay_report *report)
{
    output_json(json_pack("{s:o, s:s, s:s, s:s, s:o, s:o}", "fixture",
                          str_to_json(str_of(printer->dir)), "plugin", report->name, "version",
                          report->version, "verdict", replay_word(report->verdict), "message",
                          str_to_json(str_of(report->message)), "traceback",
                          str_to_json(str_of(report->traceback))));
}

static void print_title(const char *word, const struct replay_report *report)
{
    printf("%-8s%s", word, report->name);
    if (report->version[0]) {
        putchar('@');
        output_name(report->version);
    }
}

static void print_person(const struct replay_report *report)
{
    switch (report->verdict) {
    case REPLAY_SAME:
    case REPLAY_HEALED:
        print_title("ok", report);
        fputs(report->verdict == REPLAY_HEALED ? ": fails no more" : "", stdout);
        if (report->verdict == REPLAY_SAME && report->call->said.failed)
            fputs(": fails as recorded", stdout);
        putchar('\n');
        return;
    case REPLAY_LEFT_OUT:
        print_title("none", report);
        printf(": %s\n", report->message);
        return;
    default:
        fputs(output_style(STYLE_BAD), stdout);
        print_title("FAILED", report);
        fputs(output_style(STYLE_PLAIN), stdout);
        puts(report->verdict == REPLAY_REFUSED ? ": cannot be called"
             : report->verdict == REPLAY_STILL ? ": fails still"
                                               : ": is not as recorded");
        fflush(stdout);
        output_detail("%s", report->message);
        print_traceback(report->traceback);
    }
}

static void print_call(const struct replay_report *report, void *data)
{
    const struct replay_printer *printer = data;
    const bool passed = report->verdict == REPLAY_SAME || report->verdict == REPLAY_HEALED;
    if (printer->quiet && passed)
        return;
    if (printer->json)
        print_json(printer, report);
    else
        print_person(report);
}

static void print_sum(const struct replay_printer *printer, const struct replay_counts *counts)
{
    if (counts->natives[0])
        output_problem("replay: recorded with %s, which is not what is here: answers may differ "
                       "by that",
                       counts->natives);
    if (printer->json)
        return;
    output_name(printer->dir);
    printf(": %s, %llu passed, %llu failed", counted(counts->calls, "call", "calls"),
           (unsigned long long)counts->passed, (unsigned long long)counts->failed);
    if (counts->left_out)
        printf(", %llu left out", (unsigned long long)counts->left_out);
    putchar('\n');
}

static int replay_one(const struct cli_args *args, const char *dir)
{
    struct error err = {0};
    struct replay_counts counts;
    struct replay_printer printer = {dir, cli_has(args, "json"), cli_has(args, "quiet")};
    const struct replay_options chosen = {cli_has(args, "current"), args->desk};
    if (replay(dir, &chosen, print_call, &printer, &counts, &err) < 0)
        return cli_failed(args, &err);
    print_sum(&printer, &counts);
    return counts.failed ? CLI_FAILED : CLI_DONE;
}

static int run(const struct cli_args *args)
{
    int code = CLI_DONE;
    for (int i = 0; i < args->count; i++) {
        const int one = replay_one(args, args->operand[i]);
        code = one != CLI_DONE ? one : code;
    }
    return code;
}

const struct cli_command command_replay = {
    .name = "replay",
    .usage = "DIR...",
    .about = "Do again what `copydesk record` recorded, and compare",
    .more =
        "Makes each recorded call again, with the recorded code, in confined workers, and "
        "compares\n"
        "what comes byte for byte. It needs no desk. A failure that was recorded must come again\n"
        "as it was. With --current the plugins that are found here now are called, with the\n"
        "recorded options: a failure must be gone, answers the same. Exit code 1 when something\n"
        "is not as it should be.\n\n"
        "  copydesk replay fixtures/*\n"
        "  copydesk replay --current fixtures/long-line\n",
    .options = options,
    .least = 1,
    .most = -1,
    .run = run,
};

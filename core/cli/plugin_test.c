/* copydesk plugin test */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/output.h"
#include "model/json.h"
#include "pipeline/testplugin.h"

static const struct cli_option options[] = {
    {"quiet", 'q', NULL, "print only what failed, and the sum", false},
    CLI_JSON_OPTION,
    CLI_END,
};

struct test_printer {
    bool json, quiet;
    struct bar bar;
};

static void print_json(const struct test_report *report)
{
    output_json(json_pack("{s:s, s:o, s:b, s:b, s:b, s:o, s:o}", "plugin", report->plugin, "case",
                          str_to_json(str_of(report->name)), "passed", report->passed, "differs",
                          report->differs, "untested", report->missing, "message",
                          str_to_json(str_of(report->message)), "traceback",
                          str_to_json(str_of(report->traceback))));
}

static void print_named(const char *before, const struct test_report *report)
{
    printf("%s%s%s", before, report->plugin, report->name ? ": " : "");
    output_name(report->name);
    putchar('\n');
}

static void print_person(const struct test_report *report, bool quiet)
{
    if (report->missing) {
        if (!quiet)
            printf("none    %s has no test.lua\n", report->plugin);
        return;
    }
    if (report->passed) {
        if (!quiet)
            print_named("ok      ", report);
        return;
    }
    fputs(output_style(STYLE_BAD), stdout);
    fputs("FAILED", stdout);
    fputs(output_style(STYLE_PLAIN), stdout);
    print_named("  ", report);
    fflush(stdout);
    if (report->message)
        output_detail("%s", report->message);
    print_traceback(report->traceback);
}

static void print_case(const struct test_report *report, void *data)
{
    struct test_printer *printer = data;
    bar_clear(&printer->bar);
    if (printer->json)
        print_json(report);
    else
        print_person(report, printer->quiet);
}

static void progress(const struct desk_progress *progress, void *data)
{
    struct test_printer *printer = data;
    show_bar(progress, &printer->bar);
}

static int run(const struct cli_args *args)
{
    DESK_AUTO struct desk *desk = NULL;
    struct error err = {0};
    struct test_counts counts = {0};
    struct test_printer printer = {.json = cli_has(args, "json"), .quiet = cli_has(args, "quiet")};
    int code = open_desk(args, DESK_PLUGINS, true, &desk);
    if (code != CLI_DONE)
        return code;
    bar_begin(&printer.bar, "cases");
    int result = plugin_test(desk, args->count ? args->operand[0] : NULL, print_case, &printer,
                             progress, &counts, &err);
    bar_clear(&printer.bar);
    if (result < 0)
        return cli_failed(args, &err);
    if (!printer.json)
        printf("%s: %llu passed, %llu failed\n", counted(counts.plugins, "plugin", "plugins"),
               (unsigned long long)counts.passed, (unsigned long long)counts.failed);
    return counts.failed ? CLI_FAILED : CLI_DONE;
}

const struct cli_command command_plugin_test = {
    .name = "plugin test",
    .usage = "[KIND/NAME]",
    .about = "Run the plugins' test.lua, each case in two processes",
    .options = options,
    .most = 1,
    .run = run,
};

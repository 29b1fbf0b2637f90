/* copydesk plugin test */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/output.h"
#include "cli/plugin_watch.h"
#include "model/json.h"
#include "pipeline/testplugin.h"

static const struct cli_option options[] = {
    {"update", 'u', NULL, "write the golden files of cases where nothing else fails", false},
    {"watch", 'w', NULL, "go on, and test a plugin again when its files change", false},
    {"tap", 0, NULL, "print TAP (version 13)", false},
    {"quiet", 'q', NULL, "print only what failed, and the sum", false},
    CLI_JSON_OPTION,
    CLI_END,
};

enum test_form { FORM_PERSON, FORM_JSON, FORM_TAP };

struct test_printer {
    enum test_form form;
    bool quiet, watch;
    uint64_t number; /* of TAP */
    struct watched_plugins watched;
    struct bar bar;
};

static void print_json(const struct test_report *report)
{
    output_json(json_pack(
        "{s:s, s:o, s:b, s:b, s:b, s:o, s:o, s:o}", "plugin", report->plugin, "case",
        str_to_json(str_of(report->name)), "passed", report->passed, "differs", report->differs,
        "untested", report->missing, "message", str_to_json(str_of(report->message)), "traceback",
        str_to_json(str_of(report->traceback)), "updated", str_to_json(str_of(report->updated))));
}

static void print_named(const char *before, const struct test_report *report)
{
    printf("%s%s%s", before, report->plugin, report->name ? ": " : "");
    output_name(report->name);
    putchar('\n');
}

/* ---- TAP 13: https://testanything.org/tap-version-13-specification.html ---- */

/* In a description "#" begins a directive. */
static void print_description(const char *text)
{
    for (; text && *text; text++)
        if (*text == '#' || *text == '\\')
            printf("\\%c", *text);
        else
            putchar((unsigned char)*text < ' ' ? ' ' : *text);
}

static void print_block(const char *key, const char *text)
{
    if (!text || !*text)
        return;
    printf("  %s: |\n", key);
    output_lines(str_of(text), 4);
}

static void print_tap(struct test_printer *printer, const struct test_report *report)
{
    const bool fine = report->passed || report->missing;
    printf("%s %llu - ", fine ? "ok" : "not ok", (unsigned long long)++printer->number);
    print_description(report->plugin);
    fputs(report->name ? ": " : "", stdout);
    print_description(report->name);
    puts(report->missing ? " # SKIP no test.lua" : "");
    if (fine)
        return;
    puts("  ---");
    print_block("message", report->message);
    print_block("traceback", report->traceback);
    puts("  ...");
}

/* ---- for a person ---- */

static void print_person(const struct test_report *report, bool quiet)
{
    if (report->missing) {
        if (!quiet)
            printf("none    %s has no test.lua\n", report->plugin);
        return;
    }
    if (report->updated) {
        print_named("wrote   ", report);
        output_lines(str_of(report->updated), 8);
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
    if (printer->watch && watched_add(&printer->watched, report->plugin, report->path) < 0)
        output_problem("out of memory: %s is not watched", report->plugin);
    if (printer->form == FORM_JSON)
        print_json(report);
    else if (printer->form == FORM_TAP)
        print_tap(printer, report);
    else
        print_person(report, printer->quiet);
}

static void progress(const struct desk_progress *progress, void *data)
{
    struct test_printer *printer = data;
    show_bar(progress, &printer->bar);
}

static void print_sum(const struct test_printer *printer, const struct test_counts *counts)
{
    if (printer->form == FORM_TAP)
        printf("1..%llu\n", (unsigned long long)printer->number);
    if (printer->form != FORM_PERSON)
        return;
    printf("%s: %llu passed, %llu failed", counted(counts->plugins, "plugin", "plugins"),
           (unsigned long long)counts->passed, (unsigned long long)counts->failed);
    if (counts->updated)
        printf(", %s written", counted(counts->updated, "golden file", "golden files"));
    putchar('\n');
}

/* One round in a desk opened anew: files are read once a desk. */
static int test_once(const struct cli_args *args, const char *plugin, struct test_printer *printer)
{
    DESK_AUTO struct desk *desk = NULL;
    struct error err = {0};
    struct test_counts counts = {0};
    const struct test_options chosen = {plugin, cli_has(args, "update")};
    int code = open_desk(args, DESK_PLUGINS, true, &desk);
    if (code != CLI_DONE)
        return code;
    printer->number = 0;
    if (printer->form == FORM_TAP)
        puts("TAP version 13");
    bar_begin(&printer->bar, "cases");
    int result = plugin_test(desk, &chosen, print_case, printer, progress, &counts, &err);
    bar_clear(&printer->bar);
    if (result < 0)
        return cli_failed(args, &err);
    print_sum(printer, &counts);
    return counts.failed ? CLI_FAILED : CLI_DONE;
}

static int watch(const struct cli_args *args, struct test_printer *printer)
{
    for (;;) {
        if (printer->watched.count == 0)
            return CLI_FAILED; /* the first round said why */
        fflush(stdout);
        if (ferror(stdout))
            return CLI_DONE; /* nobody reads it any more */
        const struct watched_plugin *changed = watched_wait(&printer->watched);
        if (printer->form == FORM_PERSON)
            printf("\n%s changed\n", changed->label);
        test_once(args, changed->label, printer);
    }
}

static int run(const struct cli_args *args)
{
    struct test_printer printer = {.form = cli_has(args, "json")  ? FORM_JSON
                                           : cli_has(args, "tap") ? FORM_TAP
                                                                  : FORM_PERSON,
                                   .quiet = cli_has(args, "quiet"),
                                   .watch = cli_has(args, "watch")};
    if (cli_has(args, "json") && cli_has(args, "tap"))
        return cli_misuse(args, "--json and --tap are two forms: choose one");
    if (printer.watch && cli_has(args, "update"))
        return cli_misuse(args, "--update with --watch would take each change for right");
    int code = test_once(args, args->count ? args->operand[0] : NULL, &printer);
    if (printer.watch && code != CLI_MISUSE)
        code = watch(args, &printer);
    watched_free(&printer.watched);
    return code;
}

const struct cli_command command_plugin_test = {
    .name = "plugin test",
    .usage = "[KIND/NAME]",
    .about = "Run the plugins' test.lua, each case in two processes",
    .more =
        "Each case runs in a fresh process and in one that ran other cases before; answers that\n"
        "differ fail. What differs from what a case expects is told with its path. A case with\n"
        "golden = \"name.json\" compares the whole answer with that file beside test.lua;\n"
        "--update writes it. Tests lie in test.lua and in any NAME.test.lua beside it. They need "
        "no\n"
        "grant: a case brings what it wants read, as in reads = { [\"/srv/x.tsv\"] = \"...\" }.\n\n"
        "  copydesk plugin test tag/ships --watch\n"
        "  copydesk plugin test tag/ships --update\n",
    .options = options,
    .most = 1,
    .run = run,
};

/* copydesk doctor */
#include "cli/doctor.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/log.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/output.h"
#include "model/json.h"
#include "pipeline/escapes.h"

static const struct cli_option options[] = {
    {"sandbox", 0, NULL, "try the published escapes against the walls of a worker", false},
    {"quiet", 'q', NULL, "print only what is unwell, and the sum", false},
    CLI_JSON_OPTION,
    CLI_END,
};

/* ---- this desk and this machine ---- */

static void print_finding(const struct doctor *doctor, enum doctor_state state, const char *area,
                          const char *advice, const char *text)
{
    static const char *const words[] = {"ok", "note", "UNWELL"};
    if (doctor->quiet && state == DOCTOR_WELL)
        return;
    fputs(output_style(state == DOCTOR_UNWELL ? STYLE_BAD : STYLE_PLAIN), stdout);
    printf("%-6s", words[state]);
    fputs(output_style(STYLE_PLAIN), stdout);
    printf("  %-11s  ", area);
    output_name(text);
    putchar('\n');
    if (advice)
        printf("%21s%s\n", "", advice);
}

void doctor_say(struct doctor *doctor, enum doctor_state state, const char *area,
                const char *advice, const char *format, ...)
{
    static const char *const words[] = {"well", "note", "unwell"};
    BUF_AUTO struct buf text = BUF_INIT;
    va_list list;
    va_start(list, format);
    buf_vprintf(&text, format, list);
    va_end(list);
    const char *said = buf_failed(&text) ? "out of memory" : text.at;
    doctor->found[state]++;
    if (doctor->json)
        output_json(json_pack("{s:s, s:s, s:o, s:o}", "state", words[state], "area", area, "text",
                              str_to_json(str_of(said)), "advice", str_to_json(str_of(advice))));
    else
        print_finding(doctor, state, area, advice, said);
}

static int look_around(const struct cli_args *args, struct doctor *doctor)
{
    doctor_machine(doctor);
    doctor_desk(doctor, args);
    if (!doctor->json)
        printf("%u unwell, %u to note, %u well\n", doctor->found[DOCTOR_UNWELL],
               doctor->found[DOCTOR_NOTE], doctor->found[DOCTOR_WELL]);
    return doctor->found[DOCTOR_UNWELL] ? CLI_FAILED : CLI_DONE;
}

/* ---- the sandbox ---- */

static void escape_json(const struct escape_report *report)
{
    output_json(json_pack("{s:s, s:s, s:b, s:b, s:o, s:o, s:f}", "escape", report->name, "about",
                          report->about, "through", report->through, "expected", report->expected,
                          "wall", str_to_json(str_of(report->wall)), "message",
                          str_to_json(str_of(report->message)), "ms",
                          (double)report->took_us / 1000));
}

static void print_escape(const struct escape_report *report, void *data)
{
    const struct doctor *doctor = data;
    const bool bad = report->through || !report->expected;
    if (doctor->json) {
        escape_json(report);
        return;
    }
    if (doctor->quiet && !bad)
        return;
    printf("%-25s ", report->name);
    fputs(output_style(bad ? STYLE_BAD : STYLE_PLAIN), stdout);
    printf("%-20s", report->through ? "GOT THROUGH" : report->wall);
    fputs(output_style(STYLE_PLAIN), stdout);
    printf("%7.0f ms  %s\n", (double)report->took_us / 1000, report->about);
    fflush(stdout);
    if (bad)
        output_detail("%s%s",
                      report->through ? "" : "another wall than was meant: ", report->message);
}

static int try_sandbox(const struct cli_args *args, struct doctor *doctor)
{
    struct escape_counts counts;
    struct error err = {0};
    log_setup(LOG_LEVEL_ERROR, LOG_FORM_TEXT); /* that workers die is no news here */
    if (escapes_try(print_escape, doctor, &counts, &err) < 0)
        return cli_failed(args, &err);
    if (!doctor->json)
        printf("%s: %u got through, %u met another wall than was meant\n",
               counted(counts.tried, "escape", "escapes"), counts.through, counts.unexpected);
    return counts.through ? CLI_FAILED : CLI_DONE;
}

static int run(const struct cli_args *args)
{
    struct doctor doctor = {.json = cli_has(args, "json"), .quiet = cli_has(args, "quiet")};
    return cli_has(args, "sandbox") ? try_sandbox(args, &doctor) : look_around(args, &doctor);
}

const struct cli_command command_doctor = {
    .name = "doctor",
    .usage = "",
    .about = "Check this desk and this machine; try the walls around plugins",
    .more = "Without options: versions, limits of the machine, the desk's folders, permissions,\n"
            "store, zones and plugins. Exit code 1 when something is unwell.\n"
            "\n"
            "  copydesk doctor\n"
            "  copydesk doctor --sandbox    each escape, what stopped it, and how long it took",
    .options = options,
    .run = run,
};

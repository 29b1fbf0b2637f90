#include "cli/reports.h"

#include <stdio.h>
#include <string.h>

#include "cli/output.h"
#include "model/json.h"

static const char *const outcomes[] = {[INGEST_ADDED] = "added",
                                       [INGEST_KNOWN] = "known",
                                       [INGEST_FAILED] = "failed",
                                       [INGEST_REFUSED] = "refused"};

static json_t *notes_to_json(const struct ingest_report *report)
{
    json_t *notes = json_array();
    for (size_t i = 0; i < report->note_count; i++)
        json_array_append_new(notes, str_to_json(report->notes[i]));
    return notes;
}

static void print_json(const struct ingest_report *report)
{
    json_t *line = json_pack(
        "{s:o, s:s, s:s?, s:I, s:I, s:I, s:I, s:I, s:o}", "path", str_to_json(str_of(report->path)),
        "outcome", outcomes[report->outcome], "plugin", report->plugin, "articles",
        (json_int_t)report->articles, "added", (json_int_t)report->added, "versions",
        (json_int_t)report->versions, "unchanged", (json_int_t)report->same, "faults",
        (json_int_t)report->faults, "notes", notes_to_json(report));
    if (line && report->error)
        json_object_set_new(line, "error", str_to_json(str_of(report->error->text)));
    if (line && report->quarantine_id)
        json_object_set_new(line, "quarantine", json_integer(report->quarantine_id));
    if (line && report->known)
        json_object_set_new(line, "state", json_string(report->known));
    output_json(line);
}

static void print_added(const struct ingest_report *report)
{
    output_name(report->path);
    printf(": %s", counted(report->articles, "article", "articles"));
    if (report->versions)
        printf(", %s", counted(report->versions, "new version", "new versions"));
    if (report->same)
        printf(", %zu unchanged", report->same);
    if (report->resumed)
        fputs(" (received by an earlier run)", stdout);
    putchar('\n');
}

static void print_known(const struct ingest_report *report)
{
    output_name(report->path);
    fputs(": known", stdout);
    if (report->known && strcmp(report->known, "failed") == 0)
        fputs(", waits in quarantine (copydesk failed)", stdout);
    putchar('\n');
}

static void print_person(const struct ingest_report *report, bool quiet)
{
    for (size_t i = 0; i < report->note_count; i++)
        output_problem(STR_FMT, STR_ARG(report->notes[i]));
    if (report->faults)
        output_problem("%s: %s failed on an article; see: copydesk failed", report->path,
                       counted(report->faults, "plugin", "plugins"));
    if (report->error)
        output_problem("%s%s%s", report->outcome == INGEST_FAILED ? report->path : "",
                       report->outcome == INGEST_FAILED ? ": " : "", report->error->text);
    if (quiet)
        return;
    if (report->outcome == INGEST_ADDED)
        print_added(report);
    else if (report->outcome == INGEST_KNOWN)
        print_known(report);
}

void print_report(const struct ingest_report *report, void *data)
{
    struct report_printer *printer = data;
    bar_clear(printer->bar);
    if (report->outcome == INGEST_SKIPPED) {
        if (!printer->quiet)
            output_problem("%s", report->error->text);
        return;
    }
    if (printer->json)
        print_json(report);
    else
        print_person(report, printer->quiet);
}

void report_progress(const struct desk_progress *progress, void *data)
{
    struct report_printer *printer = data;
    show_bar(progress, printer->bar);
}

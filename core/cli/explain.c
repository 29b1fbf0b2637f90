#include "cli/explain.h"

#include <stdio.h>

#include "cli/common.h"
#include "cli/output.h"
#include "model/json.h"
#include "pipeline/explain.h"

static json_t *report_to_json(const struct explain_report *report)
{
    json_t *notes = json_array(), *articles = json_array();
    for (size_t i = 0; i < report->note_count; i++)
        json_array_append_new(notes, str_to_json(report->notes[i]));
    for (size_t i = 0; i < report->articles.count; i++)
        json_array_append_new(articles, draft_to_json(&report->articles.at[i]));
    json_t *object =
        json_pack("{s:o, s:s?, s:o, s:o, s:o}", "path", str_to_json(str_of(report->path)), "plugin",
                  report->plugin, "encoding", str_to_json(report->encoding), "notes", notes,
                  "articles", articles);
    if (object && report->error)
        json_object_set_new(object, "error", str_to_json(str_of(report->error->text)));
    return object;
}

static void print_lines(const char *what, const struct line_list *lines)
{
    if (lines->count == 0)
        return;
    printf("    %s: line%s", what, lines->count > 1 ? "s" : "");
    for (size_t i = 0; i < lines->count; i++)
        printf("%s%u", i ? ", " : " ", lines->at[i]);
    putchar('\n');
}

static void print_evidence(const struct evidence *evidence)
{
    printf("    %+.2f  ", evidence->weight);
    output_line(evidence->rule, 30);
    if (evidence->line)
        printf(" (line %u)", evidence->line);
    if (evidence->text.len) {
        fputs(": ", stdout);
        output_line(evidence->text, 100);
    }
    putchar('\n');
}

static void print_cut(const struct article *draft)
{
    printf("%s%6u-%-6u", output_style(STYLE_BOLD), draft->first_line, draft->last_line);
    output_line(draft->headline, 100);
    printf("%s\n    confidence %.2f", output_style(STYLE_PLAIN), draft->confidence);
    if (draft->genre.len)
        printf(", genre " STR_FMT, STR_ARG(draft->genre));
    putchar('\n');
    for (size_t i = 0; i < draft->evidence.count; i++)
        print_evidence(&draft->evidence.at[i]);
    if (draft->byline.len) {
        fputs("    byline: ", stdout);
        output_line(draft->byline, 90);
        putchar('\n');
    }
    print_lines("captions", &draft->lines.captions);
    print_lines("captions repeated", &draft->lines.caption_repeats);
    print_lines("sub-heads", &draft->lines.subheads);
    if (draft->lines.end_mark)
        printf("    end mark: line %u\n", draft->lines.end_mark);
}

static void print_person(const struct explain_report *report)
{
    if (report->error) {
        output_problem("%s", report->error->text);
        print_traceback(report->traceback);
        return;
    }
    for (size_t i = 0; i < report->note_count; i++)
        output_problem(STR_FMT, STR_ARG(report->notes[i]));
    output_name(report->path);
    printf(": %s by %s, " STR_FMT "\n", counted(report->articles.count, "article", "articles"),
           report->plugin, STR_ARG(report->encoding));
    for (size_t i = 0; i < report->articles.count; i++)
        print_cut(&report->articles.at[i]);
}

static void print_either(const struct explain_report *report, void *json)
{
    if (*(bool *)json) {
        if (report->error)
            output_problem("%s", report->error->text);
        output_json(report_to_json(report));
    } else {
        print_person(report);
    }
}

int explain_operands(const struct cli_args *args, const char *plugin)
{
    static const char *const standard_input[] = {"-"};
    DESK_AUTO struct desk *desk = NULL;
    GIVEN_AUTO struct given_list given = {.count = 0};
    struct error err = {0};
    struct explain_counts counts = {0};
    bool json = cli_has(args, "json");
    int code = read_given(args, &given);
    if (code == CLI_DONE && given.count && !plugin)
        code = cli_misuse(args, "--option needs --plugin: whose option is it?");
    if (code == CLI_DONE)
        code = open_desk(args, plugin ? DESK_PLUGINS : DESK_WORK, true, &desk);
    if (code != CLI_DONE)
        return code;
    const char *const *paths = (const char *const *)args->operand;
    size_t count = (size_t)args->count;
    if (count == 0) {
        paths = standard_input;
        count = 1;
    }
    if (explain_paths(desk, paths, count, plugin, given.at, given.count, print_either, &json,
                      &counts, &err) < 0)
        return cli_failed(args, &err);
    if (counts.failed == 0)
        return CLI_DONE;
    return counts.failed == counts.documents ? CLI_FAILED : CLI_SOME_FAILED;
}

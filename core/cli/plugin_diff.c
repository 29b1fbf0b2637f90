/* copydesk plugin diff */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/output.h"
#include "cli/plugin_sample.h"
#include "model/json.h"
#include "pipeline/diffplugin.h"

static const struct cli_option options[] = {
    SAMPLE_OPTIONS,
    CLI_JSON_OPTION,
    CLI_END,
};

static const char signs[] = "+-~";

static void print_line(const struct diff_line *line)
{
    printf("    %s%c ", output_style(line->sign == DIFF_LESS ? STYLE_BAD : STYLE_BOLD),
           signs[line->sign]);
    output_line(line->scheme, 60);
    fputs(": ", stdout);
    if (line->field && line->was.len) {
        output_line(line->was, 60);
        fputs(" -> ", stdout);
    }
    output_line(line->label, 100);
    fputs(output_style(STYLE_PLAIN), stdout);
    if (line->code.len) {
        putchar(' ');
        output_line(line->code, 40);
    }
    if (!line->field && line->sign == DIFF_OTHER)
        printf(" %.2f -> %.2f%s", line->before, line->after, line->moved ? ", other places" : "");
    else if (!line->field)
        printf(" %.2f", line->after);
    putchar('\n');
}

static void print_person(const struct diff_article *article)
{
    printf("article %lld: ", (long long)article->item->id);
    output_name(article->item->title);
    putchar('\n');
    for (size_t i = 0; i < article->count; i++)
        print_line(&article->lines[i]);
    if (article->summary) {
        fputs("    - ", stdout);
        output_line(article->summary_before, 200);
        fputs("\n    + ", stdout);
        output_line(article->summary_after, 200);
        putchar('\n');
    }
    if (article->failed) {
        printf("    %sfailed:%s ", output_style(STYLE_BAD), output_style(STYLE_PLAIN));
        output_text(str_of(article->failed->message));
        putchar('\n');
        output_lines(str_of(article->failed->traceback), 8);
    }
}

static json_t *lines_json(const struct diff_article *article)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < article->count; i++) {
        const struct diff_line *line = &article->lines[i];
        const char sign[] = {signs[line->sign], '\0'};
        json_array_append_new(
            list, json_pack("{s:s, s:b, s:o, s:o, s:o, s:f, s:f, s:b, s:o}", "sign", sign, "field",
                            line->field, "scheme", str_to_json(line->scheme), "label",
                            str_to_json(line->label), "code", str_to_json(line->code), "before",
                            line->before, "after", line->after, "moved", line->moved, "was",
                            str_to_json(line->was)));
    }
    return list;
}

static void print_json(const struct diff_article *article)
{
    json_t *line =
        json_pack("{s:I, s:o, s:o}", "id", (json_int_t)article->item->id, "headline",
                  str_to_json(str_of(article->item->title)), "changes", lines_json(article));
    if (line && article->summary)
        json_object_set_new(line, "summary",
                            json_pack("{s:o, s:o}", "before", str_to_json(article->summary_before),
                                      "after", str_to_json(article->summary_after)));
    if (line && article->failed)
        json_object_set_new(line, "error", str_to_json(str_of(article->failed->message)));
    output_json(line);
}

static int print_article(const struct diff_article *article, void *data)
{
    if (*(const bool *)data)
        print_json(article);
    else
        print_person(article);
    return ferror(stdout);
}

static void print_sum(const struct diff_counts *counts)
{
    printf("%s: %llu changed, +%llu -%llu ~%llu", counted(counts->articles, "article", "articles"),
           (unsigned long long)counts->changed, (unsigned long long)counts->more,
           (unsigned long long)counts->less, (unsigned long long)counts->other);
    if (counts->failed)
        printf(", %llu failed", (unsigned long long)counts->failed);
    putchar('\n');
}

static int run(const struct cli_args *args)
{
    GIVEN_AUTO struct given_list given = {.count = 0};
    DESK_AUTO struct desk *desk = NULL;
    struct error err = {0};
    struct diff_counts counts;
    bool json = cli_has(args, "json");
    struct trace_options chosen;
    int code = read_sample(args, &given, &chosen);
    if (code != CLI_DONE)
        return code;
    code = open_desk(args, DESK_PLUGINS, false, &desk);
    if (code != CLI_DONE)
        return code;
    const int result = plugin_diff(desk, &chosen, print_article, &json, &counts, &err);
    if (result < 0 && result != ERR_CANCELLED)
        return cli_failed(args, &err);
    if (!json)
        print_sum(&counts);
    return counts.failed ? CLI_SOME_FAILED : CLI_DONE;
}

const struct cli_command command_plugin_diff = {
    .name = "plugin diff",
    .usage = "KIND/NAME [ID]...",
    .about = "Compare what a plugin would say now with what is stored",
    .more =
        "Runs a tag or summarize plugin, as it lies there now, on stored articles and prints what "
        "would\n"
        "be more (+), less (-) or other (~) than what is stored of it. Nothing is saved. Fields "
        "that\n"
        "the plugin gives (language ...) are hidden from it and compared, also where the document\n"
        "itself said them.\n\n"
        "  copydesk plugin diff tag/keywords --last 100 --query 'lang:fr'\n"
        "  copydesk plugin diff tag/keywords 17\n",
    .options = options,
    .least = 1,
    .most = -1,
    .run = run,
};

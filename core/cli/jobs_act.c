/* Commands that make jobs run, or not. Without a running desk the command is the host, does the one
 * thing, and ends; beside one it asks it. */
#include <stdio.h>
#include <string.h>

#include "cli/beside.h"
#include "cli/jobs.h"
#include "cli/output.h"
#include "pipeline/host.h"

static void set_true(void *data)
{
    *(bool *)data = true;
}

static int act_alone(const struct cli_args *args, jobs_begin_fn *begin, struct jobs_act *act)
{
    struct schedule *schedule = NULL;
    struct error err = {0};
    bool closed = false;
    const struct schedule_options options = {.desk = act->work.desk, .passive = true};
    int code = schedule_open(&options, &schedule, &err);
    if (code >= 0)
        code = begin(schedule, act, &err);
    if (code >= 0)
        host_wait(act->work.desk, &act->done);
    if (schedule) {
        schedule_close(schedule, set_true, &closed);
        host_wait(act->work.desk, &closed);
    }
    return code < 0 ? cli_failed(args, &err) : act->code;
}

static void take_event(const char *name, const json_t *line, void *act)
{
    if (strcmp(name, "run") == 0)
        print_run(act, json_object_get(line, "run"));
}

static int act_beside(const struct cli_args *args, struct control_client *line, json_t *fields,
                      struct jobs_act *act)
{
    struct error err = {0};
    if (control_ask(line, args->command->name, fields, take_event, act, NULL, &err) < 0)
        return cli_failed(args, &err);
    return act->code;
}

static void add_field(json_t *fields, const char *key, const char *text)
{
    if (text)
        json_object_set_new(fields, key, json_string(text));
}

int jobs_act(const struct cli_args *args, jobs_begin_fn *begin, struct jobs_act *act)
{
    LINE_AUTO struct control_client *line = NULL;
    act->json = cli_has(args, "json");
    int code = open_desk_or_line(args, &act->work.desk, &line);
    if (code == CLI_DONE && line) {
        json_t *fields = json_object();
        add_field(fields, "job", args->operand[0]);
        add_field(fields, "at", cli_text(args, "at"));
        add_field(fields, "from", cli_text(args, "from"));
        add_field(fields, "to", cli_text(args, "to"));
        code = act_beside(args, line, fields, act);
    } else if (code == CLI_DONE && (code = jobs_find(args, &act->work)) == CLI_DONE) {
        code = jobs_moment(args, "at", act->work.job, &act->at_us);
        if (code == CLI_DONE)
            code = jobs_moment(args, "from", act->work.job, &act->at_us);
        if (code == CLI_DONE)
            code = jobs_moment(args, "to", act->work.job, &act->to_us);
        if (code == CLI_DONE)
            code = act_alone(args, begin, act);
    }
    jobs_close_at(&act->work);
    return code;
}

static void print_outputs(const json_t *outputs)
{
    size_t i;
    const json_t *name;
    json_array_foreach(outputs, i, name)
    {
        fputs("    ", stdout);
        output_name(json_string_value(name));
        putchar('\n');
    }
}

static const char *field(const json_t *report, const char *key)
{
    const char *text = json_string_value(json_object_get(report, key));
    return text ? text : "";
}

static uint64_t count_of(const json_t *report, const char *key)
{
    return (uint64_t)json_integer_value(json_object_get(report, key));
}

/* "france-daily  2026-05-04 07:00:00 +02:00  12 articles in 1 file" */
static void print_person(const json_t *report, bool failed)
{
    const char *local = field(report, "local");
    printf("%s  %.10s %.8s %s  ", field(report, "job"), local, strlen(local) > 11 ? local + 11 : "",
           strlen(local) > 19 ? local + 19 : "");
    if (failed) {
        const bool bad = strcmp(field(report, "state"), "skipped") != 0;
        printf("%s%s%s: ", output_style(bad ? STYLE_BAD : STYLE_PLAIN), field(report, "state"),
               output_style(STYLE_PLAIN));
        output_text(str_of(field(report, "error")));
        putchar('\n');
        return;
    }
    printf("%s in %s\n", counted(count_of(report, "articles"), "article", "articles"),
           counted(count_of(report, "files"), "file", "files"));
    print_outputs(json_object_get(report, "outputs"));
}

void print_run(struct jobs_act *act, const json_t *report)
{
    const bool failed = json_is_string(json_object_get(report, "error"));
    act->runs++;
    act->failed += failed && strcmp(field(report, "state"), "skipped") != 0;
    act->skipped += failed && strcmp(field(report, "state"), "skipped") == 0;
    if (act->json)
        output_json(json_deep_copy(report));
    else
        print_person(report, failed);
    fflush(stdout);
}

void report_run(const struct schedule_report *report, void *act)
{
    json_t *json = schedule_report_json(report);
    if (json)
        print_run(act, json);
    json_decref(json);
}

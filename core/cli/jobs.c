/* copydesk jobs */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/jobs.h"
#include "cli/output.h"
#include "model/json.h"
#include "pipeline/host.h"
#include "schedule/check.h"

static const struct cli_option options[] = {CLI_JSON_OPTION, CLI_END};

/* What a job's line says. Texts are in the arena. */
struct line {
    const struct job_spec *job;
    struct store_job stored;
    bool known, has_last, has_next;
    struct store_run last;
    struct timing_next next;
    struct error problem; /* code set: it cannot run */
    struct arena *arena;
};

static int take_last(const struct store_run *run, void *data)
{
    struct line *line = data;
    line->has_last = true;
    line->last = *run;
    line->last.error = arena_str(line->arena, run->error);
    line->last.outputs = arena_str(line->arena, run->outputs);
    line->last.cause = arena_str(line->arena, run->cause);
    return 0;
}

static int read_line(struct store_reader *reader, struct line *line, struct error *err)
{
    const struct str name = str_of(line->job->name);
    const struct store_runs which = {.job = name, .max = 1};
    const int code = store_read_job(reader, name, line->arena, &line->stored, err);
    line->known = code >= 0;
    line->has_next = timing_next(&line->job->timing, clock_wall_us() / 1000000, &line->next);
    if (code < 0)
        return code == ERR_NOTFOUND ? 0 : code;
    return store_read_runs(reader, &which, take_last, line, err);
}

/* Its one moment was over before a desk knew the job: it never runs by itself. */
static bool is_past(const struct line *line)
{
    struct timing_next due;
    const struct timing *timing = &line->job->timing;
    return timing->kind == TIMING_ONCE && !line->has_next && !line->has_last &&
           (!line->known || !timing_next(timing, line->stored.seen_us / 1000000, &due));
}

static const char *state_of(const struct line *line)
{
    if (line->known && line->stored.paused_us)
        return "paused";
    if (line->problem.code < 0)
        return "cannot run";
    if (is_past(line))
        return "past";
    if (!line->has_last)
        return "new";
    return line->last.state == RUN_DONE ? "well" : run_state_names[line->last.state];
}

static json_t *line_to_json(const struct line *line)
{
    char at[CLOCK_TEXT_SIZE], text[ZONE_TEXT_SIZE];
    const struct job_spec *job = line->job;
    const bool paused = line->known && line->stored.paused_us;
    json_t *next =
        line->has_next && !paused
            ? json_pack("{s:s, s:s, s:s}", "at", clock_format(line->next.utc * 1000000, at),
                        "local", zone_format(job->timing.zone, line->next.utc, text), "note",
                        line->next.note)
            : json_null();
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:o, s:o, s:I, s:o, s:o}", "job", job->name, "kind",
        job->task ? "task" : "export", "plugin", job->task ? job->task : job->format, "when",
        job->when, "tz", zone_name(job->timing.zone), "state", state_of(line), "paused", paused,
        "paused_why", paused ? str_to_json(line->stored.paused_why) : json_null(), "problem",
        line->problem.code < 0 ? str_to_json(str_of(line->problem.text)) : json_null(), "failures",
        (json_int_t)line->stored.failures, "last",
        line->has_last ? run_to_json(job, &line->last) : json_null(), "next", next);
}

static void print_person(const struct line *line)
{
    const struct job_spec *job = line->job;
    const bool paused = line->known && line->stored.paused_us;
    const bool bad = paused || line->problem.code < 0 || is_past(line) ||
                     (line->has_last && line->last.state == RUN_FAILED);
    printf("%s%s%s  %s%s%s\n", output_style(STYLE_BOLD), job->name, output_style(STYLE_PLAIN),
           output_style(bad ? STYLE_BAD : STYLE_PLAIN), state_of(line), output_style(STYLE_PLAIN));
    if (paused)
        output_wrapped(line->stored.paused_why, 4);
    if (line->problem.code < 0)
        output_wrapped(str_of(line->problem.text), 4);
    printf("    %s %s, when %s (%s)\n", job->task ? "task" : "export",
           job->task ? job->task : job->format, job->when, zone_name(job->timing.zone));
    if (line->has_last) {
        fputs("    last  ", stdout);
        print_local(job->timing.zone, line->last.at_us);
        printf("  %s, %s in %s\n", run_state_names[line->last.state],
               counted((uint64_t)line->last.articles, "article", "articles"),
               counted((uint64_t)line->last.files, "file", "files"));
        if (line->last.error.len)
            output_wrapped(line->last.error, 10);
    }
    if (is_past(line))
        printf("    its time had passed when the desk first saw it: `copydesk jobs run %s` runs it "
               "now\n",
               job->name);
    if (line->has_next && !paused) {
        char at[CLOCK_TEXT_SIZE];
        fputs("    next  ", stdout);
        print_local(job->timing.zone, line->next.utc * 1000000);
        printf("  %s%s%s%s%s\n", output_style(STYLE_DIM),
               clock_format(line->next.utc * 1000000, at), output_style(STYLE_PLAIN),
               line->next.note[0] ? "  " : "", line->next.note);
    }
}

static int print_all(struct jobs_work *work, struct store_reader *reader, bool json,
                     struct error *err)
{
    int code = 0;
    for (size_t i = 0; code >= 0 && i < work->list->count; i++) {
        ARENA_AUTO struct arena *arena = arena_new(1 << 20);
        struct line line = {.job = &work->list->at[i], .arena = arena};
        (void)job_can_run(work->desk->lineup, line.job, &line.problem);
        code = arena ? read_line(reader, &line, err) : error_set(err, ERR_NOMEM, "out of memory");
        if (code >= 0 && json)
            output_json(line_to_json(&line));
        else if (code >= 0)
            print_person(&line);
    }
    return code;
}

static int run(const struct cli_args *args)
{
    JOBS_AUTO struct jobs_work work = {0};
    struct store_reader *reader = NULL;
    struct error err = {0};
    int code = jobs_open(args, DESK_PLUGINS, &work);
    if (code != CLI_DONE)
        return code;
    if (desk_reader(work.desk, false, &reader, &err) < 0 ||
        print_all(&work, reader, cli_has(args, "json"), &err) < 0)
        code = cli_failed(args, &err);
    store_reader_close(reader);
    if (code == CLI_DONE && work.list->count == 0 && !cli_has(args, "json"))
        fputs("desk.lua has no jobs: desk.job { \"daily\", cron = \"0 7 * * *\", export = "
              "\"markdown\", to = \"out/{date}.md\" } makes one.\n",
              stderr);
    return code;
}

const struct cli_command command_jobs = {
    .name = "jobs",
    .usage = "",
    .about = "List jobs: how they stand, their last run and their next",
    .more = "Jobs run while `copydesk run` does. Times are in each job's zone, then UTC.\n",
    .options = options,
    .run = run,
};

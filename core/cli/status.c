/* copydesk status */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "cli/beside.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/health.h"
#include "cli/output.h"
#include "pipeline/health.h"
#include "pipeline/host.h"
#include "pipeline/plugins.h"

static const struct cli_option options[] = {CLI_JSON_OPTION, CLI_END};

#define LABEL_COLUMNS 10

/* ---- a desk that runs says all of it; of one that does not, the store is looked at ---- */

static json_t *counts_of_store(const struct store_counts *counts)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I}", "documents", (json_int_t)counts->documents,
                     "articles", (json_int_t)counts->articles, "received",
                     (json_int_t)counts->received, "quarantined", (json_int_t)counts->quarantined,
                     "unindexed", (json_int_t)counts->unindexed);
}

static void note_aside(json_t *unwell, const json_t *health)
{
    json_t *why = json_object_get(json_object_get(health, "aside"), "why");
    if (why)
        json_array_append(unwell, why);
}

static int note_plugin(const struct plugin_info *info, void *unwell)
{
    if (info->used)
        note_aside(unwell, info->health);
    return 0;
}

/* The store knows plugins by their fingerprints: which of them are there now is seen when they are
 * loaded. Where that cannot be, it is the one of each name that was stored last. */
static void note_kept(struct desk *desk, json_t *unwell)
{
    for (const struct health *at = desk->healths; at; at = at->next) {
        const struct health *newer = desk->healths;
        while (newer != at && strcmp(newer->label, at->label) != 0)
            newer = newer->next;
        json_t *health = newer == at && at->aside_us ? health_to_json(desk, at) : NULL;
        note_aside(unwell, health);
        json_decref(health);
    }
}

static int note_asides(struct desk *desk, json_t *unwell, struct error *err)
{
    DESK_AUTO struct desk *loaded = NULL;
    struct error why;
    const struct desk_options plain = {.dir = desk_folder(desk), .use = DESK_PLUGINS, .workers = 1};
    const int code = health_load(desk, err);
    const struct health *aside = desk->healths;
    while (aside && !aside->aside_us)
        aside = aside->next;
    if (code < 0 || !aside)
        return code;
    if (desk_open(&plain, &loaded, &why) < 0 || plugin_list(loaded, note_plugin, unwell, &why) < 0)
        note_kept(desk, unwell);
    return 0;
}

static int status_at_rest(struct desk *desk, json_t **out, struct error *err)
{
    json_t *unwell = json_array();
    struct store_reader *reader = NULL;
    struct store_counts counts = {0};
    int code = desk_reader(desk, false, &reader, err);
    if (code >= 0)
        code = store_counts(reader, &counts, err);
    if (reader)
        store_reader_close(reader);
    if (code >= 0 && unwell)
        code = note_asides(desk, unwell, err);
    if (code < 0) {
        json_decref(unwell);
        return code;
    }
    *out = json_pack("{s:b, s:s, s:o, s:o}", "running", 0, "desk", desk_folder(desk), "store",
                     counts_of_store(&counts), "unwell", unwell);
    return *out ? 0 : error_set(err, ERR_NOMEM, "out of memory");
}

/* ---- for a person ---- */

static json_int_t number(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

static const char *text(const json_t *object, const char *name)
{
    const char *value = json_string_value(json_object_get(object, name));
    return value ? value : "";
}

static void label(const char *name)
{
    printf("%s%-*s%s ", output_style(STYLE_DIM), LABEL_COLUMNS, name, output_style(STYLE_PLAIN));
}

static void print_text(const char *value)
{
    output_line(str_of(value), output_width());
}

static void print_local(const char *rfc3339)
{
    int64_t us = 0;
    if (clock_parse(str_of(rfc3339), &us, NULL) >= 0)
        output_time(us);
    else
        print_text(rfc3339);
}

static void print_memory(json_int_t bytes)
{
    printf("%" JSON_INTEGER_FORMAT " MiB", (bytes + (1 << 19)) >> 20);
}

static void print_desk(const json_t *status)
{
    label("desk");
    print_text(text(status, "desk"));
    putchar('\n');
    label("running");
    if (!json_is_true(json_object_get(status, "running"))) {
        puts("no (copydesk run)");
        return;
    }
    printf("process %" JSON_INTEGER_FORMAT ", since ", number(status, "pid"));
    print_local(text(status, "since"));
    printf(", copydesk %s, ", text(status, "version"));
    print_memory(number(status, "memory"));
    putchar('\n');
}

static void print_store(const json_t *store)
{
    label("store");
    printf("%s, %s", counted((uint64_t)number(store, "documents"), "document", "documents"),
           counted((uint64_t)number(store, "articles"), "article", "articles"));
    if (number(store, "received"))
        printf(", %" JSON_INTEGER_FORMAT " received and not done", number(store, "received"));
    if (number(store, "unindexed"))
        printf(", %" JSON_INTEGER_FORMAT " to be indexed", number(store, "unindexed"));
    if (number(store, "quarantined"))
        printf(", %" JSON_INTEGER_FORMAT " in quarantine (copydesk failed)",
               number(store, "quarantined"));
    putchar('\n');
}

static void print_queue(const json_t *queue)
{
    label("queue");
    printf("%" JSON_INTEGER_FORMAT " waiting, %" JSON_INTEGER_FORMAT " at work\n",
           number(queue, "waiting"), number(queue, "at_work"));
}

static void print_workers(const json_t *workers)
{
    label("workers");
    printf("%" JSON_INTEGER_FORMAT " of %" JSON_INTEGER_FORMAT ", ", number(workers, "running"),
           number(workers, "most"));
    print_memory(number(workers, "memory"));
    if (number(workers, "replaced"))
        printf(", %" JSON_INTEGER_FORMAT " replaced", number(workers, "replaced"));
    putchar('\n');
}

static void print_watches(const json_t *watches)
{
    const json_t *watch;
    size_t i;
    json_array_foreach(watches, i, watch)
    {
        label(i ? "" : "watching");
        print_text(text(watch, "folder"));
        printf(": %" JSON_INTEGER_FORMAT " done, %" JSON_INTEGER_FORMAT
               " duplicate, %" JSON_INTEGER_FORMAT " failed",
               number(watch, "done"), number(watch, "duplicate"), number(watch, "failed"));
        if (*text(watch, "file_system"))
            printf(", polled (%s)", text(watch, "file_system"));
        else if (json_is_true(json_object_get(watch, "polled")))
            printf(", polled");
        puts(json_is_true(json_object_get(watch, "missing")) ? ", missing" : "");
    }
}

static void print_jobs(const json_t *jobs)
{
    const json_t *job;
    size_t i;
    json_array_foreach(jobs, i, job)
    {
        label(i ? "" : "jobs");
        print_text(text(job, "name"));
        printf(": %s", text(job, "state"));
        if (*text(job, "next")) {
            printf(", next ");
            print_local(text(job, "next"));
        }
        putchar('\n');
    }
}

static void print_plugins(const json_t *plugins)
{
    const json_t *plugin;
    size_t i;
    json_array_foreach(plugins, i, plugin)
    {
        label(i ? "" : "plugins");
        print_text(text(plugin, "plugin"));
        printf(": ");
        print_health(plugin);
        putchar('\n');
    }
}

static void print_last_error(const json_t *last)
{
    if (!json_is_object(last))
        return;
    label("last error");
    print_local(text(last, "at"));
    printf("  ");
    print_text(text(last, "message"));
    putchar('\n');
}

static void print_unwell(const json_t *unwell)
{
    const json_t *what;
    size_t i;
    json_array_foreach(unwell, i, what)
    {
        printf("%s%-*s%s ", output_style(STYLE_BAD), LABEL_COLUMNS, "unwell",
               output_style(STYLE_PLAIN));
        output_line(str_of(json_string_value(what)), UINT_MAX); /* its end says what to do */
        putchar('\n');
    }
}

static void print_person(const json_t *status)
{
    print_desk(status);
    print_store(json_object_get(status, "store"));
    if (json_is_true(json_object_get(status, "running"))) {
        print_queue(json_object_get(status, "queue"));
        print_workers(json_object_get(status, "workers"));
        print_watches(json_object_get(status, "watches"));
        print_jobs(json_object_get(status, "jobs"));
        print_plugins(json_object_get(status, "plugins"));
        print_last_error(json_object_get(status, "last_error"));
    }
    print_unwell(json_object_get(status, "unwell"));
}

static int run(const struct cli_args *args)
{
    DESK_AUTO struct desk *desk = NULL;
    LINE_AUTO struct control_client *line = NULL;
    struct error err = {0};
    json_t *status = NULL;
    int code = open_line(args, &desk, &line);
    if (code != CLI_DONE)
        return code;
    if (line)
        control_patience(line, CONTROL_ASK_MS);
    const int result = line ? control_ask(line, "status", NULL, NULL, NULL, &status, &err)
                            : status_at_rest(desk, &status, &err);
    if (result < 0) {
        json_decref(status);
        return cli_failed(args, &err);
    }
    code = json_array_size(json_object_get(status, "unwell")) ? CLI_FAILED : CLI_DONE;
    if (cli_has(args, "json")) {
        output_json(status);
    } else {
        print_person(status);
        json_decref(status);
    }
    return code;
}

const struct cli_command command_status = {
    .name = "status",
    .usage = "",
    .about = "How the desk is: queue, watches, jobs, plugins",
    .more =
        "Exit code 1 when something is unwell, which is said: a watched folder that is missing, a\n"
        "file that cannot be moved out of one, a store that cannot write, workers that do not\n"
        "start, a job that cannot run, failed or is paused, a plugin that is set aside, a reload\n"
        "that was refused. A desk that does not run is not unwell for that; its counts are\n"
        "shown, and its plugins that are set aside.\n",
    .options = options,
    .run = run,
};

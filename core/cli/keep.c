/* copydesk keep */
#include <stdio.h>

#include "base/clock.h"
#include "cli/beside.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/output.h"
#include "pipeline/host.h"
#include "pipeline/keep.h"

static const struct cli_option options[] = {
    {"dry-run", 'n', NULL, "only say what would go", false},
    CLI_JSON_OPTION,
    CLI_END,
};

struct keeping {
    bool done;
    struct keep_result result;
};

static void finished(const struct keep_result *result, void *data)
{
    struct keeping *keeping = data;
    keeping->result = *result;
    keeping->done = true;
}

static int print_result(const struct keep_result *result, const bool *named, bool dry, bool json)
{
    static const char *const one[] = {"document's bytes", "file in done/ and duplicate/",
                                      "former version", "result", "run, event or answer"};
    static const char *const many[] = {"documents' bytes", "files in done/ and duplicate/",
                                       "former versions", "results", "runs, events and answers"};
    json_t *object = json ? json_object() : NULL;
    for (int i = 0; i < CONFIG_KEPT_COUNT; i++) {
        if (!named[i])
            continue;
        if (json)
            json_object_set_new(object, config_kept_names[i],
                                json_integer((json_int_t)result->removed[i]));
        else
            printf("%-10s %s %s\n", config_kept_names[i],
                   counted(result->removed[i], one[i], many[i]), dry ? "would go" : "gone");
    }
    return json && output_json(object) < 0 ? CLI_FAILED : CLI_DONE;
}

static void keep_here(struct desk *desk, bool dry, struct keep_result *out, bool *named)
{
    struct keeping keeping = {0};
    const struct config_keep *spans = &desk->lineup->config.keep;
    for (int i = 0; i < CONFIG_KEPT_COUNT; i++)
        named[i] = spans->us[i] != 0;
    if (!keep_start(desk, spans, clock_wall_us(), dry, finished, &keeping))
        error_set(&keeping.result.error, ERR_NOMEM, "out of memory");
    else
        host_wait(desk, &keeping.done);
    *out = keeping.result;
}

/* The running desk goes by the desk.keep that it has loaded. */
static void keep_beside(struct control_client *line, struct keep_result *out, bool *named)
{
    json_t *answer = NULL;
    const bool asked = control_ask(line, "keep", NULL, NULL, NULL, &answer, &out->error) >= 0;
    for (int i = 0; asked && i < CONFIG_KEPT_COUNT; i++) {
        const json_t *count = json_object_get(answer, config_kept_names[i]);
        named[i] = json_is_integer(count);
        out->removed[i] = (uint64_t)json_integer_value(count);
    }
    json_decref(answer);
}

static int run(const struct cli_args *args)
{
    DESK_AUTO struct desk *desk = NULL;
    LINE_AUTO struct control_client *line = NULL;
    struct keep_result result = {0};
    bool named[CONFIG_KEPT_COUNT] = {false}, any = false;
    const bool dry = cli_has(args, "dry-run");
    const int code =
        dry ? open_desk(args, DESK_PLUGINS, false, &desk) : open_desk_or_line(args, &desk, &line);
    if (code != CLI_DONE)
        return code;
    if (line)
        keep_beside(line, &result, named);
    else
        keep_here(desk, dry, &result, named);
    if (result.error.code < 0)
        return cli_failed(args, &result.error);
    for (int i = 0; i < CONFIG_KEPT_COUNT; i++)
        any = any || named[i];
    if (any)
        return print_result(&result, named, dry, cli_has(args, "json"));
    if (!cli_has(args, "json"))
        puts("desk.lua says no desk.keep { ... }: all is kept for ever");
    return CLI_DONE;
}

const struct cli_command command_keep = {
    .name = "keep",
    .usage = "",
    .about = "Remove what desk.keep in desk.lua says is kept no longer",
    .more =
        "A desk that runs does it by itself, about once an hour. Without desk.keep all is kept\n"
        "for ever.\n\n"
        "  desk.keep { documents = \"365d\", done = \"30d\", runs = \"90d\" }\n\n"
        "  copydesk keep --dry-run\n",
    .options = options,
    .run = run,
};

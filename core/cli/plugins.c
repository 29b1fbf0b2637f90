/* copydesk plugins */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cli/beside.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/health.h"
#include "cli/output.h"
#include "model/json.h"
#include "pipeline/plugins.h"

static const struct cli_option options[] = {
    {"options", 'o', NULL, "show each plugin's options", false},
    CLI_JSON_OPTION,
    CLI_END,
};

struct plugin_printer {
    bool json, options;
    json_t *live; /* what a desk that runs says of its plugins; NULL: none runs */
    uint64_t broken;
};

static bool is_of(const json_t *health, const struct plugin_info *info)
{
    char name[128];
    const char *of = json_string_value(json_object_get(health, "name"));
    snprintf(name, sizeof name, "%s/%s", info->kind, info->name);
    return of && strcmp(of, name) == 0;
}

/* Of a desk that runs, the figures of now; else those that were kept. Borrowed; NULL: it was not
 * called yet. */
static json_t *health_now(const struct plugin_printer *printer, const struct plugin_info *info)
{
    json_t *health;
    size_t i;
    if (info->shadowed_by)
        return NULL;
    json_array_foreach(printer->live, i, health) if (is_of(health, info)) return health;
    return info->health;
}

static void print_health_line(const json_t *health)
{
    int64_t since_us = 0;
    const char *since = json_string_value(json_object_get(health, "since"));
    fputs("    ", stdout);
    print_health(health);
    if (since && clock_parse(str_of(since), &since_us, NULL) >= 0) {
        fputs(", since ", stdout);
        output_time(since_us);
    }
    putchar('\n');
}

static json_t *info_to_json(const struct plugin_info *info, json_t *health)
{
    json_t *list = json_array();
    for (size_t i = 0; i < info->option_count; i++)
        json_array_append_new(list, str_to_json(str_of(info->options[i])));
    return json_pack("{s:s, s:s, s:s, s:o, s:o, s:b, s:o, s:o, s:o, s:s, s:o, s:O}", "kind",
                     info->kind, "name", info->name, "origin", info->origin, "path",
                     str_to_json(str_of(info->path)), "shadowed_by",
                     str_to_json(str_of(info->shadowed_by)), "used", info->used, "version",
                     str_to_json(str_of(info->version)), "about", str_to_json(str_of(info->about)),
                     "options", list, "fingerprint", info->fingerprint, "error",
                     str_to_json(str_of(info->error ? info->error->text : NULL)), "health",
                     health ? health : json_null());
}

static void print_person(const struct plugin_info *info, bool with_options)
{
    char name[128];
    snprintf(name, sizeof name, "%s/%s", info->kind, info->name);
    printf("%s%-20s%s %-8s %-8s ", output_style(info->shadowed_by ? STYLE_DIM : STYLE_BOLD), name,
           output_style(STYLE_PLAIN), info->version ? info->version : "", info->origin);
    if (info->error) {
        printf("%scannot be loaded: ", output_style(STYLE_BAD));
        output_line((struct str){info->error->text, strcspn(info->error->text, "\n")}, UINT_MAX);
        fputs(output_style(STYLE_PLAIN), stdout);
    } else if (info->shadowed_by) {
        fputs("shadowed by ", stdout);
        output_name(info->shadowed_by);
    } else {
        output_name(info->about);
    }
    putchar('\n');
    for (size_t i = 0; with_options && i < info->option_count; i++) {
        fputs("    ", stdout);
        output_name(info->options[i]);
        putchar('\n');
    }
}

static int print_info(const struct plugin_info *info, void *data)
{
    struct plugin_printer *printer = data;
    json_t *health = health_now(printer, info);
    printer->broken += info->error != NULL;
    if (printer->json)
        output_json(info_to_json(info, health));
    else
        print_person(info, printer->options);
    if (health && !printer->json)
        print_health_line(health);
    return ferror(stdout);
}

/* The plugins of the desk that runs, if one does: a new reference. */
static json_t *ask_live(struct desk *desk)
{
    LINE_AUTO struct control_client *line = NULL;
    struct error err = {0};
    json_t *status = NULL;
    if (!desk_store_folder(desk) || control_connect(desk_store_folder(desk), &line, &err) < 0 ||
        control_ask(line, "status", NULL, NULL, NULL, &status, &err) < 0) {
        json_decref(status);
        return NULL;
    }
    json_t *plugins = json_incref(json_object_get(status, "plugins"));
    json_decref(status);
    return plugins;
}

static int run(const struct cli_args *args)
{
    DESK_AUTO struct desk *desk = NULL;
    struct error err = {0};
    struct plugin_printer printer = {.json = cli_has(args, "json"),
                                     .options = cli_has(args, "options")};
    int code = open_desk(args, DESK_PLUGINS, true, &desk);
    if (code != CLI_DONE)
        return code;
    printer.live = ask_live(desk);
    const int listed = plugin_list(desk, print_info, &printer, &err);
    json_decref(printer.live);
    if (listed < 0)
        return cli_failed(args, &err);
    return printer.broken ? CLI_SOME_FAILED : CLI_DONE;
}

const struct cli_command command_plugins = {
    .name = "plugins",
    .usage = "",
    .about = "List the plugins that can be used, where they are, and how they do",
    .more =
        "Of each plugin that was called: calls, failures by kind, time, and the memory of its\n"
        "largest Lua state; of the desk that runs as it is now, else as the desk left it. It is\n"
        "counted for as long as code, data and options stay the same. A plugin that fails too\n"
        "often in a row is set aside (desk.aside).\n",
    .options = options,
    .run = run,
};

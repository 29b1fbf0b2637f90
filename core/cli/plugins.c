/* copydesk plugins */
#include <limits.h>
#include <stdio.h>

#include "cli/commands.h"
#include "cli/common.h"
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
    uint64_t broken;
};

static json_t *info_to_json(const struct plugin_info *info)
{
    json_t *list = json_array();
    for (size_t i = 0; i < info->option_count; i++)
        json_array_append_new(list, str_to_json(str_of(info->options[i])));
    return json_pack("{s:s, s:s, s:s, s:o, s:o, s:b, s:o, s:o, s:o, s:s, s:o}", "kind", info->kind,
                     "name", info->name, "origin", info->origin, "path",
                     str_to_json(str_of(info->path)), "shadowed_by",
                     str_to_json(str_of(info->shadowed_by)), "used", info->used, "version",
                     str_to_json(str_of(info->version)), "about", str_to_json(str_of(info->about)),
                     "options", list, "fingerprint", info->fingerprint, "error",
                     str_to_json(str_of(info->error ? info->error->text : NULL)));
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
    printer->broken += info->error != NULL;
    if (printer->json)
        output_json(info_to_json(info));
    else
        print_person(info, printer->options);
    return ferror(stdout);
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
    if (plugin_list(desk, print_info, &printer, &err) < 0)
        return cli_failed(args, &err);
    return printer.broken ? CLI_SOME_FAILED : CLI_DONE;
}

const struct cli_command command_plugins = {
    .name = "plugins",
    .usage = "",
    .about = "List the plugins that can be used, and where they are",
    .options = options,
    .run = run,
};

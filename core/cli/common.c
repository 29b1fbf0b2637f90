#include "cli/common.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/output.h"

int open_desk(const struct cli_args *args, enum desk_use use, bool optional, struct desk **out)
{
    struct error err = {0};
    struct desk_options options = {.dir = args->desk, .optional = optional, .use = use};
    if (desk_open(&options, out, &err) < 0)
        return cli_failed(args, &err);
    return CLI_DONE;
}

void desk_close_at(struct desk **desk)
{
    desk_close(*desk);
}

int read_given(const struct cli_args *args, struct given_list *out)
{
    const char *text;
    out->count = 0;
    for (size_t i = 0; (text = cli_nth(args, "option", i)) != NULL; i++) {
        const char *equals = strchr(text, '=');
        if (!equals || equals == text)
            return cli_misuse(args, "--option '%s': give NAME=VALUE", text);
        char *key = mem_strndup(text, (size_t)(equals - text));
        if (!key) {
            fputs("copydesk: out of memory\n", stderr);
            return CLI_FAILED;
        }
        out->at[out->count++] = (struct option_text){key, equals + 1};
    }
    return CLI_DONE;
}

void free_given(struct given_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        mem_free((char *)list->at[i].key);
}

void show_bar(const struct desk_progress *progress, void *bar)
{
    struct bar *drawn = bar;
    drawn->what = progress->unit;
    bar_show(drawn, progress->done, progress->total);
}

const char *counted(uint64_t count, const char *one, const char *many)
{
    static _Thread_local char text[4][64];
    static _Thread_local unsigned turn;
    char *place = text[turn++ % 4];
    snprintf(place, sizeof text[0], "%llu %s", (unsigned long long)count, count == 1 ? one : many);
    return place;
}

void print_traceback(const char *traceback)
{
    while (traceback && *traceback) {
        size_t len = strcspn(traceback, "\n");
        output_detail("%.*s", (int)len, traceback);
        traceback += len + (traceback[len] == '\n');
    }
}

#include "cli/plugin_trace.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "cli/output.h"
#include "model/json.h"
#include "model/raw_json.h"
#include "pipeline/traceplugin.h"

struct trace_printer {
    bool json;
    uint64_t count, failed;
};

static const char *level_word(int level)
{
    return level == LOG_LEVEL_ERROR  ? "error"
           : level == LOG_LEVEL_WARN ? "warn"
           : level == LOG_LEVEL_INFO ? "info"
                                     : "debug";
}

static void print_head(const char *name)
{
    printf("%s%-8s%s ", output_style(STYLE_DIM), name, output_style(STYLE_PLAIN));
}

static void print_value(const json_t *value)
{
    BUF_AUTO struct buf text = BUF_INIT;
    if (value && json_to_buf(value, JSON_TEXT | JSON_ENCODE_ANY, &text, NULL) >= 0)
        output_text(buf_view(&text));
    putchar('\n');
}

/* The items of a list have a line each. */
static void print_answer(const msgpack_object *answer)
{
    json_t *value = raw_to_json(answer);
    const size_t count = json_array_size(value);
    print_head("answer");
    if (count == 0)
        print_value(value);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            fputs("         ", stdout);
        print_value(json_array_get(value, i));
    }
    json_decref(value);
}

static void print_fault(const struct one_call *call)
{
    print_head("failed");
    printf("%s(%s)%s ", output_style(STYLE_BAD), guard_word(call->guard),
           output_style(STYLE_PLAIN));
    output_text(str_of(call->message));
    putchar('\n');
    output_lines(str_of(call->traceback), 9);
}

static void print_person(const struct trace *trace)
{
    const struct one_call *call = trace->call;
    print_head("plugin");
    printf("%s\n", trace->plugin->title);
    print_head("input");
    if (trace->item->id)
        printf("article %lld: ", (long long)trace->item->id);
    output_name(trace->item->title);
    printf(" (%zu bytes)\n", trace->item->bytes);
    for (const struct trace_line *line = trace->log; line; line = line->next) {
        print_head("log");
        printf("%s: ", level_word(line->level));
        output_text(str_of(line->text));
        putchar('\n');
    }
    if (!call->answer) {
        print_fault(call);
        return;
    }
    print_answer(call->answer);
    print_head("time");
    printf("%.3f ms in the plugin, %.3f ms with the way there and back\n",
           (double)call->cpu_us / 1000, (double)call->wall_us / 1000);
    print_head("memory");
    printf("%.0f KiB after the call, %.0f KiB at most\n", (double)call->bytes / 1024,
           (double)call->peak / 1024);
}

static json_t *log_to_json(const struct trace_line *line)
{
    json_t *list = json_array();
    for (; list && line; line = line->next)
        json_array_append_new(list, json_pack("{s:s, s:o}", "level", level_word(line->level),
                                              "text", str_to_json(str_of(line->text))));
    return list;
}

static void print_json(const struct trace *trace)
{
    const struct one_call *call = trace->call;
    json_t *line =
        json_pack("{s:s, s:I, s:o, s:I, s:o}", "plugin", trace->plugin->title, "id",
                  (json_int_t)trace->item->id, "title", str_to_json(str_of(trace->item->title)),
                  "bytes", (json_int_t)trace->item->bytes, "log", log_to_json(trace->log));
    if (line && call->answer) {
        json_object_set_new(line, "answer", raw_to_json(call->answer));
        json_object_set_new(line, "cpu_us", json_integer(call->cpu_us));
        json_object_set_new(line, "wall_us", json_integer(call->wall_us));
        json_object_set_new(line, "memory_bytes", json_integer((json_int_t)call->bytes));
        json_object_set_new(line, "memory_peak", json_integer((json_int_t)call->peak));
    } else if (line) {
        json_object_set_new(line, "error",
                            json_pack("{s:s, s:o, s:o}", "guard", guard_word(call->guard),
                                      "message", str_to_json(str_of(call->message)), "traceback",
                                      str_to_json(str_of(call->traceback))));
    }
    output_json(line);
}

static int print_trace(const struct trace *trace, void *data)
{
    struct trace_printer *printer = data;
    printer->failed += trace->call->answer == NULL;
    if (printer->count++ && !printer->json)
        putchar('\n');
    if (printer->json)
        print_json(trace);
    else
        print_person(trace);
    return ferror(stdout);
}

int trace_plugin(const struct cli_args *args, const struct given_list *given)
{
    DESK_AUTO struct desk *desk = NULL;
    struct error err = {0};
    struct trace_printer printer = {.json = cli_has(args, "json")};
    static const char *const standard_input[] = {"-"};
    const struct trace_options options = {
        .plugin = args->operand[0],
        .given = given->at,
        .given_count = given->count,
        .sample = {.from =
                       args->count > 1 ? (const char *const *)args->operand + 1 : standard_input,
                   .from_count = args->count > 1 ? (size_t)args->count - 1 : 1}};
    int code = open_desk(args, DESK_PLUGINS, true, &desk);
    if (code != CLI_DONE)
        return code;
    const int result = plugin_trace(desk, &options, print_trace, &printer, &err);
    if (result < 0 && result != ERR_CANCELLED)
        return cli_failed(args, &err);
    return printer.failed ? CLI_SOME_FAILED : CLI_DONE;
}

#include "cli/health.h"

#include <inttypes.h>
#include <stdio.h>

#include "cli/common.h"
#include "cli/output.h"
#include "pipeline/health.h"

static json_int_t number(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

static const char *text(const json_t *object, const char *name)
{
    const char *value = json_string_value(json_object_get(object, name));
    return value ? value : "";
}

static json_int_t in_kib(json_int_t bytes)
{
    return (bytes + 1023) / 1024;
}

static void print_failures(const json_t *failures)
{
    const char *guard;
    json_t *count;
    json_int_t sum = 0;
    json_object_foreach((json_t *)failures, guard, count) sum += json_integer_value(count);
    if (sum == 0)
        return;
    printf(", %s%s%s (", output_style(STYLE_BAD), counted((uint64_t)sum, "failure", "failures"),
           output_style(STYLE_PLAIN));
    const char *between = "";
    json_object_foreach((json_t *)failures, guard, count)
    {
        fputs(between, stdout);
        output_line(str_of(guard), output_width());
        printf(" %" JSON_INTEGER_FORMAT, json_integer_value(count));
        between = ", ";
    }
    putchar(')');
}

void print_health(const json_t *plugin)
{
    const json_int_t calls = number(plugin, "calls");
    if (json_is_object(json_object_get(plugin, "aside")))
        printf("%sset aside%s after %s in a row, ", output_style(STYLE_BAD),
               output_style(STYLE_PLAIN),
               counted((uint64_t)number(plugin, "running_failures"), "failure", "failures"));
    fputs(counted((uint64_t)calls, "call", "calls"), stdout);
    if (calls)
        printf(", mean %.2f ms, longest %.1f ms",
               (double)number(plugin, "time_us") / (double)calls / 1e3,
               (double)number(plugin, "longest_us") / 1e3);
    print_failures(json_object_get(plugin, "failures"));
    if (number(plugin, "memory_most"))
        printf(", memory %" JSON_INTEGER_FORMAT " KiB now, %" JSON_INTEGER_FORMAT " at most",
               in_kib(number(plugin, "memory")), in_kib(number(plugin, "memory_most")));
}

static void print_aside(const json_t *plugin)
{
    const json_t *aside = json_object_get(plugin, "aside");
    if (json_is_object(aside))
        output_problem("%s is set aside after %s in a row (the last: %s); what needs it waits in "
                       "quarantine. Mend it, then: copydesk failed retry",
                       text(plugin, "name"),
                       counted((uint64_t)number(plugin, "running_failures"), "failure", "failures"),
                       text(aside, "guard"));
}

void print_asides(struct desk *desk, struct control_client *line)
{
    struct error err = {0};
    json_t *status = NULL;
    const json_t *plugin;
    size_t i;
    if (line && control_ask(line, "status", NULL, NULL, NULL, &status, &err) < 0) {
        json_decref(status);
        return; /* what was asked is done; of this, the desk that runs tells in its log */
    }
    json_t *own = line ? NULL : health_list(desk);
    json_array_foreach(line ? json_object_get(status, "plugins") : own, i, plugin)
        print_aside(plugin);
    json_decref(own);
    json_decref(status);
}

/* How a plugin does, for `copydesk plugins` and `copydesk status`. */
#include "base/clock.h"
#include "base/limits.h"
#include "model/json.h"
#include "pipeline/health.h"
#include "pipeline/host.h"

static json_t *time_json(int64_t wall_us)
{
    char text[CLOCK_TEXT_SIZE];
    return wall_us > 0 && wall_us < INT64_MAX ? json_string(clock_format(wall_us, text))
                                              : json_null();
}

static json_t *failures_json(const struct health *health)
{
    json_t *failures = json_object();
    for (int i = 0; failures && i < GUARD_COUNT; i++) {
        json_t *count = health->failures[i] ? json_integer((json_int_t)health->failures[i]) : NULL;
        if (health->failures[i] &&
            json_object_set_new(failures, guard_word((enum guard)i), count) < 0) {
            json_decref(failures);
            return NULL;
        }
    }
    return failures;
}

static json_t *aside_json(const struct health *health)
{
    if (!health->aside_us)
        return json_null();
    ARENA_AUTO struct arena *arena = arena_new(LIMIT(FIELD_BYTES));
    const char *why = arena ? health_unwell(health, arena) : NULL;
    return json_pack(
        "{s:o, s:o, s:s, s:o, s:I, s:o}", "since", time_json(health->aside_us), "again",
        time_json(health->again_us), "guard", guard_word(health->guard), "message",
        health->message ? str_to_json(str_of(health->message)) : json_null(), "passed_over",
        (json_int_t)health->passed_over, "why", why ? str_to_json(str_of(why)) : NULL);
}

json_t *health_to_json(const struct desk *desk, const struct health *health)
{
    struct pool_calls calls;
    health_calls(desk, health, &calls);
    const char *state = health->aside_us ? "aside" : health->running ? "failing" : "ok";
    return json_pack("{s:o, s:o, s:s, s:o, s:I, s:I, s:I, s:I, s:I, s:o, s:I, s:o}", "plugin",
                     str_to_json(str_of(health->title)), "name", str_to_json(str_of(health->label)),
                     "state", state, "since", time_json(health->since_us), "calls",
                     (json_int_t)calls.count, "time_us", (json_int_t)calls.us, "longest_us",
                     (json_int_t)calls.most_us, "memory", (json_int_t)calls.bytes, "memory_most",
                     (json_int_t)calls.most_bytes, "failures", failures_json(health),
                     "running_failures", (json_int_t)health->running, "aside", aside_json(health));
}

static bool is_in(const struct plugin_chain *chain, const struct desk_plugin *plugin)
{
    for (size_t i = 0; i < chain->count; i++)
        if (chain->at[i] == plugin)
            return true;
    return false;
}

static int append(const struct desk *desk, const struct desk_plugin *plugin, json_t *list)
{
    return json_array_append_new(list, health_to_json(desk, plugin->health));
}

json_t *health_list(const struct desk *desk)
{
    const struct lineup *lineup = desk->lineup;
    const struct plugin_chain *chains[] = {&lineup->ingest, &lineup->article};
    json_t *list = json_array();
    int failed = list ? 0 : -1;
    for (size_t c = 0; c < 2; c++)
        for (size_t i = 0; failed == 0 && i < chains[c]->count; i++)
            failed = append(desk, chains[c]->at[i], list);
    for (uint32_t i = 0; failed == 0 && i < lineup->plugin_count; i++) {
        const struct desk_plugin *plugin = lineup->plugins[i];
        if (plugin && plugin->health && !is_in(chains[0], plugin) && !is_in(chains[1], plugin))
            failed = append(desk, plugin, list);
    }
    if (failed == 0)
        return list;
    json_decref(list);
    return NULL;
}

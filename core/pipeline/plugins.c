#include "pipeline/plugins.h"

#include <string.h>

#include "base/limits.h"
#include "base/log.h"
#include "pipeline/health.h"
#include "pipeline/host.h"

static void print_value(struct buf *out, const msgpack_object *value)
{
    switch (value->type) {
    case MSGPACK_OBJECT_STR:
        buf_printf(out, "\"%.*s\"", (int)value->via.str.size, value->via.str.ptr);
        break;
    case MSGPACK_OBJECT_BOOLEAN:
        buf_text(out, value->via.boolean ? "true" : "false");
        break;
    case MSGPACK_OBJECT_POSITIVE_INTEGER:
    case MSGPACK_OBJECT_NEGATIVE_INTEGER:
        buf_printf(out, "%lld", (long long)value->via.i64);
        break;
    case MSGPACK_OBJECT_FLOAT32:
    case MSGPACK_OBJECT_FLOAT64:
        buf_printf(out, "%g", value->via.f64);
        break;
    case MSGPACK_OBJECT_ARRAY:
        for (uint32_t i = 0; i < value->via.array.size; i++) {
            buf_text(out, i ? "," : "");
            if (value->via.array.ptr[i].type == MSGPACK_OBJECT_STR)
                print_value(out, &value->via.array.ptr[i]);
        }
        break;
    default:
        buf_text(out, "?");
    }
}

/* "min_score (number, 0.4, 0 to 1): Lowest score kept." */
static const char *option_line(const struct option_spec *option, struct arena *arena)
{
    BUF_AUTO struct buf line = BUF_INIT;
    buf_printf(&line, "%s (%s", option->name, option_type_name(option->type));
    if (option->default_value) {
        buf_text(&line, ", ");
        print_value(&line, option->default_value);
    }
    if (option->has_min)
        buf_printf(&line, ", at least %g", option->min);
    if (option->has_max)
        buf_printf(&line, ", at most %g", option->max);
    for (size_t i = 0; i < option->choice_count; i++)
        buf_printf(&line, "%s%s", i ? "|" : ", ", option->choices[i]);
    buf_printf(&line, ")%s%s", option->doc[0] ? ": " : "", option->doc);
    return buf_failed(&line) ? NULL : arena_text(arena, buf_view(&line));
}

static int fill_options(const struct manifest *manifest, struct arena *arena,
                        struct plugin_info *info)
{
    const char **lines = arena_alloc(arena, manifest->option_count + 1, sizeof *lines);
    for (size_t i = 0; lines && i < manifest->option_count; i++)
        if (!(lines[i] = option_line(&manifest->options[i], arena)))
            return ERR_NOMEM;
    info->options = lines;
    info->option_count = manifest->option_count;
    return lines ? 0 : ERR_NOMEM;
}

static bool is_used(const struct lineup *lineup, const struct plugin_entry *entry)
{
    const struct config *config = &lineup->config;
    for (size_t i = 0; !entry->shadowed_by && i < config->plugin_count; i++)
        if (strcmp(config->plugins[i].kind, entry->kind) == 0 &&
            strcmp(config->plugins[i].name, entry->name) == 0)
            return true;
    return false;
}

/* With the options of desk.lua, where it names it. */
static const struct desk_plugin *as_it_runs(struct lineup *lineup, struct plugin_entry *entry,
                                            struct desk_plugin *plugin)
{
    const struct config *config = &lineup->config;
    for (size_t i = 0; i < config->plugin_count; i++) {
        const struct config_plugin *named = &config->plugins[i];
        struct error why;
        struct desk_plugin *other = NULL;
        if (strcmp(named->kind, entry->kind) == 0 && strcmp(named->name, entry->name) == 0 &&
            host_load(lineup, named->kind, named->name, named->options, NULL, 0, &other, &why) >= 0)
            return other;
    }
    return plugin;
}

static bool was_called(const struct desk *desk, const struct health *health)
{
    struct pool_calls calls;
    health_calls(desk, health, &calls);
    return calls.count > 0 || health->aside_us;
}

/* Jobs give their own options, so those of exports and tasks are known by name: the newest. */
static json_t *health_of_plugin(struct lineup *lineup, struct plugin_entry *entry,
                                struct desk_plugin *plugin)
{
    const struct desk *desk = lineup->desk;
    const struct health *health = as_it_runs(lineup, entry, plugin)->health;
    const bool by_name = strcmp(entry->kind, "export") == 0 || strcmp(entry->kind, "task") == 0;
    if (was_called(desk, health))
        return health_to_json(desk, health);
    for (const struct health *at = desk->healths; by_name && at; at = at->next)
        if (strcmp(at->label, plugin->label) == 0 && was_called(desk, at))
            return health_to_json(desk, at);
    return NULL;
}

static int describe(struct lineup *lineup, struct plugin_entry *entry, struct arena *arena,
                    struct error *why, struct plugin_info *info)
{
    struct desk_plugin *plugin = NULL;
    *info = (struct plugin_info){
        .kind = entry->kind,
        .name = entry->name,
        .origin = plugin_origin_name(entry->origin),
        .path = entry->path,
        .shadowed_by = entry->shadowed_by ? entry->shadowed_by->path : NULL,
        .used = is_used(lineup, entry),
    };
    if (entry->shadowed_by)
        return 0;
    if (host_load_entry(lineup, entry, &plugin, why) < 0) {
        info->error = why;
        return 0;
    }
    info->version = plugin->manifest.version;
    info->about = plugin->manifest.about;
    hash_hex(&plugin->fingerprint, info->fingerprint);
    info->health = health_of_plugin(lineup, entry, plugin);
    return fill_options(&plugin->manifest, arena, info);
}

int plugin_list(struct desk *desk, int (*each)(const struct plugin_info *info, void *data),
                void *data, struct error *err)
{
    struct lineup *lineup = desk->lineup;
    size_t count = 0;
    struct plugin_entry **all = registry_all(lineup->registry, &count);
    struct error unknown;
    if (health_load(desk, &unknown) < 0) /* the list is none the worse for it */
        log_debug("plugins", "what the store knows of plugins: %s", unknown.text);
    for (size_t i = 0; i < count; i++) {
        ARENA_AUTO struct arena *arena = arena_new(LIMIT(CONFIG_BYTES));
        struct plugin_info info;
        struct error why;
        if (!arena || describe(lineup, all[i], arena, &why, &info) < 0)
            return error_set(err, ERR_NOMEM, "out of memory while listing plugins");
        const int stop = each(&info, data);
        json_decref(info.health);
        if (stop != 0)
            return 0;
    }
    return 0;
}

#include "pipeline/plugins.h"

#include <string.h>

#include "base/limits.h"
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
    return fill_options(&plugin->manifest, arena, info);
}

int plugin_list(struct desk *desk, int (*each)(const struct plugin_info *info, void *data),
                void *data, struct error *err)
{
    struct lineup *lineup = desk->lineup;
    size_t count = 0;
    struct plugin_entry **all = registry_all(lineup->registry, &count);
    for (size_t i = 0; i < count; i++) {
        ARENA_AUTO struct arena *arena = arena_new(LIMIT(CONFIG_BYTES));
        struct plugin_info info;
        struct error why;
        if (!arena || describe(lineup, all[i], arena, &why, &info) < 0)
            return error_set(err, ERR_NOMEM, "out of memory while listing plugins");
        if (each(&info, data) != 0)
            return 0;
    }
    return 0;
}

#include "pipeline/config.h"

#include <string.h>

#include "base/limits.h"
#include "model/wire.h"
#include "plugin/registry.h"

static const char *const stages[] = {"ingest", "tag", "summarize"};
#define STAGE_COUNT (sizeof stages / sizeof *stages)

static size_t list_length(const msgpack_object *list)
{
    return list && list->type == MSGPACK_OBJECT_ARRAY ? list->via.array.size : 0;
}

static int refuse(const char *setting, size_t item, const char *why, struct error *err)
{
    return error_set(err, ERR_INVALID, "desk.lua: desk.%s, entry %zu: %s", setting, item + 1, why);
}

/* "name", or { name =, options = }. */
static int read_plugin(const char *kind, const msgpack_object *value, size_t item,
                       struct arena *arena, struct config_plugin *out, struct error *err)
{
    struct error why;
    struct str name = STR_NONE;
    const bool table = value->type == MSGPACK_OBJECT_MAP;
    const msgpack_object *text = table ? wire_get(value, "name") : value;
    if (!text || wire_text(text, "name", LIMIT(TAG_BYTES), &name, &why) < 0)
        return refuse(kind, item, "must be a plugin's name", err);
    struct plugin_spec spec;
    const char *both = arena_printf(arena, "%s/" STR_FMT, kind, STR_ARG(name));
    if (!both)
        return error_set(err, ERR_NOMEM, "out of memory");
    if (plugin_spec_parse(both, &spec, &why) < 0)
        return refuse(kind, item, why.text, err);
    out->kind = kind;
    out->name = both + strlen(kind) + 1;
    out->options = table ? wire_get(value, "options") : NULL;
    return 0;
}

static int read_stage(const char *kind, const msgpack_object *list, struct arena *arena,
                      struct config *out, struct error *err)
{
    int code = 0;
    for (size_t i = 0; code >= 0 && i < list_length(list); i++)
        code = read_plugin(kind, &list->via.array.ptr[i], i, arena,
                           &out->plugins[out->plugin_count++], err);
    return code;
}

static int read_watched(const msgpack_object *list, struct arena *arena, struct config *out,
                        struct error *err)
{
    const size_t count = list_length(list);
    out->watched = arena_alloc(arena, count + 1, sizeof *out->watched);
    if (!out->watched)
        return error_set(err, ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < count; i++) {
        const msgpack_object *item = &list->via.array.ptr[i];
        const msgpack_object *folder =
            item->type == MSGPACK_OBJECT_MAP ? wire_get(item, "folder") : item;
        struct str text = STR_NONE;
        if (!folder || wire_text(folder, "folder", LIMIT(PATH_BYTES), &text, NULL) < 0)
            return refuse("watch", i, "must name a folder", err);
        out->watched[i] = arena_text(arena, text);
        if (!out->watched[i])
            return error_set(err, ERR_NOMEM, "out of memory");
    }
    out->watched_count = count;
    return 0;
}

int config_read(const msgpack_object *value, struct arena *arena, struct config *out,
                struct error *err)
{
    *out = (struct config){0};
    if (value->type != MSGPACK_OBJECT_MAP)
        return error_set(err, ERR_INVALID, "desk.lua gave no settings");
    size_t count = 0;
    for (size_t i = 0; i < STAGE_COUNT; i++)
        count += list_length(wire_get(value, stages[i]));
    if (count > LIMIT(PLUGINS))
        return error_set(err, ERR_LIMIT, "desk.lua names more than %lu plugins (limit PLUGINS)",
                         LIMIT(PLUGINS));
    out->plugins = arena_alloc(arena, count + 1, sizeof *out->plugins);
    if (!out->plugins)
        return error_set(err, ERR_NOMEM, "out of memory");
    int code = 0;
    for (size_t i = 0; code >= 0 && i < STAGE_COUNT; i++)
        code = read_stage(stages[i], wire_get(value, stages[i]), arena, out, err);
    if (code >= 0)
        code = read_watched(wire_get(value, "watch"), arena, out, err);
    const msgpack_object *source = wire_get(value, "source");
    if (code >= 0 && source)
        code = wire_text(source, "desk.source", LIMIT(FIELD_BYTES), &out->source, err);
    return code < 0 ? code : 0;
}

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
    int64_t line = 0;
    if (table && wire_get(value, "line") &&
        wire_int(wire_get(value, "line"), "line", 0, INT32_MAX, &line, NULL) >= 0)
        out->line = (int)line;
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

/* A list of texts, or of maps that hold one under `key`. */
static int read_texts(const char *setting, const msgpack_object *list, const char *key,
                      struct arena *arena, const char ***out, size_t *out_count, struct error *err)
{
    const size_t count = list_length(list);
    const char **texts = arena_alloc(arena, count + 1, sizeof *texts);
    if (!texts)
        return error_set(err, ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < count; i++) {
        const msgpack_object *item = &list->via.array.ptr[i];
        const msgpack_object *value = item->type == MSGPACK_OBJECT_MAP ? wire_get(item, key) : item;
        struct str text = STR_NONE;
        if (!value || wire_text(value, key, LIMIT(PATH_BYTES), &text, NULL) < 0 || text.len == 0 ||
            memchr(text.at, 0, text.len))
            return refuse(setting, i, "must name a path", err);
        texts[i] = arena_text(arena, text);
        if (!texts[i])
            return error_set(err, ERR_NOMEM, "out of memory");
    }
    *out = texts;
    *out_count = count;
    return 0;
}

static int read_list(const msgpack_object *grant, size_t item, const char *key, struct arena *arena,
                     struct grant_list *out, struct error *err)
{
    const msgpack_object *list = wire_get(grant, key);
    const size_t count = list_length(list);
    out->at = arena_alloc(arena, count + 1, sizeof *out->at);
    if (!out->at)
        return error_set(err, ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < count; i++) {
        struct str text = STR_NONE;
        if (wire_text(&list->via.array.ptr[i], key, LIMIT(PATH_BYTES), &text, NULL) < 0 ||
            text.len == 0 || memchr(text.at, 0, text.len))
            return refuse("grant", item, "read, env and command hold texts", err);
        if (!(out->at[out->count++] = arena_text(arena, text)))
            return error_set(err, ERR_NOMEM, "out of memory");
    }
    return 0;
}

static int read_grant(const msgpack_object *value, size_t item, struct arena *arena,
                      struct plugin_grant *out, struct error *err)
{
    struct str name = STR_NONE, manifest = STR_NONE;
    struct plugin_spec spec;
    struct error why;
    int64_t line = 0;
    if (wire_text(wire_get(value, "name"), "name", 2 * PLUGIN_NAME_SIZE, &name, NULL) < 0 ||
        !(out->plugin = arena_text(arena, name)))
        return refuse("grant", item, "it begins with a plugin's name, as \"tag/ships\"", err);
    if (plugin_spec_parse(out->plugin, &spec, &why) < 0)
        return refuse("grant", item, why.text, err);
    if (wire_get(value, "manifest") &&
        wire_text(wire_get(value, "manifest"), "manifest", LIMIT(TAG_BYTES), &manifest, NULL) < 0)
        return refuse("grant", item, "manifest must be a text", err);
    if (!(out->manifest = arena_text(arena, manifest)))
        return error_set(err, ERR_NOMEM, "out of memory");
    if (wire_get(value, "line") &&
        wire_int(wire_get(value, "line"), "line", 0, INT32_MAX, &line, NULL) >= 0)
        out->line = (int)line;
    int code = read_list(value, item, "read", arena, &out->read, err);
    if (code >= 0)
        code = read_list(value, item, "env", arena, &out->env, err);
    return code < 0 ? code : read_list(value, item, "command", arena, &out->command, err);
}

static int read_grants(const msgpack_object *list, struct arena *arena, struct config *out,
                       struct error *err)
{
    const size_t count = list_length(list);
    int code = 0;
    out->grants = arena_alloc(arena, count + 1, sizeof *out->grants);
    if (!out->grants)
        return error_set(err, ERR_NOMEM, "out of memory");
    for (size_t i = 0; code >= 0 && i < count; i++)
        code = read_grant(&list->via.array.ptr[i], i, arena, &out->grants[out->grant_count++], err);
    return code;
}

const struct plugin_grant *config_grant(const struct config *config, const char *kind,
                                        const char *name)
{
    const size_t len = strlen(kind);
    for (size_t i = 0; i < config->grant_count; i++) {
        const char *plugin = config->grants[i].plugin;
        if (strncmp(plugin, kind, len) == 0 && plugin[len] == '/' &&
            strcmp(plugin + len + 1, name) == 0)
            return &config->grants[i];
    }
    return NULL;
}

int config_read(const msgpack_object *value, struct arena *arena, struct config *out,
                struct error *err)
{
    *out = (struct config){0};
    if (value->type != MSGPACK_OBJECT_MAP)
        return error_set(err, ERR_INVALID, "desk.lua gave no settings");
    out->jobs = wire_get(value, "job");
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
        code = config_read_watch(wire_get(value, "watch"), arena, out, err);
    if (code >= 0)
        code = read_texts("native", wire_get(value, "native"), "path", arena, &out->natives,
                          &out->native_count, err);
    if (code >= 0)
        code = read_grants(wire_get(value, "grant"), arena, out, err);
    if (code >= 0)
        code = config_read_keep(wire_get(value, "keep"), &out->keep, err);
    if (code >= 0)
        code = config_read_aside(wire_get(value, "aside"), &out->aside, err);
    const msgpack_object *source = wire_get(value, "source");
    if (code >= 0 && source)
        code = wire_text(source, "desk.source", LIMIT(FIELD_BYTES), &out->source, err);
    return code < 0 ? code : 0;
}

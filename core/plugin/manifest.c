#include "plugin/manifest.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "model/wire.h"
#include "plugin/registry.h"

#define API_MAX 1

const char *const task_events[] = {"schedule",   "article.stored",   "job.done",
                                   "job.failed", "item.quarantined", NULL};

static const char *const type_names[] = {"string", "number", "integer", "boolean", "list"};
#define TYPE_COUNT (sizeof type_names / sizeof *type_names)

const char *option_type_name(enum option_type type)
{
    return type_names[type];
}

/* What a reader of one manifest carries along. */
struct reading {
    struct arena *arena;
    struct error *err;
    const char *kind, *name;
};

static int refuse(struct reading *in, const char *why)
{
    return error_set(in->err, ERR_PLUGIN, "the manifest of %s/%s cannot be used: %s", in->kind,
                     in->name, why);
}

/* A text with a NUL at its end; texts of manifests are names and lines and hold no NUL. */
static int take_text(struct reading *in, const msgpack_object *value, const char *what,
                     const char **out)
{
    struct str text = STR_NONE;
    struct error why;
    if (!value) {
        *out = "";
        return 0;
    }
    if (wire_text(value, what, LIMIT(FIELD_BYTES), &text, &why) < 0)
        return refuse(in, why.text);
    if (text.len && memchr(text.at, 0, text.len))
        return refuse(in, "a text holds a NUL byte");
    *out = arena_text(in->arena, text);
    return *out ? 0 : error_set(in->err, ERR_NOMEM, "out of memory");
}

static bool is_empty(const msgpack_object *value)
{
    return !value || (value->type == MSGPACK_OBJECT_ARRAY && value->via.array.size == 0) ||
           (value->type == MSGPACK_OBJECT_MAP && value->via.map.size == 0);
}

static int take_texts(struct reading *in, const msgpack_object *value, const char *what,
                      const char ***out, size_t *count)
{
    *out = NULL;
    *count = 0;
    if (is_empty(value))
        return 0;
    if (value->type != MSGPACK_OBJECT_ARRAY || value->via.array.size > LIMIT(PLUGIN_FILES))
        return refuse(in, what);
    const char **texts = arena_alloc(in->arena, value->via.array.size, sizeof *texts);
    if (!texts)
        return error_set(in->err, ERR_NOMEM, "out of memory");
    for (uint32_t i = 0; i < value->via.array.size; i++) {
        const int code = take_text(in, &value->via.array.ptr[i], what, &texts[i]);
        if (code < 0)
            return code;
    }
    *out = texts;
    *count = value->via.array.size;
    return 0;
}

static int take_type(struct reading *in, const msgpack_object *value, struct option_spec *out)
{
    const char *name = NULL;
    const int code = take_text(in, value, "type", &name);
    if (code < 0)
        return code;
    for (size_t i = 0; i < TYPE_COUNT; i++)
        if (strcmp(name, type_names[i]) == 0) {
            out->type = (enum option_type)i;
            return 0;
        }
    return refuse(in, arena_printf(in->arena,
                                   "option '%s' has type '%s'; the types are string, number, "
                                   "integer, boolean and list",
                                   out->name, name));
}

static int take_bound(struct reading *in, const msgpack_object *value, bool *has, double *out)
{
    struct error why;
    *has = value != NULL;
    if (value && wire_number(value, "min or max", -1e300, 1e300, out, &why) < 0)
        return refuse(in, why.text);
    return 0;
}

static int take_option(struct reading *in, const msgpack_object_kv *pair, struct option_spec *out)
{
    int code = take_text(in, &pair->key, "option name", &out->name);
    if (code < 0)
        return code;
    const msgpack_object *spec = &pair->val;
    if (spec->type != MSGPACK_OBJECT_MAP)
        return refuse(in, "an option is no table");
    if ((code = take_type(in, wire_get(spec, "type"), out)) < 0 ||
        (code = take_bound(in, wire_get(spec, "min"), &out->has_min, &out->min)) < 0 ||
        (code = take_bound(in, wire_get(spec, "max"), &out->has_max, &out->max)) < 0 ||
        (code = take_text(in, wire_get(spec, "doc"), "doc", &out->doc)) < 0)
        return code;
    out->default_value = wire_get(spec, "default");
    return take_texts(in, wire_get(spec, "choices"), "choices are no list of texts", &out->choices,
                      &out->choice_count);
}

static int take_options(struct reading *in, const msgpack_object *value, struct manifest *out)
{
    if (is_empty(value))
        return 0;
    if (value->type != MSGPACK_OBJECT_MAP || value->via.map.size > LIMIT(PLUGIN_FILES))
        return refuse(in, "options is no table of at most 64 options");
    out->options = arena_alloc(in->arena, value->via.map.size, sizeof *out->options);
    if (!out->options)
        return error_set(in->err, ERR_NOMEM, "out of memory");
    out->option_count = value->via.map.size;
    int code = 0;
    for (uint32_t i = 0; code >= 0 && i < value->via.map.size; i++)
        code = take_option(in, &value->via.map.ptr[i], &out->options[i]);
    return code;
}

static int take_uses(struct reading *in, const msgpack_object *value, struct manifest *out)
{
    if (is_empty(value))
        return 0;
    if (value->type != MSGPACK_OBJECT_MAP)
        return refuse(in, "uses is no table");
    int code = take_texts(in, wire_get(value, "read"), "uses.read is no list of file names",
                          &out->read_files, &out->read_count);
    if (code >= 0)
        code = take_texts(in, wire_get(value, "env"), "uses.env is no list of names", &out->env,
                          &out->env_count);
    const msgpack_object *command = wire_get(value, "command");
    if (code >= 0 && command && command->type != MSGPACK_OBJECT_BOOLEAN)
        return refuse(in, "uses.command is neither true nor false");
    out->asks_command = command && command->via.boolean;
    return code;
}

static int check_identity(struct reading *in, const struct manifest *out)
{
    if (strcmp(out->kind, in->kind) != 0 || strcmp(out->name, in->name) != 0)
        return refuse(in, arena_printf(in->arena,
                                       "it calls itself %s/%s; kind and name must be those of its "
                                       "folder",
                                       out->kind, out->name));
    if (out->version[0] == '\0')
        return refuse(in, "it has no version");
    if (out->api != API_MAX)
        return refuse(in, arena_printf(in->arena, "it is written for api %d; this copydesk has %d",
                                       out->api, API_MAX));
    return 0;
}

int manifest_read(const msgpack_object *value, const char *kind, const char *name,
                  struct arena *arena, struct manifest *out, struct error *err)
{
    struct reading in = {arena, err, kind, name};
    int64_t api = 0;
    int code;
    *out = (struct manifest){0};
    if (value->type != MSGPACK_OBJECT_MAP)
        return refuse(&in, "it is no table");
    if ((code = take_text(&in, wire_get(value, "kind"), "kind", &out->kind)) < 0 ||
        (code = take_text(&in, wire_get(value, "name"), "name", &out->name)) < 0 ||
        (code = take_text(&in, wire_get(value, "version"), "version", &out->version)) < 0 ||
        (code = take_text(&in, wire_get(value, "about"), "about", &out->about)) < 0 ||
        (code = take_texts(&in, wire_get(value, "needs"), "needs is no list of texts", &out->needs,
                           &out->need_count)) < 0 ||
        (code = take_texts(&in, wire_get(value, "gives"), "gives is no list of texts", &out->gives,
                           &out->give_count)) < 0 ||
        (code = take_options(&in, wire_get(value, "options"), out)) < 0 ||
        (code = take_texts(&in, wire_get(value, "on"), "on is no list of texts", &out->events,
                           &out->event_count)) < 0 ||
        (code = take_uses(&in, wire_get(value, "uses"), out)) < 0)
        return code;
    const msgpack_object *number = wire_get(value, "api");
    if (!number || wire_int(number, "api", 0, INT32_MAX, &api, NULL) < 0)
        return refuse(&in, "it has no api number");
    out->api = (int)api;
    return check_identity(&in, out);
}

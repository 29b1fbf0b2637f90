#include "plugin/options.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "model/wire.h"
#include "plugin/canonical.h"

static int refuse(const struct manifest *plugin, const struct option_spec *option,
                  struct error *err, const char *why)
{
    return error_set(err, ERR_INVALID, "option '%s' of %s/%s %s", option->name, plugin->kind,
                     plugin->name, why);
}

static struct option_spec *find_option(const struct manifest *plugin, struct str name)
{
    for (size_t i = 0; i < plugin->option_count; i++)
        if (str_is(name, plugin->options[i].name))
            return &plugin->options[i];
    return NULL;
}

static int unknown_option(const struct manifest *plugin, struct str name, struct error *err)
{
    const char *names[64] = {NULL};
    const size_t count = plugin->option_count < 64 ? plugin->option_count : 64;
    for (size_t i = 0; i < count; i++)
        names[i] = plugin->options[i].name;
    const char *near = str_nearest(name, names, count);
    if (near)
        return error_set(err, ERR_INVALID, "%s/%s has no option '%.*s'; did you mean '%s'?",
                         plugin->kind, plugin->name, (int)(name.len < 64 ? name.len : 64), name.at,
                         near);
    return error_set(err, ERR_INVALID, "%s/%s has no option '%.*s'; it has %s%s%s", plugin->kind,
                     plugin->name, (int)(name.len < 64 ? name.len : 64), name.at,
                     count ? "'" : "none", count ? names[0] : "", count ? "' and others" : "");
}

static bool is_text(const msgpack_object *value)
{
    return value->type == MSGPACK_OBJECT_STR;
}

static bool is_whole(const msgpack_object *value)
{
    return value->type == MSGPACK_OBJECT_POSITIVE_INTEGER ||
           value->type == MSGPACK_OBJECT_NEGATIVE_INTEGER;
}

static bool is_number(const msgpack_object *value)
{
    return is_whole(value) || value->type == MSGPACK_OBJECT_FLOAT64 ||
           value->type == MSGPACK_OBJECT_FLOAT32;
}

static double number_of(const msgpack_object *value)
{
    if (value->type == MSGPACK_OBJECT_POSITIVE_INTEGER)
        return (double)value->via.u64;
    return value->type == MSGPACK_OBJECT_NEGATIVE_INTEGER ? (double)value->via.i64 : value->via.f64;
}

static bool is_list_of_texts(const msgpack_object *value)
{
    if (value->type != MSGPACK_OBJECT_ARRAY)
        return false;
    for (uint32_t i = 0; i < value->via.array.size; i++)
        if (!is_text(&value->via.array.ptr[i]))
            return false;
    return true;
}

static bool type_fits(enum option_type type, const msgpack_object *value)
{
    switch (type) {
    case OPTION_STRING:
        return is_text(value);
    case OPTION_NUMBER:
        return is_number(value) && isfinite(number_of(value));
    case OPTION_INTEGER:
        return is_whole(value) ||
               (is_number(value) && number_of(value) == floor(number_of(value)) &&
                fabs(number_of(value)) < 9007199254740992.0);
    case OPTION_BOOLEAN:
        return value->type == MSGPACK_OBJECT_BOOLEAN;
    case OPTION_LIST:
        return is_list_of_texts(value);
    }
    return false;
}

/* What min and max bound: a number's value, a text's bytes, a list's length. */
static double extent(const msgpack_object *value)
{
    if (is_text(value))
        return value->via.str.size;
    return value->type == MSGPACK_OBJECT_ARRAY ? value->via.array.size : number_of(value);
}

static int check_choice(const struct manifest *plugin, const struct option_spec *option,
                        const msgpack_object *value, struct error *err)
{
    if (option->choice_count == 0 || !is_text(value))
        return 0;
    const struct str text = {value->via.str.ptr, value->via.str.size};
    for (size_t i = 0; i < option->choice_count; i++)
        if (str_is(text, option->choices[i]))
            return 0;
    BUF_AUTO struct buf why = BUF_INIT;
    buf_printf(&why, "is '%.*s', but may be", (int)(text.len < 64 ? text.len : 64), text.at);
    for (size_t i = 0; i < option->choice_count; i++)
        buf_printf(&why, "%s '%s'", i ? "," : "", option->choices[i]);
    return refuse(plugin, option, err, why.at ? why.at : "is not one of its choices");
}

static int check_value(const struct manifest *plugin, const struct option_spec *option,
                       const msgpack_object *value, struct error *err)
{
    char why[160];
    if (!type_fits(option->type, value)) {
        snprintf(why, sizeof why, "must be %s %s", option->type == OPTION_INTEGER ? "an" : "a",
                 option_type_name(option->type));
        return refuse(plugin, option, err, why);
    }
    const bool low = option->has_min && extent(value) < option->min;
    const bool high = option->has_max && extent(value) > option->max;
    if (option->type != OPTION_BOOLEAN && (low || high)) {
        snprintf(why, sizeof why, "must be at %s %g", low ? "least" : "most",
                 low ? option->min : option->max);
        return refuse(plugin, option, err, why);
    }
    return check_choice(plugin, option, value, err);
}

static int parse_number(const struct manifest *plugin, const struct option_spec *option,
                        const char *text, msgpack_object *out, struct error *err)
{
    char *end = NULL;
    errno = 0;
    const long long whole = strtoll(text, &end, 10);
    if (end != text && *end == '\0' && errno == 0) {
        out->type = whole < 0 ? MSGPACK_OBJECT_NEGATIVE_INTEGER : MSGPACK_OBJECT_POSITIVE_INTEGER;
        out->via.i64 = whole;
        return 0;
    }
    errno = 0;
    const double number = strtod(text, &end);
    if (end == text || *end != '\0' || errno != 0 || !isfinite(number))
        return refuse(plugin, option, err, "must be a number");
    out->type = MSGPACK_OBJECT_FLOAT64;
    out->via.f64 = number;
    return 0;
}

static int parse_boolean(const struct manifest *plugin, const struct option_spec *option,
                         const char *text, msgpack_object *out, struct error *err)
{
    const bool yes = strcmp(text, "true") == 0 || strcmp(text, "yes") == 0;
    if (!yes && strcmp(text, "false") != 0 && strcmp(text, "no") != 0)
        return refuse(plugin, option, err, "must be true or false");
    out->type = MSGPACK_OBJECT_BOOLEAN;
    out->via.boolean = yes;
    return 0;
}

/* "a,b,c"; the items point into `text`. */
static int parse_list(const char *text, struct arena *arena, msgpack_object *out)
{
    uint32_t count = *text ? 1 : 0;
    for (const char *at = text; *at; at++)
        count += *at == ',';
    out->type = MSGPACK_OBJECT_ARRAY;
    out->via.array.size = count;
    out->via.array.ptr = arena_alloc(arena, count ? count : 1, sizeof *out->via.array.ptr);
    if (!out->via.array.ptr)
        return ERR_NOMEM;
    for (uint32_t i = 0; i < count; i++) {
        const size_t len = strcspn(text, ",");
        msgpack_object *item = &out->via.array.ptr[i];
        item->type = MSGPACK_OBJECT_STR;
        item->via.str.ptr = text;
        item->via.str.size = (uint32_t)len;
        text += len + (text[len] == ',');
    }
    return 0;
}

int option_parse(const struct manifest *plugin, const struct option_spec *option, const char *text,
                 struct arena *arena, msgpack_object *out, struct error *err)
{
    switch (option->type) {
    case OPTION_NUMBER:
    case OPTION_INTEGER:
        return parse_number(plugin, option, text, out, err);
    case OPTION_BOOLEAN:
        return parse_boolean(plugin, option, text, out, err);
    case OPTION_LIST:
        return parse_list(text, arena, out);
    case OPTION_STRING:
        break;
    }
    if (utf8_valid(text, strlen(text)) != strlen(text))
        return refuse(plugin, option, err, "must be UTF-8 text");
    out->type = MSGPACK_OBJECT_STR;
    out->via.str.ptr = text;
    out->via.str.size = (uint32_t)strlen(text);
    return 0;
}

/* Values by index of the option; type NIL: not given. */
static int take_given(const struct manifest *plugin, const msgpack_object *given,
                      msgpack_object *values, struct error *err)
{
    if (!given || given->type == MSGPACK_OBJECT_NIL ||
        (given->type == MSGPACK_OBJECT_ARRAY && given->via.array.size == 0))
        return 0;
    if (given->type != MSGPACK_OBJECT_MAP)
        return error_set(err, ERR_INVALID, "the options of %s/%s must be a table of names",
                         plugin->kind, plugin->name);
    for (uint32_t i = 0; i < given->via.map.size; i++) {
        const msgpack_object *key = &given->via.map.ptr[i].key;
        if (!is_text(key))
            return error_set(err, ERR_INVALID, "the options of %s/%s must have names", plugin->kind,
                             plugin->name);
        const struct str name = {key->via.str.ptr, key->via.str.size};
        const struct option_spec *option = find_option(plugin, name);
        if (!option)
            return unknown_option(plugin, name, err);
        values[option - plugin->options] = given->via.map.ptr[i].val;
    }
    return 0;
}

static int take_texts(const struct manifest *plugin, const struct option_text *texts, size_t count,
                      struct arena *arena, msgpack_object *values, struct error *err)
{
    for (size_t i = 0; i < count; i++) {
        const struct option_spec *option = find_option(plugin, str_of(texts[i].key));
        if (!option)
            return unknown_option(plugin, str_of(texts[i].key), err);
        const int code = option_parse(plugin, option, texts[i].value, arena,
                                      &values[option - plugin->options], err);
        if (code < 0)
            return code;
    }
    return 0;
}

static int check_all(const struct manifest *plugin, msgpack_object *values, uint32_t *set,
                     struct error *err)
{
    *set = 0;
    for (size_t i = 0; i < plugin->option_count; i++) {
        const struct option_spec *option = &plugin->options[i];
        if (values[i].type == MSGPACK_OBJECT_NIL && option->default_value)
            values[i] = *option->default_value;
        if (values[i].type == MSGPACK_OBJECT_NIL)
            continue;
        const int code = check_value(plugin, option, &values[i], err);
        if (code < 0)
            return code;
        (*set)++;
    }
    return 0;
}

int options_check(const struct manifest *manifest, const msgpack_object *given,
                  const struct option_text *texts, size_t text_count, struct buf *out,
                  struct error *err)
{
    ARENA_AUTO struct arena *arena = arena_new(LIMIT(CONFIG_BYTES));
    const size_t count = manifest->option_count;
    msgpack_object *values = arena ? arena_alloc(arena, count + 1, sizeof *values) : NULL;
    msgpack_object_kv *pairs = arena ? arena_alloc(arena, count + 1, sizeof *pairs) : NULL;
    if (!values || !pairs)
        return error_set(err, ERR_NOMEM, "out of memory while checking options");
    uint32_t set = 0;
    int code = take_given(manifest, given, values, err);
    if (code >= 0)
        code = take_texts(manifest, texts, text_count, arena, values, err);
    if (code >= 0)
        code = check_all(manifest, values, &set, err);
    if (code < 0)
        return code;
    msgpack_object map = {.type = MSGPACK_OBJECT_MAP, .via.map = {0, pairs}};
    for (size_t i = 0; i < count; i++) {
        if (values[i].type == MSGPACK_OBJECT_NIL)
            continue;
        msgpack_object_kv *pair = &pairs[map.via.map.size++];
        pair->key.type = MSGPACK_OBJECT_STR;
        pair->key.via.str.ptr = manifest->options[i].name;
        pair->key.via.str.size = (uint32_t)strlen(manifest->options[i].name);
        pair->val = values[i];
    }
    return canonical_pack(&map, out) < 0
               ? error_set(err, ERR_NOMEM, "out of memory while checking options")
               : 0;
}

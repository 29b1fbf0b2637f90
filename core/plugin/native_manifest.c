#include "plugin/native_manifest.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "plugin/native_open.h"
#include "plugin/options.h"

static int refuse(const struct desk_stage *stage, const char *option, const char *why,
                  struct error *err)
{
    return error_set(err, ERR_PLUGIN, "stage %s/%s%s%.64s: %s", stage->kind, stage->name,
                     option ? ", option " : "", option ? option : "", why);
}

static size_t list_length(const char *const *list)
{
    size_t count = 0;
    while (list && list[count] && count <= LIMIT(PLUGIN_FILES))
        count++;
    return count;
}

static int take_words(const struct desk_stage *stage, const char *const *list, const char ***out,
                      size_t *count, struct error *err)
{
    *count = list_length(list);
    *out = (const char **)(uintptr_t)list; /* read alone */
    for (size_t i = 0; i < *count; i++)
        if (!native_name_ok(list[i]))
            return refuse(stage, NULL, "needs and gives hold words of a-z, 0-9, - and _", err);
    return *count > LIMIT(PLUGIN_FILES) ? refuse(stage, NULL, "a list has no NULL at its end", err)
                                        : 0;
}

static int take_type(const struct desk_stage *stage, const struct desk_option *option,
                     struct option_spec *out, struct error *err)
{
    for (int type = OPTION_STRING; type <= OPTION_LIST; type++)
        if (option->type && strcmp(option->type, option_type_name((enum option_type)type)) == 0) {
            out->type = (enum option_type)type;
            return 0;
        }
    return refuse(stage, option->name, "its type must be string, number, integer, boolean or list",
                  err);
}

static int take_bound(const struct desk_stage *stage, const struct desk_option *option,
                      const char *text, bool *has, double *out, struct error *err)
{
    char *end = NULL;
    *has = text != NULL;
    if (!text)
        return 0;
    *out = strtod(text, &end);
    return end == text || *end ? refuse(stage, option->name, "min and max must be numbers", err)
                               : 0;
}

static int take_default(const struct manifest *manifest, const struct desk_option *option,
                        struct option_spec *out, struct arena *arena, struct error *err)
{
    if (!option->default_value)
        return 0;
    msgpack_object *value = arena_alloc(arena, 1, sizeof *value);
    if (!value)
        return error_set(err, ERR_NOMEM, "out of memory");
    out->default_value = value;
    return option_parse(manifest, out, option->default_value, arena, value, err);
}

static int take_option(const struct desk_stage *stage, const struct desk_option *option,
                       const struct manifest *manifest, struct arena *arena,
                       struct option_spec *out, struct error *err)
{
    if (option->size < sizeof *option)
        return refuse(stage, NULL, "the size of an option is not filled in", err);
    if (!native_name_ok(option->name))
        return refuse(stage, NULL, "an option's name has 1 to 64 of a-z, 0-9, - and _", err);
    out->name = option->name;
    out->doc = option->doc ? option->doc : "";
    out->choice_count = list_length(option->choices);
    out->choices = (const char **)(uintptr_t)option->choices; /* read alone */
    if (out->choice_count > LIMIT(PLUGIN_FILES))
        return refuse(stage, option->name, "choices have no NULL at their end", err);
    int code = take_type(stage, option, out, err);
    if (code >= 0)
        code = take_bound(stage, option, option->min, &out->has_min, &out->min, err);
    if (code >= 0)
        code = take_bound(stage, option, option->max, &out->has_max, &out->max, err);
    return code < 0 ? code : take_default(manifest, option, out, arena, err);
}

static int take_options(const struct desk_stage *stage, struct arena *arena, struct manifest *out,
                        struct error *err)
{
    size_t count = 0;
    while (stage->options && stage->options[count] && count <= LIMIT(PLUGIN_FILES))
        count++;
    if (count > LIMIT(PLUGIN_FILES))
        return refuse(stage, NULL, "options have no NULL at their end", err);
    out->options = arena_alloc(arena, count + 1, sizeof *out->options);
    if (!out->options)
        return error_set(err, ERR_NOMEM, "out of memory");
    int code = 0;
    for (size_t i = 0; code >= 0 && i < count; i++)
        code = take_option(stage, stage->options[i], out, arena, &out->options[i], err);
    out->option_count = count;
    return code;
}

int native_manifest(const struct desk_stage *stage, struct arena *arena, struct manifest *out,
                    struct error *err)
{
    *out = (struct manifest){.kind = stage->kind,
                             .name = stage->name,
                             .version = stage->version,
                             .about = stage->about,
                             .api = 1};
    int code = take_options(stage, arena, out, err);
    if (code >= 0)
        code = take_words(stage, stage->needs, &out->needs, &out->need_count, err);
    if (code >= 0)
        code = take_words(stage, stage->gives, &out->gives, &out->give_count, err);
    if (code < 0)
        return code;
    /* that the defaults are within their own bounds */
    BUF_AUTO struct buf defaults = BUF_INIT;
    return options_check(out, NULL, NULL, 0, &defaults, err);
}

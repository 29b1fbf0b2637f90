/* desk.watch: folders, checked and with defaults filled in. */
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "model/wire.h"
#include "pipeline/config.h"

#define SECOND_US INT64_C(1000000)

#define SETTLE_US (SECOND_US / 2)
#define RESCAN_US (300 * SECOND_US)
#define POLL_US   (10 * SECOND_US)

static int refuse(const struct config_watch *watch, const char *why, struct error *err)
{
    return error_set(err, ERR_INVALID, "desk.lua:%d: desk.watch { \"%s\" }: %s", watch->line,
                     watch->folder ? watch->folder : "", why);
}

/* A path, or nothing: *out stays as it is then. */
static int read_path(const msgpack_object *value, const char *key, struct arena *arena,
                     const struct config_watch *watch, const char **out, struct error *err)
{
    struct str text = STR_NONE;
    value = wire_get(value, key);
    if (!value)
        return 0;
    if (wire_text(value, key, LIMIT(PATH_BYTES), &text, NULL) < 0 || text.len == 0 ||
        memchr(text.at, 0, text.len))
        return refuse(watch, "folder, done, duplicate and failed must name paths", err);
    *out = arena_text(arena, text);
    return *out ? 0 : error_set(err, ERR_NOMEM, "out of memory");
}

static int read_span(const msgpack_object *value, const char *key, int64_t least, int64_t most,
                     const struct config_watch *watch, int64_t *out, struct error *err)
{
    struct str text = STR_NONE;
    struct error why;
    int64_t us = 0;
    value = wire_get(value, key);
    if (!value)
        return 0;
    if (wire_text(value, key, LIMIT(TAG_BYTES), &text, &why) < 0 ||
        clock_parse_span(text, &us, &why) < 0)
        return refuse(watch, why.text, err);
    if (us < least || us > most)
        return error_set(err, ERR_LIMIT, "desk.lua:%d: desk.watch { \"%s\" }: %s must be %s to %s",
                         watch->line, watch->folder, key,
                         least >= SECOND_US ? "1s"
                         : least            ? "100ms"
                                            : "0s",
                         "1d (limit WATCH_SPAN)");
    *out = us;
    return 0;
}

static int read_poll(const msgpack_object *value, struct config_watch *out, struct error *err)
{
    struct str text = STR_NONE;
    const msgpack_object *poll = wire_get(value, "poll");
    out->poll_us = POLL_US;
    if (!poll)
        return 0;
    if (wire_text(poll, "poll", LIMIT(TAG_BYTES), &text, NULL) < 0)
        return refuse(out, "poll must be \"auto\", \"never\" or a span as \"10s\"", err);
    if (str_is(text, "auto"))
        return 0;
    out->poll = str_is(text, "never") ? CONFIG_POLL_NEVER : CONFIG_POLL_ALWAYS;
    return out->poll == CONFIG_POLL_NEVER
               ? 0
               : read_span(value, "poll", SECOND_US / 10, (int64_t)LIMIT(WATCH_SPAN) * SECOND_US,
                           out, &out->poll_us, err);
}

static int read_after(const msgpack_object *value, struct config_watch *out, struct error *err)
{
    static const char *const names[] = {"move", "keep", "delete"};
    struct str text = STR_NONE;
    value = wire_get(value, "after");
    if (!value)
        return 0;
    if (wire_text(value, "after", LIMIT(TAG_BYTES), &text, NULL) >= 0)
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            if (str_is(text, names[i])) {
                out->after = (enum config_after)i;
                return 0;
            }
    return refuse(out, "after must be \"move\", \"keep\" or \"delete\"", err);
}

static int read_ignore(const msgpack_object *value, struct arena *arena, struct config_watch *out,
                       struct error *err)
{
    const msgpack_object *list = wire_get(value, "ignore");
    if (!list || (list->type == MSGPACK_OBJECT_MAP && list->via.map.size == 0))
        return 0;
    if (list->type != MSGPACK_OBJECT_ARRAY || list->via.array.size > LIMIT(CONFIG_ENTRIES))
        return refuse(out, "ignore must be a list of patterns, as { \"*.bak\" }", err);
    out->ignore = arena_alloc(arena, list->via.array.size + 1, sizeof *out->ignore);
    if (!out->ignore)
        return error_set(err, ERR_NOMEM, "out of memory");
    for (uint32_t i = 0; i < list->via.array.size; i++) {
        struct str text = STR_NONE;
        if (wire_text(&list->via.array.ptr[i], "ignore", LIMIT(PATH_BYTES), &text, NULL) < 0 ||
            text.len == 0 || memchr(text.at, 0, text.len))
            return refuse(out, "ignore must be a list of patterns, as { \"*.bak\" }", err);
        out->ignore[out->ignore_count] = arena_text(arena, text);
        if (!out->ignore[out->ignore_count++])
            return error_set(err, ERR_NOMEM, "out of memory");
    }
    return 0;
}

static int read_source(const msgpack_object *value, struct arena *arena, struct config_watch *out,
                       struct error *err)
{
    struct str text = STR_LIT("folder");
    struct error why;
    const msgpack_object *source = wire_get(value, "source");
    if (source && (wire_text(source, "source", LIMIT(FIELD_BYTES), &text, &why) < 0 ||
                   memchr(text.at ? text.at : "", 0, text.len)))
        return refuse(out, "source must be a text", err);
    out->source = arena_text(arena, text);
    return out->source ? 0 : error_set(err, ERR_NOMEM, "out of memory");
}

static int read_one(const msgpack_object *value, struct arena *arena, struct config_watch *out,
                    struct error *err)
{
    const int64_t most = (int64_t)LIMIT(WATCH_SPAN) * SECOND_US;
    int64_t line = 0;
    *out = (struct config_watch){.done = "done",
                                 .duplicate = "duplicate",
                                 .failed = "failed",
                                 .settle_us = SETTLE_US,
                                 .rescan_us = RESCAN_US,
                                 .recursive = true};
    if (wire_get(value, "line") &&
        wire_int(wire_get(value, "line"), "line", 0, INT32_MAX, &line, NULL) >= 0)
        out->line = (int)line;
    const struct {
        const char *key;
        const char **to;
    } paths[] = {{"folder", &out->folder},
                 {"done", &out->done},
                 {"duplicate", &out->duplicate},
                 {"failed", &out->failed}};
    int code = 0;
    for (size_t i = 0; code >= 0 && i < sizeof paths / sizeof *paths; i++)
        code = read_path(value, paths[i].key, arena, out, paths[i].to, err);
    if (code >= 0 && !out->folder)
        return refuse(out, "it begins with the folder, as in desk.watch { \"inbox\" }", err);
    const msgpack_object *recursive = wire_get(value, "recursive");
    if (code >= 0 && recursive && recursive->type != MSGPACK_OBJECT_BOOLEAN)
        return refuse(out, "recursive must be true or false", err);
    if (recursive)
        out->recursive = recursive->via.boolean;
    if (code >= 0)
        code = read_span(value, "settle", 0, most, out, &out->settle_us, err);
    if (code >= 0)
        code = read_span(value, "rescan", SECOND_US, most, out, &out->rescan_us, err);
    if (code >= 0)
        code = read_poll(value, out, err);
    if (code >= 0)
        code = read_after(value, out, err);
    if (code >= 0)
        code = read_ignore(value, arena, out, err);
    return code < 0 ? code : read_source(value, arena, out, err);
}

int config_read_watch(const msgpack_object *list, struct arena *arena, struct config *out,
                      struct error *err)
{
    const size_t count = list && list->type == MSGPACK_OBJECT_ARRAY ? list->via.array.size : 0;
    if (count > LIMIT(WATCHES))
        return error_set(err, ERR_LIMIT, "desk.lua watches more than %lu folders (limit WATCHES)",
                         LIMIT(WATCHES));
    out->watches = arena_alloc(arena, count + 1, sizeof *out->watches);
    if (!out->watches)
        return error_set(err, ERR_NOMEM, "out of memory");
    int code = 0;
    for (size_t i = 0; code >= 0 && i < count; i++) {
        const msgpack_object *item = &list->via.array.ptr[i];
        if (item->type != MSGPACK_OBJECT_MAP)
            return error_set(err, ERR_INVALID, "desk.lua: desk.watch, entry %zu: must be a table",
                             i + 1);
        code = read_one(item, arena, &out->watches[out->watch_count++], err);
    }
    return code;
}

/* desk.keep: spans with a lower bound, so that a slip of the pen ("30s" for "30d") removes nothing.
 */
#include "base/clock.h"
#include "base/limits.h"
#include "model/wire.h"
#include "pipeline/config.h"

#define HOUR_US (INT64_C(3600) * 1000000)

const char *const config_kept_names[CONFIG_KEPT_COUNT] = {"documents", "done", "versions",
                                                          "results", "runs"};

int config_read_keep(const msgpack_object *list, struct config_keep *out, struct error *err)
{
    *out = (struct config_keep){0};
    if (!list || list->type != MSGPACK_OBJECT_ARRAY || list->via.array.size == 0)
        return 0;
    const msgpack_object *entry = &list->via.array.ptr[0];
    int64_t line = 0;
    if (wire_get(entry, "line") &&
        wire_int(wire_get(entry, "line"), "line", 0, INT32_MAX, &line, NULL) >= 0)
        out->line = (int)line;
    for (int i = 0; i < CONFIG_KEPT_COUNT; i++) {
        const char *name = config_kept_names[i];
        const msgpack_object *value = wire_get(entry, name);
        struct str text = STR_NONE;
        struct error why = {0};
        if (!value)
            continue;
        if (wire_text(value, name, LIMIT(TAG_BYTES), &text, &why) < 0 ||
            clock_parse_span(text, &out->us[i], &why) < 0)
            return error_set(err, ERR_INVALID, "desk.lua:%d: desk.keep: %s: %s", out->line, name,
                             why.text);
        if (out->us[i] < (int64_t)LIMIT(KEEP_LEAST) * HOUR_US)
            return error_set(err, ERR_LIMIT,
                             "desk.lua:%d: desk.keep: %s = \"" STR_FMT "\" is under %lu hours, the "
                             "least that is taken (KEEP_LEAST)",
                             out->line, name, STR_ARG(text), LIMIT(KEEP_LEAST));
    }
    return 0;
}

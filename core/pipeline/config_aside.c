/* desk.aside: when a plugin that fails is asked no more, and when again. */
#include "base/clock.h"
#include "base/limits.h"
#include "model/wire.h"
#include "pipeline/config.h"

#define SECOND_US  INT64_C(1000000)
#define AFTER_MOST 1000000

static int read_after(const msgpack_object *entry, int line, struct config_aside *out,
                      struct error *err)
{
    int64_t after = 0;
    struct error why = {0};
    const msgpack_object *value = wire_get(entry, "after");
    if (!value)
        return 0;
    if (wire_int(value, "after", 0, AFTER_MOST, &after, &why) < 0)
        return error_set(err, ERR_INVALID, "desk.lua:%d: desk.aside: %s", line, why.text);
    out->after = (unsigned)after;
    return 0;
}

static int read_again(const msgpack_object *entry, int line, struct config_aside *out,
                      struct error *err)
{
    struct str text = STR_NONE;
    struct error why = {0};
    const msgpack_object *value = wire_get(entry, "again");
    if (!value)
        return 0;
    if (wire_text(value, "again", LIMIT(TAG_BYTES), &text, &why) >= 0 && str_is(text, "never")) {
        out->again_us = 0;
        return 0;
    }
    if (why.code < 0 || clock_parse_span(text, &out->again_us, &why) < 0)
        return error_set(err, ERR_INVALID, "desk.lua:%d: desk.aside: again: %s", line, why.text);
    if (out->again_us <= 0 || out->again_us > (int64_t)LIMIT(ASIDE_SPAN_S) * SECOND_US)
        return error_set(err, ERR_LIMIT,
                         "desk.lua:%d: desk.aside: again = \"" STR_FMT "\" is not between 1ms and "
                         "%lu days (ASIDE_SPAN_S); for no time at all say \"never\"",
                         line, STR_ARG(text), LIMIT(ASIDE_SPAN_S) / (24UL * 3600));
    return 0;
}

int config_read_aside(const msgpack_object *list, struct config_aside *out, struct error *err)
{
    *out = (struct config_aside){.after = (unsigned)LIMIT(ASIDE_AFTER),
                                 .again_us = (int64_t)LIMIT(ASIDE_AGAIN_S) * SECOND_US};
    if (!list || list->type != MSGPACK_OBJECT_ARRAY || list->via.array.size == 0)
        return 0;
    const msgpack_object *entry = &list->via.array.ptr[0];
    int64_t line = 0;
    if (wire_get(entry, "line") &&
        wire_int(wire_get(entry, "line"), "line", 0, INT32_MAX, &line, NULL) < 0)
        line = 0;
    const int code = read_after(entry, (int)line, out, err);
    return code < 0 ? code : read_again(entry, (int)line, out, err);
}

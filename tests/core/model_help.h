/* Model tests write msgpack as JSON with ' for ", which reads better than calls of a packer. */
#pragma once

#include <jansson.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "model/raw_json.h"
#include "model/wire.h"
#include "unit.h"

/* What a test needs; freed by leave(). */
struct bench {
    struct arena *arena;
    struct buf bytes;
    msgpack_zone zone;
    msgpack_object value;
    struct error err;
};

static inline void enter(struct bench *bench)
{
    memset(bench, 0, sizeof *bench);
    bench->arena = arena_new(16 * 1024 * 1024);
    assert_non_null(bench->arena);
    assert_true(msgpack_zone_init(&bench->zone, 4096));
}

static inline void leave(struct bench *bench)
{
    arena_free(bench->arena);
    buf_free(&bench->bytes);
    msgpack_zone_destroy(&bench->zone);
}

/* The bytes packed into the bench so far, unpacked. */
static inline const msgpack_object *packed(struct bench *bench)
{
    if (wire_unpack(bench->bytes.at, bench->bytes.len, "test", &bench->zone, &bench->value,
                    &bench->err) < 0)
        fail_msg("%s", bench->err.text);
    return &bench->value;
}

static inline const msgpack_object *from_json(struct bench *bench, const char *text)
{
    json_error_t wrong;
    msgpack_packer packer;
    char *json = strdup(text);
    for (char *at = json; *at; at++)
        *at = *at == '\'' ? '"' : *at;
    json_t *value = json_loads(json, JSON_DECODE_ANY | JSON_ALLOW_NUL, &wrong);
    if (!value)
        fail_msg("%s: %s", text, wrong.text);
    free(json);
    buf_clear(&bench->bytes);
    wire_packer(&packer, &bench->bytes);
    if (raw_from_json(value, &packer, &bench->err) < 0)
        fail_msg("%s", bench->err.text);
    json_decref(value);
    return packed(bench);
}

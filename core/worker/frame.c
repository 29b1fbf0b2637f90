#include "worker/frame.h"

#include "base/limits.h"

#include <stdbool.h>
#include <string.h>

/* The walk. `open` holds, for each container that is not full yet, how many values it still wants;
 * `owed` is their sum: since each value takes a byte or more, owed may never pass the bytes left,
 * so that no nest of containers can promise more than the frame holds. */
enum { DEPTH_MAX = 64 };

struct walk {
    const uint8_t *at, *end, *begin;
    uint64_t owed;
    uint64_t items;
    unsigned depth;
    uint64_t open[DEPTH_MAX];
    bool map[DEPTH_MAX];
};

static uint64_t walk_left(const struct walk *walk)
{
    return (uint64_t)(walk->end - walk->at);
}

static int broken(const struct walk *walk, struct error *err, const char *what)
{
    return error_set(err, ERR_INVALID, "frame: byte %zu: %s", (size_t)(walk->at - walk->begin),
                     what);
}

/* A big-endian number of `size` bytes behind the type byte. */
static int walk_number(struct walk *walk, unsigned size, uint64_t *out, struct error *err)
{
    if (walk_left(walk) < size)
        return broken(walk, err, "cut off inside a number");
    *out = 0;
    for (unsigned i = 0; i < size; i++)
        *out = *out << 8 | *walk->at++;
    return 0;
}

static int walk_skip(struct walk *walk, uint64_t size, struct error *err)
{
    if (walk_left(walk) < size)
        return broken(walk, err, "declares more bytes than there are");
    walk->at += size;
    return 0;
}

static int walk_open(struct walk *walk, uint64_t count, bool map, struct error *err)
{
    uint64_t values = map ? count * 2 : count;
    if (values > walk_left(walk) || walk->owed + values > walk_left(walk))
        return broken(walk, err, "declares more values than there are bytes");
    if (walk->depth + 1 > LIMIT(FRAME_DEPTH) || walk->depth >= DEPTH_MAX)
        return error_set(err, ERR_LIMIT, "frame: byte %zu: nested deeper than %s (%lu levels)",
                         (size_t)(walk->at - walk->begin), LIMIT_NAME(FRAME_DEPTH),
                         LIMIT(FRAME_DEPTH));
    walk->open[walk->depth] = values;
    walk->map[walk->depth] = map;
    walk->depth++;
    walk->owed += values;
    return 0;
}

/* Strings, binaries and containers whose size stands in 1, 2 or 4 bytes. */
static int walk_sized(struct walk *walk, unsigned size, char what, struct error *err)
{
    uint64_t count = 0;
    int rc = walk_number(walk, size, &count, err);
    if (rc < 0)
        return rc;
    if (what == 'a' || what == 'm')
        return walk_open(walk, count, what == 'm', err);
    return walk_skip(walk, count, err);
}

static int walk_long(struct walk *walk, uint8_t type, struct error *err)
{
    switch (type) {
    case 0xc0: /* nil, false, true */
    case 0xc2:
    case 0xc3:
        return 0;
    case 0xc4: /* bin */
    case 0xc5:
    case 0xc6:
        return walk_sized(walk, 1U << (type - 0xc4), 's', err);
    case 0xca: /* float, double */
    case 0xcb:
        return walk_skip(walk, type == 0xca ? 4 : 8, err);
    case 0xcc: /* unsigned */
    case 0xcd:
    case 0xce:
    case 0xcf:
        return walk_skip(walk, 1U << (type - 0xcc), err);
    case 0xd0: /* signed */
    case 0xd1:
    case 0xd2:
    case 0xd3:
        return walk_skip(walk, 1U << (type - 0xd0), err);
    case 0xd9: /* str */
    case 0xda:
    case 0xdb:
        return walk_sized(walk, 1U << (type - 0xd9), 's', err);
    case 0xdc: /* array */
    case 0xdd:
        return walk_sized(walk, type == 0xdc ? 2 : 4, 'a', err);
    case 0xde: /* map */
    case 0xdf:
        return walk_sized(walk, type == 0xde ? 2 : 4, 'm', err);
    default:
        return broken(walk, err, "a type that is not used here (ext or reserved)");
    }
}

static bool type_is_key(uint8_t type)
{
    bool integer = type < 0x80 || type >= 0xe0 || (type >= 0xcc && type <= 0xd3);
    bool string = (type & 0xe0) == 0xa0 || (type >= 0xd9 && type <= 0xdb);
    return integer || string;
}

static int walk_value(struct walk *walk, struct error *err)
{
    if (walk->at == walk->end)
        return broken(walk, err, "ends before it is complete");
    uint8_t type = *walk->at;
    if (walk->depth > 0) {
        unsigned top = walk->depth - 1;
        if (walk->map[top] && walk->open[top] % 2 == 0 && !type_is_key(type))
            return broken(walk, err, "a map key that is neither string nor integer");
        walk->open[top]--;
        walk->owed--;
    }
    walk->at++;
    if (++walk->items > LIMIT(FRAME_ITEMS))
        return error_set(err, ERR_LIMIT, "frame: more than %s (%lu values)",
                         LIMIT_NAME(FRAME_ITEMS), LIMIT(FRAME_ITEMS));
    if (type < 0x80 || type >= 0xe0) /* small integers */
        return 0;
    if (type < 0x90)
        return walk_open(walk, type & 0x0fU, true, err);
    if (type < 0xa0)
        return walk_open(walk, type & 0x0fU, false, err);
    if (type < 0xc0)
        return walk_skip(walk, type & 0x1fU, err);
    return walk_long(walk, type, err);
}

int frame_check(const void *bytes, size_t len, struct error *err)
{
    struct walk walk;
    walk.begin = walk.at = bytes;
    walk.end = walk.begin + len;
    walk.owed = walk.items = 0;
    walk.depth = 0;
    do {
        int rc = walk_value(&walk, err);
        if (rc < 0)
            return rc;
        while (walk.depth > 0 && walk.open[walk.depth - 1] == 0)
            walk.depth--;
    } while (walk.depth > 0);
    if (walk.at != walk.end)
        return broken(&walk, err, "bytes after the end of the value");
    return 0;
}

size_t frame_begin(struct buf *out)
{
    size_t begun = out->len;
    buf_append(out, "\0\0\0\0", FRAME_HEADER);
    return begun;
}

int frame_end(struct buf *out, size_t begun, struct error *err)
{
    if (buf_failed(out))
        return error_set(err, ERR_NOMEM, "frame: out of memory");
    size_t len = out->len - begun - FRAME_HEADER;
    if (len == 0 || len > LIMIT(FRAME_BYTES))
        return error_set(err, ERR_LIMIT, "frame: %zu bytes; %s allows %lu", len,
                         LIMIT_NAME(FRAME_BYTES), LIMIT(FRAME_BYTES));
    for (unsigned i = 0; i < FRAME_HEADER; i++)
        out->at[begun + i] = (char)(len >> (8 * i) & 0xff);
    return 0;
}

int frame_next(const void *bytes, size_t len, const uint8_t **body, size_t *body_len, size_t *need,
               struct error *err)
{
    *need = FRAME_HEADER;
    if (len < FRAME_HEADER)
        return 0;
    const uint8_t *at = bytes;
    size_t size = (size_t)at[0] | (size_t)at[1] << 8 | (size_t)at[2] << 16 | (size_t)at[3] << 24;
    if (size == 0)
        return error_set(err, ERR_INVALID, "frame: declares no bytes");
    if (size > LIMIT(FRAME_BYTES))
        return error_set(err, ERR_LIMIT, "frame: declares %zu bytes; %s allows %lu", size,
                         LIMIT_NAME(FRAME_BYTES), LIMIT(FRAME_BYTES));
    *need = FRAME_HEADER + size;
    if (len < *need)
        return 0;
    *body = at + FRAME_HEADER;
    *body_len = size;
    return 1;
}

int frame_unpack(const void *body, size_t len, msgpack_zone *zone, msgpack_object *out,
                 struct error *err)
{
    int rc = frame_check(body, len, err);
    if (rc < 0)
        return rc;
    size_t used = 0;
    msgpack_unpack_return got = msgpack_unpack(body, len, &used, zone, out);
    if (got == MSGPACK_UNPACK_NOMEM_ERROR)
        return error_set(err, ERR_NOMEM, "frame: out of memory");
    if (got != MSGPACK_UNPACK_SUCCESS || used != len)
        return error_set(err, ERR_INTERNAL, "frame: passed the check but not msgpack-c (%d)", got);
    return 0;
}

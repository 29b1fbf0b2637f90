#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/limits.h"
#include "model/wire.h"

#define DEPTH_MAX 64

/* The walk keeps, for each open container, how many values it still wants. Each value takes at
 * least one byte, so what all of them want together may never pass the bytes left: no nest of
 * containers can promise more values than there are bytes. */
struct walk {
    const uint8_t *begin, *at, *end;
    const char *what;
    uint64_t items, wanted;
    size_t depth;
    uint32_t open[DEPTH_MAX];
    bool map[DEPTH_MAX];
    /* of wire_unpack alone: where values are put, what comes next in each open container */
    msgpack_zone *zone;
    msgpack_object *root, *next[DEPTH_MAX];
    struct error *err;
};

/* What a value's first bytes declare. */
struct head {
    uint64_t payload;  /* bytes that follow */
    uint64_t children; /* values that follow */
    unsigned size;     /* bytes of a big-endian count that follow the type byte */
    enum { HEAD_FIXED, HEAD_PAYLOAD, HEAD_ARRAY, HEAD_MAP, HEAD_BAD } counts;
};

static int broken(const struct walk *walk, const char *why)
{
    return error_set(walk->err, ERR_INVALID, "%s: byte %zu: %s", walk->what,
                     (size_t)(walk->at - walk->begin), why);
}

/* The types 0xC0 to 0xDF of the msgpack specification. */
static struct head long_head(uint8_t type)
{
    static const struct head bad = {.counts = HEAD_BAD};
    if (type == 0xC0 || type == 0xC2 || type == 0xC3) /* nil, false, true */
        return (struct head){0};
    if (type >= 0xC4 && type <= 0xC6) /* bin 8, 16, 32 */
        return (struct head){.size = 1U << (type - 0xC4), .counts = HEAD_PAYLOAD};
    if (type >= 0xCA && type <= 0xD3) { /* float 32, 64; uint and int 8 to 64 */
        static const uint8_t sizes[] = {4, 8, 1, 2, 4, 8, 1, 2, 4, 8};
        return (struct head){.payload = sizes[type - 0xCA]};
    }
    if (type >= 0xD9 && type <= 0xDB) /* str 8, 16, 32 */
        return (struct head){.size = 1U << (type - 0xD9), .counts = HEAD_PAYLOAD};
    if (type >= 0xDC)
        return (struct head){.size = type & 1 ? 4 : 2,
                             .counts = type < 0xDE ? HEAD_ARRAY : HEAD_MAP};
    return bad;
}

static struct head head_of(uint8_t type)
{
    if (type < 0x80 || type >= 0xE0) /* small integers */
        return (struct head){0};
    if (type < 0x90)
        return (struct head){.children = (type & 15U) * 2};
    if (type < 0xA0)
        return (struct head){.children = type & 15U};
    if (type < 0xC0)
        return (struct head){.payload = type & 31U};
    return long_head(type);
}

static int read_count(struct walk *walk, struct head *head)
{
    uint64_t count = 0;
    if (head->size > (size_t)(walk->end - walk->at))
        return broken(walk, "is cut off");
    for (unsigned i = 0; i < head->size; i++)
        count = count << 8 | *walk->at++;
    if (head->counts == HEAD_PAYLOAD)
        head->payload = count;
    else if (head->counts != HEAD_FIXED)
        head->children = head->counts == HEAD_MAP ? count * 2 : count;
    return 0;
}

static int open_container(struct walk *walk, uint64_t children, bool map)
{
    walk->wanted += children;
    if (walk->wanted > (uint64_t)(walk->end - walk->at) || children > UINT32_MAX)
        return broken(walk, "declares more values than there are bytes");
    if (children == 0)
        return 0;
    if (walk->depth >= LIMIT(FRAME_DEPTH) || walk->depth >= DEPTH_MAX)
        return error_set(walk->err, ERR_LIMIT, "%s: byte %zu: nested deeper than %s (%lu levels)",
                         walk->what, (size_t)(walk->at - walk->begin), LIMIT_NAME(FRAME_DEPTH),
                         LIMIT(FRAME_DEPTH));
    walk->map[walk->depth] = map;
    walk->open[walk->depth++] = (uint32_t)children;
    return 0;
}

/* ---- values, while they are walked over ---- */

static uint64_t big_endian(const uint8_t *at, unsigned size)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < size; i++)
        value = value << 8 | at[i];
    return value;
}

static void put_signed(msgpack_object *out, int64_t value)
{
    out->type = value < 0 ? MSGPACK_OBJECT_NEGATIVE_INTEGER : MSGPACK_OBJECT_POSITIVE_INTEGER;
    out->via.i64 = value;
}

/* The types 0xCA to 0xD3; `at`: their bytes. */
static void put_number(msgpack_object *out, uint8_t type, const uint8_t *at)
{
    float narrow;
    uint32_t bits;
    uint64_t whole;
    switch (type) {
    case 0xCA:
        bits = (uint32_t)big_endian(at, 4);
        memcpy(&narrow, &bits, sizeof narrow);
        *out = (msgpack_object){.type = MSGPACK_OBJECT_FLOAT32, .via.f64 = (double)narrow};
        break;
    case 0xCB:
        whole = big_endian(at, 8);
        out->type = MSGPACK_OBJECT_FLOAT64;
        memcpy(&out->via.f64, &whole, sizeof whole);
        break;
    case 0xD0:
        put_signed(out, (int8_t)at[0]);
        break;
    case 0xD1:
        put_signed(out, (int16_t)big_endian(at, 2));
        break;
    case 0xD2:
        put_signed(out, (int32_t)big_endian(at, 4));
        break;
    case 0xD3:
        put_signed(out, (int64_t)big_endian(at, 8));
        break;
    default:
        out->type = MSGPACK_OBJECT_POSITIVE_INTEGER;
        out->via.u64 = big_endian(at, 1U << (type - 0xCC));
    }
}

static void put_bytes(msgpack_object *out, msgpack_object_type type, const uint8_t *at, size_t size)
{
    out->type = type;
    if (type == MSGPACK_OBJECT_STR)
        out->via.str = (msgpack_object_str){(uint32_t)size, (const char *)at};
    else
        out->via.bin = (msgpack_object_bin){(uint32_t)size, (const char *)at};
}

/* What holds no other values; `head->payload` bytes at `walk->at`. */
static void put_plain(const struct walk *walk, msgpack_object *out, uint8_t type,
                      const struct head *head)
{
    if (type < 0x80 || type >= 0xE0)
        put_signed(out, (int8_t)type);
    else if (type < 0xC0 || (type >= 0xD9 && type <= 0xDB))
        put_bytes(out, MSGPACK_OBJECT_STR, walk->at, head->payload);
    else if (type >= 0xCA && type <= 0xD3)
        put_number(out, type, walk->at);
    else if (type >= 0xC4)
        put_bytes(out, MSGPACK_OBJECT_BIN, walk->at, head->payload);
    else if (type == 0xC0)
        out->type = MSGPACK_OBJECT_NIL;
    else
        *out = (msgpack_object){.type = MSGPACK_OBJECT_BOOLEAN, .via.boolean = type == 0xC3};
}

/* A map's pairs lie as key, value, key, value. */
static int put_container(struct walk *walk, msgpack_object *out, bool map, uint64_t children,
                         msgpack_object **first)
{
    *first = NULL;
    if (children) {
        *first = msgpack_zone_malloc(walk->zone, children * sizeof **first);
        if (!*first)
            return error_set(walk->err, ERR_NOMEM, "%s: out of memory", walk->what);
    }
    out->type = map ? MSGPACK_OBJECT_MAP : MSGPACK_OBJECT_ARRAY;
    if (map)
        out->via.map = (msgpack_object_map){(uint32_t)(children / 2), (void *)*first};
    else
        out->via.array = (msgpack_object_array){(uint32_t)children, *first};
    return 0;
}

_Static_assert(sizeof(msgpack_object_kv) == 2 * sizeof(msgpack_object) &&
                   offsetof(struct msgpack_object_kv, val) == sizeof(msgpack_object),
               "pairs are laid out as two values");

static msgpack_object *next_slot(struct walk *walk)
{
    return walk->depth ? walk->next[walk->depth - 1]++ : walk->root;
}

/* ---- the walk ---- */

/* In a map the values that are still wanted are even in number before each key. */
static bool bad_key(const struct walk *walk, uint8_t type)
{
    if (walk->depth == 0 || !walk->map[walk->depth - 1] || walk->open[walk->depth - 1] % 2)
        return false;
    bool integer = type < 0x80 || type >= 0xE0 || (type >= 0xCC && type <= 0xD3);
    bool string = (type & 0xE0) == 0xA0 || (type >= 0xD9 && type <= 0xDB);
    return !integer && !string;
}

static bool is_container(uint8_t type)
{
    return (type & 0xE0) == 0x80 || (type >= 0xDC && type <= 0xDF);
}

static int walk_value(struct walk *walk)
{
    if (walk->at == walk->end)
        return broken(walk, "is cut off");
    uint8_t type = *walk->at;
    bool is_map = (type & 0xF0) == 0x80 || (type >= 0xDE && type <= 0xDF);
    struct head head = head_of(type);
    if (head.counts == HEAD_BAD)
        return broken(walk, "has a type that is not used here");
    if (bad_key(walk, type))
        return broken(walk, "has a key that is neither text nor integer");
    if (++walk->items > LIMIT(FRAME_ITEMS))
        return error_set(walk->err, ERR_LIMIT, "%s: has more values than %s allows (%lu)",
                         walk->what, LIMIT_NAME(FRAME_ITEMS), LIMIT(FRAME_ITEMS));
    msgpack_object *slot = walk->zone ? next_slot(walk) : NULL;
    walk->at++;
    walk->wanted--;
    if (walk->depth)
        walk->open[walk->depth - 1]--;
    int rc = read_count(walk, &head);
    if (rc < 0)
        return rc;
    if (head.payload > (uint64_t)(walk->end - walk->at))
        return broken(walk, "declares more bytes than there are");
    if (!is_container(type)) {
        if (slot)
            put_plain(walk, slot, type, &head);
        walk->at += head.payload;
        return 0;
    }
    const size_t depth = walk->depth;
    rc = open_container(walk, head.children, is_map);
    if (rc < 0 || !slot)
        return rc;
    msgpack_object *first;
    rc = put_container(walk, slot, is_map, head.children, &first);
    if (walk->depth > depth)
        walk->next[depth] = first;
    return rc;
}

static int walk_all(struct walk *walk)
{
    do {
        int rc = walk_value(walk);
        if (rc < 0)
            return rc;
        while (walk->depth && walk->open[walk->depth - 1] == 0)
            walk->depth--;
    } while (walk->depth);
    return walk->at == walk->end ? 0 : broken(walk, "has bytes after its end");
}

int wire_check(const void *bytes, size_t len, const char *what, struct error *err)
{
    struct walk walk;
    walk.begin = walk.at = bytes;
    walk.end = walk.begin + len;
    walk.what = what;
    walk.err = err;
    walk.items = 0;
    walk.wanted = 1;
    walk.depth = 0;
    walk.zone = NULL;
    return walk_all(&walk);
}

int wire_unpack(const char *bytes, size_t len, const char *what, msgpack_zone *zone,
                msgpack_object *out, struct error *err)
{
    struct walk walk;
    walk.begin = walk.at = (const uint8_t *)bytes;
    walk.end = walk.begin + len;
    walk.what = what;
    walk.err = err;
    walk.items = 0;
    walk.wanted = 1;
    walk.depth = 0;
    walk.zone = zone;
    walk.root = out;
    return walk_all(&walk);
}

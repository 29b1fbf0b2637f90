#include "lua/encode.h"

#include <lauxlib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/str.h"
#include "lua/desk.h"
#include "lua/frozen.h"
#include "model/wire.h"

/* Maps up to this size are gathered on the C stack. */
#define SMALL_MAP    32
#define KEYS_KNOWN   16
#define WRONG_MOST   64           /* so many wrong values are looked at for the one to name */
#define SCRATCH_MOST (1024 * MIB) /* the worker's address space is the wall */

static const char mixed_table[] =
    "the table has both list items and named fields, or is a list with a hole";

/* Where the walk is: a list on the C stack, written out only for a message. */
struct place {
    const struct place *up;
    const char *key; /* NULL: an index */
    size_t key_len;
    lua_Integer index;
    const void *table; /* the table that this place is in, to find cycles */
};

struct encoder {
    lua_State *L;
    struct arena *arena;
    size_t values, bytes; /* so far; bytes: of texts */
    unsigned wrong;       /* values that cannot be sent */
    msgpack_object_str keys[KEYS_KNOWN];
    const char *what;
    struct error *err;
};

static int encode(struct encoder *e, int at, const struct place *place, unsigned depth,
                  msgpack_object *out);

static void write_place(struct buf *text, const struct place *place)
{
    if (!place)
        return;
    write_place(text, place->up);
    if (place->key)
        buf_printf(text, ".%.*s", (int)(place->key_len < 80 ? place->key_len : 80), place->key);
    else
        buf_printf(text, "[%lld]", (long long)place->index);
}

static int refuse(struct encoder *e, const struct place *place, int code, const char *why)
{
    struct buf text BUF_AUTO;
    buf_init(&text, 1024);
    buf_text(&text, e->what);
    write_place(&text, place);
    return error_set(e->err, code, "%s: %s", text.at ? text.at : e->what, why);
}

static int refuse_type(struct encoder *e, const struct place *place, const char *type)
{
    char why[96];
    snprintf(why, sizeof why, "a %s cannot be sent", type);
    return refuse(e, place, ERR_INVALID, why);
}

static int no_memory(struct encoder *e)
{
    return error_set(e->err, ERR_NOMEM, "%s: out of memory", e->what);
}

static int encode_number(struct encoder *e, int at, const struct place *place, msgpack_object *out)
{
    if (lua_isinteger(e->L, at)) {
        const lua_Integer number = lua_tointeger(e->L, at);
        out->type = number < 0 ? MSGPACK_OBJECT_NEGATIVE_INTEGER : MSGPACK_OBJECT_POSITIVE_INTEGER;
        out->via.i64 = number;
        return 0;
    }
    const double number = lua_tonumber(e->L, at);
    if (!isfinite(number))
        return refuse(e, place, ERR_INVALID, "the number is NaN or infinite");
    out->type = MSGPACK_OBJECT_FLOAT64;
    out->via.f64 = number;
    return 0;
}

static int encode_text(struct encoder *e, const char *text, size_t len, const struct place *place,
                       msgpack_object *out)
{
    e->bytes += len;
    if (e->bytes > LIMIT(ANSWER_BYTES))
        return refuse(e, place, ERR_LIMIT, "too many bytes (ANSWER_BYTES)");
    if (utf8_valid(text, len) == len) {
        out->type = MSGPACK_OBJECT_STR;
        out->via.str = (msgpack_object_str){(uint32_t)len, text};
    } else {
        out->type = MSGPACK_OBJECT_BIN;
        out->via.bin = (msgpack_object_bin){(uint32_t)len, text};
    }
    return 0;
}

/* Most values are texts and numbers. */
static int encode_item(struct encoder *e, int at, const struct place *place, unsigned depth,
                       msgpack_object *out)
{
    return lua_type(e->L, at) == LUA_TNUMBER && ++e->values <= LIMIT(FRAME_ITEMS)
               ? encode_number(e, at, place, out)
               : encode(e, at, place, depth, out);
}

/* The first key is at `top` + 1, its value above it. Goes through the table once: the keys of a
 * list are 1 to `count`, each once, in any order. */
static int encode_list(struct encoder *e, int at, size_t count, const struct place *up,
                       unsigned depth, msgpack_object *out)
{
    lua_State *L = e->L;
    const int value = lua_gettop(L);
    struct place place = {.up = up, .table = lua_topointer(L, at)};
    msgpack_object *items = arena_alloc(e->arena, count, sizeof *items);
    size_t seen = 0;
    int whole;
    if (!items)
        return no_memory(e);
    do {
        place.index = lua_tointegerx(L, value - 1, &whole);
        if (!whole || place.index < 1 || (size_t)place.index > count ||
            lua_type(L, value - 1) != LUA_TNUMBER)
            return refuse(e, up, ERR_INVALID, mixed_table);
        seen++;
        const int result = encode_item(e, value, &place, depth, &items[place.index - 1]);
        if (result < 0)
            return result;
        lua_settop(L, value - 1);
    } while (lua_next(L, at) != 0);
    if (seen != count)
        return refuse(e, up, ERR_INVALID, mixed_table);
    *out = (msgpack_object){.type = MSGPACK_OBJECT_ARRAY, .via.array = {(uint32_t)count, items}};
    return 0;
}

static int compare_keys(const msgpack_object_str *a, const msgpack_object_str *b)
{
    const int order = memcmp(a->ptr, b->ptr, a->size < b->size ? a->size : b->size);
    return order ? order : (a->size > b->size) - (a->size < b->size);
}

static int compare_pairs(const void *left, const void *right)
{
    return compare_keys(&((const msgpack_object_kv *)left)->key.via.str,
                        &((const msgpack_object_kv *)right)->key.via.str);
}

/* Most maps have a handful of keys. */
static void sort_pairs(msgpack_object_kv *pairs, size_t count)
{
    if (count > 12) {
        qsort(pairs, count, sizeof *pairs, compare_pairs);
        return;
    }
    for (size_t i = 1; i < count; i++) {
        const msgpack_object_kv pair = pairs[i];
        size_t at = i;
        for (; at > 0 && compare_pairs(&pairs[at - 1], &pair) > 0; at--)
            pairs[at] = pairs[at - 1];
        pairs[at] = pair;
    }
}

/* A map in the making; of several values that are wrong the one with the first key is named, so
 * that the message does not depend on the table's order. */
struct pairs {
    msgpack_object_kv *at;
    size_t count, room;
    int failed; /* code of what is wrong so far */
    msgpack_object_str key;
    struct error why;
};

static int pairs_grow(struct encoder *e, struct pairs *pairs, const struct place *place)
{
    if (pairs->count >= LIMIT(ANSWER_KEYS))
        return refuse(e, place, ERR_LIMIT, "too many fields in one table (ANSWER_KEYS)");
    msgpack_object_kv *more = arena_alloc(e->arena, 2 * pairs->room, sizeof *more);
    if (!more)
        return no_memory(e);
    memcpy(more, pairs->at, pairs->count * sizeof *more);
    pairs->at = more;
    pairs->room *= 2;
    return 0;
}

static int note_wrong(struct encoder *e, struct pairs *pairs, const msgpack_object_str *key,
                      int code)
{
    if (code != ERR_INVALID || ++e->wrong > WRONG_MOST)
        return code;
    if (pairs->failed == 0 || compare_keys(key, &pairs->key) < 0) {
        pairs->failed = code;
        pairs->key = *key;
        pairs->why = *e->err;
    }
    return 0;
}

/* Few keys come again and again, and Lua keeps each short text once: a key that was looked at is
 * told by its address. Nothing is collected during the walk. */
static int encode_key(struct encoder *e, int at, const struct place *place, msgpack_object *out)
{
    size_t len;
    const char *text = lua_tolstring(e->L, at, &len);
    msgpack_object_str *known = &e->keys[(uintptr_t)text / 8 % KEYS_KNOWN];
    if (known->ptr == text) {
        out->type = MSGPACK_OBJECT_STR;
        out->via.str = *known;
        return 0;
    }
    const int result = encode_text(e, text, len, place, out);
    if (result == 0 && out->type == MSGPACK_OBJECT_STR)
        *known = out->via.str;
    return result;
}

/* The key at `value` - 1. */
static int encode_pair(struct encoder *e, int value, struct pairs *pairs, struct place *place,
                       unsigned depth)
{
    if (lua_type(e->L, value - 1) != LUA_TSTRING)
        return refuse(e, place->up, ERR_INVALID, mixed_table);
    int result = pairs->count == pairs->room ? pairs_grow(e, pairs, place->up) : 0;
    if (result < 0)
        return result;
    msgpack_object_kv *pair = &pairs->at[pairs->count];
    result = encode_key(e, value - 1, place->up, &pair->key);
    if (result < 0)
        return result;
    pairs->count++;
    place->key = pair->key.via.str.ptr;
    place->key_len = pair->key.via.str.size;
    result = encode_item(e, value, place, depth, &pair->val);
    return result < 0 ? note_wrong(e, pairs, &pair->key.via.str, result) : 0;
}

/* The first key is on the stack, its value above it. */
static int encode_map(struct encoder *e, int at, const struct place *up, unsigned depth,
                      msgpack_object *out)
{
    lua_State *L = e->L;
    const int value = lua_gettop(L);
    msgpack_object_kv small[SMALL_MAP];
    struct place place = {.up = up, .table = lua_topointer(L, at)};
    struct pairs pairs;
    pairs.at = small;
    pairs.count = 0;
    pairs.room = SMALL_MAP;
    pairs.failed = 0;
    pairs.key = (msgpack_object_str){0};
    do {
        const int result = encode_pair(e, value, &pairs, &place, depth);
        if (result < 0)
            return result;
        lua_settop(L, value - 1);
    } while (lua_next(L, at) != 0);
    if (pairs.failed < 0) {
        *e->err = pairs.why;
        return pairs.failed;
    }
    sort_pairs(pairs.at, pairs.count);
    msgpack_object_kv *kept = arena_alloc(e->arena, pairs.count, sizeof *kept);
    if (!kept)
        return no_memory(e);
    memcpy(kept, pairs.at, pairs.count * sizeof *kept);
    *out = (msgpack_object){.type = MSGPACK_OBJECT_MAP, .via.map = {(uint32_t)pairs.count, kept}};
    return 0;
}

static int check_cycle(struct encoder *e, int at, const struct place *place)
{
    const void *table = lua_topointer(e->L, at);
    for (const struct place *up = place; up; up = up->up)
        if (up->table == table)
            return refuse(e, place, ERR_INVALID, "the table holds itself");
    return 0;
}

/* What a table is, its first key tells. */
static int encode_shape(struct encoder *e, int at, const struct place *place, unsigned depth,
                        msgpack_object *out)
{
    lua_State *L = e->L;
    const size_t count = lua_rawlen(L, at);
    lua_pushnil(L);
    if (lua_next(L, at) == 0) {
        *out = (msgpack_object){.type = MSGPACK_OBJECT_ARRAY};
        return 0;
    }
    if (lua_type(L, -2) != LUA_TSTRING)
        return encode_list(e, at, count, place, depth, out);
    return count > 0 || area_is_array(L, at) ? refuse(e, place, ERR_INVALID, mixed_table)
                                             : encode_map(e, at, place, depth, out);
}

static int encode_table(struct encoder *e, int at, const struct place *place, unsigned depth,
                        msgpack_object *out)
{
    lua_State *L = e->L;
    if (!lua_checkstack(L, 8))
        return no_memory(e);
    const int top = lua_gettop(L);
    if (frozen_real(L, at))
        at = top + 1;
    int result = check_cycle(e, at, place);
    if (result == 0 && depth >= LIMIT(ANSWER_DEPTH))
        result = refuse(e, place, ERR_LIMIT, "nested too deep (ANSWER_DEPTH)");
    if (result == 0)
        result = encode_shape(e, at, place, depth + 1, out);
    lua_settop(L, top);
    return result;
}

static int encode(struct encoder *e, int at, const struct place *place, unsigned depth,
                  msgpack_object *out)
{
    size_t len;
    const char *text;
    if (++e->values > LIMIT(FRAME_ITEMS))
        return refuse(e, place, ERR_LIMIT, "too many values (FRAME_ITEMS)");
    switch (lua_type(e->L, at)) {
    case LUA_TNIL:
    case LUA_TNONE:
        out->type = MSGPACK_OBJECT_NIL;
        return 0;
    case LUA_TBOOLEAN:
        out->type = MSGPACK_OBJECT_BOOLEAN;
        out->via.boolean = lua_toboolean(e->L, at);
        return 0;
    case LUA_TNUMBER:
        return encode_number(e, at, place, out);
    case LUA_TSTRING:
        text = lua_tolstring(e->L, at, &len);
        return encode_text(e, text, len, place, out);
    case LUA_TTABLE:
        return encode_table(e, at, place, depth, out);
    default:
        if (!area_is_null(e->L, at))
            return refuse_type(e, place, luaL_typename(e->L, at));
        out->type = MSGPACK_OBJECT_NIL;
        return 0;
    }
}

int encode_tree(lua_State *L, int at, const char *what, struct arena *arena, msgpack_object *out,
                struct error *err)
{
    struct encoder e = {.L = L, .arena = arena, .what = what, .err = err};
    const int top = lua_gettop(L);
    const int result = encode(&e, lua_absindex(L, at), NULL, 0, out);
    lua_settop(L, top);
    return result;
}

static int pack(msgpack_packer *packer, const msgpack_object *value)
{
    int rc = 0;
    switch (value->type) {
    case MSGPACK_OBJECT_STR:
        return value->via.str.size
                   ? wire_pack_str(packer, (struct str){value->via.str.ptr, value->via.str.size})
                   : msgpack_pack_str(packer, 0);
    case MSGPACK_OBJECT_ARRAY:
        rc = msgpack_pack_array(packer, value->via.array.size);
        for (uint32_t i = 0; rc == 0 && i < value->via.array.size; i++)
            rc = pack(packer, &value->via.array.ptr[i]);
        return rc;
    case MSGPACK_OBJECT_MAP:
        rc = msgpack_pack_map(packer, value->via.map.size);
        for (uint32_t i = 0; rc == 0 && i < value->via.map.size; i++) {
            rc = pack(packer, &value->via.map.ptr[i].key);
            if (rc == 0)
                rc = pack(packer, &value->via.map.ptr[i].val);
        }
        return rc;
    default:
        return msgpack_pack_object(packer, *value);
    }
}

int encode_value(lua_State *L, int at, const char *what, struct buf *out, struct error *err)
{
    const size_t start = out->len;
    msgpack_object tree;
    msgpack_packer packer;
    struct arena *arena ARENA_AUTO = arena_new(SCRATCH_MOST);
    if (!arena)
        return error_set(err, ERR_NOMEM, "%s: out of memory", what);
    int result = encode_tree(L, at, what, arena, &tree, err);
    if (result < 0)
        return result;
    wire_packer(&packer, out);
    if (pack(&packer, &tree) != 0 || buf_failed(out))
        return error_set(err, ERR_NOMEM, "%s: out of memory", what);
    if (out->len - start <= LIMIT(ANSWER_BYTES))
        return 0;
    out->len = start;
    return error_set(err, ERR_LIMIT, "%s: too many bytes (ANSWER_BYTES)", what);
}

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

/* Maps up to this size keep their values on the Lua stack while the keys are sorted; in larger ones
 * each value is looked up again. */
#define SMALL_MAP 64

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
    msgpack_packer packer;
    struct buf *out;
    size_t start, values;
    const char *what;
    struct error *err;
};

static int encode(struct encoder *e, int at, const struct place *place, unsigned depth);

static int pack_write(void *data, const char *bytes, size_t len)
{
    return buf_append(data, bytes, len);
}

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

static int encode_number(struct encoder *e, int at, const struct place *place)
{
    if (lua_isinteger(e->L, at)) {
        msgpack_pack_int64(&e->packer, lua_tointeger(e->L, at));
        return 0;
    }
    const double number = lua_tonumber(e->L, at);
    if (!isfinite(number))
        return refuse(e, place, ERR_INVALID, "the number is NaN or infinite");
    msgpack_pack_double(&e->packer, number);
    return 0;
}

static void encode_text(struct encoder *e, const char *text, size_t len)
{
    if (utf8_valid(text, len) == len)
        msgpack_pack_str_with_body(&e->packer, text, len);
    else
        msgpack_pack_bin_with_body(&e->packer, text, len);
}

static int encode_array(struct encoder *e, int at, size_t count, const struct place *up,
                        unsigned depth)
{
    struct place place = {.up = up, .table = lua_topointer(e->L, at)};
    msgpack_pack_array(&e->packer, count);
    for (size_t i = 1; i <= count; i++) {
        lua_rawgeti(e->L, at, (lua_Integer)i);
        place.index = (lua_Integer)i;
        const int result = encode(e, lua_gettop(e->L), &place, depth);
        lua_pop(e->L, 1);
        if (result < 0)
            return result;
    }
    return 0;
}

struct map_key {
    const char *text;
    size_t len;
    int value; /* stack index, or 0 */
};

static int compare_map_keys(const void *left, const void *right)
{
    const struct map_key *a = left, *b = right;
    const size_t shorter = a->len < b->len ? a->len : b->len;
    const int order = memcmp(a->text, b->text, shorter);
    return order ? order : (a->len > b->len) - (a->len < b->len);
}

/* Most maps have a handful of keys. */
static void sort_keys(struct map_key *keys, size_t count)
{
    if (count > 12) {
        qsort(keys, count, sizeof *keys, compare_map_keys);
        return;
    }
    for (size_t i = 1; i < count; i++) {
        const struct map_key key = keys[i];
        size_t at = i;
        for (; at > 0 && compare_map_keys(&keys[at - 1], &key) > 0; at--)
            keys[at] = keys[at - 1];
        keys[at] = key;
    }
}

/* Fills `keys` with up to `room` keys and gives how many the table has, or room + 1 when it has
 * more; with `keep` their values stay on the stack. Keys' texts live as long as the table holds
 * them. Below zero: a key is no text. */
static int gather_keys(lua_State *L, int at, struct map_key *keys, int room, bool keep)
{
    int count = 0;
    for (lua_pushnil(L); lua_next(L, at) != 0; count++) {
        if (lua_type(L, -2) != LUA_TSTRING)
            return -1;
        if (count == room)
            return room + 1;
        keys[count].text = lua_tolstring(L, -2, &keys[count].len);
        keys[count].value = keep ? lua_gettop(L) - 1 : 0;
        if (keep)
            lua_insert(L, -2);
        else
            lua_pop(L, 1);
    }
    return count;
}

static int encode_keys(struct encoder *e, int at, struct map_key *keys, size_t count,
                       const struct place *up, unsigned depth)
{
    lua_State *L = e->L;
    struct place place = {.up = up, .table = lua_topointer(L, at)};
    int result = 0;
    sort_keys(keys, count);
    msgpack_pack_map(&e->packer, count);
    for (size_t i = 0; i < count && result == 0; i++) {
        place.key = keys[i].text;
        place.key_len = keys[i].len;
        encode_text(e, keys[i].text, keys[i].len);
        if (keys[i].value) {
            result = encode(e, keys[i].value, &place, depth);
            continue;
        }
        lua_pushlstring(L, keys[i].text, keys[i].len);
        lua_rawget(L, at);
        result = encode(e, lua_gettop(L), &place, depth);
        lua_pop(L, 1);
    }
    return result;
}

static int encode_large_map(struct encoder *e, int at, const struct place *place, unsigned depth)
{
    const int room = (int)LIMIT(ANSWER_KEYS);
    int count = 0;
    for (lua_pushnil(e->L); lua_next(e->L, at) != 0; lua_pop(e->L, 1))
        if (++count > room) {
            lua_pop(e->L, 2);
            return refuse(e, place, ERR_LIMIT, "too many fields in one table (ANSWER_KEYS)");
        }
    MEM_AUTO struct map_key *keys = mem_alloc((size_t)count * sizeof *keys);
    if (!keys)
        return error_set(e->err, ERR_NOMEM, "out of memory");
    count = gather_keys(e->L, at, keys, count, false);
    return count < 0 ? refuse(e, place, ERR_INVALID, mixed_table)
                     : encode_keys(e, at, keys, (size_t)count, place, depth);
}

static int encode_map(struct encoder *e, int at, const struct place *place, unsigned depth)
{
    struct map_key keys[SMALL_MAP];
    const int top = lua_gettop(e->L);
    if (!lua_checkstack(e->L, SMALL_MAP + 8))
        return error_set(e->err, ERR_NOMEM, "out of memory");
    const int count = gather_keys(e->L, at, keys, SMALL_MAP, true);
    if (count < 0)
        return refuse(e, place, ERR_INVALID, mixed_table);
    if (count <= SMALL_MAP)
        return encode_keys(e, at, keys, (size_t)count, place, depth);
    lua_settop(e->L, top);
    return encode_large_map(e, at, place, depth);
}

/* What a table is, by its first key; `*count`: items of a list. */
enum shape { SHAPE_LIST, SHAPE_MAP, SHAPE_MIXED };

static enum shape shape_of(lua_State *L, int at, size_t *count)
{
    *count = lua_rawlen(L, at);
    lua_pushnil(L);
    if (lua_next(L, at) == 0)
        return SHAPE_LIST; /* empty */
    if (lua_type(L, -2) == LUA_TSTRING) {
        lua_pop(L, 2);
        return *count > 0 || area_is_array(L, at) ? SHAPE_MIXED : SHAPE_MAP;
    }
    size_t seen = 0;
    do {
        const lua_Integer index = lua_tointeger(L, -2);
        if (!lua_isinteger(L, -2) || index < 1 || (size_t)index > *count) {
            lua_pop(L, 2);
            return SHAPE_MIXED;
        }
        seen++;
        lua_pop(L, 1);
    } while (lua_next(L, at) != 0);
    return seen == *count ? SHAPE_LIST : SHAPE_MIXED;
}

static int check_cycle(struct encoder *e, int at, const struct place *place)
{
    const void *table = lua_topointer(e->L, at);
    for (const struct place *up = place; up; up = up->up)
        if (up->table == table)
            return refuse(e, place, ERR_INVALID, "the table holds itself");
    return 0;
}

static int encode_table(struct encoder *e, int at, const struct place *place, unsigned depth)
{
    lua_State *L = e->L;
    if (!lua_checkstack(L, 8))
        return error_set(e->err, ERR_NOMEM, "out of memory");
    const int top = lua_gettop(L);
    if (frozen_real(L, at))
        at = top + 1;
    int result = check_cycle(e, at, place);
    if (result == 0 && depth >= LIMIT(ANSWER_DEPTH))
        result = refuse(e, place, ERR_LIMIT, "nested too deep (ANSWER_DEPTH)");
    if (result == 0) {
        size_t count;
        const enum shape shape = shape_of(L, at, &count);
        if (shape == SHAPE_LIST)
            result = encode_array(e, at, count, place, depth + 1);
        else if (shape == SHAPE_MAP)
            result = encode_map(e, at, place, depth + 1);
        else
            result = refuse(e, place, ERR_INVALID, mixed_table);
    }
    lua_settop(L, top);
    return result;
}

static int encode(struct encoder *e, int at, const struct place *place, unsigned depth)
{
    size_t len;
    const char *text;
    if (++e->values > LIMIT(FRAME_ITEMS))
        return refuse(e, place, ERR_LIMIT, "too many values (FRAME_ITEMS)");
    if (e->out->len - e->start > LIMIT(ANSWER_BYTES))
        return refuse(e, place, ERR_LIMIT, "too many bytes (ANSWER_BYTES)");
    switch (lua_type(e->L, at)) {
    case LUA_TNIL:
    case LUA_TNONE:
        msgpack_pack_nil(&e->packer);
        return 0;
    case LUA_TBOOLEAN:
        if (lua_toboolean(e->L, at))
            msgpack_pack_true(&e->packer);
        else
            msgpack_pack_false(&e->packer);
        return 0;
    case LUA_TNUMBER:
        return encode_number(e, at, place);
    case LUA_TSTRING:
        text = lua_tolstring(e->L, at, &len);
        encode_text(e, text, len);
        return 0;
    case LUA_TTABLE:
        return encode_table(e, at, place, depth);
    default:
        if (!area_is_null(e->L, at))
            return refuse_type(e, place, luaL_typename(e->L, at));
        msgpack_pack_nil(&e->packer);
        return 0;
    }
}

int encode_value(lua_State *L, int at, const char *what, struct buf *out, struct error *err)
{
    struct encoder e = {.L = L, .out = out, .start = out->len, .what = what, .err = err};
    msgpack_packer_init(&e.packer, out, pack_write);
    int result = encode(&e, lua_absindex(L, at), NULL, 0);
    if (result == 0 && out->len - e.start > LIMIT(ANSWER_BYTES))
        result = refuse(&e, NULL, ERR_LIMIT, "too many bytes (ANSWER_BYTES)");
    if (result == 0 && buf_failed(out))
        result = error_set(err, ERR_NOMEM, "%s: out of memory", what);
    if (result < 0 && !buf_failed(out))
        out->len = e.start;
    return result;
}

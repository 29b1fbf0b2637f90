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

/* Fills `keys`; values of a small map stay on the stack. The keys' texts live as long as the table
 * holds them. */
static int gather_keys(struct encoder *e, int at, struct map_key *keys, bool keep,
                       const struct place *place)
{
    lua_State *L = e->L;
    size_t count = 0;
    for (lua_pushnil(L); lua_next(L, at) != 0; count++) {
        if (lua_type(L, -2) != LUA_TSTRING)
            return refuse(e, place, ERR_INVALID,
                          "the table has both list items and named fields, or a list with a hole");
        keys[count].text = lua_tolstring(L, -2, &keys[count].len);
        keys[count].value = keep ? lua_gettop(L) - 1 : 0;
        if (keep)
            lua_insert(L, -2);
        else
            lua_pop(L, 1);
    }
    return 0;
}

static int encode_keys(struct encoder *e, int at, struct map_key *keys, size_t count,
                       const struct place *up, unsigned depth)
{
    lua_State *L = e->L;
    struct place place = {.up = up, .table = lua_topointer(L, at)};
    const bool keep = count <= SMALL_MAP;
    if (!lua_checkstack(L, keep ? (int)count + 8 : 8))
        return error_set(e->err, ERR_NOMEM, "out of memory");
    int result = gather_keys(e, at, keys, keep, up);
    if (result < 0)
        return result;
    sort_keys(keys, count);
    msgpack_pack_map(&e->packer, count);
    for (size_t i = 0; i < count && result >= 0; i++) {
        place.key = keys[i].text;
        place.key_len = keys[i].len;
        encode_text(e, keys[i].text, keys[i].len);
        if (keep) {
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

static int encode_map(struct encoder *e, int at, size_t count, const struct place *place,
                      unsigned depth)
{
    struct map_key few[SMALL_MAP];
    const int top = lua_gettop(e->L);
    if (count > LIMIT(ANSWER_KEYS))
        return refuse(e, place, ERR_LIMIT, "too many fields in one table (ANSWER_KEYS)");
    if (count <= SMALL_MAP) {
        const int result = encode_keys(e, at, few, count, place, depth);
        lua_settop(e->L, top);
        return result;
    }
    MEM_AUTO struct map_key *many = mem_alloc(count * sizeof *many);
    if (!many)
        return error_set(e->err, ERR_NOMEM, "out of memory");
    const int result = encode_keys(e, at, many, count, place, depth);
    lua_settop(e->L, top);
    return result;
}

/* How many entries the table has; `*list`: they are 1..n and nothing else. */
static size_t count_entries(lua_State *L, int at, bool *list)
{
    const size_t length = lua_rawlen(L, at);
    size_t count = 0, in_list = 0;
    for (lua_pushnil(L); lua_next(L, at) != 0; lua_pop(L, 1), count++)
        if (lua_isinteger(L, -2) && lua_tointeger(L, -2) >= 1 &&
            (size_t)lua_tointeger(L, -2) <= length)
            in_list++;
    *list = count == length && in_list == length;
    return count;
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
        bool list;
        const size_t count = count_entries(L, at, &list);
        if (!list && area_is_array(L, at))
            result = refuse(e, place, ERR_INVALID, "the list has a hole or named fields");
        else
            result = list ? encode_array(e, at, count, place, depth + 1)
                          : encode_map(e, at, count, place, depth + 1);
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

/* desk.json.decode(text) and desk.json.encode(value, {indent = n}).
 *
 * JSON null is desk.null, arrays carry the mark of desk.array, integers stay integers. Keys are
 * written in byte order. jansson's memory is outside the state's cap, so texts are bounded. */
#include <jansson.h>
#include <lauxlib.h>
#include <math.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/limits.h"
#include "lua/desk.h"
#include "lua/frozen.h"
#include "model/json.h"

#define BOX_NAME "desk.json.box"

/* Owns what jansson made while Lua errors may jump over C frames. */
struct json_box {
    json_t *value;
    struct buf text;
};

static int box_free(lua_State *L)
{
    struct json_box *box = lua_touserdata(L, 1);
    json_decref(box->value);
    box->value = NULL;
    buf_free(&box->text);
    return 0;
}

static struct json_box *push_box(lua_State *L)
{
    struct json_box *box = lua_newuserdatauv(L, sizeof *box, 0);
    *box = (struct json_box){.value = NULL};
    luaL_setmetatable(L, BOX_NAME);
    return box;
}

static void push_value(lua_State *L, json_t *value, unsigned depth);

static void push_array(lua_State *L, json_t *array, unsigned depth)
{
    const size_t count = json_array_size(array);
    lua_createtable(L, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        push_value(L, json_array_get(array, i), depth);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    area_mark_array(L);
}

static void push_object(lua_State *L, json_t *object, unsigned depth)
{
    const char *key;
    json_t *value;
    lua_createtable(L, 0, (int)json_object_size(object));
    json_object_foreach(object, key, value)
    {
        lua_pushstring(L, key);
        push_value(L, value, depth);
        lua_rawset(L, -3);
    }
}

static void push_value(lua_State *L, json_t *value, unsigned depth)
{
    if (depth >= LIMIT(JSON_DEPTH))
        luaL_error(L, "desk.json.decode: nested deeper than %d levels (JSON_DEPTH)", (int)depth);
    luaL_checkstack(L, 4, "JSON");
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        push_object(L, value, depth + 1);
        break;
    case JSON_ARRAY:
        push_array(L, value, depth + 1);
        break;
    case JSON_STRING:
        lua_pushlstring(L, json_string_value(value), json_string_length(value));
        break;
    case JSON_INTEGER:
        lua_pushinteger(L, json_integer_value(value));
        break;
    case JSON_REAL:
        lua_pushnumber(L, json_real_value(value));
        break;
    case JSON_NULL:
        area_push_null(L);
        break;
    default:
        lua_pushboolean(L, json_is_true(value));
    }
}

/* Bad JSON is no error of the plugin: nil and a message. */
static int json_decode(lua_State *L)
{
    size_t len;
    json_error_t problem;
    const char *text = luaL_checklstring(L, 1, &len);
    if (len > LIMIT(JSON_BYTES))
        return luaL_error(L, "desk.json.decode: the text is over %d MiB (JSON_BYTES)",
                          (int)(LIMIT(JSON_BYTES) / MIB));
    struct json_box *box = push_box(L);
    box->value = json_loadb(text, len, JSON_DECODE_ANY | JSON_ALLOW_NUL, &problem);
    if (!box->value) {
        lua_pushnil(L);
        lua_pushfstring(L, "line %d, column %d: %s", problem.line, problem.column, problem.text);
        return 2;
    }
    push_value(L, box->value, 0);
    json_decref(box->value);
    box->value = NULL;
    return 1;
}

struct json_writer {
    lua_State *L;
    size_t count;
    bool long_reals; /* a number needs 17 digits to come back the same */
    char problem[160];
};

static json_t *make_value(struct json_writer *writer, int at, unsigned depth);

static json_t *refuse(struct json_writer *writer, const char *text)
{
    snprintf(writer->problem, sizeof writer->problem, "%s", text);
    return NULL;
}

static json_t *make_number(struct json_writer *writer, int at)
{
    if (lua_isinteger(writer->L, at))
        return json_integer(lua_tointeger(writer->L, at));
    const double number = lua_tonumber(writer->L, at);
    if (!isfinite(number))
        return refuse(writer, "a number is NaN or infinite");
    char digits[32];
    snprintf(digits, sizeof digits, "%.15g", number);
    if (strtod(digits, NULL) != number)
        writer->long_reals = true;
    return json_real(number);
}

static json_t *make_array(struct json_writer *writer, int at, unsigned depth)
{
    lua_State *L = writer->L;
    json_t *array = json_array();
    const lua_Unsigned count = lua_rawlen(L, at);
    for (lua_Unsigned i = 1; array && i <= count; i++) {
        lua_rawgeti(L, at, (lua_Integer)i);
        json_t *item = make_value(writer, lua_gettop(L), depth);
        lua_pop(L, 1);
        if (!item || json_array_append_new(array, item) < 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static json_t *make_object(struct json_writer *writer, int at, unsigned depth)
{
    lua_State *L = writer->L;
    json_t *object = json_object();
    for (lua_pushnil(L); object && lua_next(L, at) != 0; lua_pop(L, 1)) {
        size_t len;
        const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tolstring(L, -2, &len) : NULL;
        json_t *value = key ? make_value(writer, lua_gettop(L), depth)
                            : refuse(writer, "a table has both list items and named fields, or "
                                             "a list has a hole");
        if (!value || json_object_setn_new(object, key, len, value) < 0) {
            lua_pop(L, 2);
            if (value)
                refuse(writer, "a key is not UTF-8");
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

/* A list: marked, empty, or with items and nothing else. */
static bool is_list(lua_State *L, int at)
{
    const lua_Unsigned count = lua_rawlen(L, at);
    lua_Unsigned seen = 0;
    if (area_is_array(L, at))
        return true;
    for (lua_pushnil(L); lua_next(L, at) != 0; lua_pop(L, 1))
        seen++;
    return seen == count;
}

static json_t *make_table(struct json_writer *writer, int at, unsigned depth)
{
    lua_State *L = writer->L;
    if (depth >= LIMIT(JSON_DEPTH))
        return refuse(writer, "nested too deep (JSON_DEPTH): perhaps a table holds itself");
    if (!lua_checkstack(L, 8))
        return refuse(writer, "out of stack");
    const int top = lua_gettop(L);
    if (frozen_real(L, at))
        at = top + 1;
    json_t *value =
        is_list(L, at) ? make_array(writer, at, depth + 1) : make_object(writer, at, depth + 1);
    lua_settop(L, top);
    return value;
}

static json_t *make_value(struct json_writer *writer, int at, unsigned depth)
{
    lua_State *L = writer->L;
    size_t len;
    if (++writer->count > LIMIT(JSON_VALUES))
        return refuse(writer, "too many values (JSON_VALUES)");
    switch (lua_type(L, at)) {
    case LUA_TNUMBER:
        return make_number(writer, at);
    case LUA_TBOOLEAN:
        return json_boolean(lua_toboolean(L, at));
    case LUA_TTABLE:
        return make_table(writer, at, depth);
    case LUA_TSTRING: {
        const char *text = lua_tolstring(L, at, &len);
        json_t *value = json_stringn(text, len);
        return value ? value : refuse(writer, "a text is not UTF-8");
    }
    case LUA_TLIGHTUSERDATA:
        if (area_is_null(L, at))
            return json_null();
        break;
    default:
        break;
    }
    snprintf(writer->problem, sizeof writer->problem, "a %s has no JSON form",
             luaL_typename(L, at));
    return NULL;
}

static size_t indent_option(lua_State *L)
{
    lua_Integer indent = 0;
    if (!lua_isnoneornil(L, 2)) {
        luaL_checktype(L, 2, LUA_TTABLE);
        lua_getfield(L, 2, "indent");
        indent = luaL_optinteger(L, -1, 0);
        lua_pop(L, 1);
        luaL_argcheck(L, indent >= 0 && indent <= 8, 2, "indent is 0 to 8");
    }
    return (size_t)indent;
}

static int json_encode(lua_State *L)
{
    luaL_checkany(L, 1);
    struct json_writer writer = {.L = L};
    const size_t indent = indent_option(L);
    struct json_box *box = push_box(L);
    box->value = make_value(&writer, 1, 0);
    if (!box->value)
        return luaL_error(L, "desk.json.encode: %s",
                          writer.problem[0] ? writer.problem : "out of memory");
    const size_t flags = JSON_ENCODE_ANY | JSON_SORT_KEYS |
                         (indent ? JSON_INDENT(indent) : (size_t)JSON_COMPACT) |
                         JSON_REAL_PRECISION(writer.long_reals ? 17 : 15);
    if (json_to_buf(box->value, flags, &box->text, NULL) < 0)
        return luaL_error(L, "desk.json.encode: out of memory");
    lua_pushlstring(L, box->text.at, box->text.len);
    json_decref(box->value);
    box->value = NULL;
    buf_free(&box->text);
    return 1;
}

void area_open_json(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"decode", json_decode}, {"encode", json_encode}, {NULL, NULL}};
    luaL_newmetatable(L, BOX_NAME);
    lua_pushcfunction(L, box_free);
    lua_setfield(L, -2, "__gc");
    lua_pop(L, 1);
    luaL_newlib(L, functions);
}

#include <lauxlib.h>

#include "base/limits.h"
#include "lua/desk.h"
#include "lua/encode.h"

static void push(lua_State *L, const msgpack_object *value, unsigned depth);

static void push_array(lua_State *L, const msgpack_object_array *array, unsigned depth)
{
    lua_createtable(L, (int)array->size, 0);
    for (uint32_t i = 0; i < array->size; i++) {
        push(L, &array->ptr[i], depth);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    area_mark_array(L);
}

static void push_map(lua_State *L, const msgpack_object_map *map, unsigned depth)
{
    lua_createtable(L, 0, (int)map->size);
    for (uint32_t i = 0; i < map->size; i++) {
        const msgpack_object *key = &map->ptr[i].key;
        if (key->type != MSGPACK_OBJECT_STR)
            luaL_error(L, "a key of a map is no text");
        lua_pushlstring(L, key->via.str.ptr, key->via.str.size);
        push(L, &map->ptr[i].val, depth);
        lua_rawset(L, -3);
    }
}

static void push(lua_State *L, const msgpack_object *value, unsigned depth)
{
    if (depth > LIMIT(ANSWER_DEPTH))
        luaL_error(L, "nested too deep (ANSWER_DEPTH)");
    luaL_checkstack(L, 4, "a message");
    switch (value->type) {
    case MSGPACK_OBJECT_BOOLEAN:
        lua_pushboolean(L, value->via.boolean);
        break;
    case MSGPACK_OBJECT_POSITIVE_INTEGER:
        lua_pushinteger(L, (lua_Integer)value->via.u64);
        break;
    case MSGPACK_OBJECT_NEGATIVE_INTEGER:
        lua_pushinteger(L, value->via.i64);
        break;
    case MSGPACK_OBJECT_FLOAT32:
    case MSGPACK_OBJECT_FLOAT64:
        lua_pushnumber(L, value->via.f64);
        break;
    case MSGPACK_OBJECT_STR:
        lua_pushlstring(L, value->via.str.ptr, value->via.str.size);
        break;
    case MSGPACK_OBJECT_BIN:
        lua_pushlstring(L, value->via.bin.ptr, value->via.bin.size);
        break;
    case MSGPACK_OBJECT_ARRAY:
        push_array(L, &value->via.array, depth + 1);
        break;
    case MSGPACK_OBJECT_MAP:
        push_map(L, &value->via.map, depth + 1);
        break;
    default:
        area_push_null(L);
    }
}

void decode_push(lua_State *L, const msgpack_object *value)
{
    push(L, value, 0);
}

#include "cli/raw_json.h"

#include "model/json.h"

static json_t *list_to_json(const msgpack_object_array *list)
{
    json_t *array = json_array();
    for (uint32_t i = 0; array && i < list->size; i++)
        if (json_array_append_new(array, raw_to_json(&list->ptr[i])) < 0) {
            json_decref(array);
            return NULL;
        }
    return array;
}

static json_t *map_to_json(const msgpack_object_map *map)
{
    json_t *object = json_object();
    for (uint32_t i = 0; object && i < map->size; i++) {
        const msgpack_object *key = &map->ptr[i].key;
        json_t *value = raw_to_json(&map->ptr[i].val);
        const int code =
            key->type == MSGPACK_OBJECT_STR
                ? json_object_setn_new(object, key->via.str.ptr, key->via.str.size, value)
                : json_object_set_new(object, "?", value);
        if (code < 0) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

json_t *raw_to_json(const msgpack_object *value)
{
    switch (value->type) {
    case MSGPACK_OBJECT_BOOLEAN:
        return json_boolean(value->via.boolean);
    case MSGPACK_OBJECT_POSITIVE_INTEGER:
    case MSGPACK_OBJECT_NEGATIVE_INTEGER:
        return json_integer(value->via.i64);
    case MSGPACK_OBJECT_FLOAT32:
    case MSGPACK_OBJECT_FLOAT64:
        return json_real(value->via.f64);
    case MSGPACK_OBJECT_STR:
        return str_to_json((struct str){value->via.str.ptr, value->via.str.size});
    case MSGPACK_OBJECT_BIN:
        return str_to_json((struct str){value->via.bin.ptr, value->via.bin.size});
    case MSGPACK_OBJECT_ARRAY:
        return list_to_json(&value->via.array);
    case MSGPACK_OBJECT_MAP:
        return map_to_json(&value->via.map);
    default:
        return json_null();
    }
}

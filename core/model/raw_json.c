#include "model/raw_json.h"

#include <string.h>

#include "base/limits.h"
#include "model/json.h"
#include "model/wire.h"

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

static int pack(const json_t *value, msgpack_packer *packer, unsigned depth, struct error *err);

static int pack_list(const json_t *list, msgpack_packer *packer, unsigned depth, struct error *err)
{
    const size_t count = json_array_size(list);
    int code = 0;
    msgpack_pack_array(packer, count);
    for (size_t i = 0; code >= 0 && i < count; i++)
        code = pack(json_array_get(list, i), packer, depth + 1, err);
    return code;
}

static int pack_object(const json_t *object, msgpack_packer *packer, unsigned depth,
                       struct error *err)
{
    const char *key;
    json_t *value;
    msgpack_pack_map(packer, json_object_size(object));
    json_object_foreach((json_t *)object, key, value)
    {
        wire_pack_key(packer, key);
        const int code = pack(value, packer, depth + 1, err);
        if (code < 0)
            return code;
    }
    return 0;
}

static int pack(const json_t *value, msgpack_packer *packer, unsigned depth, struct error *err)
{
    if (depth > LIMIT(FRAME_DEPTH))
        return error_set(err, ERR_LIMIT, "the JSON is nested deeper than %lu levels (%s)",
                         LIMIT(FRAME_DEPTH), LIMIT_NAME(FRAME_DEPTH));
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return pack_object(value, packer, depth, err);
    case JSON_ARRAY:
        return pack_list(value, packer, depth, err);
    case JSON_STRING:
        msgpack_pack_str_with_body(packer, json_string_value(value), json_string_length(value));
        break;
    case JSON_INTEGER:
        msgpack_pack_int64(packer, json_integer_value(value));
        break;
    case JSON_REAL:
        msgpack_pack_double(packer, json_real_value(value));
        break;
    case JSON_TRUE:
        msgpack_pack_true(packer);
        break;
    case JSON_FALSE:
        msgpack_pack_false(packer);
        break;
    case JSON_NULL:
        msgpack_pack_nil(packer);
        break;
    }
    return 0;
}

int raw_from_json(const json_t *value, msgpack_packer *packer, struct error *err)
{
    return pack(value, packer, 1, err);
}

/* An upper bound for the values: each but the first follows one of these. */
static size_t values_at_most(struct str text)
{
    size_t count = 1;
    for (size_t i = 0; i < text.len; i++)
        count += text.at[i] == ',' || text.at[i] == '[' || text.at[i] == '{' || text.at[i] == ':';
    return count;
}

json_t *raw_json_read(struct str text, const char *what, struct error *err)
{
    json_error_t why;
    if (values_at_most(text) > LIMIT(FRAME_ITEMS)) {
        error_set(err, ERR_LIMIT, "%s holds more than %lu values (%s)", what, LIMIT(FRAME_ITEMS),
                  LIMIT_NAME(FRAME_ITEMS));
        return NULL;
    }
    json_t *value =
        json_loadb(text.at ? text.at : "", text.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &why);
    if (!value && (why.line < 0 || json_error_code(&why) == json_error_out_of_memory))
        error_set(err, ERR_NOMEM, "out of memory while reading %s", what);
    else if (!value)
        error_set(err, ERR_INVALID, "%s:%d: it is no JSON: %s", what, why.line, why.text);
    return value;
}

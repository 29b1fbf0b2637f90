#include "plugin/canonical.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "model/wire.h"

static int key_rank(const msgpack_object *key)
{
    return key->type == MSGPACK_OBJECT_STR ? 1 : 0; /* integers first */
}

static int pair_compare(const void *a, const void *b)
{
    const msgpack_object *left = &((const msgpack_object_kv *)a)->key;
    const msgpack_object *right = &((const msgpack_object_kv *)b)->key;
    if (key_rank(left) != key_rank(right))
        return key_rank(left) - key_rank(right);
    if (left->type != MSGPACK_OBJECT_STR)
        return left->via.i64 < right->via.i64 ? -1 : left->via.i64 > right->via.i64;
    return str_compare((struct str){left->via.str.ptr, left->via.str.size},
                       (struct str){right->via.str.ptr, right->via.str.size});
}

static int pack(msgpack_packer *packer, const msgpack_object *value);

static int pack_map(msgpack_packer *packer, const msgpack_object_map *map)
{
    MEM_AUTO msgpack_object_kv *pairs = mem_alloc((map->size + (size_t)1) * sizeof *pairs);
    if (!pairs)
        return ERR_NOMEM;
    if (map->size > 0) {
        memcpy(pairs, map->ptr, map->size * sizeof *pairs);
        qsort(pairs, map->size, sizeof *pairs, pair_compare);
    }
    int code = msgpack_pack_map(packer, map->size);
    for (uint32_t i = 0; code >= 0 && i < map->size; i++) {
        code = pack(packer, &pairs[i].key);
        if (code >= 0)
            code = pack(packer, &pairs[i].val);
    }
    return code;
}

static int pack_float(msgpack_packer *packer, double number)
{
    if (number == floor(number) && fabs(number) < 9007199254740992.0)
        return msgpack_pack_int64(packer, (int64_t)number);
    return msgpack_pack_double(packer, number);
}

static int pack(msgpack_packer *packer, const msgpack_object *value)
{
    int code = 0;
    switch (value->type) {
    case MSGPACK_OBJECT_MAP:
        return pack_map(packer, &value->via.map);
    case MSGPACK_OBJECT_ARRAY:
        code = msgpack_pack_array(packer, value->via.array.size);
        for (uint32_t i = 0; code >= 0 && i < value->via.array.size; i++)
            code = pack(packer, &value->via.array.ptr[i]);
        return code;
    case MSGPACK_OBJECT_FLOAT32:
    case MSGPACK_OBJECT_FLOAT64:
        return pack_float(packer, value->via.f64);
    default:
        return msgpack_pack_object(packer, *value);
    }
}

int canonical_pack(const msgpack_object *value, struct buf *out)
{
    msgpack_packer packer;
    wire_packer(&packer, out);
    const int code = pack(&packer, value);
    if (buf_failed(out))
        return out->max && out->len >= out->max ? ERR_LIMIT : ERR_NOMEM;
    return code < 0 ? ERR_NOMEM : 0;
}

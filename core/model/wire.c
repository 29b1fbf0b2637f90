#include "model/wire.h"

#include <string.h>

#include "base/limits.h"
#include "model/fields.h"

static int write_to_buf(void *buf, const char *bytes, size_t len)
{
    return buf_append(buf, bytes, len);
}

void wire_packer(msgpack_packer *packer, struct buf *out)
{
    msgpack_packer_init(packer, out, write_to_buf);
}

/* A short string's head and bytes are written at once: nearly all keys, labels, schemes. */
#define FIXSTR     0xA0
#define FIXSTR_MAX 31

int wire_pack_str(msgpack_packer *packer, struct str text)
{
    if (!text.at)
        return msgpack_pack_nil(packer) ? ERR_NOMEM : 0;
    if (text.len > 0 && text.len <= FIXSTR_MAX) {
        char bytes[1 + FIXSTR_MAX];
        bytes[0] = (char)(FIXSTR | text.len);
        memcpy(bytes + 1, text.at, text.len);
        return packer->callback(packer->data, bytes, text.len + 1) ? ERR_NOMEM : 0;
    }
    return msgpack_pack_str_with_body(packer, text.at, text.len) ? ERR_NOMEM : 0;
}

int wire_pack_key(msgpack_packer *packer, const char *key)
{
    return wire_pack_str(packer, str_of(key));
}

int wire_pack_bin(msgpack_packer *packer, const void *bytes, size_t len)
{
    if (msgpack_pack_bin(packer, len))
        return ERR_NOMEM;
    return len && msgpack_pack_bin_body(packer, bytes, len) ? ERR_NOMEM : 0;
}

const msgpack_object *wire_get(const msgpack_object *map, const char *key)
{
    if (!map || map->type != MSGPACK_OBJECT_MAP)
        return NULL;
    size_t len = strlen(key);
    for (size_t i = 0; i < map->via.map.size; i++) {
        const msgpack_object_kv *pair = &map->via.map.ptr[i];
        if (pair->key.type == MSGPACK_OBJECT_STR && pair->key.via.str.size == len &&
            memcmp(pair->key.via.str.ptr, key, len) == 0)
            return is_absent(&pair->val) ? NULL : &pair->val;
    }
    return NULL;
}

static int missing(const struct place *at, struct error *err)
{
    return place_fail(err, at, ERR_INVALID, "is missing, but must be given");
}

static int too_long(const struct place *at, size_t len, size_t max, struct error *err)
{
    const struct limit_info *limit = limit_in_bytes(max);
    return place_fail(err, at, ERR_LIMIT, "has %zu bytes, but %s allows %zu", len,
                      limit ? limit->name : "this place", max);
}

int wire_text(const msgpack_object *value, const char *what, size_t max, struct str *out,
              struct error *err)
{
    static const struct field any = {.kind = FIELD_TEXT, .limit = LIMIT_FRAME_BYTES_INDEX};
    struct reader in = {.err = err};
    struct place at = place_key(NULL, what);
    *out = STR_NONE;
    if (is_absent(value))
        return missing(&at, err);
    if (value->type == MSGPACK_OBJECT_STR && value->via.str.size > max)
        return too_long(&at, value->via.str.size, max, err);
    return text_read(&in, &at, value, &any, out);
}

int wire_bin(const msgpack_object *value, const char *what, size_t max, struct str *out,
             struct error *err)
{
    struct reader in = {.err = err};
    struct place at = place_key(NULL, what);
    *out = STR_NONE;
    if (is_absent(value))
        return missing(&at, err);
    if (value->type != MSGPACK_OBJECT_BIN)
        return wrong_kind(&in, &at, value, "a run of bytes");
    if (value->via.bin.size > max)
        return too_long(&at, value->via.bin.size, max, err);
    *out = (struct str){value->via.bin.ptr, value->via.bin.size};
    return 0;
}

int wire_int(const msgpack_object *value, const char *what, int64_t min, int64_t max, int64_t *out,
             struct error *err)
{
    struct reader in = {.err = err};
    struct place at = place_key(NULL, what);
    return is_absent(value) ? missing(&at, err) : int_read(&in, &at, value, min, max, out);
}

int wire_number(const msgpack_object *value, const char *what, double min, double max, double *out,
                struct error *err)
{
    struct reader in = {.err = err};
    struct place at = place_key(NULL, what);
    return is_absent(value) ? missing(&at, err) : real_read(&in, &at, value, min, max, out);
}

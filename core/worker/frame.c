#include "worker/frame.h"

#include "base/limits.h"
#include "model/wire.h"

int frame_check(const void *bytes, size_t len, struct error *err)
{
    return wire_check(bytes, len, "frame", err);
}

size_t frame_begin(struct buf *out)
{
    size_t begun = out->len;
    buf_append(out, "\0\0\0\0", FRAME_HEADER);
    return begun;
}

int frame_end(struct buf *out, size_t begun, struct error *err)
{
    if (buf_failed(out))
        return error_set(err, ERR_NOMEM, "frame: out of memory");
    size_t len = out->len - begun - FRAME_HEADER;
    if (len == 0 || len > LIMIT(FRAME_BYTES))
        return error_set(err, ERR_LIMIT, "frame: %zu bytes; %s allows %lu", len,
                         LIMIT_NAME(FRAME_BYTES), LIMIT(FRAME_BYTES));
    for (unsigned i = 0; i < FRAME_HEADER; i++)
        out->at[begun + i] = (char)(len >> (8 * i) & 0xff);
    return 0;
}

int frame_next(const void *bytes, size_t len, const uint8_t **body, size_t *body_len, size_t *need,
               struct error *err)
{
    *need = FRAME_HEADER;
    if (len < FRAME_HEADER)
        return 0;
    const uint8_t *at = bytes;
    size_t size = (size_t)at[0] | (size_t)at[1] << 8 | (size_t)at[2] << 16 | (size_t)at[3] << 24;
    if (size == 0)
        return error_set(err, ERR_INVALID, "frame: declares no bytes");
    if (size > LIMIT(FRAME_BYTES))
        return error_set(err, ERR_LIMIT, "frame: declares %zu bytes; %s allows %lu", size,
                         LIMIT_NAME(FRAME_BYTES), LIMIT(FRAME_BYTES));
    *need = FRAME_HEADER + size;
    if (len < *need)
        return 0;
    *body = at + FRAME_HEADER;
    *body_len = size;
    return 1;
}

int frame_unpack(const void *body, size_t len, msgpack_zone *zone, msgpack_object *out,
                 struct error *err)
{
    return wire_unpack(body, len, "frame", zone, out, err);
}

/* The frame check against msgpack-c: what passes must unpack to the last byte, with memory in
 * proportion to the input. Also what a worker's stream is cut into. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "worker/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error err = {0};
    msgpack_zone zone;
    msgpack_object value;
    if (!msgpack_zone_init(&zone, MSGPACK_ZONE_CHUNK_SIZE))
        return 0;
    int checked = frame_check(data, size, &err);
    int unpacked = frame_unpack(data, size, &zone, &value, &err);
    if ((checked == 0) != (unpacked == 0))
        abort();
    msgpack_zone_destroy(&zone);
    for (size_t at = 0; at < size;) {
        const uint8_t *body = NULL;
        size_t len = 0, need = 0;
        if (frame_next(data + at, size - at, &body, &len, &need, &err) <= 0)
            break;
        if (body < data || body + len > data + size || need != FRAME_HEADER + len)
            abort();
        at += need;
    }
    return 0;
}

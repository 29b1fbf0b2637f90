/* Frames between host and worker: four bytes of length (little endian, of what follows), then one
 * msgpack value: an array [type, sequence, payload...].
 *
 * No frame reaches msgpack-c unchecked: frame_check is wire_check of model/wire.h, which walks the
 * bytes without allocating (a five-byte frame could otherwise make msgpack-c reserve gigabytes). */
#pragma once

#include <msgpack.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

#define FRAME_HEADER 4

/* 0, or ERR_INVALID/ERR_LIMIT with the byte where it breaks. */
int frame_check(const void *bytes, size_t len, struct error *err);

/* Begins a frame in `out` (appends); gives its offset for frame_end, which fills the length. */
size_t frame_begin(struct buf *out);
int frame_end(struct buf *out, size_t begun, struct error *err);

/* Looks at the front of a stream: 1 and the body when a whole frame is there, 0 when more bytes are
 * needed (`need`: how many in all), below zero when the length is over FRAME_BYTES. */
int frame_next(const void *bytes, size_t len, const uint8_t **body, size_t *body_len, size_t *need,
               struct error *err);

/* Checks and unpacks a body; the object lives in `zone` and points into `body`. */
int frame_unpack(const void *body, size_t len, msgpack_zone *zone, msgpack_object *out,
                 struct error *err);

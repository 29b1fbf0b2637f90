/* msgpack in one form only: equal values are equal bytes. */
#pragma once

#include <msgpack.h>

#include "base/buf.h"

/* Appends `value` with map keys in the order of their bytes, numbers in their shortest form, and a
 * whole floating-point number as the integer it is. 0, ERR_NOMEM or ERR_LIMIT. Depth is bounded by
 * what the frame check let through. */
int canonical_pack(const msgpack_object *value, struct buf *out);

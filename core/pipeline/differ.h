/* Where two answers differ. */
#pragma once

#include <stddef.h>

#include "base/buf.h"

/* Both are canonical msgpack (plugin/canonical.h). Writes "a fresh process and one that ran other
 * cases before gave different answers (answer[1].label: 'a', then 'b'): ..." into `out`. */
void differ_say(const struct buf *fresh, const struct buf *warm, char *out, size_t size);

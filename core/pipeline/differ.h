/* Where two answers differ. */
#pragma once

#include <stddef.h>

#include "base/buf.h"

/* Where two values on the wire differ, a line each, at most `most` and how many more there are:
 * "answer[1].label: recorded 'A', now 'B'". `root`: what the values are called. */
void differ_list(struct str recorded, struct str now, const char *root, unsigned most,
                 struct buf *out);
/* Both are canonical msgpack (plugin/canonical.h). Writes "a fresh process and one that ran other
 * cases before gave different answers (answer[1].label: 'a', then 'b'): ..." into `out`. */
void differ_say(const struct buf *fresh, const struct buf *warm, char *out, size_t size);

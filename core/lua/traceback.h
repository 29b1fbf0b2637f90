/* Tracebacks, made shorter. */
#pragma once

#include "base/buf.h"

/* Appends a traceback of Lua's to `out` with lines that come again and again folded: one of them
 * stays, or the two that take turns, and "... 190 more of the same" behind. Lua leaves out the
 * middle of a deep stack; what it left out is counted with them. */
void traceback_fold(const char *text, struct buf *out);

/* One call of one plugin, waited for: what it said, what it took. For tries, benches and
 * comparisons. */
#pragma once

#include "pipeline/host.h"
#include "pipeline/sample.h"

struct one_call {
    const msgpack_object *answer; /* as the plugin gave it; NULL: it failed */
    enum guard guard;             /* then this */
    const char *message, *traceback;
    int64_t cpu_us;       /* of the plugin */
    int64_t wall_us;      /* from the host to the worker and back */
    uint64_t bytes, peak; /* memory of its state: after, at most */
    struct pool_frame *frame;
    struct arena *arena;
};

/* Only outside of callbacks. Below zero: the call could not be made. one_call_free in any case. */
int one_call_make(struct lineup *lineup, const struct desk_plugin *plugin,
                  const struct sample *sample, size_t which, struct one_call *out,
                  struct error *err);
/* The same with an article or a document that is packed already. */
int one_call_packed(struct lineup *lineup, const struct desk_plugin *plugin, bool document,
                    struct str packed, struct one_call *out, struct error *err);
void one_call_free(struct one_call *call);

/* What a native stage says of itself in its registration, as a manifest. */
#pragma once

#include <copydesk/plugin.h>

#include "base/arena.h"
#include "base/error.h"
#include "plugin/manifest.h"

/* `out` borrows from the stage and from `arena`. ERR_PLUGIN says what is wrong: a size, an option's
 * type, a default that does not fit. */
int native_manifest(const struct desk_stage *stage, struct arena *arena, struct manifest *out,
                    struct error *err);

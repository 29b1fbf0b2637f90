/* Options of a plugin: what was given, against what its manifest knows. */
#pragma once

#include "base/buf.h"
#include "plugin/manifest.h"

struct option_text { /* one `--option key=value` as it was typed */
    const char *key, *value;
};

/* Appends to `out` the canonical msgpack map of all options: those of `given` (a map, may be NULL),
 * then `texts` (which win), then defaults; keys in byte order, so that equal options are equal
 * bytes. ERR_INVALID names plugin, option, what is wrong, what fits; an unknown one the nearest. */
int options_check(const struct manifest *manifest, const msgpack_object *given,
                  const struct option_text *texts, size_t text_count, struct buf *out,
                  struct error *err);

/* A value as it would be typed, for an option of this type; points into `text` and `arena`. Type
 * and syntax are checked, not bounds. `plugin` is named in the error. */
int option_parse(const struct manifest *plugin, const struct option_spec *option, const char *text,
                 struct arena *arena, msgpack_object *out, struct error *err);

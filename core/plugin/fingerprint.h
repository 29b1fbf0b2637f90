/* A plugin's fingerprint: SHA-256 over all that its answers depend on: the api, kind and name, the
 * names and bytes of its files (without its tests) or, of a native stage, its shared object's
 * bytes, scripts/lib, and its canonical options. */
#pragma once

#include "base/hash.h"
#include "plugin/registry.h"

/* `lib`: modules it can `require`; `options`: canonical msgpack; `api`: of the manifest. */
void plugin_fingerprint(const struct plugin_entry *entry, const struct plugin_file *lib,
                        size_t lib_count, struct str options, int api, struct hash *out);

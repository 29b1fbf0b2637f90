/* From a path to a checked info struct: the path rule, dlopen and the handshake. Used by native.c.
 */
#pragma once

#include "base/error.h"

#include <copydesk/plugin.h>

#include <stdint.h>

/* What this host offers, for the comparison and its message. */
struct native_offer {
    uint32_t info_size; /* the largest info struct it knows */
    uint32_t abi_major, abi_minor;
    uint64_t features;
};

/* The absolute path of a plugin, links resolved, to be freed with mem_free(); NULL and a message
 * when the path rule forbids it (see native_load()). */
char *native_resolve(const char *folder, const char *path, struct error *err);

/* Maps the file for good and gives its info struct after the handshake; NULL and a message. */
const struct desk_plugin_info *native_open(const char *file, const struct native_offer *offer,
                                           struct error *err);

/* 1 when it is a name as plugin.h wants it. */
int native_name_ok(const char *name);

/* What desk.lua says, checked. The worker evaluates it (JOB_CONFIG) and gives a msgpack map:
 *   ingest, tag, summarize = [ { name = "entities", options = { ... } | nil } ... ]   in order
 *   watch                  = [ { folder = "inbox", ... } ... ]
 *   job                    = [ { name, export, ... } ... ]    kept for the scheduler
 *   native                 = [ "/absolute/path.so" ... ]
 *   source                 = "Global Times"    infosource of articles that name none
 * Plugins may be given as a bare string too. */
#pragma once

#include <msgpack.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

struct config_plugin {
    const char *kind, *name;
    const msgpack_object *options; /* map, or NULL */
};

struct config {
    struct config_plugin *plugins; /* ingest, then tag, then summarize, each in its order */
    size_t plugin_count;
    const char **watched; /* as written: relative to the desk, or absolute */
    size_t watched_count;
    struct str source;
};

/* `out` points into `value` and `arena`. ERR_INVALID names the setting. */
int config_read(const msgpack_object *value, struct arena *arena, struct config *out,
                struct error *err);

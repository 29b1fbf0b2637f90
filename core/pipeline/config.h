/* What desk.lua says, checked again: the worker that evaluated it (lua/config.c, JOB_CONFIG) is not
 * believed. Of its settings, this floor reads ingest, tag, summarize, watch (the folders), native,
 * source, grant, keep and aside; what a job is, the scheduler reads (schedule/spec.h). */
#pragma once

#include <msgpack.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "plugin/grant.h"

struct config_plugin {
    const char *kind, *name;
    const msgpack_object *options; /* map, or NULL */
    int line;                      /* of desk.lua; 0: unknown */
};

enum config_after { CONFIG_MOVE, CONFIG_KEEP, CONFIG_DELETE };
enum config_poll {
    CONFIG_POLL_AUTO, /* where the file system tells inotify nothing */
    CONFIG_POLL_NEVER,
    CONFIG_POLL_ALWAYS,
};

/* A watched folder. Paths as written: relative to the desk, or absolute. */
struct config_watch {
    const char *folder, *done, *duplicate, *failed;
    const char *source;  /* of its documents */
    const char **ignore; /* patterns (fnmatch) besides those that are always ignored */
    size_t ignore_count;
    int64_t settle_us, rescan_us, poll_us;
    enum config_poll poll;
    enum config_after after;
    bool recursive;
    int line; /* of desk.lua; 0: unknown */
};

/* How long things are kept, in microseconds; 0: for ever. */
enum config_kept {
    CONFIG_DOCUMENTS, /* documents' bytes */
    CONFIG_DONE,      /* files in done/ and duplicate/ */
    CONFIG_VERSIONS,
    CONFIG_RESULTS,
    CONFIG_RUNS,
    CONFIG_KEPT_COUNT
};
extern const char *const config_kept_names[CONFIG_KEPT_COUNT];
struct config_keep {
    int64_t us[CONFIG_KEPT_COUNT];
    int line;
};

/* When a plugin is set aside (health.h): config_aside.c. */
struct config_aside {
    unsigned after;   /* failures in a row; 0: never */
    int64_t again_us; /* until one item tries it; 0: no time does */
};

struct config {
    struct config_plugin *plugins; /* ingest, then tag, then summarize, each in its order */
    size_t plugin_count;
    struct config_watch *watches;
    size_t watch_count;
    const char **natives; /* absolute paths of shared objects */
    size_t native_count;
    struct str source;
    struct plugin_grant *grants;
    size_t grant_count;
    struct config_keep keep;
    struct config_aside aside;
    const msgpack_object *jobs; /* the list as it came, or NULL */
};

/* `out` points into `value` and `arena`. ERR_INVALID names the setting. */
int config_read(const msgpack_object *value, struct arena *arena, struct config *out,
                struct error *err);

/* desk.watch alone: config_watch.c. */
int config_read_watch(const msgpack_object *list, struct arena *arena, struct config *out,
                      struct error *err);

/* desk.keep alone: config_keep.c. */
int config_read_keep(const msgpack_object *list, struct config_keep *out, struct error *err);

/* desk.aside alone, or what holds without it. */
int config_read_aside(const msgpack_object *list, struct config_aside *out, struct error *err);

/* The grant for a plugin, or NULL. */
const struct plugin_grant *config_grant(const struct config *config, const char *kind,
                                        const char *name);

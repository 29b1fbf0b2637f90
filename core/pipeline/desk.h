/* A desk: a folder with a `desk.lua`, and what a command needs of it.
 *
 * A command opens a desk, calls one operation of this floor (ingest.h, explain.h, export.h,
 * quarantine.h, plugins.h, tryplugin.h, testplugin.h) and closes it. Operations run the loop inside
 * and return when they are done; callbacks are called on the calling thread, from inside the loop,
 * and must not call operations themselves. One desk is used by one thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"
#include "store/store.h"

struct desk;

/* What a command will do with the desk; each includes the ones before it. */
enum desk_use {
    DESK_READ,    /* readers of the store: starts no process, takes no lock */
    DESK_PLUGINS, /* and workers, desk.lua evaluated; a plugin is loaded when it is asked for:
                     export, plugins, plugin try, plugin test */
    DESK_WORK,    /* and the ingest, tag and summarize plugins of desk.lua loaded: explain */
    DESK_WRITE,   /* and the store for writing, under the desk's lock: ingest, failed retry */
};

struct desk_options {
    const char *dir; /* -C DIR; NULL: the current folder or the nearest one above it */
    bool optional;   /* no desk there is fine (not with DESK_WRITE): the shipped plugins serve, in a
                        default order */
    const char *scripts; /* this folder of plugins and no other, and no desk; NULL: as usual */
    bool bare;           /* it may have lost its desk.lua (with DESK_READ) */
    enum desk_use use;
    unsigned workers; /* 0: one per core */
    bool no_index;    /* bench only */
    /* DESK_WRITE: called once the lock is held, before workers start; below zero: no further. May
       be NULL. */
    int (*locked)(struct desk *desk, void *data, struct error *err);
    void (*given_up)(struct desk *desk, void *data); /* after `locked`: it could not be opened */
    void *data;
};

/* Finds and opens. Errors: ERR_NOTFOUND (no desk.lua here or above; says `copydesk init`),
 * ERR_DENIED (the desk belongs to another user), ERR_BUSY (another process writes the desk),
 * ERR_VERSION (store from a newer release), ERR_PLUGIN (desk.lua, or from DESK_WORK on a plugin it
 * names, cannot be loaded: with file and line). */
int desk_open(const struct desk_options *options, struct desk **out, struct error *err);
/* Ends workers and store; what was submitted is committed and indexed first. NULL is fine. */
void desk_close(struct desk *desk);

/* A reader of the desk's store, to be closed with store_reader_close. `search`: it will be given
 * queries (then the `text` plugin is loaded; `list` and `show` need it not and start faster). */
int desk_reader(struct desk *desk, bool search, struct store_reader **out, struct error *err);

/* The desk's folder, and its store's within; NULL without a desk. */
const char *desk_folder(const struct desk *desk);
const char *desk_store_folder(const struct desk *desk);

/* Store, index and foreign keys are sound, or ERR_CORRUPT with the first finding. Also beside a
 * desk that runs. */
int desk_check(struct desk *desk, struct error *err);

/* CPU and memory so far, for the bench: microseconds and bytes. */
struct desk_usage {
    int64_t host_cpu_us;  /* this process, all threads */
    int64_t store_cpu_us; /* of which the store thread */
    int64_t worker_cpu_us;
    int64_t worker_start_us, plugin_us, decode_us; /* of which: see struct pool_usage */
    uint64_t host_peak_rss, worker_peak_rss;
    unsigned workers;
};
void desk_usage(struct desk *desk, struct desk_usage *out);

/* Makes `dir` (which may be there, if it holds no desk.lua) a desk: desk.lua from the template,
 * inbox/, out/, scripts/ and an empty store. ERR_EXISTS when it is a desk already. What was made
 * is taken away again when a later step fails. */
int desk_init(const char *dir, struct error *err);

/* Makes the folder `dir` one that is watched: a small desk in DIR/.copydesk, whose desk.lua is the
 * template with `watch` (the desk.watch setting) behind it; whoever looks for a desk in `dir` finds
 * that one. 1: made; 0: it was there, and is as it was. ERR_EXISTS: `dir` is a desk of its own, or
 * lies in one. */
int desk_init_inside(const char *dir, const char *watch, struct error *err);

/* How far an operation is; for a bar. Called at most a few times a second. */
struct desk_progress {
    uint64_t done;    /* documents, articles or cases */
    uint64_t total;   /* 0: not known (yet) */
    uint64_t bytes;   /* of input or output so far */
    const char *unit; /* "documents", "articles", "cases" */
};
typedef void desk_progress_fn(const struct desk_progress *progress, void *data);

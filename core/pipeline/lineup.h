/* A lineup: what desk.lua and the plugin folders gave at one moment, with the workers that run it.
 *
 * A desk has one that serves (desk->lineup). A reload opens another beside it; once that is found
 * good it takes the place of the old one, which lives until the last document, export or test that
 * began with it lets go of it. Then its workers end.
 *
 * All on the loop's thread. lineup_open runs the loop while it waits for workers: it is called from
 * the top of the loop (host_turn) or before there is one, never from a callback. What else is in
 * flight goes on meanwhile. That is simpler than a machine of states through config, manifests and
 * tests, and as good: a desk opens one lineup at a time. */
#pragma once

#include "base/arena.h"
#include "pipeline/config.h"
#include "pipeline/desk.h"
#include "pipeline/turn.h"
#include "plugin/manifest.h"
#include "plugin/options.h"
#include "plugin/registry.h"
#include "worker/pool.h"

/* A plugin as it runs: code, checked options, shipped under an index. Lives as long as its lineup.
 */
struct desk_plugin {
    uint32_t index;
    bool trial; /* shipped for its manifest alone */
    struct plugin_entry *entry;
    struct manifest manifest;
    struct str options; /* canonical msgpack */
    struct hash fingerprint;
    struct own_workers *own; /* that it has a grant for; NULL: it runs in the lineup's */
    const char *label;       /* "tag/ships" */
    const char *title;       /* "tag/ships@1.0.0" */
    struct health *health;   /* of the desk; NULL: for its manifest alone */
};

struct plugin_chain {
    struct desk_plugin **at;
    size_t count;
};

struct lineup {
    struct desk *desk;
    struct lineup *next; /* in the desk's list of all that live */
    unsigned references;
    struct host_later close; /* when nobody holds it any more */
    bool closing;            /* it is freed as soon as its workers have ended */
    bool ended;              /* its workers end, or have: it takes no job */
    unsigned workers;        /* as asked for; 0: one a core */
    struct registry *registry;
    struct pool *pool;
    struct own_workers *own; /* of plugins with a grant */
    unsigned pools;          /* of all these, how many live */
    struct arena *arena;     /* configuration, manifests, options */
    struct config config;
    struct hash config_hash;         /* of desk.lua as it was read */
    struct pool_frame *config_frame; /* what the configuration points into */
    struct pool_frame **frames;      /* and the manifests */
    size_t frame_count;
    struct desk_plugin **plugins; /* by index; NULL where an index served for tests */
    uint32_t plugin_count;
    /* Lines that plugins log go here and not into the log, when it is set: for plugin try --trace.
     */
    void (*tap)(int level, const char *plugin, const char *text, void *data);
    void *tap_data;
    struct plugin_chain ingest;  /* who is asked for a claim */
    struct plugin_chain article; /* tag, then summarize, each in its order */
    /* jobs that found no room; bounded by the operations, which make no more of them while
       something waits here (host_pool_full) */
    struct pool_job *jobs, **jobs_end;
};

/* Reads the plugin folders and desk.lua anew and starts workers, as far as `use` wants (from
 * DESK_PLUGINS on); from DESK_WORK on the plugins that desk.lua names are loaded and in order. The
 * caller holds it once. Errors as desk_open gives them; nothing is left behind then. */
int lineup_open(struct desk *desk, enum desk_use use, unsigned workers, struct lineup **out,
                struct error *err);
struct lineup *lineup_hold(struct lineup *lineup); /* gives it back */
/* From anywhere; the workers of one that nobody holds end at the next turn of the loop. NULL is
 * fine. */
void lineup_release(struct lineup *lineup);
/* Makes `lineup`, which the caller holds, the one that serves; takes over the caller's hold. */
void lineup_serve(struct lineup *lineup);

/* Ends the workers of all lineups, whatever they are at: what they hold is answered with a fault
 * (GUARD_KILLED), and so is what is submitted later. Not from a callback of the pool. */
void lineup_end_workers(struct desk *desk);
void lineup_end(struct lineup *lineup); /* of one alone */

/* ---- parts of opening ---- */
int lineup_registry(struct lineup *lineup, struct error *err);
int lineup_workers(struct lineup *lineup, struct error *err);
/* A pool more, with this environment; `lineup->pools` counts it. */
int lineup_pool_open(struct lineup *lineup, const char *const *env, size_t env_count,
                     struct pool **out, struct error *err);
void lineup_stop_workers(struct lineup *lineup);
/* desk.lua; starts the workers anew when it names native plugins. */
int lineup_config(struct lineup *lineup, struct error *err);
/* Loads the plugins that desk.lua names, in the order in which they run. */
int lineup_chains(struct lineup *lineup, struct error *err);

/* What an open desk is made of, for the operations of this floor. */
#pragma once

#include <uv.h>

#include "base/arena.h"
#include "base/hash.h"
#include "pipeline/config.h"
#include "pipeline/desk.h"
#include "plugin/manifest.h"
#include "plugin/native.h"
#include "plugin/options.h"
#include "plugin/registry.h"
#include "worker/pool.h"

/* A plugin as it runs: code, checked options, shipped under an index. */
struct desk_plugin {
    uint32_t index;
    struct plugin_entry *entry;
    struct manifest manifest;
    struct str options; /* canonical msgpack */
    struct hash fingerprint;
    const char *label; /* "tag/ships" */
    const char *title; /* "tag/ships@1.0.0" */
};

struct plugin_chain {
    struct desk_plugin **at;
    size_t count;
};

struct desk {
    uv_loop_t loop;
    bool loop_open;
    char *dir, *store_dir;
    char *user_scripts, *shipped_scripts;
    struct registry *registry;
    struct native_registry *natives;
    const struct desk_text_api *text;
    struct pool *pool;
    struct store *store;
    struct arena *arena; /* configuration, manifests, options: as long as the desk */
    struct config config;
    struct pool_frame *config_frame; /* what the configuration points into */
    struct pool_frame **frames;      /* and the manifests */
    size_t frame_count;
    struct desk_plugin **plugins; /* by index; NULL where an index was only a trial */
    uint32_t plugin_count;
    struct plugin_chain ingest;  /* who is asked for a claim */
    struct plugin_chain article; /* tag, then summarize, each in its order */
    /* jobs and writes that found no room; bounded by the operation, which makes no more of them
       while something waits here (host_pool_full, host_store_full) */
    struct pool_job *jobs, **jobs_end;
    struct store_request *writes, **writes_end;
    void (*room)(void *data); /* of the running operation: called when there is room again */
    void *room_data;
};

/* ---- parts of opening (one file each) ---- */
int desk_find(const char *start, char **dir, struct error *err);
int host_natives(struct desk *desk, struct error *err);
int host_open_store(struct desk *desk, bool no_index, struct error *err);
int host_registry(struct desk *desk, struct error *err);
int host_workers(struct desk *desk, unsigned workers, struct error *err);
void host_stop_workers(struct desk *desk);
/* desk.lua; starts the workers anew when it names native plugins. */
int host_config(struct desk *desk, unsigned workers, struct error *err);
/* Loads the plugins that desk.lua names, in the order in which they run. */
int host_chains(struct desk *desk, struct error *err);

/* ---- jobs and writes ---- */

/* Hands over, now or when there is room. `done` is called in any case. */
void host_submit(struct desk *desk, struct pool_job *job);
bool host_pool_full(const struct desk *desk);
void host_store(struct desk *desk, struct store_request *request);
bool host_store_full(const struct desk *desk);

/* Called by pool and store; data is the desk. */
void host_pool_room(struct pool *pool, void *data);
void host_store_room(struct store *store, void *data);

/* Runs the loop until `*done`. */
void host_wait(struct desk *desk, const bool *done);

/* One job, waited for; only outside of callbacks. On success `value` lives in `frame`
 * (pool_frame_free). A fault gives ERR_PLUGIN with its message; `traceback` (may be NULL) is then
 * mem_alloc'd. */
int host_call(struct desk *desk, struct pool_job *job, struct pool_frame **frame,
              const msgpack_object **value, char **traceback, struct error *err);

/* Blocking work off the loop's thread; `after` on the loop's. The struct is the caller's and lives
 * until `after`. */
struct host_work {
    uv_work_t request;
    void (*work)(void *data);
    void (*after)(void *data);
    void *data;
};
void host_work(struct desk *desk, struct host_work *work);
/* The same, waited for; only outside of callbacks. */
void host_block(struct desk *desk, void (*work)(void *data), void *data);

/* Keeps a frame as long as the desk. Takes it in any case. */
int host_keep_frame(struct desk *desk, struct pool_frame *frame);

/* ---- plugins ---- */

/* Reads, ships, checks. `given` (a map or NULL) and `texts` are its options; without any the
 * defaults. What is loaded already with the same options is given again. */
int host_load(struct desk *desk, const char *kind, const char *name, const msgpack_object *given,
              const struct option_text *texts, size_t text_count, struct desk_plugin **out,
              struct error *err);
/* The same for a certain entry, shadowed or not, with default options. */
int host_load_entry(struct desk *desk, struct plugin_entry *entry, struct desk_plugin **out,
                    struct error *err);
/* Ships it once more with test.lua; gives the index for JOB_TEST. */
int host_ship_tests(struct desk *desk, const struct desk_plugin *plugin, uint32_t *index,
                    struct error *err);
/* "tag/ships", or "tag" when it is not known. NULL plugin gives "". */
const char *host_label(const struct desk *desk, int64_t index);
struct desk_plugin *host_plugin(const struct desk *desk, int64_t index); /* NULL: none */

/* What an open desk is made of, for the operations of this floor. */
#pragma once

#include <uv.h>

#include "base/hash.h"
#include "pipeline/desk.h"
#include "pipeline/flight.h"
#include "pipeline/lineup.h"
#include "pipeline/turn.h"
#include "plugin/native.h"

/* Who wants to know when there is room again, in a pool or in the store's queue. */
struct host_listener {
    struct host_listener *next;
    void (*room)(void *data);
    void *data;
};

struct desk {
    uv_loop_t loop;
    bool loop_open;
    char *dir, *store_dir;
    char *user_scripts, *shipped_scripts;
    struct native_registry *natives;
    const struct desk_text_api *text;
    struct store *store;
    struct lineup *lineup;  /* the one that serves */
    struct lineup *lineups; /* all that live */
    /* writes that found no room; bounded as a lineup's jobs are (host_store_full) */
    struct store_request *writes, **writes_end;
    struct health *healths;                          /* of plugins: health.h */
    struct host_listener *listeners, *next_listener; /* next_listener: of the round under way */
    struct host_turns turns;
    struct flight flight;
    void (*news)(void *data); /* articles or failures were stored; NULL: nobody asks */
    void *news_data;
};

/* ---- parts of opening (one file each) ---- */
/* `bare`: a store makes a desk, also when desk.lua is gone. */
int desk_find(const char *start, bool bare, char **dir, struct error *err);
int host_natives(struct desk *desk, struct error *err);
int host_open_store(struct desk *desk, bool no_index, struct error *err);

/* ---- jobs and writes ---- */

/* Hands over, now or when there is room. `done` is called in any case. Who submits holds the
 * lineup until then. A job that names a plugin goes to that plugin's workers: job->pool is
 * plugin_pool() (own.h); NULL: the lineup's, which is right where no plugin has a grant. */
void host_submit(struct lineup *lineup, struct pool_job *job);
bool host_pool_full(const struct lineup *lineup);
/* A session with a pool of the lineup; below zero and a message: ERR_NOMEM, ERR_CANCELLED. */
int64_t host_session(struct lineup *lineup, struct pool *pool, struct error *err);
/* `session` below one is fine. */
void host_session_end(struct lineup *lineup, struct pool *pool, int64_t session);
/* Sends what waited for room, as far as there is some; when the workers have ended, it is answered
 * with a fault. */
void host_drain_jobs(struct lineup *lineup);
void host_store(struct desk *desk, struct store_request *request);
/* Takes it back when it is not begun: true, and its `done` is not called. */
bool host_withdraw(struct desk *desk, struct store_request *request);
bool host_store_full(const struct desk *desk);

/* Called by pool (data: the lineup) and store (data: the desk). */
void host_pool_room(struct pool *pool, void *data);
void host_store_room(struct store *store, void *data);
void host_store_news(struct store *store, void *data);

/* From now until host_unlisten, `listener->room` is called when there is room. It may listen,
 * unlisten, submit and store. The struct is the caller's. */
void host_listen(struct desk *desk, struct host_listener *listener);
void host_unlisten(struct desk *desk, struct host_listener *listener);
void host_tell_room(struct desk *desk);

/* One job, waited for; only outside of callbacks. On success `value` lives in `frame`
 * (pool_frame_free). A fault gives ERR_PLUGIN with its message, and job->guard; `traceback` (may be
 * NULL) is then mem_alloc'd. */
int host_call(struct lineup *lineup, struct pool_job *job, struct pool_frame **frame,
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

/* Keeps a frame as long as the lineup. Takes it in any case. */
int host_keep_frame(struct lineup *lineup, struct pool_frame *frame);

/* ---- plugins ---- */

/* Reads, ships, checks. `given` (a map or NULL) and `texts` are its options; without any the
 * defaults. What is loaded already with the same options is given again. */
int host_load(struct lineup *lineup, const char *kind, const char *name,
              const msgpack_object *given, const struct option_text *texts, size_t text_count,
              struct desk_plugin **out, struct error *err);
/* The same for a certain entry, shadowed or not, with default options. */
int host_load_entry(struct lineup *lineup, struct plugin_entry *entry, struct desk_plugin **out,
                    struct error *err);
/* The same, to be tested: what asks for a grant that it has not is loaded, too, and is refused
 * where it reads. */
int host_load_tested(struct lineup *lineup, struct plugin_entry *entry, struct desk_plugin **out,
                     struct error *err);
/* Ships an entry as it is, with test.lua and default options, whether it loads or not: for
 * JOB_CHECK. */
int host_ship_entry(struct lineup *lineup, struct plugin_entry *entry, uint32_t *index,
                    struct error *err);
/* What it says of itself, whether or not it is granted what it asks for. */
int host_manifest(struct lineup *lineup, struct plugin_entry *entry, const struct manifest **out,
                  struct error *err);
/* Ships it once more with test.lua; gives the index for JOB_TEST. */
int host_ship_tests(struct lineup *lineup, const struct desk_plugin *plugin, uint32_t *index,
                    struct error *err);
/* "tag/ships", or "tag" when it is not known. NULL plugin gives "". */
const char *host_label(const struct lineup *lineup, int64_t index);
struct desk_plugin *host_plugin(const struct lineup *lineup, int64_t index); /* NULL: none */

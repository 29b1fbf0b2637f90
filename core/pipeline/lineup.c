#include "pipeline/lineup.h"

#include <malloc.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "pipeline/health.h"
#include "pipeline/host.h"
#include "pipeline/own.h"

/* After a reload: for a moment there were two, with their plugins' data. */
static void give_back(void)
{
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

static void lineup_free(void *data)
{
    struct lineup *lineup = data;
    const struct desk *desk = lineup->desk;
    struct lineup **at = &lineup->desk->lineups;
    while (*at != lineup)
        at = &(*at)->next;
    *at = lineup->next;
    health_let_go(lineup);
    while (lineup->own) { /* what they name lies in the arena */
        struct own_workers *own = lineup->own;
        lineup->own = own->next;
        own_workers_free(own);
    }
    registry_close(lineup->registry);
    arena_free(lineup->arena);
    pool_frame_free(lineup->config_frame);
    for (size_t i = 0; i < lineup->frame_count; i++)
        pool_frame_free(lineup->frames[i]);
    mem_free(lineup->frames);
    mem_free(lineup->plugins);
    mem_free(lineup);
    if (desk->lineups)
        give_back();
}

static void pool_gone(void *data)
{
    struct lineup *lineup = data;
    if (--lineup->pools == 0 && lineup->closing)
        lineup_free(lineup);
}

void lineup_end(struct lineup *lineup)
{
    if (lineup->ended || lineup->pools == 0)
        return;
    health_keep_calls(lineup);
    lineup->ended = true;
    if (lineup->pool)
        pool_close(lineup->pool, pool_gone, lineup);
    for (struct own_workers *own = lineup->own; own; own = own->next)
        pool_close(own->pool, pool_gone, lineup);
    host_drain_jobs(lineup);
}

void lineup_end_workers(struct desk *desk)
{
    for (struct lineup *at = desk->lineups; at; at = at->next)
        lineup_end(at);
}

static void lineup_close(void *data)
{
    struct lineup *lineup = data;
    lineup->closing = true;
    if (lineup->pools)
        lineup_end(lineup); /* pool_gone frees it */
    else
        lineup_free(lineup);
}

static struct lineup *lineup_new(struct desk *desk, unsigned workers, struct error *err)
{
    struct lineup *lineup = mem_zero(1, sizeof *lineup);
    if (lineup)
        lineup->arena = arena_new(LIMIT(PLUGIN_BYTES));
    if (!lineup || !lineup->arena) {
        mem_free(lineup);
        error_set(err, ERR_NOMEM, "out of memory while opening the desk");
        return NULL;
    }
    lineup->desk = desk;
    lineup->workers = workers;
    lineup->references = 1;
    lineup->close = (struct host_later){.run = lineup_close, .data = lineup};
    lineup->jobs_end = &lineup->jobs;
    lineup->next = desk->lineups;
    desk->lineups = lineup;
    return lineup;
}

struct reading {
    struct lineup *lineup;
    struct error *err;
    int code;
};

/* On a thread: folders may lie on a slow disk, and the loop goes on. */
static void read_folders(void *data)
{
    struct reading *reading = data;
    const struct plugin_file *lib = NULL;
    size_t count = 0;
    reading->code = lineup_registry(reading->lineup, reading->err);
    if (reading->code >= 0)
        reading->code = registry_lib(reading->lineup->registry, &lib, &count, reading->err);
}

int lineup_open(struct desk *desk, enum desk_use use, unsigned workers, struct lineup **out,
                struct error *err)
{
    struct lineup *lineup = lineup_new(desk, workers, err);
    if (!lineup)
        return ERR_NOMEM;
    struct reading reading = {.lineup = lineup, .err = err};
    host_block(desk, read_folders, &reading);
    int code = reading.code;
    if (code >= 0)
        code = lineup_workers(lineup, err);
    if (code >= 0)
        code = lineup_config(lineup, err);
    if (code >= 0 && use >= DESK_WORK)
        code = lineup_chains(lineup, err);
    if (code < 0)
        lineup_release(lineup);
    else
        *out = lineup;
    return code < 0 ? code : 0;
}

struct lineup *lineup_hold(struct lineup *lineup)
{
    lineup->references++;
    return lineup;
}

/* Not at once: the pool may be in the midst of handing out the answer that was waited for. */
void lineup_release(struct lineup *lineup)
{
    if (lineup && --lineup->references == 0)
        host_later(lineup->desk, &lineup->close);
}

void lineup_serve(struct lineup *lineup)
{
    struct desk *desk = lineup->desk;
    lineup_release(desk->lineup);
    desk->lineup = lineup;
    host_tell_room(desk); /* its workers have nothing to do yet */
}

/* ---- parts of opening ---- */

static int add_native_stages(struct lineup *lineup, struct error *err)
{
    size_t count = 0;
    const struct desk_stage *const *stages = native_stages(lineup->desk->natives, &count);
    int code = 0;
    for (size_t i = 0; code >= 0 && i < count; i++)
        code =
            registry_add_native(lineup->registry, stages[i],
                                native_stage_plugin(lineup->desk->natives, stages[i])->path, err);
    return code;
}

int lineup_registry(struct lineup *lineup, struct error *err)
{
    struct desk *desk = lineup->desk;
    int code = 0;
    if (!desk->shipped_scripts)
        code = registry_default_folders(&desk->user_scripts, &desk->shipped_scripts, err);
    if (code < 0)
        return code;
    MEM_AUTO char *own = desk->dir ? file_join(desk->dir, "scripts") : NULL;
    const struct registry_folders folders = {own, desk->user_scripts, desk->shipped_scripts};
    code = registry_open(&folders, &lineup->registry, err);
    return code < 0 || !desk->natives ? code : add_native_stages(lineup, err);
}

static void on_log(int level, const char *plugin, const char *text, void *data)
{
    const struct lineup *lineup = data;
    if (lineup->tap)
        lineup->tap(level, plugin, text, lineup->tap_data);
    else
        log_write((enum log_level)level, plugin, "%s", text);
}

int lineup_workers(struct lineup *lineup, struct error *err)
{
    return lineup_pool_open(lineup, NULL, 0, &lineup->pool, err);
}

int lineup_pool_open(struct lineup *lineup, const char *const *env, size_t env_count,
                     struct pool **out, struct error *err)
{
    const struct plugin_file *lib = NULL;
    size_t lib_count = 0;
    if (lineup->ended)
        return error_set(err, ERR_CANCELLED, "the desk ends");
    int code = registry_lib(lineup->registry, &lib, &lib_count, err);
    if (code < 0)
        return code;
    size_t native_count = 0;
    const struct native_plugin *const *natives =
        native_plugins(lineup->desk->natives, &native_count);
    struct pool_file *files = arena_alloc(lineup->arena, lib_count + 1, sizeof *files);
    const char **paths = arena_alloc(lineup->arena, native_count + 1, sizeof *paths);
    if (!files || !paths)
        return error_set(err, ERR_NOMEM, "out of memory while starting workers");
    for (size_t i = 0; i < lib_count; i++)
        files[i] = (struct pool_file){lib[i].name, lib[i].bytes, lib[i].len};
    for (size_t i = 0; i < native_count; i++)
        paths[i] = natives[i]->path;
    const struct pool_options options = {
        .workers = lineup->workers,
        .native = paths,
        .native_count = native_count,
        .lib = files,
        .lib_count = lib_count,
        .env = env,
        .env_count = env_count,
        .room = host_pool_room,
        .log = on_log,
        .data = lineup,
    };
    code = pool_open(&lineup->desk->loop, &options, out, err);
    lineup->pools += code >= 0;
    return code;
}

static void set_true(void *data)
{
    *(bool *)data = true;
}

void lineup_stop_workers(struct lineup *lineup)
{
    bool done = false;
    if (!lineup->pool || lineup->ended)
        return;
    pool_close(lineup->pool, set_true, &done);
    host_wait(lineup->desk, &done);
    lineup->pool = NULL;
    lineup->pools--;
}

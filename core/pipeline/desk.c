#include "pipeline/desk.h"

#include <malloc.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "pipeline/health.h"
#include "pipeline/host.h"

static int locate(struct desk *desk, const struct desk_options *options, struct error *err)
{
    struct error why;
    if (options->scripts) {
        desk->shipped_scripts = mem_strdup(options->scripts);
        return desk->shipped_scripts ? 0 : error_set(err, ERR_NOMEM, "out of memory");
    }
    const int code = desk_find(options->dir, options->bare, &desk->dir, &why);
    if (code == ERR_NOTFOUND && options->optional && !options->dir)
        return 0;
    if (code < 0)
        return error_set(err, code, "%s", why.text);
    desk->store_dir = file_join(desk->dir, ".copydesk");
    return desk->store_dir ? 0 : error_set(err, ERR_NOMEM, "out of memory");
}

static struct desk *desk_new(struct error *err)
{
    struct desk *desk = mem_zero(1, sizeof *desk);
    int loop = 0;
    if (desk) {
        desk->writes_end = &desk->writes;
        loop = uv_loop_init(&desk->loop);
        desk->loop_open = loop == 0;
        if (desk->loop_open)
            host_turns_open(&desk->turns, &desk->loop);
    }
    if (desk && desk->loop_open)
        return desk;
    desk_close(desk);
    if (loop < 0 && loop != UV_ENOMEM)
        error_set(err, ERR_IO, "cannot open the desk: %s", uv_strerror(loop));
    else
        error_set(err, ERR_NOMEM, "out of memory while opening the desk");
    return NULL;
}

/* The C library gives each thread a heap of its own, which grows page by page, a system call each,
 * and is cut back as soon as FTS5 frees a segment's words: a tenth of the store thread's time. One
 * heap that grows in steps, and keeps what it has until the store rests (store/writer.c), is as
 * quick for two busy threads and smaller for both. A step is address space: pages come when they
 * are touched. */
static void settle_memory(void)
{
#ifdef __GLIBC__
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_TOP_PAD, 2 * MIB);
    mallopt(M_TRIM_THRESHOLD, 8 * MIB);
#endif
}

static int open_steps(struct desk *desk, const struct desk_options *options, struct error *err)
{
    int code = locate(desk, options, err);
    if (code < 0 || options->use < DESK_PLUGINS)
        return code;
    settle_memory();
    if (options->use == DESK_WRITE && !desk->dir)
        return error_set(err, ERR_USAGE, "there is no desk to write to");
    if ((code = host_natives(desk, err)) < 0)
        return code;
    /* the lock first: who finds the desk in use should learn it before workers start */
    if (options->use == DESK_WRITE && (code = host_open_store(desk, options->no_index, err)) < 0)
        return code;
    if (options->use == DESK_WRITE && options->locked)
        code = options->locked(desk, options->data, err);
    if (code >= 0)
        code = lineup_open(desk, options->use, options->workers, &desk->lineup, err);
    if (code < 0 && options->use == DESK_WRITE && options->given_up)
        options->given_up(desk, options->data);
    return code;
}

int desk_open(const struct desk_options *options, struct desk **out, struct error *err)
{
    struct desk *desk = desk_new(err);
    if (!desk)
        return ERR_NOMEM;
    const int code = open_steps(desk, options, err);
    if (code < 0) {
        desk_close(desk);
        return code;
    }
    *out = desk;
    return 0;
}

/* Its lineups end first: their last jobs may still want to write. */
static void end_lineups(struct desk *desk)
{
    lineup_release(desk->lineup);
    desk->lineup = NULL;
    while (desk->lineups)
        host_turn(desk);
}

void desk_close(struct desk *desk)
{
    if (!desk)
        return;
    end_lineups(desk);
    if (desk->store) {
        health_save(desk, true);
        store_close(desk->store);
    }
    if (desk->loop_open) {
        host_turns_close(&desk->turns);
        uv_run(&desk->loop, UV_RUN_DEFAULT); /* close callbacks */
        uv_loop_close(&desk->loop);
    }
    flight_end(&desk->flight);
    health_free(desk);
    native_registry_free(desk->natives);
    mem_free(desk->dir);
    mem_free(desk->store_dir);
    mem_free(desk->user_scripts);
    mem_free(desk->shipped_scripts);
    mem_free(desk);
}

int desk_reader(struct desk *desk, bool search, struct store_reader **out, struct error *err)
{
    if (!desk->store_dir)
        return error_set(err, ERR_USAGE, "there is no desk to read");
    const int code = search ? host_natives(desk, err) : 0;
    return code < 0 ? code
                    : store_reader_open(desk->store_dir, search ? desk->text : NULL, out, err);
}

const char *desk_folder(const struct desk *desk)
{
    return desk->dir;
}

const char *desk_store_folder(const struct desk *desk)
{
    return desk->store_dir;
}

void desk_usage(struct desk *desk, struct desk_usage *out)
{
    struct pool_usage pool = {0};
    struct rusage own;
    if (desk->lineup && desk->lineup->pool && !desk->lineup->ended)
        pool_usage(desk->lineup->pool, &pool);
    getrusage(RUSAGE_SELF, &own);
    *out = (struct desk_usage){
        .host_cpu_us = clock_process_cpu_us(),
        .store_cpu_us = desk->store ? store_cpu_us(desk->store) : 0,
        .worker_cpu_us = pool.cpu_us,
        .worker_start_us = pool.start_us,
        .plugin_us = pool.plugin_us,
        .decode_us = pool.decode_us,
        .host_peak_rss = (uint64_t)own.ru_maxrss * 1024,
        .worker_peak_rss = pool.peak_rss,
        .workers = desk->lineup && desk->lineup->pool && !desk->lineup->ended
                       ? pool_workers(desk->lineup->pool)
                       : 0,
    };
}

int desk_check(struct desk *desk, struct error *err)
{
    const int code = host_natives(desk, err);
    return code < 0 ? code : store_check(desk->store_dir, desk->text, err);
}

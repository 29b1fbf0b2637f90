/* What a run does: an export, from what is kept with the run, into files named by its instant. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/limits.h"
#include "schedule/names.h"
#include "schedule/schedule_parts.h"

#define OUTPUT_BYTES (64 * KIB) /* of names that a run keeps */

struct working {
    struct run *run;
    void (*done)(struct run *run);
};

/* ---- where it goes ---- */

/* Folders between the desk and the file are made; others must be there. */
static int make_parents(char *path, size_t from, struct error *err)
{
    for (char *slash = strchr(path + from, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        const int rc = mkdir(path, 0777);
        const int number = errno;
        if (rc < 0 && number != EEXIST)
            error_errno(err, number, "cannot make the folder %s", path);
        *slash = '/';
        if (rc < 0 && number != EEXIST)
            return ERR_IO;
    }
    return 0;
}

int run_target(struct run *run)
{
    const char *dir = run->schedule->desk->dir;
    const struct job_spec *spec = run->spec;
    BUF_AUTO struct buf name = BUF_INIT;
    int code = names_expand(spec->to, spec->name, spec->timing.zone, run->what.run.at_us,
                            run->what.run.window_start_us, &name, &run->error);
    if (code < 0)
        return code;
    const bool absolute = name.len > 0 && name.at[0] == '/';
    run->to = absolute ? arena_printf(run->arena, "%s", name.at)
                       : arena_printf(run->arena, "%s/%s", dir, name.at);
    if (!run->to)
        return error_set(&run->error, ERR_NOMEM, "out of memory for a run");
    return absolute ? 0 : make_parents(run->to, strlen(dir) + 1, &run->error);
}

/* As they are shown: without the desk's folder. */
void run_add_output(struct run *run, const char *path)
{
    const char *dir = run->schedule->desk->dir;
    const size_t len = strlen(dir);
    if (run->outputs.len + strlen(path) > OUTPUT_BYTES || strchr(path, '\n'))
        return;
    if (strncmp(path, dir, len) == 0 && path[len] == '/')
        path += len + 1;
    if (utf8_valid(path, strlen(path)) == strlen(path))
        buf_printf(&run->outputs, "%s\n", path);
}

/* ---- export ---- */

struct giving {
    struct run *run;
    struct buf *articles;
    uint32_t count;
};

static int give_article(struct str packed, void *data)
{
    struct giving *giving = data;
    buf_str(giving->articles, packed);
    giving->count++;
    return giving->articles->len >= EXPORT_PAGE_BYTES;
}

/* On a thread of the pool. */
static int give_page(void *data, uint64_t given, struct buf *articles, uint32_t *count,
                     struct error *err)
{
    struct run *run = data;
    struct giving giving = {run, articles, 0};
    const int code = store_read_inputs(run->reader, run->what.run.id, given, EXPORT_PAGE_ARTICLES,
                                       give_article, &giving, err);
    *count = giving.count;
    return code;
}

static void exported(const struct export_result *result, void *data)
{
    struct working *working = data;
    struct run *run = working->run;
    run->export = NULL;
    run->articles = result->counts.articles;
    run->files = result->counts.files;
    run->error = result->error;
    for (uint64_t i = 0; i < result->counts.files; i++)
        run_add_output(run, result->names[i]);
    store_reader_close(run->reader);
    run->reader = NULL;
    working->done(run);
}

static void fail(struct working *working)
{
    store_reader_close(working->run->reader);
    working->run->reader = NULL;
    working->done(working->run);
}

static void start_export(struct working *working)
{
    struct run *run = working->run;
    run->source = (struct export_source){give_page, run};
    if (run_target(run) < 0 ||
        desk_reader(run->schedule->desk, false, &run->reader, &run->error) < 0) {
        fail(working);
        return;
    }
    const struct export_options options = {.format = run->spec->format,
                                           .to = run->to,
                                           .source = &run->source,
                                           .options = run->spec->options};
    run->export = export_start(run->schedule->desk, &options, exported, working);
    if (!run->export) {
        error_set(&run->error, ERR_NOMEM, "out of memory for a run");
        fail(working);
    }
}

void run_do(struct run *run, void (*done)(struct run *run))
{
    struct working *working = arena_alloc(run->arena, 1, sizeof *working);
    buf_clear(&run->outputs);
    if (!working) {
        error_set(&run->error, ERR_NOMEM, "out of memory for a run");
        done(run);
        return;
    }
    *working = (struct working){run, done};
    if (run->spec->task)
        run_task(run, done);
    else
        start_export(working);
}

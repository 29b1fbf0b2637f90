/* Articles in pages, through one session of one worker, into files: prepare, open, then write a
 * page and read the next until there is none, close, commit. Each step is begun when the one before
 * it has ended; reading and writing happen on a thread of the pool. What the plugin made of earlier
 * pages dies with its worker: the export then begins anew, for the death may have been another's
 * fault, and no file has its name yet. */
#include "pipeline/export.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "pipeline/export_parts.h"
#include "pipeline/export_to.h"
#include "pipeline/health.h"
#include "pipeline/own.h"
#include "pipeline/process.h"

#define EXPORT_DEATHS 1 /* of a worker that are made good */

/* ---- the end ---- */

static void release(struct export *run)
{
    host_session_end(run->lineup, run->job.pool, run->session);
    store_reader_close(run->reader);
    pool_frame_free(run->frame);
    buf_free(&run->page);
    buf_free(&run->job.payload);
    export_files_close(run->files);
    lineup_release(run->lineup);
    arena_free(run->arena);
    mem_free(run);
}

static void finish(void *data)
{
    struct export *run = data;
    struct export_result result = {.counts = run->counts, .error = run->error};
    if (run->error.code == 0) {
        result.counts.files = export_files_count(run->files);
        result.counts.bytes = export_files_bytes(run->files);
        result.names = export_files_names(run->files, run->arena);
        if (!result.names)
            result.counts.files = 0;
    }
    run->done(&result, run->data);
    release(run);
}

/* From anywhere: the callbacks of a pool may not end a session. */
static void end(struct export *run)
{
    run->later = (struct host_later){.run = finish, .data = run};
    host_later(run->desk, &run->later);
}

/* Whether it goes on; if not, the end is on its way. */
static bool goes_on(struct export *run)
{
    if (run->cancelled && run->error.code == 0)
        error_set(&run->error, ERR_CANCELLED, "the export was stopped");
    if (run->error.code < 0)
        end(run);
    return run->error.code == 0;
}

/* ---- steps ---- */

static void work(struct export *run, void (*what)(void *), void (*after)(void *))
{
    run->work = (struct host_work){.work = what, .after = after, .data = run};
    host_work(run->desk, &run->work);
}

static void keep_fault(struct export *run, const struct pool_fault *fault)
{
    struct error *err = &run->error;
    plugin_failed(run->lineup, run->plugin, fault->guard, fault->message);
    error_set(err, ERR_PLUGIN, "%s failed: %s", run->plugin->label, fault->message);
    if (fault->traceback && fault->traceback[0] && !strstr(err->text, "traceback")) {
        const size_t used = strlen(err->text);
        snprintf(err->text + used, sizeof err->text - used, "\n%s", fault->traceback);
    }
}

static void begin_anew(void *data);

static bool may_begin_anew(const struct export *run, const struct pool_fault *fault)
{
    return fault->guard == GUARD_KILLED && run->deaths < EXPORT_DEATHS && !run->cancelled;
}

/* Frees what was asked and keeps what was answered. */
static bool take_answer(struct pool_job *job, const struct pool_answer *answer)
{
    struct export *run = job->data;
    buf_free(&job->payload);
    pool_frame_free(run->frame);
    run->frame = NULL;
    run->answer = NULL;
    if (answer->fault && may_begin_anew(run, answer->fault)) {
        run->deaths++;
        run->later = (struct host_later){.run = begin_anew, .data = run};
        host_chore(run->desk, &run->later);
        return false;
    }
    if (answer->fault) {
        keep_fault(run, answer->fault);
    } else {
        run->answer = answer->value;
        run->frame = pool_answer_keep(answer);
    }
    return goes_on(run);
}

static void call(struct export *run, enum job_op op,
                 void (*done)(struct pool_job *, const struct pool_answer *))
{
    run->job.op = op;
    run->job.session = run->session;
    run->job.done = done;
    run->job.data = run;
    if (buf_failed(&run->job.payload)) {
        error_set(&run->error, ERR_NOMEM, "out of memory while making a job");
        end(run);
        return;
    }
    host_submit(run->lineup, &run->job);
}

static void committed(void *data)
{
    struct export *run = data;
    end(run);
}

static void closed(struct pool_job *job, const struct pool_answer *answer)
{
    struct export *run = job->data;
    if (!take_answer(job, answer))
        return;
    plugin_worked(run->lineup, run->plugin);
    work(run, export_write_and_commit, committed);
}

static void call_close(struct export *run)
{
    msgpack_packer packer;
    wire_packer(&packer, &run->job.payload);
    msgpack_pack_map(&packer, 0);
    run->job.calls = 1;
    call(run, JOB_EXPORT_CLOSE, closed);
}

static void paged(void *data);

static void written(struct pool_job *job, const struct pool_answer *answer)
{
    if (take_answer(job, answer))
        work(job->data, export_write_and_read, paged);
}

static void tell(struct export *run)
{
    const struct desk_progress progress = {.done = run->counts.articles,
                                           .total = run->total,
                                           .bytes = export_files_bytes(run->files),
                                           .unit = "articles"};
    if (run->options.progress)
        run->options.progress(&progress, run->options.data);
}

static void call_write(struct export *run)
{
    msgpack_packer packer;
    run->counts.articles += run->page_count;
    wire_packer(&packer, &run->job.payload);
    msgpack_pack_map(&packer, 1);
    wire_pack_key(&packer, "articles");
    msgpack_pack_array(&packer, run->page_count);
    buf_append(&run->job.payload, run->page.at, run->page.len);
    run->job.calls = run->page_count;
    call(run, JOB_EXPORT_WRITE, written);
}

/* A page was read; without articles it was the last. */
static void paged(void *data)
{
    struct export *run = data;
    if (!goes_on(run))
        return;
    tell(run);
    if (run->page_count > 0)
        call_write(run);
    else
        call_close(run);
}

static void call_open(struct export *run)
{
    msgpack_packer packer;
    wire_packer(&packer, &run->job.payload);
    msgpack_pack_map(&packer, 1);
    wire_pack_key(&packer, "plugin");
    msgpack_pack_uint32(&packer, run->plugin->index);
    run->job.calls = 1;
    call(run, JOB_EXPORT_OPEN, written);
}

/* ---- preparing ---- */

static int load_plugin(struct export *run, struct error *err)
{
    const struct export_options *options = &run->options;
    struct plugin_spec spec;
    char name[2 * PLUGIN_NAME_SIZE + 8];
    msgpack_zone zone;
    msgpack_object given;
    snprintf(name, sizeof name, "%s%s", strchr(options->format, '/') ? "" : "export/",
             options->format);
    int code = plugin_spec_parse(name, &spec, err);
    if (code >= 0 && strcmp(spec.kind, "export") != 0)
        code = error_set(err, ERR_USAGE, "%s is no export plugin", name);
    if (code < 0)
        return code;
    if (!msgpack_zone_init(&zone, 512))
        return error_set(err, ERR_NOMEM, "out of memory");
    if (options->options.len)
        code =
            wire_unpack(options->options.at, options->options.len, "options", &zone, &given, err);
    if (code >= 0)
        code = host_load(run->lineup, spec.kind, spec.name, options->options.len ? &given : NULL,
                         options->given, options->given_count, &run->plugin, err);
    msgpack_zone_destroy(&zone);
    return code;
}

static int open_source(struct export *run, struct error *err)
{
    const struct export_options *options = &run->options;
    const bool queried = options->query && options->query[0];
    struct store_counts stored = {0};
    int code = 0;
    if (options->source)
        return 0;
    if (queried)
        code =
            query_parse(str_of(options->query), options->now_us ? options->now_us : clock_wall_us(),
                        run->arena, &run->query, err);
    if (code >= 0)
        code = desk_reader(run->desk, queried, &run->reader, err);
    if (code >= 0 && !queried && !options->upto_seq && options->progress &&
        store_counts(run->reader, &stored, NULL) >= 0)
        run->total = (uint64_t)stored.articles;
    return code;
}

static int open_files(struct export *run, struct error *err)
{
    struct export_to to = {0};
    int code = run->options.parents ? export_to_make_parents(run->desk, run->options.to, err) : 0;
    if (code >= 0)
        code = export_to_check(run->desk, run->options.to, &to, err);
    if (code >= 0)
        code = export_files_open(to.folder, to.single, NULL, &run->files, err);
    export_to_free(&to);
    run->job.pool = plugin_pool(run->lineup, run->plugin);
    if (code >= 0 && (run->session = host_session(run->lineup, run->job.pool, err)) < 0)
        code = err->code;
    return code;
}

static void begin_anew(void *data)
{
    struct export *run = data;
    host_session_end(run->lineup, run->job.pool, run->session);
    run->session = 0;
    export_files_close(run->files);
    run->files = NULL;
    run->counts = (struct export_counts){0};
    run->before_id = run->before_seq = 0;
    run->at_end = false;
    if (goes_on(run))
        (void)open_files(run, &run->error);
    if (goes_on(run))
        call_open(run);
}

/* A chore: loading a plugin waits for a worker. */
static void prepare(void *data)
{
    struct export *run = data;
    struct error *err = &run->error;
    if (!goes_on(run))
        return;
    if (load_plugin(run, err) >= 0 && open_source(run, err) >= 0)
        (void)open_files(run, err);
    if (goes_on(run))
        call_open(run);
}

static bool copy_text(struct arena *arena, const char **text)
{
    if (!*text)
        return true;
    *text = arena_text(arena, str_of(*text));
    return *text != NULL;
}

static bool copy_options(struct export *run, const struct export_options *options)
{
    struct export_options *own = &run->options;
    struct option_text *given = arena_alloc(run->arena, options->given_count + 1, sizeof *given);
    *own = *options;
    own->options = arena_str(run->arena, options->options);
    own->given = given;
    bool good = given && (options->options.len == 0 || own->options.at) &&
                copy_text(run->arena, &own->format) && copy_text(run->arena, &own->to) &&
                copy_text(run->arena, &own->query);
    for (size_t i = 0; good && i < options->given_count; i++) {
        given[i] = options->given[i];
        good = copy_text(run->arena, &given[i].key) && copy_text(run->arena, &given[i].value);
    }
    return good;
}

struct export *export_start(struct desk *desk, const struct export_options *options,
                            export_done_fn *done, void *data)
{
    struct export *run = mem_zero(1, sizeof *run);
    if (!run)
        return NULL;
    run->desk = desk;
    run->done = done;
    run->data = data;
    run->arena = arena_new(LIMIT(EXPORT_FILES) * 64 + LIMIT(CONFIG_BYTES));
    if (!run->arena || !copy_options(run, options)) {
        arena_free(run->arena);
        mem_free(run);
        return NULL;
    }
    run->lineup = lineup_hold(desk->lineup);
    run->later = (struct host_later){.run = prepare, .data = run};
    host_chore(desk, &run->later);
    return run;
}

void export_cancel(struct export *run)
{
    run->cancelled = true;
}

/* ---- waited for ---- */

struct waited {
    bool done;
    struct export_counts counts;
    struct error error;
};

static void take_result(const struct export_result *result, void *data)
{
    struct waited *waited = data;
    waited->counts = result->counts;
    waited->error = result->error;
    waited->done = true;
}

int export_run(struct desk *desk, const struct export_options *options,
               struct export_counts *counts, struct error *err)
{
    struct waited waited = {0};
    if (!export_start(desk, options, take_result, &waited))
        return error_set(err, ERR_NOMEM, "out of memory for an export");
    host_wait(desk, &waited.done);
    if (counts)
        *counts = waited.counts;
    return waited.error.code < 0 ? error_set(err, waited.error.code, "%s", waited.error.text) : 0;
}

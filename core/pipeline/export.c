/* Articles in pages from the store, through one session of one worker, into files. Reading and
 * writing happen on a thread of the pool. */
#include "pipeline/export.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "model/wire.h"
#include "pipeline/export_files.h"
#include "pipeline/export_to.h"
#include "store/query.h"

#define PAGE_ARTICLES 64
#define PAGE_BYTES    (1 * MIB)

struct export
{
    struct desk *desk;
    struct lineup *lineup; /* held */
    struct desk_plugin *plugin;
    struct store_reader *reader;
    struct arena *arena; /* of the query */
    struct query query;
    struct export_files *files;
    int64_t session;
    struct export_counts counts;
    uint64_t total;     /* articles there will be; 0: not known, as with a query */
    struct error error; /* of the thread */
    /* the page that was read */
    struct buf page;
    uint32_t page_count;
    int64_t before_id;
    bool stopped, at_end;
    /* the answer that waits to be written */
    struct pool_frame *frame;
    const msgpack_object *answer;
};

/* ---- on a thread of the pool ---- */

static int take_article(const struct store_hit *hit, void *data)
{
    struct export *run = data;
    msgpack_packer packer;
    wire_packer(&packer, &run->page);
    article_pack(&packer, &hit->article);
    run->before_id = hit->article.id;
    run->page_count++;
    run->stopped = run->page.len >= PAGE_BYTES;
    return run->stopped;
}

static int read_page(struct export *run)
{
    const struct store_page page = {
        .before_id = run->before_id, .limit = PAGE_ARTICLES, .whole = true};
    buf_clear(&run->page);
    run->page_count = 0;
    run->stopped = false;
    if (run->at_end)
        return 0;
    const int code = store_search(run->reader, run->query.root ? &run->query : NULL, &page,
                                  take_article, run, NULL, &run->error);
    if (code >= 0 && buf_failed(&run->page))
        return error_set(&run->error, ERR_NOMEM, "out of memory while reading articles");
    run->at_end = !run->stopped && run->page_count < PAGE_ARTICLES;
    return code;
}

static int write_one(struct export *run, const msgpack_object *file)
{
    struct str name = STR_NONE;
    struct str bytes = STR_NONE;
    const bool table = file->type == MSGPACK_OBJECT_MAP;
    const msgpack_object *text = table ? wire_get(file, "name") : NULL;
    const msgpack_object *more = table ? wire_get(file, "append") : NULL;
    if (!text)
        return error_set(&run->error, ERR_PLUGIN, "a file has no name");
    int code = wire_text(text, "name", LIMIT(PATH_BYTES), &name, &run->error);
    if (code >= 0 && more && more->type == MSGPACK_OBJECT_STR)
        bytes = (struct str){more->via.str.ptr, more->via.str.size};
    else if (code >= 0 && more)
        code = wire_bin(more, "append", LIMIT(FRAME_BYTES), &bytes, &run->error);
    return code < 0 ? code : export_files_append(run->files, name, bytes, &run->error);
}

static int write_answer(struct export *run)
{
    const msgpack_object *files = run->answer ? wire_get(run->answer, "files") : NULL;
    int code = 0;
    if (files && files->type != MSGPACK_OBJECT_ARRAY)
        return error_set(&run->error, ERR_PLUGIN, "it gave no list of files");
    for (uint32_t i = 0; code >= 0 && files && i < files->via.array.size; i++)
        code = write_one(run, &files->via.array.ptr[i]);
    return code < 0 ? error_wrap(&run->error, "%s", run->plugin->label) : 0;
}

static void write_and_read(void *data)
{
    struct export *run = data;
    if (write_answer(run) >= 0)
        (void)read_page(run);
}

static void write_only(void *data)
{
    (void)write_answer(data);
}

static void commit(void *data)
{
    struct export *run = data;
    (void)export_files_commit(run->files, &run->error);
}

/* ---- the three calls into the plugin ---- */

static int call(struct export *run, struct pool_job *job, struct error *err)
{
    MEM_AUTO char *traceback = NULL;
    struct pool_frame *frame = NULL;
    const msgpack_object *answer = NULL;
    job->session = run->session;
    const int code = host_call(run->lineup, job, &frame, &answer, &traceback, err);
    buf_free(&job->payload);
    pool_frame_free(run->frame);
    run->frame = frame;
    run->answer = answer;
    if (code >= 0)
        return 0;
    error_wrap(err, "%s failed", run->plugin->label);
    if (traceback && traceback[0] && !strstr(err->text, "traceback")) {
        const size_t used = strlen(err->text);
        snprintf(err->text + used, sizeof err->text - used, "\n%s", traceback);
    }
    return code;
}

static int call_open(struct export *run, struct error *err)
{
    struct pool_job job = {.op = JOB_EXPORT_OPEN};
    msgpack_packer packer;
    wire_packer(&packer, &job.payload);
    msgpack_pack_map(&packer, 1);
    wire_pack_key(&packer, "plugin");
    msgpack_pack_uint32(&packer, run->plugin->index);
    return call(run, &job, err);
}

static int call_close(struct export *run, struct error *err)
{
    struct pool_job job = {.op = JOB_EXPORT_CLOSE};
    msgpack_packer packer;
    wire_packer(&packer, &job.payload);
    msgpack_pack_map(&packer, 0);
    return call(run, &job, err);
}

static void pack_page(struct export *run, struct pool_job *job)
{
    msgpack_packer packer;
    wire_packer(&packer, &job->payload);
    msgpack_pack_map(&packer, 1);
    wire_pack_key(&packer, "articles");
    msgpack_pack_array(&packer, run->page_count);
    buf_append(&job->payload, run->page.at, run->page.len);
    job->calls = run->page_count;
}

/* ---- the run ---- */

static int take_error(struct export *run, struct error *err)
{
    if (run->error.code == 0)
        return 0;
    return error_set(err, run->error.code, "%s", run->error.text);
}

static int pages(struct export *run, const struct export_options *options, struct error *err)
{
    int code = 0;
    host_block(run->desk, write_and_read, run);
    code = take_error(run, err);
    while (code >= 0 && run->page_count > 0) {
        struct pool_job job = {.op = JOB_EXPORT_WRITE};
        run->counts.articles += run->page_count;
        pack_page(run, &job);
        code = call(run, &job, err);
        if (code >= 0) {
            host_block(run->desk, write_and_read, run);
            code = take_error(run, err);
        }
        const struct desk_progress progress = {.done = run->counts.articles,
                                               .total = run->total,
                                               .bytes = export_files_bytes(run->files),
                                               .unit = "articles"};
        if (options->progress)
            options->progress(&progress, options->data);
    }
    return code;
}

static int run_all(struct export *run, const struct export_options *options, struct error *err)
{
    int code = call_open(run, err);
    if (code >= 0)
        code = pages(run, options, err);
    if (code >= 0)
        code = call_close(run, err);
    if (code < 0)
        return code;
    host_block(run->desk, write_only, run);
    if ((code = take_error(run, err)) < 0)
        return code;
    host_block(run->desk, commit, run);
    return take_error(run, err);
}

static int prepare(struct export *run, const struct export_options *options, struct error *err)
{
    struct desk *desk = run->desk;
    struct plugin_spec spec;
    char name[2 * PLUGIN_NAME_SIZE + 8];
    const bool whole = strchr(options->format, '/') != NULL;
    const bool queried = options->query && options->query[0];
    snprintf(name, sizeof name, "%s%s", whole ? "" : "export/", options->format);
    int code = plugin_spec_parse(name, &spec, err);
    if (code >= 0 && strcmp(spec.kind, "export") != 0)
        code = error_set(err, ERR_USAGE, "%s is no export plugin", name);
    if (code >= 0)
        code = host_load(run->lineup, spec.kind, spec.name, NULL, options->given,
                         options->given_count, &run->plugin, err);
    run->arena = code >= 0 ? arena_new(LIMIT(CONFIG_BYTES)) : NULL;
    if (code >= 0 && !run->arena)
        code = error_set(err, ERR_NOMEM, "out of memory");
    if (code >= 0 && queried)
        code = query_parse(str_of(options->query), clock_wall_us(), run->arena, &run->query, err);
    if (code >= 0)
        code = desk_reader(desk, queried, &run->reader, err);
    struct store_counts stored = {0};
    if (code >= 0 && !queried && options->progress && store_counts(run->reader, &stored, NULL) >= 0)
        run->total = (uint64_t)stored.articles;
    return code;
}

static void release(struct export *run)
{
    if (run->session)
        pool_session_end(run->lineup->pool, run->session);
    if (run->reader)
        store_reader_close(run->reader);
    pool_frame_free(run->frame);
    buf_free(&run->page);
    arena_free(run->arena);
    export_files_close(run->files);
    lineup_release(run->lineup);
}

int export_run(struct desk *desk, const struct export_options *options,
               struct export_counts *counts, struct error *err)
{
    struct export run = {.desk = desk, .lineup = lineup_hold(desk->lineup)};
    struct export_to to = {0};
    int code = prepare(&run, options, err);
    if (code >= 0)
        code = export_to_check(desk, options->to, &to, err);
    if (code >= 0)
        code = export_files_open(to.folder, to.single, NULL, &run.files, err);
    export_to_free(&to);
    if (code >= 0) {
        run.session = pool_session(run.lineup->pool);
        code = run_all(&run, options, err);
    }
    if (code >= 0) {
        run.counts.files = export_files_count(run.files);
        run.counts.bytes = export_files_bytes(run.files);
    }
    release(&run);
    if (counts)
        *counts = run.counts;
    return code < 0 ? code : 0;
}

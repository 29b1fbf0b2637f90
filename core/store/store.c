/* The facade: what store.h promises, with the engine, the writer's thread and the lock put
 * together.
 */
#include "store/store.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "store/engine.h"
#include "store/lock.h"
#include "store/writer.h"

struct store {
    struct writer *writer;
    struct lock lock;
    struct store_options options;
};

struct store_reader {
    const struct store_engine *engine;
    struct engine_reader *reader;
};

const struct store_engine *engine_default(void)
{
    return &sqlite_engine;
}

/* The floors below write into an error that is always there. */
static struct error *or_else(struct error *err, struct error *own)
{
    *own = (struct error){0};
    return err ? err : own;
}

int store_create(const char *dir, struct error *err)
{
    struct error own;
    err = or_else(err, &own);
    if (mkdir(dir, 0777) < 0 && errno != EEXIST)
        return error_errno(err, errno, "cannot make %s", dir);
    struct lock lock;
    int rc = lock_take(dir, &lock, err);
    if (rc == 0)
        rc = engine_default()->create(dir, err);
    lock_give(&lock);
    return rc;
}

/* ---- writing ---- */

static void on_room(void *data)
{
    struct store *store = data;
    if (store->options.room)
        store->options.room(store, store->options.data);
}

static void on_news(void *data)
{
    struct store *store = data;
    if (store->options.news)
        store->options.news(store, store->options.data);
}

static void on_closed(void *data)
{
    mem_free(data);
}

static int start(struct store *store, const char *dir, uv_loop_t *loop, struct error *err)
{
    const struct store_engine *engine = engine_default();
    const struct writer_hooks hooks = {
        .room = on_room, .news = on_news, .closed = on_closed, .data = store};
    struct engine_writer *writer = NULL;
    int rc = engine->open_writer(dir, store->options.text, store->options.no_index, &writer, err);
    if (rc < 0)
        return rc;
    rc = writer_start(engine, writer, loop, &hooks, &store->writer, err);
    if (rc < 0)
        engine->close_writer(writer);
    return rc;
}

int store_open(const char *dir, uv_loop_t *loop, const struct store_options *options,
               struct store **out, struct error *err)
{
    struct error own;
    err = or_else(err, &own);
    *out = NULL;
    if (!options || !options->text)
        return error_set(err, ERR_USAGE, "a store cannot be written without the text service");
    struct store *store = mem_zero(1, sizeof *store);
    if (!store)
        return error_set(err, ERR_NOMEM, "out of memory while opening the store");
    store->options = *options;
    int rc = lock_take(dir, &store->lock, err);
    if (rc == 0 && (rc = start(store, dir, loop, err)) < 0)
        lock_give(&store->lock);
    if (rc < 0)
        mem_free(store);
    else
        *out = store;
    return rc;
}

int store_submit(struct store *store, struct store_request *request)
{
    return writer_submit(store->writer, request);
}

bool store_withdraw(struct store *store, const struct store_request *request)
{
    return writer_withdraw(store->writer, request);
}

int store_flush(struct store *store, void (*done)(void *data), void *data)
{
    return writer_flush(store->writer, done, data);
}

int store_scrub(struct store *store, void (*done)(const struct error *err, void *data), void *data)
{
    return writer_scrub_later(store->writer, done, data);
}

/* The lock is given up when nothing can be written any more. */
void store_close(struct store *store)
{
    if (!store)
        return;
    writer_stop(store->writer);
    lock_give(&store->lock);
}

int store_in_place(const struct store *store, struct error *err)
{
    struct error own;
    return writer_in_place(store->writer, or_else(err, &own));
}

int store_is_locked(const struct store *store, const char *dir, struct error *err)
{
    struct error own;
    return lock_in_place(&store->lock, dir, or_else(err, &own));
}

int64_t store_cpu_us(struct store *store)
{
    return writer_cpu_us(store->writer);
}

int store_check(const char *dir, const struct desk_text_api *text, struct error *err)
{
    struct error own;
    return engine_default()->check(dir, text, or_else(err, &own));
}

/* ---- reading ---- */

int store_reader_open(const char *dir, const struct desk_text_api *text, struct store_reader **out,
                      struct error *err)
{
    struct error own;
    err = or_else(err, &own);
    *out = NULL;
    struct store_reader *reader = mem_zero(1, sizeof *reader);
    if (!reader)
        return error_set(err, ERR_NOMEM, "out of memory while opening the store");
    reader->engine = engine_default();
    int rc = reader->engine->open_reader(dir, text, &reader->reader, err);
    if (rc < 0)
        mem_free(reader);
    else
        *out = reader;
    return rc;
}

void store_reader_close(struct store_reader *reader)
{
    if (!reader)
        return;
    reader->engine->close_reader(reader->reader);
    mem_free(reader);
}

int store_counts(struct store_reader *reader, struct store_counts *out, struct error *err)
{
    struct error own;
    return reader->engine->counts(reader->reader, out, or_else(err, &own));
}

int store_search(struct store_reader *reader, const struct query *query,
                 const struct store_page *page,
                 int (*each)(const struct store_hit *hit, void *data), void *data, bool *more,
                 struct error *err)
{
    struct error own;
    return reader->engine->search(reader->reader, query, page, each, data, more,
                                  or_else(err, &own));
}

int store_article(struct store_reader *reader, int64_t id, struct arena *arena, struct article *out,
                  struct error *err)
{
    struct error own;
    return reader->engine->article(reader->reader, id, arena, out, or_else(err, &own));
}

int store_article_document(struct store_reader *reader, int64_t id, int64_t *document_id,
                           struct error *err)
{
    struct error own;
    return reader->engine->article_document(reader->reader, id, document_id, or_else(err, &own));
}

int store_document(struct store_reader *reader, int64_t id, struct arena *arena,
                   struct document *out, struct buf *bytes, struct error *err)
{
    struct error own;
    return reader->engine->document(reader->reader, id, arena, out, bytes, or_else(err, &own));
}

int store_pending(struct store_reader *reader, int64_t after, int64_t *ids, size_t max,
                  size_t *count, struct error *err)
{
    struct error own;
    return reader->engine->pending(reader->reader, after, ids, max, count, or_else(err, &own));
}

int store_task_answer(struct store_reader *reader, struct str job, int64_t instant_us,
                      struct buf *answer, int64_t *change_id, struct error *err)
{
    struct error own;
    return reader->engine->task_answer(reader->reader, job, instant_us, answer, change_id,
                                       or_else(err, &own));
}

int store_seq_by_time(struct store_reader *reader, int64_t after, int64_t at_us, int64_t *seq,
                      struct error *err)
{
    struct error own;
    return reader->engine->seq_by_time(reader->reader, after, at_us, seq, or_else(err, &own));
}

int store_read_job(struct store_reader *reader, struct str name, struct arena *arena,
                   struct store_job *out, struct error *err)
{
    struct error own;
    return reader->engine->read_job(reader->reader, name, arena, out, or_else(err, &own));
}

int store_read_runs(struct store_reader *reader, const struct store_runs *which,
                    int (*each)(const struct store_run *run, void *data), void *data,
                    struct error *err)
{
    struct error own;
    return reader->engine->read_runs(reader->reader, which, each, data, or_else(err, &own));
}

int store_read_inputs(struct store_reader *reader, int64_t run_id, int64_t after, size_t max,
                      int (*each)(struct str packed, void *data), void *data, struct error *err)
{
    struct error own;
    return reader->engine->read_inputs(reader->reader, run_id, after, max, each, data,
                                       or_else(err, &own));
}

int store_read_events(struct store_reader *reader, const struct store_events *which,
                      int (*each)(const struct store_event *event, void *data), void *data,
                      struct error *err)
{
    struct error own;
    return reader->engine->read_events(reader->reader, which, each, data, or_else(err, &own));
}

int store_last_seq(struct store_reader *reader, int64_t *seq, struct error *err)
{
    struct error own;
    return reader->engine->last_seq(reader->reader, seq, or_else(err, &own));
}

int store_forget_plan(struct store_reader *reader, const int64_t *ids, size_t count,
                      struct store_forget_plan *out,
                      void (*each)(int64_t id, struct str name, bool stripped, void *data),
                      void *data, struct error *err)
{
    struct error own;
    return reader->engine->forget_plan(reader->reader, ids, count, out, each, data,
                                       or_else(err, &own));
}

int store_old_files(struct store_reader *reader, int64_t before_us, int64_t after_id, size_t limit,
                    int (*each)(const struct store_file *file, void *data), void *data,
                    struct error *err)
{
    struct error own;
    return reader->engine->old_files(reader->reader, before_us, after_id, limit, each, data,
                                     or_else(err, &own));
}

int store_read_health(struct store_reader *reader,
                      int (*each)(const struct store_health *health, void *data), void *data,
                      struct error *err)
{
    struct error own;
    return reader->engine->read_health(reader->reader, each, data, or_else(err, &own));
}

int store_keep_count(struct store_reader *reader, enum store_kept what, int64_t before_us,
                     uint64_t *count, struct error *err)
{
    struct error own;
    return reader->engine->keep_count(reader->reader, what, before_us, count, or_else(err, &own));
}

int store_quarantine(struct store_reader *reader,
                     int (*each)(const struct store_quarantined *item, void *data), void *data,
                     struct error *err)
{
    struct error own;
    return reader->engine->quarantine(reader->reader, each, data, or_else(err, &own));
}

int store_files(struct store_reader *reader, const struct store_file_query *query,
                int (*each)(const struct store_file *file, void *data), void *data,
                struct error *err)
{
    struct error own;
    return reader->engine->read_files(reader->reader, query, each, data, or_else(err, &own));
}

int store_failure(struct store_reader *reader, int64_t document_id, struct arena *arena,
                  struct store_failure *out, int64_t *at_us, struct error *err)
{
    struct error own;
    return reader->engine->failure(reader->reader, document_id, arena, out, at_us,
                                   or_else(err, &own));
}

/* The allocation-failure sweep over the store, SQLite's allocations included: each part of the work
 * is done again and again with the 1st, 2nd, 3rd ... allocation failing. It must give ERR_NOMEM, or
 * do what it should (SQLite goes on without memory for a cache), and the store must be whole and
 * usable afterwards. One thread: the engine and the groups, without the writer's thread. */
#include <malloc.h>
#include <sqlite3.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "model_sample.h"
#include "store/engine.h"
#include "store/group.h"
#include "store_help.h"

#define SWEEP_MAX 200000

static void *sqlite_alloc(int size)
{
    return mem_alloc((size_t)size);
}

static void *sqlite_resize(void *old, int size)
{
    return mem_resize(old, (size_t)size);
}

static int sqlite_size(void *memory)
{
    return memory ? (int)malloc_usable_size(memory) : 0;
}

static int sqlite_round(int size)
{
    return (size + 7) & ~7;
}

static int sqlite_begin(void *data)
{
    (void)data;
    return SQLITE_OK;
}

static void sqlite_end(void *data)
{
    (void)data;
}

static const sqlite3_mem_methods methods = {sqlite_alloc, mem_free,     sqlite_resize, sqlite_size,
                                            sqlite_round, sqlite_begin, sqlite_end,    NULL};

struct sweep {
    struct desk *desk;
    struct engine_writer *writer;
    int number;   /* of the document */
    size_t along; /* for group_commit */
    char bytes[2][32];
};

static const struct store_engine *engine(void)
{
    return &sqlite_engine;
}

/* From 1, each one at first, then in growing steps: what a later one meets resembles its
 * neighbours. Gives how many failures it made. */
static int sweep(struct sweep *sweep, const char *name, int (*work)(struct sweep *, struct error *),
                 void (*after)(struct sweep *, int rc))
{
    int failures = 0;
    for (uint64_t nth = 1; nth < SWEEP_MAX; nth += 1 + nth / 64) {
        struct error err = {0};
        mem_fail_nth(nth);
        int rc = work(sweep, &err);
        int fired = mem_fail_nth(0);
        if (rc < 0 && (!fired || rc != ERR_NOMEM || err.code != ERR_NOMEM || !err.text[0]))
            fail_msg("%s, allocation %d%s: %s: \"%s\"", name, (int)nth, fired ? "" : " (all well)",
                     error_name(rc), err.text);
        after(sweep, rc);
        failures += rc < 0;
        if (!fired)
            return failures;
    }
    fail_msg("%s never passes", name);
    return 0;
}

/* ---- making and opening ---- */

static int make(struct sweep *sweep, struct error *err)
{
    (void)sweep;
    return store_create("made", err);
}

static void unmake(struct sweep *sweep, int rc)
{
    struct error err = {0};
    if (rc >= 0 && engine()->check("made", sweep->desk->text, &err) < 0)
        fail_msg("%s", err.text);
    if (rc < 0)
        assert_false(folder_has("made/store.db"));
    assert_int_equal(system("rm -rf made"), 0);
}

static void a_store_is_made_or_not(void **state)
{
    struct sweep all = {.desk = *state};
    assert_true(sweep(&all, "store_create", make, unmake) > 50);
}

static int open_and_close(struct sweep *sweep, struct error *err)
{
    struct engine_writer *writer = NULL;
    int rc = engine()->open_writer(DESK, sweep->desk->text, false, &writer, err);
    engine()->close_writer(writer);
    return rc;
}

static void nothing(struct sweep *sweep, int rc)
{
    (void)sweep;
    (void)rc;
}

static void a_store_is_opened_or_not(void **state)
{
    struct sweep all = {.desk = *state};
    assert_true(sweep(&all, "opening", open_and_close, nothing) > 50);
}

static int start_and_stop(struct sweep *sweep, struct error *err)
{
    int rc = desk_try_start(sweep->desk, err);
    uint64_t none = 0;
    mem_fail_nth(none);
    desk_stop(sweep->desk);
    return rc;
}

/* With the thread; only the start is looked at. */
static void a_writer_is_started_or_not(void **state)
{
    struct error err = {0};
    struct sweep all = {.desk = *state};
    for (uint64_t nth = 1; nth < 40; nth++) {
        mem_fail_nth(nth);
        int rc = start_and_stop(&all, &err);
        assert_true(rc == 0 || rc == ERR_NOMEM);
    }
}

/* ---- writing ---- */

static int commit(struct sweep *sweep, struct store_request *request, struct error *err)
{
    struct request_queue group = {0};
    queue_add(&group, request);
    group_commit(engine(), sweep->writer, &group, sweep->along);
    *err = request->error;
    return err->code;
}

/* No memory of its own: that would be counted. */
static struct store_request make_document(struct sweep *sweep)
{
    char *bytes = sweep->bytes[++sweep->number % 2];
    snprintf(bytes, sizeof sweep->bytes[0], "document %d", sweep->number);
    return desk_document(bytes, "/in/a.txt");
}

static int write_one(struct sweep *sweep, struct error *err)
{
    struct store_failure failure = {.stage = STR_LIT("tag"), .plugin = STR_LIT("tag/x")};
    struct store_result result = {
        .kind = STR_LIT("tag"), .name = STR_LIT("y"), .version = STR_LIT("1")};
    struct store_piece pieces[2] = {
        {.article = sample_article,
         .failures = &failure,
         .failure_count = 1,
         .results = &result,
         .result_count = 1},
        desk_piece(sweep->number % 2 ? "Odd" : "Even", "Some words that are the same each time."),
    };
    struct store_request receive = make_document(sweep);
    int rc = commit(sweep, &receive, err);
    if (rc < 0)
        return rc;
    struct store_request again = {.op = STORE_RECEIVE, .document = receive.document, .bytes = 1};
    if ((rc = commit(sweep, &again, err)) < 0)
        return rc;
    struct store_file file = {.path = STR_LIT("/in/a.txt"), .document_id = receive.document.id};
    struct store_request files = {.op = STORE_FILES, .files = &file, .file_count = 1};
    if ((rc = commit(sweep, &files, err)) < 0)
        return rc;
    struct store_request apply = desk_apply(receive.document.id, pieces, 2);
    rc = commit(sweep, &apply, err);
    if (rc < 0)
        return rc;
    struct store_piece piece = {.article = {.id = pieces[0].article_id}, .results = &result};
    piece.result_count = 1;
    struct store_request revise = {.op = STORE_REVISE, .pieces = &piece, .piece_count = 1};
    rc = commit(sweep, &revise, err);
    return rc < 0 ? rc : engine()->index_step(sweep->writer, 10, err);
}

/* Whatever failed, the next write goes well and all of it is indexed. */
static void write_well(struct sweep *sweep, int rc)
{
    struct error err = {0};
    (void)rc;
    if (write_one(sweep, &err) < 0)
        fail_msg("after a failure: %s", err.text);
    assert_int_equal(engine()->index_step(sweep->writer, 10, &err), 0);
}

static void what_is_written_is_there_or_not(void **state)
{
    struct error err = {0};
    struct sweep all = {.desk = *state};
    assert_int_equal(engine()->open_writer(DESK, all.desk->text, false, &all.writer, &err), 0);
    assert_true(sweep(&all, "writing", write_one, write_well) > 20);
    engine()->close_writer(all.writer);
}

static int schedule(struct sweep *sweep, enum store_op op, struct store_schedule *what,
                    struct error *err)
{
    struct store_request request = {.op = op, .schedule = what};
    what->now_us = 1;
    return commit(sweep, &request, err);
}

/* Each time another instant, known by the number of the sweep. */
static int run_one(struct sweep *sweep, struct error *err)
{
    const struct store_input input = {1, STR_LIT("an article, packed")};
    struct store_schedule know = {.job_op = SCHEDULE_KNOW, .job.name = STR_LIT("daily")};
    struct store_schedule begin = {
        .run_op = RUN_BEGIN, .see = true, .again = RUN_AGAIN, .by_time = true};
    begin.run = (struct store_run){
        .job = know.job.name, .at_us = ++sweep->number / 2, .cause = STR_LIT("schedule")};
    int rc = schedule(sweep, STORE_JOB, &know, err);
    if (rc == 0)
        rc = schedule(sweep, STORE_RUN, &begin, err);
    struct store_schedule inputs = {.run_op = RUN_INPUTS, .first = true, .last = true};
    inputs.run.id = begin.run.id;
    inputs.inputs = &input;
    inputs.input_count = 1;
    if (rc == 0)
        rc = schedule(sweep, STORE_RUN, &inputs, err);
    struct store_schedule end = {.run_op = RUN_END, .run = begin.run, .pause_after = 1};
    end.run.state = sweep->number % 3 ? RUN_FAILED : RUN_DONE;
    end.run.error = STR_LIT("no");
    return rc == 0 ? schedule(sweep, STORE_RUN, &end, err) : rc;
}

static void run_well(struct sweep *sweep, int rc)
{
    struct error err = {0};
    (void)rc;
    if (run_one(sweep, &err) < 0)
        fail_msg("after a failure: %s", err.text);
}

static void a_run_is_stored_or_not(void **state)
{
    struct error err = {0};
    struct sweep all = {.desk = *state};
    assert_int_equal(engine()->open_writer(DESK, all.desk->text, false, &all.writer, &err), 0);
    assert_true(sweep(&all, "runs", run_one, run_well) > 10);
    engine()->close_writer(all.writer);
}

/* ---- tasks, forgetting, keeping ---- */

/* A document with one article; its id is a new one each time. */
static int write_article(struct sweep *sweep, int64_t *id, struct error *err)
{
    struct store_piece piece =
        desk_piece(sweep->number % 2 ? "Odd" : "Even", "Some words that are the same each time.");
    struct store_request receive = make_document(sweep);
    int rc = commit(sweep, &receive, err);
    struct store_request apply = desk_apply(receive.document.id, &piece, 1);
    if (rc == 0)
        rc = commit(sweep, &apply, err);
    *id = piece.article_id;
    return rc == 0 ? engine()->index_step(sweep->writer, 10, err) : rc;
}

static int tell(struct sweep *sweep, int64_t id, struct error *err)
{
    const struct command commands[] = {
        {.kind = COMMAND_ADD_TAG, .article = id, .scheme = STR_LIT("s"), .label = STR_LIT("l")},
        {.kind = COMMAND_REMOVE_TAG, .article = id, .scheme = STR_LIT("s"), .label = STR_LIT("m")},
        {.kind = COMMAND_SET_FIELD,
         .article = id,
         .field = STR_LIT("genre"),
         .value = STR_LIT("news")},
        {.kind = COMMAND_NOTE, .article = id, .text = STR_LIT("n")},
    };
    struct store_task task = {.said = {.kind = STR_LIT("task"),
                                       .name = STR_LIT("t"),
                                       .version = STR_LIT("1"),
                                       .answer = STR_LIT("\x90")},
                              .job = STR_LIT("daily"),
                              .instant_us = sweep->number,
                              .upto_seq = INT64_MAX,
                              .commands = commands,
                              .command_count = 4};
    struct store_request request = {.op = STORE_TASK, .task = &task};
    return commit(sweep, &request, err);
}

static int put_health(struct sweep *sweep, struct error *err)
{
    const struct store_health health = {.plugin = STR_LIT("tag/a"),
                                        .title = STR_LIT("tag/a@1"),
                                        .failures = STR_LIT("error 1"),
                                        .guard = STR_LIT("error")};
    struct store_request request = {.op = STORE_HEALTH, .health = &health, .health_count = 1};
    return commit(sweep, &request, err);
}

static int keep_all(struct sweep *sweep, struct error *err)
{
    int rc = 0;
    for (int what = 0; rc == 0 && what < KEPT_COUNT; what++) {
        struct store_keep keep = {.what = (enum store_kept)what, .before_us = 1};
        struct store_request request = {.op = STORE_KEEP, .keep = &keep};
        rc = commit(sweep, &request, err);
    }
    return rc;
}

/* Told, told once more by a plugin of the chain, and forgotten. */
static int tell_and_forget(struct sweep *sweep, struct error *err)
{
    int64_t id = 0;
    int rc = write_article(sweep, &id, err);
    if (rc >= 0)
        rc = tell(sweep, id, err);
    struct store_piece piece = {.article.id = id};
    struct store_request revise = {.op = STORE_REVISE, .pieces = &piece, .piece_count = 1};
    if (rc >= 0)
        rc = commit(sweep, &revise, err);
    if (rc >= 0)
        rc = keep_all(sweep, err);
    if (rc == 0)
        rc = put_health(sweep, err);
    struct store_forget forget = {.ids = &id, .count = 1};
    struct store_request request = {.op = STORE_FORGET, .forget = &forget};
    return rc >= 0 ? commit(sweep, &request, err) : rc;
}

static void forget_well(struct sweep *sweep, int rc)
{
    struct error err = {0};
    (void)rc;
    if (tell_and_forget(sweep, &err) < 0)
        fail_msg("after a failure: %s", err.text);
}

static void what_a_task_said_is_there_or_not_and_is_forgotten_or_not(void **state)
{
    struct error err = {0};
    struct sweep all = {.desk = *state};
    assert_int_equal(engine()->open_writer(DESK, all.desk->text, false, &all.writer, &err), 0);
    assert_true(sweep(&all, "tasks", tell_and_forget, forget_well) > 20);
    engine()->close_writer(all.writer);
}

/* Where it fails with the index, the same is done without; so hardly anything fails. */
static void what_is_indexed_along_is_there_or_not(void **state)
{
    struct error err = {0};
    struct sweep all = {.desk = *state, .along = LIMIT(INDEX_GROUP)};
    assert_int_equal(engine()->open_writer(DESK, all.desk->text, false, &all.writer, &err), 0);
    sweep(&all, "writing and indexing", write_one, write_well);
    sweep(&all, "tasks, indexed along", tell_and_forget, forget_well);
    engine()->close_writer(all.writer);
}

/* In larger steps: each one writes the whole store anew, and syncs it. */
static void a_scrub_without_memory_leaves_a_whole_store(void **state)
{
    struct error err = {0};
    struct sweep all = {.desk = *state};
    assert_int_equal(engine()->open_writer(DESK, all.desk->text, false, &all.writer, &err), 0);
    assert_int_equal(write_one(&all, &err) < 0, 0);
    int fired = 1;
    for (uint64_t nth = 1; fired; nth += 1 + nth / 8) {
        mem_fail_nth(nth);
        const int rc = engine()->scrub(all.writer, &err);
        fired = mem_fail_nth(0);
        if (rc < 0 && (!fired || rc != ERR_NOMEM))
            fail_msg("allocation %d: %s", (int)nth, err.text);
    }
    write_well(&all, 0);
    engine()->close_writer(all.writer);
}

static int write_two(struct sweep *sweep, struct error *err)
{
    struct store_request first = make_document(sweep), second = make_document(sweep);
    struct request_queue group = {0};
    queue_add(&group, &first);
    queue_add(&group, &second);
    group_commit(engine(), sweep->writer, &group, sweep->along);
    if (first.error.code < 0 && second.error.code < 0)
        return error_set(err, ERR_INTERNAL, "both failed: %s", first.error.text);
    *err = first.error.code ? first.error : second.error;
    return err->code;
}

/* One failure meets one request at most: the other is tried again alone. */
static void the_other_of_a_group_is_not_hurt(void **state)
{
    struct error err = {0};
    struct sweep all = {.desk = *state};
    assert_int_equal(engine()->open_writer(DESK, all.desk->text, false, &all.writer, &err), 0);
    sweep(&all, "a group of two", write_two, nothing);
    engine()->close_writer(all.writer);
}

/* ---- reading ---- */

static int take(const struct store_hit *hit, void *data)
{
    (void)hit;
    (void)data;
    return 0;
}

static int take_item(const struct store_quarantined *item, void *data)
{
    (void)item;
    (void)data;
    return 0;
}

static int take_run(const struct store_run *run, void *data)
{
    (void)run;
    (void)data;
    return 0;
}

static int take_event(const struct store_event *event, void *data)
{
    (void)event;
    (void)data;
    return 0;
}

static int take_bytes(struct str packed, void *data)
{
    (void)packed;
    (void)data;
    return 0;
}

static int read_runs(struct store_reader *reader, struct arena *arena, struct error *err)
{
    struct store_job job;
    const struct store_runs runs = {.max = 10};
    const struct store_events events = {.kinds = 15, .upto = INT64_MAX, .max = 10};
    int rc = store_read_job(reader, STR_LIT("daily"), arena, &job, err);
    if (rc == 0)
        rc = store_read_runs(reader, &runs, take_run, NULL, err);
    if (rc == 0)
        rc = store_read_inputs(reader, 1, 0, 10, take_bytes, NULL, err);
    return rc == 0 ? store_read_events(reader, &events, take_event, NULL, err) : rc;
}

static void take_document(int64_t id, struct str name, bool stripped, void *data)
{
    (void)id, (void)name, (void)stripped, (void)data;
}

static int take_file(const struct store_file *file, void *data)
{
    (void)file, (void)data;
    return 0;
}

static int read_plans(struct store_reader *reader, struct error *err)
{
    BUF_AUTO struct buf answer = BUF_INIT;
    struct store_forget_plan plan;
    struct store_page window = {.limit = 10, .upto_seq = 100};
    const int64_t ids[2] = {1, 2};
    int64_t number;
    uint64_t count;
    int rc = store_task_answer(reader, STR_LIT("daily"), 1, &answer, &number, err);
    if (rc >= 0)
        rc = store_last_seq(reader, &number, err);
    if (rc >= 0)
        rc = store_search(reader, NULL, &window, take, NULL, NULL, err);
    if (rc >= 0)
        rc = store_forget_plan(reader, ids, 2, &plan, take_document, NULL, err);
    for (int what = 0; rc >= 0 && what < KEPT_COUNT; what++)
        rc = store_keep_count(reader, (enum store_kept)what, 1, &count, err);
    return rc >= 0 ? store_old_files(reader, INT64_MAX, 0, 10, take_file, NULL, err) : rc;
}

static int take_health(const struct store_health *health, void *data)
{
    (void)health;
    (void)data;
    return 0;
}

static int read_with(struct store_reader *reader, struct arena *arena, struct error *err)
{
    struct article article;
    struct document document;
    struct store_counts counts;
    BUF_AUTO struct buf bytes = BUF_INIT;
    struct store_page page = {.limit = 10, .whole = true};
    int64_t ids[4];
    size_t count;
    int rc = store_counts(reader, &counts, err);
    if (rc == 0)
        rc = store_article(reader, 1, arena, &article, err);
    if (rc == 0)
        rc = store_document(reader, 1, arena, &document, &bytes, err);
    if (rc == 0)
        rc = store_search(reader, NULL, &page, take, NULL, NULL, err);
    if (rc == 0)
        rc = store_pending(reader, 0, ids, 4, &count, err);
    if (rc == 0)
        rc = read_runs(reader, arena, err);
    if (rc == 0)
        rc = read_plans(reader, err);
    if (rc == 0)
        rc = store_read_health(reader, take_health, NULL, err);
    return rc < 0 ? rc : store_quarantine(reader, take_item, NULL, err);
}

static int read_all(struct sweep *sweep, struct error *err)
{
    struct store_reader *reader;
    ARENA_AUTO struct arena *arena = arena_new(1 << 20);
    if (!arena)
        return error_set(err, ERR_NOMEM, "out of memory");
    int rc = store_reader_open(DESK, sweep->desk->text, &reader, err);
    if (rc < 0)
        return rc;
    rc = read_with(reader, arena, err);
    store_reader_close(reader);
    return rc;
}

static void reading_gives_all_or_an_error(void **state)
{
    struct error err = {0};
    struct sweep all = {.desk = *state};
    assert_int_equal(engine()->open_writer(DESK, all.desk->text, false, &all.writer, &err), 0);
    assert_int_equal(write_one(&all, &err) < 0, 0);
    assert_int_equal(run_one(&all, &err) < 0, 0);
    engine()->close_writer(all.writer);
    assert_true(sweep(&all, "reading", read_all, nothing) > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DESK_TEST(a_store_is_made_or_not),
        DESK_TEST(a_store_is_opened_or_not),
        DESK_TEST(a_writer_is_started_or_not),
        DESK_TEST(what_is_written_is_there_or_not),
        DESK_TEST(a_run_is_stored_or_not),
        DESK_TEST(the_other_of_a_group_is_not_hurt),
        DESK_TEST(what_a_task_said_is_there_or_not_and_is_forgotten_or_not),
        DESK_TEST(what_is_indexed_along_is_there_or_not),
        DESK_TEST(a_scrub_without_memory_leaves_a_whole_store),
        DESK_TEST(reading_gives_all_or_an_error),
    };
    if (sqlite3_config(SQLITE_CONFIG_MALLOC, &methods) != SQLITE_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}

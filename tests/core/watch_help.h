/* A watch over real folders, with a real store and a taker that does what the pipeline does with a
 * file, on the loop: received, and then failed (what begins with "FAIL") or applied. */
#pragma once

#define desk_reader store_help_reader /* pipeline/desk.h has one of that name */
#include "store_help.h"
#undef desk_reader

#include "watch/watch.h"

#define WAIT_US INT64_C(20000000)

struct offered {
    struct offered *next;
    struct harness *harness;
    struct watch_file *file;
    struct store_request request;
    struct store_piece piece;
    struct buf bytes;
    char path[512], known[12];
    bool retried;
};

struct harness {
    struct desk *desk;
    struct watch *watch;
    struct config_watch folders[4];
    size_t folder_count;
    char dir[128];
    int offers, retries, reports; /* so far */
    int added;                    /* documents that were applied */
    int busy_after;               /* ERR_BUSY when so many are at work; 0: never */
    bool hold;                    /* what is offered waits for harness_let_go */
    bool healed;                  /* "FAIL" fails no more */
    bool refuse;                  /* offers fail as if the disk were full */
    bool fail_writes;             /* rows of the watch are not written */
    bool lose_reports;            /* a kill comes after the commit, before the report */
    bool quick;                   /* reported as added without the store */
    int cut_after;                /* a kill comes after so many writes of the watch; 0: never */
    bool cut_written;             /* and the last of them is committed */
    bool cut;                     /* it came */
    struct store_request *cut_request;
    int writes;
    struct offered *held;
    int at_work;
    bool closed;
};

static inline void harness_report(struct offered *offered, struct ingest_report *report)
{
    struct harness *harness = offered->harness;
    if (harness->lose_reports) {
        harness->cut = true;
        buf_free(&offered->bytes);
        free(offered);
        return;
    }
    report->path = offered->path;
    report->document_id = offered->request.document.id;
    harness->reports++;
    harness->at_work--;
    watch_settled(harness->watch, offered->file, report);
    if (harness->busy_after)
        watch_room(harness->watch);
    buf_free(&offered->bytes);
    free(offered);
}

static inline void harness_applied(struct store_request *request)
{
    struct offered *offered = request->data;
    struct ingest_report report = {.outcome = INGEST_ADDED};
    if (request->error.code < 0)
        fail_msg("%s", request->error.text);
    offered->harness->added++;
    harness_report(offered, &report);
}

static inline void harness_failed(struct store_request *request)
{
    struct offered *offered = request->data;
    struct error why;
    error_set(&why, ERR_PLUGIN, "it is broken");
    struct ingest_report report = {.outcome = INGEST_FAILED, .error = &why, .guard = "error"};
    if (request->error.code < 0)
        fail_msg("%s", request->error.text);
    harness_report(offered, &report);
}

static inline void harness_work(struct offered *offered)
{
    struct harness *harness = offered->harness;
    struct store_request *request = &offered->request;
    const bool fails =
        !harness->healed && offered->bytes.len >= 4 && memcmp(offered->bytes.at, "FAIL", 4) == 0;
    offered->piece = desk_piece(offered->path, "Some words.");
    request->op = fails ? STORE_FAIL : STORE_APPLY;
    request->bytes = 1;
    request->pieces = &offered->piece;
    request->piece_count = 1;
    request->failure = (struct store_failure){.stage = STR_LIT("ingest"),
                                              .plugin = STR_LIT("ingest/plain"),
                                              .version = STR_LIT("1.2.3"),
                                              .guard = STR_LIT("error"),
                                              .message = STR_LIT("it is broken"),
                                              .traceback = STR_LIT("init.lua:7: in run")};
    request->done = fails ? harness_failed : harness_applied;
    assert_int_equal(store_submit(harness->desk->store, request), 0);
}

static inline void harness_received(struct store_request *request)
{
    struct offered *offered = request->data;
    if (request->error.code < 0)
        fail_msg("%s", request->error.text);
    if (!request->known) {
        if (offered->harness->hold) {
            offered->next = offered->harness->held;
            offered->harness->held = offered;
        } else {
            harness_work(offered);
        }
        return;
    }
    memcpy(offered->known, request->known_state, sizeof offered->known);
    struct ingest_report report = {
        .outcome = INGEST_KNOWN, .known = offered->known, .again = request->again};
    harness_report(offered, &report);
}

static inline struct offered *harness_new(struct harness *harness, struct watch_file *file,
                                          const char *path)
{
    struct offered *offered = calloc(1, sizeof *offered);
    offered->harness = harness;
    offered->file = file;
    offered->request.data = offered;
    snprintf(offered->path, sizeof offered->path, "%s", path ? path : "");
    harness->at_work++;
    return offered;
}

static inline int harness_offer(struct watch_file *file, const char *path, const char *source,
                                void *data)
{
    struct harness *harness = data;
    struct stat info;
    struct error err;
    if (harness->busy_after && harness->at_work >= harness->busy_after)
        return ERR_BUSY;
    harness->offers++;
    if (harness->refuse)
        return ERR_IO;
    struct offered *offered = harness_new(harness, file, path);
    if (harness->quick) {
        struct ingest_report report = {.outcome = INGEST_ADDED};
        harness->added++;
        harness_report(offered, &report);
        return 0;
    }
    if (file_read(path, 1 << 20, &offered->bytes, &info, &err) < 0) {
        struct ingest_report report = {.outcome = INGEST_REFUSED, .error = &err};
        harness_report(offered, &report);
        return 0;
    }
    struct document *document = &offered->request.document;
    *document = (struct document){
        .bytes = buf_view(&offered->bytes),
        .source = str_of(source),
        .path = str_of(offered->path),
        .name = str_of(file_base_name(offered->path)),
        .received_us = clock_wall_us(),
        .device = info.st_dev,
        .inode = info.st_ino,
        .mtime_us = (int64_t)info.st_mtim.tv_sec * 1000000 + info.st_mtim.tv_nsec / 1000,
    };
    hash_bytes(document->bytes.at, document->bytes.len, &document->hash);
    offered->request.op = STORE_RECEIVE;
    offered->request.bytes = 1;
    offered->request.done = harness_received;
    assert_int_equal(store_submit(harness->desk->store, &offered->request), 0);
    return 0;
}

static inline void harness_unquarantined(struct store_request *request)
{
    struct offered *offered = request->data;
    if (request->error.code == 0) {
        harness_work(offered);
        return;
    }
    struct ingest_report report = {.outcome = INGEST_REFUSED, .error = &request->error};
    harness_report(offered, &report);
}

static inline int harness_retry(struct watch_file *file, int64_t document_id, void *data)
{
    struct harness *harness = data;
    struct offered *offered = harness_new(harness, file, "retried");
    harness->retries++;
    buf_text(&offered->bytes, "FAIL");
    offered->request.op = STORE_RETRY;
    offered->request.bytes = 1;
    offered->request.document.id = document_id;
    offered->request.done = harness_unquarantined;
    assert_int_equal(store_submit(harness->desk->store, &offered->request), 0);
    return 0;
}

static inline void harness_cut_done(struct store_request *request)
{
    struct harness *harness = request->data;
    harness->cut = true;
    free(request);
}

/* What a kill leaves: the rows committed, or not, and the watch never hears of it. */
static inline void harness_cut(struct harness *harness, struct store_request *request)
{
    harness->cut_request = request;
    if (!harness->cut_written) {
        harness->cut = true;
        return;
    }
    struct store_request *copy = malloc(sizeof *copy);
    *copy = *request;
    copy->done = harness_cut_done;
    copy->data = harness;
    assert_int_equal(store_submit(harness->desk->store, copy), 0);
}

static inline void harness_write(struct store_request *request, void *data)
{
    struct harness *harness = data;
    if (harness->cut_after && ++harness->writes == harness->cut_after) {
        harness_cut(harness, request);
        return;
    }
    if (harness->fail_writes) {
        error_set(&request->error, ERR_IO, "the disk is full");
        request->done(request);
        return;
    }
    assert_int_equal(store_submit(harness->desk->store, request), 0);
}

static inline void harness_let_go(struct harness *harness)
{
    harness->hold = false;
    while (harness->held) {
        struct offered *offered = harness->held;
        harness->held = offered->next;
        harness_work(offered);
    }
}

/* ---- opening ---- */

static inline struct config_watch *harness_folder(struct harness *harness, const char *folder)
{
    struct config_watch *config = &harness->folders[harness->folder_count++];
    *config = (struct config_watch){.folder = folder,
                                    .done = "done",
                                    .duplicate = "duplicate",
                                    .failed = "failed",
                                    .source = "folder",
                                    .settle_us = 50000,
                                    .rescan_us = 300 * INT64_C(1000000),
                                    .poll_us = 200000,
                                    .recursive = true,
                                    .line = 1};
    return config;
}

static inline int harness_try(struct harness *harness, struct error *err)
{
    char store_dir[160];
    snprintf(store_dir, sizeof store_dir, "%s/%s", harness->dir, DESK);
    const struct watch_options options = {
        .loop = &harness->desk->loop,
        .desk_dir = harness->dir,
        .store_dir = store_dir,
        .folders = harness->folders,
        .folder_count = harness->folder_count,
        .callbacks = {harness_offer, harness_retry, harness_write, harness},
    };
    harness->closed = false;
    return watch_open(&options, &harness->watch, err);
}

static inline void harness_start(struct harness *harness)
{
    struct error err = {0};
    desk_start(harness->desk);
    if (harness_try(harness, &err) < 0)
        fail_msg("%s", err.text);
}

static inline void harness_closed(void *data)
{
    ((struct harness *)data)->closed = true;
}

/* As the end of a host: what is at work is not reported any more. */
static inline void harness_stop(struct harness *harness)
{
    if (!harness->watch)
        return;
    watch_close(harness->watch, harness_closed, harness);
    if (harness->cut_request) {
        error_set(&harness->cut_request->error, ERR_CANCELLED, "killed");
        harness->cut_request->done(harness->cut_request);
        harness->cut_request = NULL;
    }
    while (!harness->closed)
        uv_run(&harness->desk->loop, UV_RUN_ONCE);
    harness->watch = NULL;
    while (harness->held) {
        struct offered *offered = harness->held;
        harness->held = offered->next;
        buf_free(&offered->bytes);
        free(offered);
    }
    desk_stop(harness->desk);
}

/* Killed, and started again. */
static inline void harness_again(struct harness *harness)
{
    harness_stop(harness);
    harness->lose_reports = harness->cut = false;
    harness->cut_after = harness->writes = harness->at_work = harness->offers = 0;
    harness_start(harness);
}

static inline int harness_enter(void **state)
{
    struct harness *harness = calloc(1, sizeof *harness);
    char *real = NULL;
    if (desk_enter(state) < 0 || file_real_path(".", &real, NULL) < 0)
        return -1;
    harness->desk = *state;
    snprintf(harness->dir, sizeof harness->dir, "%s", real);
    mem_free(real);
    *state = harness;
    return mkdir("inbox", 0777);
}

static inline int harness_leave(void **state)
{
    struct harness *harness = *state;
    harness_stop(harness);
    if (getuid() == 0 && seteuid(0) < 0)
        return -1;
    *state = harness->desk;
    free(harness);
    return desk_leave(state);
}

#define WATCH_TEST(name) cmocka_unit_test_setup_teardown(name, harness_enter, harness_leave)

/* ---- waiting ---- */

static inline void harness_tick(uv_timer_t *timer)
{
    (void)timer;
}

/* Lets the loop run for `us`. */
static inline void harness_run(struct harness *harness, int64_t us)
{
    const int64_t end_us = clock_mono_us() + us;
    uv_timer_t timer;
    uv_timer_init(&harness->desk->loop, &timer);
    uv_timer_start(&timer, harness_tick, 2, 2);
    while (clock_mono_us() < end_us)
        uv_run(&harness->desk->loop, UV_RUN_ONCE);
    uv_close((uv_handle_t *)&timer, NULL);
    uv_run(&harness->desk->loop, UV_RUN_NOWAIT);
}

#define harness_until(harness, condition)                                                          \
    do {                                                                                           \
        const int64_t until_ = clock_mono_us() + WAIT_US;                                          \
        while (!(condition)) {                                                                     \
            if (clock_mono_us() > until_)                                                          \
                fail_msg("%s:%d: not in time: %s", __FILE__, __LINE__, #condition);                \
            harness_run(harness, 2000);                                                            \
        }                                                                                          \
    } while (0)

/* Nothing waits, nothing is at work, all is recorded. */
static inline bool harness_idle(struct harness *harness)
{
    struct watch_status status;
    watch_status(harness->watch, &status);
    return status.waiting == 0 && status.at_work == 0 && !status.more;
}

/* The folders were walked through once: from now on inotify tells. */
static inline void harness_ready(struct harness *harness)
{
    struct watch_status status = {0};
    while (status.rescans < harness->folder_count) {
        harness_run(harness, 2000);
        watch_status(harness->watch, &status);
    }
}

struct harness_row {
    struct store_file row;
    int count;
    char target[512], path[512], reason[512];
};

static inline int harness_each(const struct store_file *file, void *data)
{
    struct harness_row *found = data;
    if (found->count++ == 0) {
        found->row = *file;
        snprintf(found->path, sizeof found->path, STR_FMT, STR_ARG(file->path));
        snprintf(found->target, sizeof found->target, STR_FMT, STR_ARG(file->target));
        snprintf(found->reason, sizeof found->reason, STR_FMT, STR_ARG(file->reason));
    }
    return 0;
}

/* The newest row for a path below the test's folder; `count`: how many there are. */
static inline struct harness_row harness_row(struct harness *harness, const char *path)
{
    struct harness_row found = {0};
    struct error err = {0};
    char whole[512];
    snprintf(whole, sizeof whole, "%s/%s", harness->dir, path);
    const struct store_file_query query = {.path = str_of(whole)};
    if (store_files(store_help_reader(harness->desk), &query, harness_each, &found, &err) < 0)
        fail_msg("%s", err.text);
    return found;
}

static inline int harness_open_rows(struct harness *harness)
{
    struct harness_row found = {0};
    struct error err = {0};
    const struct store_file_query query = {.open = true};
    if (store_files(store_help_reader(harness->desk), &query, harness_each, &found, &err) < 0)
        fail_msg("%s", err.text);
    return found.count;
}

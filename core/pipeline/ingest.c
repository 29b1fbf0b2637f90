#include "pipeline/ingest.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "pipeline/belongings.h"
#include "pipeline/intake.h"
#include "pipeline/scan.h"

#define TELL_US 100000

/* Counts the files beside the work, so that a bar can say how long it will take: a walk without
 * reading costs a few milliseconds for 10,000 names. */
struct counting {
    struct host_work work;
    struct scan *scan;
    uint64_t total;
    bool running;
};

/* First what an earlier host received and did not settle: the same bytes in a file that is ingested
 * now are then known as done. */
enum ingest_phase { PHASE_LEFT, PHASE_FILES, PHASE_END };

struct ingest {
    struct intake in;
    struct ingest_callbacks callbacks;
    enum ingest_phase phase;
    struct feed *left, *files;
    struct counting counting;
    struct host_later step;
    uint64_t total;  /* documents there will be; 0: not known yet */
    int64_t told_us; /* last progress */
    bool cancelled;
    struct error failed;
    ingest_done_fn *done;
    void *data;
};

/* ---- progress ---- */

static void tell(struct ingest *run, bool at_once)
{
    const struct ingest_counts *counts = &run->in.counts;
    const int64_t now = clock_mono_us();
    if (!run->callbacks.progress || (!at_once && now - run->told_us < TELL_US))
        return;
    run->told_us = now;
    const struct desk_progress progress = {
        .done = counts->documents,
        .total = run->total && run->total < counts->documents ? counts->documents : run->total,
        .bytes = counts->bytes,
        .unit = "documents"};
    run->callbacks.progress(&progress, run->callbacks.data);
}

static void count_files(void *data)
{
    struct counting *counting = data;
    struct scan_item item;
    while (scan_next(counting->scan, &item, NULL) > 0) {
        counting->total += !item.skipped;
        scan_item_free(&item);
    }
}

static void next_step(void *data);

static void counted(void *data)
{
    struct ingest *run = data;
    run->counting.running = false;
    run->total = run->counting.total;
    if (run->phase == PHASE_END)
        next_step(run);
}

static void count_work(void *data)
{
    count_files(&((struct ingest *)data)->counting);
}

static void start_counting(struct ingest *run)
{
    struct counting *counting = &run->counting;
    if (!counting->scan)
        return;
    counting->total = run->in.counts.documents; /* those that were resumed */
    counting->work = (struct host_work){.work = count_work, .after = counted, .data = run};
    counting->running = true;
    host_work(run->in.desk, &counting->work);
}

/* ---- the phases ---- */

static void ingest_free(struct ingest *run)
{
    feed_close(run->left);
    feed_close(run->files);
    scan_close(run->counting.scan);
    mem_free(run);
}

static void finish(struct ingest *run)
{
    intake_close(&run->in);
    run->in.counts.skipped += run->files ? feed_skipped(run->files) : 0;
    tell(run, true);
    const struct ingest_counts counts = run->in.counts;
    const struct error failed = run->failed;
    ingest_done_fn *done = run->done;
    void *data = run->data;
    ingest_free(run);
    done(&counts, failed.code < 0 ? &failed : NULL, data);
}

static void next_step(void *data)
{
    struct ingest *run = data;
    if (run->in.fatal.code < 0 && run->failed.code == 0)
        run->failed = run->in.fatal;
    if (run->cancelled && run->failed.code == 0)
        error_set(&run->failed, ERR_CANCELLED, "stopped");
    if (run->phase == PHASE_LEFT && run->files && run->failed.code == 0) {
        run->phase = PHASE_FILES;
        start_counting(run);
        intake_begin(&run->in, run->files);
        return;
    }
    run->phase = PHASE_END;
    if (!run->counting.running)
        finish(run);
}

static void settled(const struct incoming *item, const struct ingest_report *report, void *data)
{
    struct ingest *run = data;
    (void)item;
    if (run->callbacks.report)
        run->callbacks.report(report, run->callbacks.data);
    tell(run, false);
}

static void idle(void *data)
{
    struct ingest *run = data;
    host_later(run->in.desk, &run->step);
}

static const struct intake_hooks hooks = {.settled = settled, .idle = idle};

static int open_files(struct ingest *run, const char *const *paths, size_t count,
                      const struct ingest_options *options, struct error *err)
{
    struct desk *desk = run->in.desk;
    if (count == 0 && options->spooled_count == 0)
        return 0;
    int code = feed_open(desk, paths, count, options->source, &run->files, err);
    if (code >= 0 && count > 0 && run->callbacks.progress)
        code = scan_open(paths, count, &run->counting.scan, err);
    if (code >= 0 && run->counting.scan)
        code = belongings_pass(desk, run->counting.scan, err);
    for (size_t i = 0; code >= 0 && i < options->spooled_count; i++) {
        const struct feed_offer offer = {.path = options->spooled[i].path,
                                         .shown = options->spooled[i].shown,
                                         .source = options->source,
                                         .spooled = true};
        code = feed_offer(run->files, &offer);
        if (code < 0)
            error_set(err, code, "out of memory while listing documents");
    }
    return code;
}

struct ingest *ingest_start(struct desk *desk, const char *const *paths, size_t count,
                            const struct ingest_options *options,
                            const struct ingest_callbacks *callbacks, ingest_done_fn *done,
                            void *data, struct error *err)
{
    static const struct ingest_options none = {0};
    options = options ? options : &none;
    if (!desk->store) {
        error_set(err, ERR_USAGE, "the desk is not open for writing");
        return NULL;
    }
    struct ingest *run = mem_zero(1, sizeof *run);
    if (!run) {
        error_set(err, ERR_NOMEM, "out of memory while listing documents");
        return NULL;
    }
    run->in.desk = desk;
    run->in.most = options->inflight;
    run->in.again = options->again;
    run->callbacks = callbacks ? *callbacks : (struct ingest_callbacks){0};
    run->done = done;
    run->data = data;
    run->step = (struct host_later){.run = next_step, .data = run};
    int code = open_files(run, paths, count, options, err);
    if (code >= 0)
        code = feed_open_pending(desk, &run->left, err);
    if (code < 0) {
        ingest_free(run);
        return NULL;
    }
    intake_open(&run->in, desk, &hooks, run);
    intake_begin(&run->in, run->left);
    return run;
}

void ingest_pause(struct ingest *ingest, bool pause)
{
    ingest->in.paused = pause;
    if (!pause)
        intake_pump(&ingest->in);
}

void ingest_cancel(struct ingest *ingest)
{
    struct error why;
    error_set(&why, ERR_CANCELLED, "stopped");
    ingest->cancelled = true;
    intake_drain(&ingest->in, &why);
}

/* ---- waited for ---- */

struct ingest_wait {
    struct ingest_counts counts;
    struct error failed;
    bool done;
};

static void waited(const struct ingest_counts *counts, const struct error *failed, void *data)
{
    struct ingest_wait *wait = data;
    wait->counts = *counts;
    if (failed)
        wait->failed = *failed;
    wait->done = true;
}

int ingest_paths(struct desk *desk, const char *const *paths, size_t count,
                 const struct ingest_options *options, const struct ingest_callbacks *callbacks,
                 struct ingest_counts *counts, struct error *err)
{
    struct ingest_wait wait = {0};
    if (!ingest_start(desk, paths, count, options, callbacks, waited, &wait, err))
        return err->code;
    host_wait(desk, &wait.done);
    if (counts)
        *counts = wait.counts;
    return wait.failed.code < 0 ? error_set(err, wait.failed.code, "%s", wait.failed.text) : 0;
}

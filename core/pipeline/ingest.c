#include "pipeline/ingest.h"

#include "pipeline/intake.h"
#include "pipeline/scan.h"

/* Counts the files beside the work, so that a bar can say how long it will take: a walk without
 * reading costs a few milliseconds for 10,000 names. */
struct counting {
    struct host_work work;
    struct intake *in;
    struct scan *scan;
    uint64_t total;
    bool done;
};

static void count_files(void *data)
{
    struct counting *counting = data;
    struct scan_item item;
    while (scan_next(counting->scan, &item, NULL) > 0) {
        counting->total++;
        scan_item_free(&item);
    }
}

static void counted(void *data)
{
    struct counting *counting = data;
    counting->in->total = counting->total;
    counting->done = true;
}

static void start_counting(struct counting *counting, struct intake *in, const char *const *paths,
                           size_t count)
{
    counting->in = in;
    counting->total = in->counts.documents; /* those that were resumed */
    counting->done = true;
    counting->work = (struct host_work){.work = count_files, .after = counted, .data = counting};
    if (!in->callbacks.progress || scan_open(paths, count, &counting->scan, NULL) < 0)
        return;
    counting->done = false;
    host_work(in->desk, &counting->work);
}

static void end_counting(struct counting *counting)
{
    host_wait(counting->in->desk, &counting->done);
    scan_close(counting->scan);
}

/* What an earlier run received and did not settle comes first: the same bytes in a file that is
 * ingested now are then known as done. */
static int resume(struct intake *in, struct error *err)
{
    struct feed *feed = NULL;
    int code = feed_open_pending(in->desk, &feed, err);
    if (code >= 0)
        code = intake_run(in, feed, true, err);
    feed_close(feed);
    return code;
}

int ingest_paths(struct desk *desk, const char *const *paths, size_t count,
                 const struct ingest_options *options, const struct ingest_callbacks *callbacks,
                 struct ingest_counts *counts, struct error *err)
{
    if (!desk->store)
        return error_set(err, ERR_USAGE, "the desk is not open for writing");
    struct intake in = {.desk = desk};
    if (options)
        in.options = *options;
    if (callbacks)
        in.callbacks = *callbacks;
    struct feed *feed = NULL;
    int code = resume(&in, err);
    if (code >= 0 && count > 0)
        code = feed_open(desk, paths, count, in.options.source, &feed, err);
    if (code >= 0 && feed) {
        struct counting counting = {0};
        start_counting(&counting, &in, paths, count);
        code = intake_run(&in, feed, false, err);
        end_counting(&counting);
    }
    feed_close(feed);
    if (counts)
        *counts = in.counts;
    return code < 0 ? code : 0;
}

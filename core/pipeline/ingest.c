#include "pipeline/ingest.h"

#include "pipeline/intake.h"

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
    if (code >= 0 && feed)
        code = intake_run(&in, feed, false, err);
    feed_close(feed);
    if (counts)
        *counts = in.counts;
    return code < 0 ? code : 0;
}

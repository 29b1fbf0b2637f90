#include "pipeline/feed.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "pipeline/scan.h"

#define PENDING_AT_ONCE 64

struct feed {
    struct desk *desk;
    const char *source;
    struct scan *scan;           /* of files, or: */
    struct store_reader *reader; /* of what waits in the store */
    int64_t ids[PENDING_AT_ONCE];
    size_t id_count, next_id;
    int64_t last_id;
    struct host_work work;
    /* one pull */
    size_t items, bytes;
    feed_fn *got;
    void *data;
    struct incoming *first, **end;
    bool at_end;
    struct error failed;
};

void incoming_free(struct incoming *item)
{
    if (!item)
        return;
    buf_free(&item->bytes);
    mem_free(item->path);
    mem_free(item->absolute);
    mem_free(item->source);
    mem_free(item);
}

uint64_t feed_skipped(const struct feed *feed)
{
    return feed->scan ? scan_skipped(feed->scan) : 0;
}

static struct feed *feed_new(struct desk *desk, struct error *err)
{
    struct feed *feed = mem_zero(1, sizeof *feed);
    if (!feed)
        error_set(err, ERR_NOMEM, "out of memory while listing documents");
    else
        feed->desk = desk;
    return feed;
}

int feed_open(struct desk *desk, const char *const *paths, size_t count, const char *source,
              struct feed **out, struct error *err)
{
    struct feed *feed = feed_new(desk, err);
    if (!feed)
        return ERR_NOMEM;
    feed->source = source;
    const int code = scan_open(paths, count, &feed->scan, err);
    if (code < 0)
        feed_close(feed);
    else
        *out = feed;
    return code;
}

int feed_open_pending(struct desk *desk, struct feed **out, struct error *err)
{
    struct feed *feed = feed_new(desk, err);
    if (!feed)
        return ERR_NOMEM;
    const int code = desk_reader(desk, false, &feed->reader, err);
    if (code < 0)
        feed_close(feed);
    else
        *out = feed;
    return code;
}

void feed_close(struct feed *feed)
{
    if (!feed)
        return;
    scan_close(feed->scan);
    if (feed->reader)
        store_reader_close(feed->reader);
    mem_free(feed);
}

/* ---- on a thread of the pool ---- */

/* What was named on the command line may be a pipe: `copydesk ingest <(zcat old.gz)`. */
static int read_stream(const struct scan_item *item, struct buf *out, struct error *err)
{
    if (!item->absolute)
        return file_read_fd(STDIN_FILENO, "standard input", LIMIT(DOCUMENT_BYTES), out, err);
    FILE_AUTO int fd = open(item->absolute, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return error_errno(err, errno, "cannot open %s", item->path);
    return file_read_fd(fd, item->path, LIMIT(DOCUMENT_BYTES), out, err);
}

static bool is_pipe(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISFIFO(info.st_mode);
}

static int read_bytes(const struct scan_item *item, struct incoming *out)
{
    struct stat info;
    if (!item->absolute || (item->named && is_pipe(item->absolute)))
        return read_stream(item, &out->bytes, &out->error);
    const int code =
        file_read(item->absolute, LIMIT(DOCUMENT_BYTES), &out->bytes, &info, &out->error);
    if (code >= 0) {
        out->document.device = info.st_dev;
        out->document.inode = info.st_ino;
        out->document.mtime_us =
            (int64_t)info.st_mtim.tv_sec * 1000000 + info.st_mtim.tv_nsec / 1000;
    }
    return code;
}

static void describe(struct incoming *item)
{
    struct document *document = &item->document;
    document->bytes = buf_view(&item->bytes);
    document->path = str_of(item->absolute);
    document->source = str_of(item->source);
    document->name = str_of(strcmp(item->path, "-") == 0 ? "stdin" : file_base_name(item->path));
    document->received_us = clock_wall_us();
    hash_bytes(document->bytes.at, document->bytes.len, &document->hash);
}

/* Takes the strings of `from`. */
static struct incoming *from_file(const struct feed *feed, struct scan_item *from)
{
    struct incoming *item = mem_zero(1, sizeof *item);
    if (!item) {
        scan_item_free(from);
        return NULL;
    }
    item->path = from->path;
    item->absolute = from->absolute;
    item->error = from->error;
    const char *source = feed->source;
    if (!source)
        source = strcmp(item->path, "-") == 0 ? "stdin" : "folder";
    item->source = mem_strdup(source);
    if (!item->source)
        error_set(&item->error, ERR_NOMEM, "%s: out of memory", item->path);
    if (item->error.code == 0 && read_bytes(from, item) >= 0)
        describe(item);
    return item;
}

static int next_file(struct feed *feed, struct incoming **out)
{
    struct scan_item found;
    const int code = scan_next(feed->scan, &found, &feed->failed);
    if (code <= 0)
        return code;
    *out = from_file(feed, &found);
    return *out ? 1 : error_set(&feed->failed, ERR_NOMEM, "out of memory while reading files");
}

static char *own_text(struct str text)
{
    return text.len ? mem_strndup(text.at, text.len) : NULL;
}

static int from_store(struct feed *feed, int64_t id, struct incoming *item)
{
    ARENA_AUTO struct arena *arena = arena_new(LIMIT(CONFIG_BYTES));
    if (!arena)
        return error_set(&feed->failed, ERR_NOMEM, "out of memory");
    struct document *document = &item->document;
    const int code = store_document(feed->reader, id, arena, document, &item->bytes, &feed->failed);
    if (code < 0)
        return code;
    item->absolute = own_text(document->path);
    item->source = own_text(document->source);
    item->path = own_text(document->path.len ? document->path : document->name);
    if (!item->path)
        return error_set(&feed->failed, ERR_NOMEM, "out of memory");
    document->id = id;
    document->bytes = buf_view(&item->bytes);
    document->path = str_of(item->absolute);
    document->source = str_of(item->source);
    document->name = str_of(file_base_name(item->path));
    document->encoding = STR_NONE;
    return 0;
}

static int next_pending(struct feed *feed, struct incoming **out)
{
    if (feed->next_id == feed->id_count) {
        feed->next_id = feed->id_count = 0;
        const int code = store_pending(feed->reader, feed->last_id, feed->ids, PENDING_AT_ONCE,
                                       &feed->id_count, &feed->failed);
        if (code < 0 || feed->id_count == 0)
            return code < 0 ? code : 0;
    }
    feed->last_id = feed->ids[feed->next_id++];
    struct incoming *item = mem_zero(1, sizeof *item);
    if (!item)
        return error_set(&feed->failed, ERR_NOMEM, "out of memory");
    const int code = from_store(feed, feed->last_id, item);
    if (code < 0 && code != ERR_CORRUPT && code != ERR_NOTFOUND && code != ERR_INVALID) {
        incoming_free(item);
        return code;
    }
    if (code < 0) { /* one that cannot be read must not keep the others waiting */
        item->error = feed->failed;
        feed->failed.code = 0;
        item->path = item->path ? item->path : mem_strdup("(a stored document)");
    }
    *out = item;
    return 1;
}

static void read_some(void *data)
{
    struct feed *feed = data;
    size_t bytes = 0;
    for (size_t i = 0; i < feed->items && (i == 0 || bytes < feed->bytes); i++) {
        struct incoming *item = NULL;
        const int code = feed->scan ? next_file(feed, &item) : next_pending(feed, &item);
        if (code <= 0) {
            feed->at_end = true;
            return;
        }
        bytes += item->bytes.len;
        *feed->end = item;
        feed->end = &item->next;
    }
}

/* ---- on the loop's thread ---- */

static void hand_over(void *data)
{
    struct feed *feed = data;
    const struct error failed = feed->failed;
    feed->got(feed->first, feed->at_end, failed.code < 0 ? &failed : NULL, feed->data);
}

void feed_pull(struct feed *feed, size_t items, size_t bytes, feed_fn *got, void *data)
{
    feed->items = items;
    feed->bytes = bytes;
    feed->got = got;
    feed->data = data;
    feed->first = NULL;
    feed->end = &feed->first;
    feed->work.work = read_some;
    feed->work.after = hand_over;
    feed->work.data = feed;
    host_work(feed->desk, &feed->work);
}

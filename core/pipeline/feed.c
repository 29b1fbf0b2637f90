#include "pipeline/feed.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "pipeline/belongings.h"
#include "pipeline/scan.h"

#define PENDING_AT_ONCE 64

struct offer {
    struct offer *next;
    char *path, *shown, *source;
    struct feed_offer is; /* its texts are the above */
};

struct offers {
    struct offer *first, **end;
    size_t count;
};

struct feed {
    struct desk *desk;
    const char *source;
    struct scan *scan;           /* of files */
    struct store_reader *reader; /* of what waits in the store */
    bool open_ended;
    int64_t ids[PENDING_AT_ONCE];
    size_t id_count, next_id;
    int64_t last_id;
    struct offers offers;
    struct host_work work;
    /* one pull */
    struct offers taken; /* the thread's */
    size_t items, bytes;
    feed_fn *got;
    void *data;
    struct incoming *first, **end;
    bool at_end;
    struct error failed;
};

uint64_t feed_skipped(const struct feed *feed)
{
    return feed->scan ? scan_skipped(feed->scan) : 0;
}

static struct feed *feed_new(struct desk *desk, struct error *err)
{
    struct feed *feed = mem_zero(1, sizeof *feed);
    if (!feed) {
        error_set(err, ERR_NOMEM, "out of memory while listing documents");
        return NULL;
    }
    feed->desk = desk;
    feed->offers.end = &feed->offers.first;
    feed->taken.end = &feed->taken.first;
    return feed;
}

static int feed_made(struct feed *feed, int code, struct feed **out)
{
    if (code < 0)
        feed_close(feed);
    else
        *out = feed;
    return code;
}

int feed_open(struct desk *desk, const char *const *paths, size_t count, const char *source,
              struct feed **out, struct error *err)
{
    struct feed *feed = feed_new(desk, err);
    if (!feed)
        return ERR_NOMEM;
    feed->source = source;
    int code = scan_open(paths, count, &feed->scan, err);
    if (code >= 0)
        code = belongings_pass(desk, feed->scan, err);
    return feed_made(feed, code, out);
}

int feed_open_pending(struct desk *desk, struct feed **out, struct error *err)
{
    struct feed *feed = feed_new(desk, err);
    if (!feed)
        return ERR_NOMEM;
    return feed_made(feed, desk_reader(desk, false, &feed->reader, err), out);
}

int feed_open_offers(struct desk *desk, struct feed **out, struct error *err)
{
    struct feed *feed = feed_new(desk, err);
    if (!feed)
        return ERR_NOMEM;
    feed->open_ended = true;
    *out = feed;
    return 0;
}

/* ---- offers ---- */

static void offers_add(struct offers *list, struct offer *offer)
{
    offer->next = NULL;
    *list->end = offer;
    list->end = &offer->next;
    list->count++;
}

static struct offer *offers_take(struct offers *list)
{
    struct offer *offer = list->first;
    if (!offer)
        return NULL;
    list->first = offer->next;
    if (!list->first)
        list->end = &list->first;
    list->count--;
    return offer;
}

static void offer_free(struct offer *offer)
{
    mem_free(offer->path);
    mem_free(offer->shown);
    mem_free(offer->source);
    mem_free(offer);
}

int feed_offer(struct feed *feed, const struct feed_offer *offer)
{
    struct offer *made = mem_zero(1, sizeof *made);
    const char *shown = offer->shown ? offer->shown : offer->path;
    if (!made)
        return ERR_NOMEM;
    made->is = *offer;
    made->path = offer->path ? mem_strdup(offer->path) : NULL;
    made->shown = shown ? mem_strdup(shown) : NULL;
    made->source = offer->source ? mem_strdup(offer->source) : NULL;
    if ((offer->path && !made->path) || (shown && !made->shown) ||
        (offer->source && !made->source)) {
        offer_free(made);
        return ERR_NOMEM;
    }
    offers_add(&feed->offers, made);
    return 0;
}

void feed_end(struct feed *feed)
{
    feed->open_ended = false;
}

size_t feed_waiting(const struct feed *feed)
{
    return feed->offers.count;
}

bool feed_ready(const struct feed *feed)
{
    return feed->offers.first || !feed->open_ended;
}

bool feed_take_back(struct feed *feed, char **path, void **data)
{
    struct offer *offer = offers_take(&feed->offers);
    if (!offer)
        return false;
    *path = offer->shown;
    *data = offer->is.data;
    offer->shown = NULL;
    offer_free(offer);
    return true;
}

void feed_close(struct feed *feed)
{
    struct offer *offer;
    if (!feed)
        return;
    while ((offer = offers_take(&feed->offers)) != NULL)
        offer_free(offer);
    scan_close(feed->scan);
    if (feed->reader)
        store_reader_close(feed->reader);
    mem_free(feed);
}

/* ---- on a thread of the pool ---- */

/* One that cannot be read is an item all the same: who offered it is to hear of it. */
static struct incoming *stored_failed(int64_t id, const struct error *why)
{
    struct incoming *item = mem_zero(1, sizeof *item);
    if (!item)
        return NULL;
    item->stored = true;
    item->document.id = id;
    item->error = *why;
    item->path = mem_strdup("(a stored document)");
    return item;
}

static struct incoming *from_store(const struct feed *feed, int64_t id)
{
    struct error why = {0};
    struct store_reader *reader = NULL;
    struct incoming *item = NULL;
    int code = desk_reader(feed->desk, false, &reader, &why);
    if (code >= 0)
        code = incoming_load(reader, id, &item, &why);
    if (reader)
        store_reader_close(reader);
    return code < 0 ? stored_failed(id, &why) : item;
}

static struct incoming *from_path(struct offer *offer)
{
    struct incoming_file file = {.path = offer->shown,
                                 .absolute = offer->path,
                                 .source = offer->source,
                                 .no_links = offer->is.no_links,
                                 .spooled = offer->is.spooled};
    struct incoming *item = incoming_read(&file);
    if (item)
        offer->path = offer->shown = NULL;
    return item;
}

/* An offer without memory for it stays where it is. */
static int next_offer(struct feed *feed, struct incoming **out)
{
    struct offer *offer = feed->taken.first;
    *out = offer->path ? from_path(offer) : from_store(feed, offer->is.document_id);
    if (!*out)
        return error_set(&feed->failed, ERR_NOMEM, "out of memory while reading files");
    (*out)->offered = true;
    (*out)->data = offer->is.data;
    offer_free(offers_take(&feed->taken));
    return 1;
}

/* One that is gone since its folder was listed is nothing to speak of. */
static bool is_gone(const struct incoming *item, bool named)
{
    return !named && item->error.code == ERR_NOTFOUND;
}

static int next_file(struct feed *feed, struct incoming **out)
{
    struct scan_item found;
    const int code = scan_next(feed->scan, &found, &feed->failed);
    if (code <= 0)
        return code;
    const bool named = found.named || found.error.code < 0;
    struct incoming_file file = {.path = found.path,
                                 .absolute = found.absolute,
                                 .source = feed->source,
                                 .named = found.named,
                                 .skipped = found.skipped,
                                 .error = found.error};
    *out = incoming_read(&file);
    if (*out && is_gone(*out, named)) {
        incoming_free(*out);
        *out = NULL;
        return 1;
    }
    if (*out)
        return 1;
    scan_item_free(&found);
    return error_set(&feed->failed, ERR_NOMEM, "out of memory while reading files");
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
    const int code = incoming_load(feed->reader, feed->last_id, out, &feed->failed);
    return code < 0 ? code : 1;
}

/* 1: an item, or NULL where there was one; 0: no more; below zero: feed->failed. */
static int next_item(struct feed *feed, struct incoming **out)
{
    if (feed->taken.first)
        return next_offer(feed, out);
    if (feed->scan)
        return next_file(feed, out);
    return feed->reader ? next_pending(feed, out) : 0;
}

static void read_some(void *data)
{
    struct feed *feed = data;
    size_t bytes = 0;
    for (size_t i = 0; i < feed->items && (i == 0 || bytes < feed->bytes); i++) {
        struct incoming *item = NULL;
        const int code = next_item(feed, &item);
        if (code <= 0) {
            feed->at_end = true;
            return;
        }
        if (!item)
            continue;
        bytes += item->bytes.len;
        *feed->end = item;
        feed->end = &item->next;
    }
}

/* ---- on the loop's thread ---- */

/* What the thread did not come to goes back to the front. */
static void put_back(struct feed *feed)
{
    if (!feed->taken.first)
        return;
    *feed->taken.end = feed->offers.first;
    if (!feed->offers.first)
        feed->offers.end = feed->taken.end;
    feed->offers.first = feed->taken.first;
    feed->offers.count += feed->taken.count;
    feed->taken = (struct offers){0};
    feed->taken.end = &feed->taken.first;
}

static void hand_over(void *data)
{
    struct feed *feed = data;
    const struct error failed = feed->failed;
    feed->failed.code = 0;
    put_back(feed);
    const bool end = failed.code < 0 || (feed->at_end && !feed->open_ended && !feed->offers.first);
    feed->got(feed->first, end, failed.code < 0 ? &failed : NULL, feed->data);
}

void feed_pull(struct feed *feed, size_t items, size_t bytes, feed_fn *got, void *data)
{
    feed->items = items;
    feed->bytes = bytes;
    feed->got = got;
    feed->data = data;
    feed->first = NULL;
    feed->end = &feed->first;
    feed->at_end = false;
    for (size_t i = 0; i < items && feed->offers.first; i++)
        offers_add(&feed->taken, offers_take(&feed->offers));
    feed->work.work = read_some;
    feed->work.after = hand_over;
    feed->work.data = feed;
    host_work(feed->desk, &feed->work);
}

#include "pipeline/intake.h"

#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"

#define PULL_ITEMS 32
#define PULL_BYTES (512 * KIB)

static void push(struct doc_list *list, struct doc *doc)
{
    doc->next = NULL;
    *list->end = doc;
    list->end = &doc->next;
}

static struct doc *pop(struct doc_list *list)
{
    struct doc *doc = list->first;
    list->first = doc->next;
    if (!list->first)
        list->end = &list->first;
    return doc;
}

/* ---- the pump: whoever is further along goes first ---- */

static void got_items(struct incoming *list, bool end, const struct error *failed, void *data);

static size_t most_items(const struct intake *in)
{
    return in->most ? in->most : LIMIT(INFLIGHT_ITEMS);
}

static bool want_more(const struct intake *in)
{
    return !in->pulling && !in->feed_end && !in->paused && !in->draining && in->fatal.code == 0 &&
           feed_ready(in->feed) && in->items < most_items(in) &&
           in->bytes < LIMIT(INFLIGHT_BYTES) && !host_pool_full(in->desk->lineup) &&
           !host_store_full(in->desk) && !in->ready.first;
}

static void pull(struct intake *in)
{
    const size_t room = most_items(in) - in->items;
    in->pulling = true;
    feed_pull(in->feed, room < PULL_ITEMS ? room : PULL_ITEMS, PULL_BYTES, got_items, in);
}

static void leave(struct intake *in, struct doc *doc)
{
    in->items--;
    in->bytes -= doc->weight;
    in->held -= doc->held;
    doc_free(doc);
}

static void give_back(struct intake *in, struct doc *doc)
{
    const struct ingest_report report = {
        .outcome = INGEST_LATER,
        .path = doc->item->path,
        .resumed = doc->resumed,
        .error = in->fatal.code < 0 ? &in->fatal : &in->drained,
        .document_id = doc->request.document.id,
    };
    if (in->hooks->gives_back)
        in->hooks->settled(doc->item, &report, in->data);
    leave(in, doc);
}

/* A document with articles at a worker leaves when they come back (document.c). */
static void drop_all(struct intake *in, struct doc_list *list)
{
    while (list->first) {
        struct doc *doc = pop(list);
        doc->listed = false;
        if (doc->started == doc->finished)
            give_back(in, doc);
    }
}

/* A small document may have a large answer. How large the next will be is guessed from the largest
 * of late: what they may bring together stays below the limit, or one is cut alone. */
static bool may_cut(const struct intake *in)
{
    return (in->cuts == 0 && in->held == 0) ||
           in->held + (in->cuts + 1) * in->expected < LIMIT(ANSWERS_BYTES);
}

void intake_answered(struct intake *in, struct doc *doc, size_t bytes)
{
    const size_t faded = in->expected - in->expected / 8;
    in->cuts--;
    in->expected = bytes > faded ? bytes : faded;
    doc->held = bytes;
    in->held += bytes;
}

void intake_pump(struct intake *in)
{
    if (in->fatal.code < 0)
        drop_all(in, &in->cutting);
    if (in->fatal.code < 0 || in->draining)
        drop_all(in, &in->ready);
    while (in->cutting.first && !host_pool_full(in->cutting.first->lineup)) {
        struct doc *doc = in->cutting.first;
        if (doc->started + 1 == doc->piece_count) {
            pop(&in->cutting);
            doc->listed = false;
        }
        doc_next_article(doc);
    }
    while (in->ready.first && !in->paused && !host_pool_full(in->desk->lineup) && may_cut(in)) {
        in->cuts++;
        doc_cut(pop(&in->ready));
    }
    if (in->feed && want_more(in))
        pull(in);
    if (in->feed && in->items == 0 && !in->pulling &&
        (in->feed_end || in->draining || in->fatal.code < 0)) {
        in->feed = NULL;
        in->hooks->idle(in->data);
    }
}

static void room(void *data)
{
    intake_pump(data);
}

static void skip(struct intake *in, struct incoming *item)
{
    const struct ingest_report report = {
        .outcome = INGEST_SKIPPED, .path = item->path, .error = &item->error};
    in->hooks->settled(item, &report, in->data);
    incoming_free(item);
}

static void got_items(struct incoming *list, bool end, const struct error *failed, void *data)
{
    struct intake *in = data;
    in->feed_end = end;
    if (failed && in->fatal.code == 0)
        in->fatal = *failed;
    while (list) {
        struct incoming *item = list;
        list = item->next;
        in->counts.bytes += item->bytes.len;
        if (item->skipped)
            skip(in, item);
        else
            doc_begin(in, item);
    }
    in->pulling = false; /* only now: a document may have been settled at once */
    intake_pump(in);
}

/* ---- what the steps say ---- */

void intake_ready(struct intake *in, struct doc *doc)
{
    push(&in->ready, doc);
    intake_pump(in);
}

void intake_cutting(struct intake *in, struct doc *doc)
{
    doc->listed = true;
    push(&in->cutting, doc);
    intake_pump(in);
}

void intake_fatal(struct intake *in, struct doc *doc, const struct error *why)
{
    if (in->fatal.code == 0)
        in->fatal = *why;
    give_back(in, doc);
    intake_pump(in);
}

void intake_given_back(struct intake *in, struct doc *doc)
{
    give_back(in, doc);
    intake_pump(in);
}

void intake_dropped(struct intake *in, struct doc *doc)
{
    leave(in, doc);
    intake_pump(in);
}

static void count(struct ingest_counts *counts, const struct ingest_report *report)
{
    counts->documents++;
    counts->added += report->outcome == INGEST_ADDED;
    counts->known += report->outcome == INGEST_KNOWN;
    counts->failed += report->outcome == INGEST_FAILED;
    counts->refused += report->outcome == INGEST_REFUSED;
    counts->articles += report->added;
    counts->versions += report->versions;
    counts->same += report->same;
    counts->faults += report->faults;
}

void intake_settled(struct intake *in, struct doc *doc, struct ingest_report *report)
{
    report->path = doc->item->path;
    report->resumed = doc->resumed;
    report->document_id = doc->request.document.id;
    report->notes = doc->notes;
    report->note_count = doc->note_count;
    count(&in->counts, report);
    in->hooks->settled(doc->item, report, in->data);
    leave(in, doc);
    intake_pump(in);
}

/* ---- beginning and end ---- */

void intake_open(struct intake *in, struct desk *desk, const struct intake_hooks *hooks, void *data)
{
    in->desk = desk;
    in->hooks = hooks;
    in->data = data;
    in->ready.end = &in->ready.first;
    in->cutting.end = &in->cutting.first;
    in->listener = (struct host_listener){.room = room, .data = in};
    host_listen(desk, &in->listener);
}

void intake_begin(struct intake *in, struct feed *feed)
{
    in->feed = feed;
    in->feed_end = false;
    in->fatal.code = 0;
    in->expected = LIMIT(ANSWERS_BYTES) / 4;
    intake_pump(in);
}

void intake_stop(struct intake *in, const struct error *why)
{
    if (in->fatal.code == 0)
        in->fatal = *why;
    intake_pump(in);
}

void intake_drain(struct intake *in, const struct error *why)
{
    in->draining = true;
    in->drained = *why;
    intake_pump(in);
}

void intake_close(struct intake *in)
{
    host_unlisten(in->desk, &in->listener);
}

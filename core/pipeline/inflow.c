#include "pipeline/inflow.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "pipeline/intake.h"

enum inflow_phase {
    INFLOW_LEFT,   /* what an earlier host left is taken in */
    INFLOW_OFFERS, /* what is offered */
    INFLOW_HELD,   /* the store cannot write: the timer runs */
    INFLOW_END,
};

struct inflow {
    struct intake in;
    struct inflow_callbacks callbacks;
    enum inflow_phase phase;
    struct feed *left, *offers;
    struct host_later step, room;
    bool step_due, refused, room_due; /* refused: somebody waits for room */
    size_t retries;                   /* documents on their way out of quarantine */
    uv_timer_t timer;
    uint64_t wait_ms; /* the next one */
    int64_t retry_at_us;
    struct error why;
    bool closing;
    void (*done)(void *data);
    void *data;
};

/* ---- reports ---- */

static void report(const struct inflow *inflow, const struct incoming *item,
                   const struct ingest_report *settled)
{
    const struct document *document = &item->document;
    const struct inflow_report made = {
        .report = settled,
        .offered = item->offered,
        .data = item->data,
        .read = item->read,
        .device = document->device,
        .inode = document->inode,
        .size = item->size,
        .mtime_us = document->mtime_us,
        .hash = document->hash,
    };
    inflow->callbacks.report(&made, inflow->callbacks.data);
}

static void later(const struct inflow *inflow, const char *path, void *data,
                  const struct error *why)
{
    const struct ingest_report given_back = {.outcome = INGEST_LATER, .path = path, .error = why};
    const struct inflow_report made = {.report = &given_back, .offered = true, .data = data};
    inflow->callbacks.report(&made, inflow->callbacks.data);
}

static bool has_room(const struct inflow *inflow)
{
    return inflow->phase != INFLOW_HELD && inflow->in.fatal.code == 0 &&
           feed_waiting(inflow->offers) + inflow->retries < LIMIT(INFLOW_OFFERS);
}

static void tell_room(void *data)
{
    struct inflow *inflow = data;
    inflow->room_due = false;
    if (inflow->closing || !inflow->refused || !has_room(inflow))
        return;
    inflow->refused = false;
    if (inflow->callbacks.room)
        inflow->callbacks.room(inflow->callbacks.data);
}

static void look_for_room(struct inflow *inflow)
{
    if (!inflow->refused || inflow->room_due || !has_room(inflow))
        return;
    inflow->room_due = true;
    host_later(inflow->in.desk, &inflow->room);
}

static void settled(const struct incoming *item, const struct ingest_report *settled, void *data)
{
    struct inflow *inflow = data;
    if (settled->outcome != INGEST_LATER && settled->outcome != INGEST_REFUSED)
        inflow->wait_ms = LIMIT(INFLOW_RETRY_MIN_MS); /* it was written */
    report(inflow, item, settled);
    look_for_room(inflow);
}

static void idle(void *data)
{
    struct inflow *inflow = data;
    if (!inflow->step_due)
        host_later(inflow->in.desk, &inflow->step);
    inflow->step_due = true;
}

static const struct intake_hooks hooks = {.settled = settled, .idle = idle, .gives_back = true};

/* ---- phases ---- */

static void begin_left(struct inflow *inflow);

static void try_again(uv_timer_t *timer)
{
    begin_left(timer->data);
}

/* The store cannot write: what was in flight has been given back. */
static void hold(struct inflow *inflow, const struct error *why)
{
    inflow->phase = INFLOW_HELD;
    inflow->why = *why;
    log_error("store", "%s; what comes in waits, tried again in %llu s", why->text,
              (unsigned long long)inflow->wait_ms / 1000);
    inflow->retry_at_us = clock_mono_us() + (int64_t)inflow->wait_ms * 1000;
    uv_timer_start(&inflow->timer, try_again, inflow->wait_ms, 0);
    inflow->wait_ms *= 2;
    if (inflow->wait_ms > LIMIT(INFLOW_RETRY_MAX_MS))
        inflow->wait_ms = LIMIT(INFLOW_RETRY_MAX_MS);
}

static void begin_left(struct inflow *inflow)
{
    struct error why = {0};
    if (store_in_place(inflow->in.desk->store, &why) < 0 ||
        feed_open_pending(inflow->in.desk, &inflow->left, &why) < 0) {
        hold(inflow, &why);
        return;
    }
    inflow->phase = INFLOW_LEFT;
    intake_begin(&inflow->in, inflow->left);
    look_for_room(inflow);
}

static void timer_gone(uv_handle_t *handle)
{
    struct inflow *inflow = handle->data;
    void (*done)(void *data) = inflow->done;
    void *data = inflow->data;
    mem_free(inflow);
    done(data);
}

static void finish(struct inflow *inflow)
{
    inflow->phase = INFLOW_END;
    intake_close(&inflow->in);
    feed_close(inflow->offers);
    uv_close((uv_handle_t *)&inflow->timer, timer_gone);
}

static void next_step(void *data)
{
    struct inflow *inflow = data;
    inflow->step_due = false;
    feed_close(inflow->left);
    inflow->left = NULL;
    if (inflow->closing) {
        if (inflow->retries == 0 && !inflow->room_due)
            finish(inflow);
        else
            idle(inflow);
        return;
    }
    if (inflow->in.fatal.code < 0) {
        const struct error why = inflow->in.fatal;
        hold(inflow, &why);
        return;
    }
    inflow->phase = INFLOW_OFFERS;
    intake_begin(&inflow->in, inflow->offers);
    look_for_room(inflow);
}

int inflow_open(struct desk *desk, const struct inflow_callbacks *callbacks, struct inflow **out,
                struct error *err)
{
    if (!desk->store)
        return error_set(err, ERR_USAGE, "the desk is not open for writing");
    struct inflow *inflow = mem_zero(1, sizeof *inflow);
    if (!inflow)
        return error_set(err, ERR_NOMEM, "out of memory");
    const int code = feed_open_offers(desk, &inflow->offers, err);
    if (code < 0) {
        mem_free(inflow);
        return code;
    }
    inflow->in.most = (unsigned)LIMIT(INFLOW_ITEMS);
    inflow->callbacks = *callbacks;
    inflow->wait_ms = LIMIT(INFLOW_RETRY_MIN_MS);
    inflow->step = (struct host_later){.run = next_step, .data = inflow};
    inflow->room = (struct host_later){.run = tell_room, .data = inflow};
    uv_timer_init(&desk->loop, &inflow->timer); /* cannot fail */
    inflow->timer.data = inflow;
    intake_open(&inflow->in, desk, &hooks, inflow);
    begin_left(inflow);
    *out = inflow;
    return 0;
}

/* ---- offers ---- */

static int refuse(struct inflow *inflow)
{
    inflow->refused = true;
    return ERR_BUSY;
}

static int offer(struct inflow *inflow, const struct feed_offer *offered)
{
    const int code = feed_offer(inflow->offers, offered);
    if (code >= 0 && inflow->phase == INFLOW_OFFERS)
        intake_pump(&inflow->in);
    return code;
}

int inflow_offer(struct inflow *inflow, const struct inflow_item *item, void *data)
{
    if (inflow->closing)
        return ERR_CANCELLED;
    if (!has_room(inflow))
        return refuse(inflow);
    const struct feed_offer offered = {
        .path = item->path, .source = item->source, .no_links = item->no_links, .data = data};
    return offer(inflow, &offered);
}

struct retry {
    struct store_request request;
    struct inflow *inflow;
    void *data;
};

/* Not in quarantine any more: that is said. The store failed: it may be tried again. */
static void retry_failed(const struct retry *retry, const struct error *why)
{
    const bool own = why->code == ERR_NOTFOUND || why->code == ERR_EXISTS;
    const struct ingest_report failed = {.outcome = own ? INGEST_REFUSED : INGEST_LATER,
                                         .path = "(a stored document)",
                                         .error = why,
                                         .document_id = retry->request.document.id};
    const struct inflow_report made = {.report = &failed, .offered = true, .data = retry->data};
    retry->inflow->callbacks.report(&made, retry->inflow->callbacks.data);
}

static void received_again(struct store_request *request)
{
    struct retry *retry = request->data;
    struct inflow *inflow = retry->inflow;
    struct error why = request->error;
    const struct feed_offer offered = {.document_id = request->document.id, .data = retry->data};
    inflow->retries--;
    if (why.code == 0 && inflow->closing)
        why = inflow->in.drained;
    else if (why.code == 0 && offer(inflow, &offered) < 0)
        error_set(&why, ERR_NOMEM, "out of memory");
    if (why.code < 0) {
        flight_unclaim(&inflow->in.desk->flight, request->document.id);
        retry_failed(retry, &why);
    }
    mem_free(retry);
}

int inflow_retry(struct inflow *inflow, int64_t document_id, void *data)
{
    if (inflow->closing)
        return ERR_CANCELLED;
    if (!has_room(inflow))
        return refuse(inflow);
    struct retry *retry = mem_zero(1, sizeof *retry);
    if (!retry || flight_claim(&inflow->in.desk->flight, document_id) < 0) {
        mem_free(retry);
        return ERR_NOMEM;
    }
    inflow->retries++;
    retry->inflow = inflow;
    retry->data = data;
    retry->request = (struct store_request){.op = STORE_RETRY,
                                            .document = {.id = document_id},
                                            .bytes = KIB,
                                            .done = received_again,
                                            .data = retry};
    host_store(inflow->in.desk, &retry->request);
    return 0;
}

/* ---- the end ---- */

void inflow_close(struct inflow *inflow, void (*done)(void *data), void *data)
{
    char *path = NULL;
    void *of = NULL;
    struct error why;
    error_set(&why, ERR_CANCELLED, "the desk ends");
    inflow->closing = true;
    inflow->done = done;
    inflow->data = data;
    uv_timer_stop(&inflow->timer);
    while (feed_take_back(inflow->offers, &path, &of)) {
        later(inflow, path, of, &why);
        mem_free(path);
    }
    const bool working = inflow->in.feed != NULL;
    intake_drain(&inflow->in, &why);
    if (!working)
        idle(inflow);
}

void inflow_abandon(struct inflow *inflow)
{
    struct error why;
    error_set(&why, ERR_CANCELLED, "the desk ends, and a plugin takes long");
    intake_stop(&inflow->in, &why);
}

void inflow_status(const struct inflow *inflow, struct inflow_status *out)
{
    const int64_t left = inflow->retry_at_us - clock_mono_us();
    *out = (struct inflow_status){
        .waiting = feed_waiting(inflow->offers) + inflow->retries,
        .in_flight = inflow->in.items,
        .failing = inflow->phase == INFLOW_HELD ? &inflow->why : NULL,
        .retry_us = inflow->phase == INFLOW_HELD && left > 0 ? left : 0,
        .counts = inflow->in.counts,
    };
}

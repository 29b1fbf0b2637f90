/* The steps of one document: received, cut, its articles worked on, applied.
 *
 *   doc_begin --RECEIVE--> received --> known: reported
 *                             |
 *                          doc_cut --INGEST--> cut --> doc_next_article (each) --APPLY--> applied
 *                             |                 |
 *                             +----- fault -----+--FAIL--> quarantined
 *
 * Each step after RECEIVE can be done again from the store alone. */
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "model/wire.h"
#include "pipeline/blame.h"
#include "pipeline/health.h"
#include "pipeline/intake.h"

/* How often a document's bytes are held, and what comes with them: raw, on the wire, decoded; where
 * plugins are asked about articles, each again on the wire and decoded, with what was said of it.
 * Measured. */
#define WEIGHT_CUT   3
#define WEIGHT_WHOLE 8
#define DOC_OVERHEAD (16 * KIB)
#define NOTES_MAX    16

void doc_free(struct doc *doc)
{
    flight_remove(doc);
    for (size_t i = 0; i < doc->piece_count; i++)
        article_work_free(&doc->works[i]);
    pool_frame_free(doc->frame);
    cutting_free(&doc->cutting);
    arena_free(doc->arena);
    incoming_free(doc->item);
    lineup_release(doc->lineup);
    mem_free(doc);
}

/* Errors that are the document's own; any other says that the store cannot go on. */
static bool is_own(int code)
{
    return code == ERR_INVALID || code == ERR_LIMIT || code == ERR_NOTFOUND || code == ERR_EXISTS;
}

static void refused(struct doc *doc, const struct error *why)
{
    struct ingest_report report = {.outcome = INGEST_REFUSED, .error = why};
    intake_settled(doc->in, doc, &report);
}

/* Since it was read from the store. Who found it there has nothing to say; who offered it is told.
 */
static void settled_elsewhere(struct doc *doc)
{
    struct ingest_report report = {.outcome = INGEST_KNOWN, .known = doc->request.known_state};
    if (doc->item->offered)
        intake_settled(doc->in, doc, &report);
    else
        intake_dropped(doc->in, doc);
}

/* ---- quarantine ---- */

static void failed(struct store_request *request)
{
    struct doc *doc = request->data;
    if (request->error.code == ERR_EXISTS && doc->resumed) {
        settled_elsewhere(doc);
        return;
    }
    if (request->error.code < 0) {
        const struct error why = request->error;
        intake_fatal(doc->in, doc, &why);
        return;
    }
    struct error why;
    error_set(&why, ERR_PLUGIN, "%.*s", (int)request->failure.message.len,
              request->failure.message.at ? request->failure.message.at : "");
    char guard[16] = "";
    memcpy(guard, request->failure.guard.at,
           request->failure.guard.len < sizeof guard ? request->failure.guard.len : 0);
    struct ingest_report report = {.outcome = INGEST_FAILED,
                                   .guard = guard,
                                   .error = &why,
                                   .plugin = doc->plugin ? doc->plugin->label : NULL,
                                   .quarantine_id = request->quarantine_id};
    intake_settled(doc->in, doc, &report);
}

static void quarantine(struct doc *doc, struct str guard, const char *message,
                       const char *traceback)
{
    struct store_request *request = &doc->request;
    const struct desk_plugin *plugin = doc->plugin;
    request->op = STORE_FAIL;
    request->pieces = NULL;
    request->piece_count = 0;
    request->bytes = KIB;
    request->error.code = 0;
    request->done = failed;
    request->failure = (struct store_failure){
        .stage = STR_LIT("ingest"),
        .plugin = str_of(plugin ? plugin->label : NULL),
        .version = str_of(plugin ? plugin->manifest.version : NULL),
        .guard = guard,
        .message = failure_text(doc->arena, message),
        .traceback = failure_text(doc->arena, traceback),
    };
    host_store(doc->in->desk, request);
}

static void fail(struct doc *doc, enum guard guard, const char *message, const char *traceback)
{
    if (doc->in->again)
        plugin_failed_again(doc->lineup, doc->plugin, guard, message);
    else
        plugin_failed(doc->lineup, doc->plugin, guard, message);
    quarantine(doc, guard_str(guard), message, traceback);
}

/* ---- applied ---- */

static void count_pieces(const struct doc *doc, struct ingest_report *report)
{
    report->articles = doc->piece_count;
    for (size_t i = 0; i < doc->piece_count; i++) {
        const struct store_piece *piece = &doc->pieces[i];
        report->added += piece->outcome == STORE_NEW;
        report->versions += piece->outcome == STORE_VERSION;
        report->same += piece->outcome == STORE_KNOWN;
        report->faults += piece->failure_count;
    }
}

static void applied(struct store_request *request)
{
    struct doc *doc = request->data;
    if (request->error.code < 0) {
        const struct error why = request->error;
        if (why.code == ERR_EXISTS && doc->resumed)
            settled_elsewhere(doc);
        else if (is_own(why.code))
            fail(doc, GUARD_ANSWER, why.text, "");
        else
            intake_fatal(doc->in, doc, &why);
        return;
    }
    struct ingest_report report = {.outcome = INGEST_ADDED, .plugin = doc->plugin->label};
    count_pieces(doc, &report);
    intake_settled(doc->in, doc, &report);
}

static size_t bytes_of(const struct doc *doc)
{
    size_t sum = KIB;
    for (size_t i = 0; i < doc->piece_count; i++)
        sum += doc->pieces[i].article.body.len + KIB;
    return sum < LIMIT(STORE_QUEUE_BYTES) ? sum : LIMIT(STORE_QUEUE_BYTES);
}

static void apply(struct doc *doc)
{
    struct store_request *request = &doc->request;
    request->op = STORE_APPLY;
    request->pieces = doc->pieces;
    request->piece_count = doc->piece_count;
    request->bytes = bytes_of(doc);
    request->ingest = (struct store_result){
        .kind = str_of(doc->plugin->entry->kind),
        .name = str_of(doc->plugin->entry->name),
        .version = str_of(doc->plugin->manifest.version),
        .plugin = doc->plugin->fingerprint,
        .input = request->document.hash,
    };
    request->done = applied;
    host_store(doc->in->desk, request);
}

/* ---- articles ---- */

/* Its workers were ended by the host: what they did not answer is no plugin's fault. */
static void look_for_end(struct doc *doc)
{
    if (doc->lineup->ended && doc->in->fatal.code == 0)
        error_set(&doc->in->fatal, ERR_CANCELLED, "the desk ends");
}

static void article_done(struct article_work *work)
{
    struct doc *doc = work->data;
    doc->finished++;
    look_for_end(doc);
    if (doc->in->fatal.code < 0 && doc->listed)
        intake_pump(doc->in); /* which takes it out of its list */
    else if (doc->in->fatal.code < 0 && doc->finished >= doc->started)
        intake_fatal(doc->in, doc, &doc->in->fatal);
    else if (doc->finished == doc->piece_count)
        apply(doc);
}

void doc_next_article(struct doc *doc)
{
    article_work_start(&doc->works[doc->started++]);
}

static int make_pieces(struct doc *doc, const struct article_list *drafts, struct error *err)
{
    const size_t count = drafts->count;
    doc->pieces = arena_alloc(doc->arena, count, sizeof *doc->pieces);
    doc->works = arena_alloc(doc->arena, count, sizeof *doc->works);
    if (!doc->pieces || !doc->works)
        return error_set(err, ERR_LIMIT, "its articles take more memory than a document may");
    for (size_t i = 0; i < count; i++) {
        struct article *article = &doc->pieces[i].article;
        *article = drafts->at[i];
        article->received_us = doc->request.document.received_us;
        if (article->infosource.len == 0)
            article->infosource = doc->lineup->config.source;
        doc->works[i] = (struct article_work){.lineup = doc->lineup,
                                              .arena = doc->arena,
                                              .piece = &doc->pieces[i],
                                              .again = doc->in->again,
                                              .done = article_done,
                                              .data = doc};
    }
    doc->piece_count = count;
    return 0;
}

/* ---- cut ---- */

static void take_notes(struct doc *doc, const msgpack_object *notes)
{
    if (!notes || notes->type != MSGPACK_OBJECT_ARRAY)
        return;
    doc->notes = arena_alloc(doc->arena, NOTES_MAX, sizeof *doc->notes);
    for (uint32_t i = 0; doc->notes && i < notes->via.array.size && i < NOTES_MAX; i++) {
        struct str note = STR_NONE;
        if (wire_text(&notes->via.array.ptr[i], "notes", LIMIT(FIELD_BYTES), &note, NULL) < 0)
            continue;
        const char *text = arena_printf(doc->arena, "%s: " STR_FMT, doc->item->path, STR_ARG(note));
        if (text)
            doc->notes[doc->note_count++] = str_of(text);
    }
}

/* Checks the answer and makes pieces of it. */
static int take_drafts(struct doc *doc, const msgpack_object *value, struct error *err)
{
    static const msgpack_object nil = {.type = MSGPACK_OBJECT_NIL};
    int64_t text_len = 0;
    struct article_list drafts = {0};
    int code = wire_int(wire_get(value, "text_len"), "text_len", 0, (int64_t)LIMIT(DECODED_BYTES),
                        &text_len, err);
    if (code >= 0 && wire_get(value, "encoding"))
        code = wire_text(wire_get(value, "encoding"), "encoding", LIMIT(TAG_BYTES),
                         &doc->request.document.encoding, err);
    const msgpack_object *answer = wire_get(value, "answer");
    if (code >= 0)
        code = drafts_unpack(answer ? answer : &nil, (uint64_t)text_len, doc->arena, &drafts, err);
    if (code >= 0 && drafts.count == 0)
        code = error_set(err, ERR_NOTFOUND, "%s found no article in it", doc->plugin->label);
    return code < 0 ? code : make_pieces(doc, &drafts, err);
}

static struct desk_plugin *chosen(const struct doc *doc, const msgpack_object *value)
{
    int64_t index = -1;
    const struct plugin_chain *chain = &doc->lineup->ingest;
    const msgpack_object *which = wire_get(value, "plugin");
    if (!which || wire_int(which, "plugin", 0, UINT32_MAX, &index, NULL) < 0)
        return NULL;
    for (size_t i = 0; i < chain->count; i++)
        if (chain->at[i]->index == index)
            return chain->at[i];
    return NULL;
}

static void refuse(struct doc *doc, const char *why)
{
    struct blame blame;
    blame_answer(doc->plugin, "run", &doc->item->document, why, &blame);
    fail(doc, GUARD_ANSWER, blame.message, blame.traceback);
}

static void begin_articles(struct doc *doc)
{
    plugin_worked(doc->lineup, doc->plugin);
    intake_cutting(doc->in, doc);
}

static void take_answer(struct doc *doc, const msgpack_object *value)
{
    struct error why;
    doc->plugin = chosen(doc, value);
    if (!doc->plugin) {
        fail(doc, GUARD_ANSWER, "the worker did not say which plugin cut the document", "");
        return;
    }
    take_notes(doc, wire_get(value, "notes"));
    const int code = take_drafts(doc, value, &why);
    if (code == ERR_NOTFOUND)
        fail(doc, GUARD_INPUT, why.text, "");
    else if (code < 0)
        refuse(doc, why.text);
    else
        begin_articles(doc);
}

static void set_aside(struct doc *doc, const struct desk_plugin *plugin)
{
    const char *why = health_why(plugin->health, doc->arena);
    doc->plugin = plugin;
    quarantine(doc, STR_LIT(STORE_GUARD_ASIDE), why ? why : "", "");
}

static void cut(struct cutting *cutting, const struct pool_answer *answer)
{
    struct doc *doc = cutting->data;
    intake_answered(doc->in, doc, answer->fault ? 0 : pool_frame_bytes(answer->frame));
    look_for_end(doc);
    if (doc->in->fatal.code < 0) {
        intake_fatal(doc->in, doc, &doc->in->fatal);
    } else if (cutting->barred) {
        set_aside(doc, cutting->barred);
    } else if (answer->fault) {
        doc->plugin = host_plugin(doc->lineup, answer->fault->plugin);
        fail(doc, answer->fault->guard, answer->fault->message, answer->fault->traceback);
    } else {
        doc->frame = pool_answer_keep(answer);
        take_answer(doc, answer->value);
    }
}

/* The job holds them now, and the store has them. */
static void sent(struct cutting *cutting)
{
    struct doc *doc = cutting->data;
    buf_free(&doc->item->bytes);
    doc->request.document.bytes = STR_NONE;
}

void doc_cut(struct doc *doc)
{
    doc->lineup = lineup_hold(doc->in->desk->lineup);
    doc->cutting = (struct cutting){.lineup = doc->lineup,
                                    .chain = &doc->lineup->ingest,
                                    .document = &doc->request.document,
                                    .again = doc->in->again,
                                    .sent = sent,
                                    .done = cut,
                                    .data = doc};
    cutting_start(&doc->cutting);
}

/* ---- received ---- */

/* Its bytes were received before, by a host that did not come to settle them, and nobody works on
 * them now. */
static bool is_left(const struct doc *doc)
{
    return strcmp(doc->request.known_state, "received") == 0 &&
           !flight_holds_other(&doc->in->desk->flight, doc);
}

static void received(struct store_request *request)
{
    struct doc *doc = request->data;
    doc->id = request->document.id;
    if (request->error.code < 0) {
        const struct error why = request->error;
        if (is_own(why.code))
            refused(doc, &why);
        else
            intake_fatal(doc->in, doc, &why);
    } else if (request->known && is_left(doc)) {
        doc->resumed = true;
        intake_ready(doc->in, doc);
    } else if (request->known) {
        struct ingest_report report = {
            .outcome = INGEST_KNOWN, .known = request->known_state, .again = request->again};
        intake_settled(doc->in, doc, &report);
    } else {
        intake_ready(doc->in, doc);
    }
}

static void receive(struct doc *doc)
{
    struct store_request *request = &doc->request;
    request->op = STORE_RECEIVE;
    request->bytes = request->document.bytes.len + KIB;
    if (request->bytes > LIMIT(STORE_QUEUE_BYTES))
        request->bytes = LIMIT(STORE_QUEUE_BYTES);
    request->done = received;
    host_store(doc->in->desk, request);
}

static size_t weight_of(const struct intake *in, const struct incoming *item)
{
    const bool whole = in->desk->lineup->article.count > 0;
    return item->bytes.len * (whole ? WEIGHT_WHOLE : WEIGHT_CUT) + DOC_OVERHEAD;
}

static struct doc *doc_new(struct intake *in, struct incoming *item)
{
    struct doc *doc = mem_zero(1, sizeof *doc);
    if (!doc)
        return NULL;
    doc->arena = arena_new(LIMIT(FRAME_BYTES));
    doc->in = in;
    doc->item = item;
    doc->resumed = item->stored;
    doc->id = item->document.id;
    doc->request.document = item->document;
    doc->request.data = doc;
    doc->weight = weight_of(in, item);
    if (!doc->arena) {
        mem_free(doc);
        return NULL;
    }
    flight_add(&in->desk->flight, doc);
    in->items++;
    in->bytes += doc->weight;
    return doc;
}

/* There is no memory to work on it. */
static void lost(struct intake *in, struct incoming *item)
{
    struct error why;
    error_set(&why, ERR_NOMEM, "%s: out of memory", item->path ? item->path : "a document");
    const struct ingest_report report = {
        .outcome = INGEST_LATER, .path = item->path, .error = &why};
    if (in->hooks->gives_back)
        in->hooks->settled(item, &report, in->data);
    incoming_free(item);
    intake_stop(in, &why);
}

void doc_begin(struct intake *in, struct incoming *item)
{
    struct flight *flight = &in->desk->flight;
    if (flight_holds(flight, item)) {
        if (!item->offered) {
            incoming_free(item);
            return;
        }
        error_set(&item->error, ERR_BUSY, "%s is being worked on already", item->path);
    }
    if (item->stored && item->offered)
        flight_unclaim(flight, item->document.id);
    struct doc *doc = doc_new(in, item);
    if (!doc)
        lost(in, item);
    else if (in->fatal.code < 0 || in->draining)
        intake_given_back(in, doc);
    else if (item->error.code < 0)
        refused(doc, &item->error);
    else if (item->stored)
        intake_ready(in, doc);
    else
        receive(doc);
}

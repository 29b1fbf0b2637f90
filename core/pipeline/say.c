#include "pipeline/say.h"

#include <string.h>

#include "base/limits.h"
#include "model/wire.h"
#include "pipeline/blame.h"
#include "pipeline/cutting.h"
#include "pipeline/onecall.h"
#include "plugin/canonical.h"

static int no_memory(struct error *err)
{
    return error_set(err, ERR_NOMEM, "out of memory while calling a plugin");
}

static int set_failed(struct fixture_said *out, enum guard guard, const char *message,
                      const char *traceback, struct arena *arena, struct error *err)
{
    *out = (struct fixture_said){.failed = true, .guard = guard};
    out->message = arena_text(arena, str_of(message));
    out->traceback = arena_text(arena, str_of(traceback));
    return out->message && out->traceback ? 0 : no_memory(err);
}

static msgpack_object text_object(struct str text)
{
    return (msgpack_object){.type = MSGPACK_OBJECT_STR,
                            .via.str = {.size = (uint32_t)text.len, .ptr = text.at}};
}

static msgpack_object_kv pair(const char *key, const msgpack_object *value)
{
    static const msgpack_object nil = {.type = MSGPACK_OBJECT_NIL};
    return (msgpack_object_kv){text_object(str_of(key)), value ? *value : nil};
}

static int keep_answer(const msgpack_object *value, struct arena *arena, struct fixture_said *out,
                       struct error *err)
{
    BUF_AUTO struct buf bytes = BUF_INIT;
    buf_init(&bytes, LIMIT(FRAME_BYTES));
    *out = (struct fixture_said){0};
    const int code = canonical_pack(value, &bytes);
    if (code == ERR_LIMIT)
        return error_set(err, code, "an answer is over %lu bytes (limit FRAME_BYTES)",
                         LIMIT(FRAME_BYTES));
    out->answer = arena_str(arena, buf_view(&bytes));
    return code < 0 || !out->answer.at ? no_memory(err) : 0;
}

/* ---- documents ---- */

/* A document that is cut, waited for. */
struct cut_call {
    struct lineup *lineup;
    struct arena *arena; /* of the fixture */
    struct arena *scratch;
    const struct document *document;
    struct fixture_said *out;
    struct desk_plugin *by;
    struct error *err;
    int code;
    bool done;
};

static int keep_text(struct cut_call *call, const msgpack_object *text)
{
    struct str shown = STR_NONE;
    if (!text)
        return 0;
    int code = wire_text(text, "text", LIMIT(DECODED_BYTES), &shown, call->err);
    if (code >= 0)
        call->out->text = arena_str(call->arena, shown);
    return code >= 0 && shown.len && !call->out->text.at ? no_memory(call->err) : code;
}

/* Which plugin cut the document, what it was read as, and the drafts. */
static int keep_cut(struct cut_call *call, const msgpack_object *value)
{
    const msgpack_object label = text_object(str_of(call->by->label));
    msgpack_object_kv pairs[] = {pair("answer", wire_get(value, "answer")),
                                 pair("encoding", wire_get(value, "encoding")),
                                 pair("notes", wire_get(value, "notes")), pair("plugin", &label),
                                 pair("text_len", wire_get(value, "text_len"))};
    const msgpack_object map = {.type = MSGPACK_OBJECT_MAP,
                                .via.map = {.size = sizeof pairs / sizeof *pairs, .ptr = pairs}};
    const int code = keep_answer(&map, call->arena, call->out, call->err);
    return code < 0 ? code : keep_text(call, wire_get(value, "text"));
}

static int take_cut(struct cut_call *call, const msgpack_object *value)
{
    static const msgpack_object nil = {.type = MSGPACK_OBJECT_NIL};
    struct error why;
    struct blame blame;
    struct article_list drafts = {0};
    int64_t text_len = 0;
    const msgpack_object *answer = wire_get(value, "answer");
    if (!call->by)
        return set_failed(call->out, GUARD_ANSWER,
                          "the worker did not say which plugin cut the document", "", call->arena,
                          call->err);
    int code = wire_int(wire_get(value, "text_len"), "text_len", 0, (int64_t)LIMIT(DECODED_BYTES),
                        &text_len, &why);
    if (code >= 0)
        code =
            drafts_unpack(answer ? answer : &nil, (uint64_t)text_len, call->scratch, &drafts, &why);
    if (code < 0) {
        blame_answer(call->by, "run", call->document, why.text, &blame);
        return set_failed(call->out, GUARD_ANSWER, blame.message, blame.traceback, call->arena,
                          call->err);
    }
    if (drafts.count > 0)
        return keep_cut(call, value);
    error_set(&why, ERR_NOTFOUND, "%s found no article in it", call->by->label);
    return set_failed(call->out, GUARD_INPUT, why.text, "", call->arena, call->err);
}

static struct desk_plugin *plugin_of(const struct lineup *lineup, const msgpack_object *value)
{
    int64_t index = -1;
    const msgpack_object *which = wire_get(value, "plugin");
    if (!which || wire_int(which, "plugin", 0, UINT32_MAX, &index, NULL) < 0)
        return NULL;
    return host_plugin(lineup, index);
}

static void cut(struct cutting *cutting, const struct pool_answer *answer)
{
    struct cut_call *call = cutting->data;
    call->done = true;
    if (answer->fault) {
        call->by = host_plugin(call->lineup, answer->fault->plugin);
        call->code = set_failed(call->out, answer->fault->guard, answer->fault->message,
                                answer->fault->traceback, call->arena, call->err);
    } else {
        call->by = plugin_of(call->lineup, answer->value);
        call->code = take_cut(call, answer->value);
    }
}

static void sent(struct cutting *cutting)
{
    (void)cutting; /* the bytes are the fixture's */
}

/* Where no plugin cut the document: what the plugins were given all the same. Where that cannot be
 * had, it could not be read as text, and they were given nothing. */
static int ask_text(struct lineup *lineup, const struct document *document, struct arena *arena,
                    struct fixture_said *out, struct error *err)
{
    struct pool_job job = {.op = JOB_INGEST, .calls = 1};
    struct pool_frame *frame = NULL;
    const msgpack_object *value = NULL;
    struct error why;
    struct str text = STR_NONE;
    msgpack_packer packer;
    wire_packer(&packer, &job.payload);
    msgpack_pack_map(&packer, 3);
    wire_pack_key(&packer, "plugins");
    msgpack_pack_array(&packer, 0);
    wire_pack_key(&packer, "decode");
    msgpack_pack_true(&packer);
    wire_pack_key(&packer, "document");
    document_pack(&packer, document);
    int code = buf_failed(&job.payload) ? no_memory(err) : 0;
    if (code >= 0 && host_call(lineup, &job, &frame, &value, NULL, &why) >= 0 &&
        wire_text(wire_get(value, "text"), "text", LIMIT(DECODED_BYTES), &text, &why) >= 0) {
        out->text = text.len ? arena_str(arena, text) : STR_LIT("");
        code = out->text.at ? 0 : no_memory(err);
    }
    buf_free(&job.payload);
    pool_frame_free(frame);
    return code;
}

static int say_document(struct lineup *lineup, const struct plugin_chain *asked,
                        const struct say_input *input, struct arena *arena,
                        struct fixture_said *out, struct desk_plugin **by, struct error *err)
{
    ARENA_AUTO struct arena *scratch = arena_new(LIMIT(FRAME_BYTES));
    struct cut_call call = {.lineup = lineup,
                            .arena = arena,
                            .scratch = scratch,
                            .document = input->document,
                            .out = out,
                            .err = err};
    struct cutting cutting = {.lineup = lineup,
                              .chain = asked,
                              .document = input->document,
                              .want_text = input->want_text,
                              .sent = sent,
                              .done = cut,
                              .data = &call};
    if (!scratch)
        return no_memory(err);
    cutting_start(&cutting);
    host_wait(lineup->desk, &call.done);
    cutting_free(&cutting);
    *by = call.by;
    return call.code >= 0 && out->failed && input->want_text
               ? ask_text(lineup, input->document, arena, out, err)
               : call.code;
}

/* ---- articles ---- */

static int check_article(const struct one_call *call, const struct desk_plugin *by,
                         struct str packed, struct arena *scratch, struct error *why)
{
    msgpack_zone zone;
    msgpack_object value;
    struct article article;
    struct tag_list tags;
    struct summary summary;
    if (!msgpack_zone_init(&zone, MSGPACK_ZONE_CHUNK_SIZE))
        return no_memory(why);
    int code = wire_unpack(packed.at, packed.len, "an article", &zone, &value, why);
    if (code >= 0)
        code = article_unpack(&value, scratch, &article, why);
    if (code >= 0)
        code = strcmp(by->entry->kind, "tag") == 0
                   ? tags_unpack(call->answer, &article, scratch, &tags, why)
                   : summary_unpack(call->answer, &article, scratch, &summary, why);
    msgpack_zone_destroy(&zone);
    return code;
}

static int take_answer(const struct one_call *call, const struct desk_plugin *by, struct str packed,
                       struct arena *arena, struct fixture_said *out, struct error *err)
{
    ARENA_AUTO struct arena *scratch = arena_new(LIMIT(FRAME_BYTES));
    struct error why;
    if (!scratch)
        return no_memory(err);
    if (!call->answer)
        return set_failed(out, call->guard, call->message, call->traceback, arena, err);
    if (check_article(call, by, packed, scratch, &why) < 0)
        return set_failed(out, GUARD_ANSWER, why.text, "", arena, err);
    return keep_answer(call->answer, arena, out, err);
}

static int say_article(struct lineup *lineup, const struct desk_plugin *plugin, struct str packed,
                       struct arena *arena, struct fixture_said *out, struct error *err)
{
    struct one_call call = {0};
    int code = one_call_packed(lineup, plugin, false, packed, &call, err);
    if (code >= 0)
        code = take_answer(&call, plugin, packed, arena, out, err);
    one_call_free(&call);
    return code;
}

int say(struct lineup *lineup, const struct plugin_chain *asked, const struct say_input *input,
        struct arena *arena, struct fixture_said *out, struct error *err)
{
    struct desk_plugin *by = asked->count == 1 ? asked->at[0] : NULL;
    int code = input->document ? say_document(lineup, asked, input, arena, out, &by, err)
                               : say_article(lineup, asked->at[0], input->article, arena, out, err);
    if (code >= 0 && lineup->ended)
        code = error_set(err, ERR_CANCELLED, "the desk ends");
    if (code >= 0 && by && !(out->plugin = arena_text(arena, str_of(by->label))))
        code = no_memory(err);
    return code;
}

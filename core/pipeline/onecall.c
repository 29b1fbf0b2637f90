#include "pipeline/onecall.h"

#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "model/wire.h"
#include "pipeline/own.h"

struct waiting {
    struct one_call *call;
    bool done;
};

static const char *text_of(struct one_call *call, const msgpack_object *map, const char *key)
{
    struct str text = STR_NONE;
    const msgpack_object *value = wire_get(map, key);
    if (!value || wire_text(value, key, LIMIT(QUARANTINE_TEXT), &text, NULL) < 0)
        return "";
    const char *copy = arena_text(call->arena, text);
    return copy ? copy : "";
}

static int64_t number_of(const msgpack_object *map, const char *key)
{
    int64_t number = 0;
    return map && wire_int(wire_get(map, key), key, 0, INT64_MAX, &number, NULL) >= 0 ? number : 0;
}

static void take_result(struct one_call *call, const msgpack_object *result)
{
    static const msgpack_object nil = {.type = MSGPACK_OBJECT_NIL};
    const msgpack_object *fault = wire_get(result, "fault");
    const msgpack_object *cost = wire_get(result, "cost");
    if (fault && fault->type == MSGPACK_OBJECT_MAP) {
        const int64_t guard = number_of(fault, "guard");
        call->guard = guard < GUARD_COUNT ? (enum guard)guard : GUARD_ERROR;
        call->message = text_of(call, fault, "message");
        call->traceback = text_of(call, fault, "traceback");
        return;
    }
    call->answer = wire_get(result, "answer");
    if (!call->answer)
        call->answer = &nil;
    call->cpu_us = number_of(cost, "cpu_us");
    call->bytes = (uint64_t)number_of(cost, "bytes");
    call->peak = (uint64_t)number_of(cost, "peak");
}

static void take_answer(struct one_call *call, const struct pool_answer *answer)
{
    const msgpack_object *results = wire_get(answer->value, "results");
    call->frame = pool_answer_keep(answer);
    if (!call->frame) {
        call->message = "out of memory";
        call->guard = GUARD_MEMORY;
    } else if (!results) {
        take_result(call, answer->value); /* of INGEST */
    } else if (results->type == MSGPACK_OBJECT_ARRAY && results->via.array.size == 1 &&
               results->via.array.ptr[0].type == MSGPACK_OBJECT_MAP) {
        take_result(call, &results->via.array.ptr[0]);
    } else {
        call->message = "the worker gave no answer of this plugin";
        call->guard = GUARD_ANSWER;
    }
}

static void call_done(struct pool_job *job, const struct pool_answer *answer)
{
    struct waiting *waiting = job->data;
    struct one_call *call = waiting->call;
    waiting->done = true;
    call->wall_us = clock_mono_us() - call->wall_us;
    if (!answer->fault) {
        take_answer(call, answer);
        return;
    }
    const char *message = arena_text(call->arena, str_of(answer->fault->message));
    const char *traceback = arena_text(call->arena, str_of(answer->fault->traceback));
    call->guard = answer->fault->guard;
    call->message = message ? message : "";
    call->traceback = traceback ? traceback : "";
}

static void pack_job(struct pool_job *job, const struct desk_plugin *plugin, bool document,
                     struct str packed)
{
    msgpack_packer packer;
    wire_packer(&packer, &job->payload);
    msgpack_pack_map(&packer, 4);
    wire_pack_key(&packer, "plugins");
    msgpack_pack_array(&packer, 1);
    msgpack_pack_uint32(&packer, plugin->index);
    wire_pack_key(&packer, "want_cost");
    msgpack_pack_true(&packer);
    wire_pack_key(&packer, "as_given");
    msgpack_pack_true(&packer);
    wire_pack_key(&packer, document ? "document" : "article");
    buf_str(&job->payload, packed);
    job->op = document ? JOB_INGEST : JOB_ARTICLE;
}

int one_call_packed(struct lineup *lineup, const struct desk_plugin *plugin, bool document,
                    struct str packed, struct one_call *out, struct error *err)
{
    struct waiting waiting = {.call = out};
    struct pool_job job = {
        .done = call_done, .data = &waiting, .pool = plugin_pool(lineup, plugin)};
    *out = (struct one_call){.guard = GUARD_ERROR,
                             .message = "",
                             .traceback = "",
                             .arena = arena_new(LIMIT(CONFIG_BYTES))};
    pack_job(&job, plugin, document, packed);
    if (!out->arena || buf_failed(&job.payload)) {
        buf_free(&job.payload);
        return error_set(err, ERR_NOMEM, "out of memory while calling %s", plugin->label);
    }
    out->wall_us = clock_mono_us();
    host_submit(lineup, &job);
    host_wait(lineup->desk, &waiting.done);
    buf_free(&job.payload);
    return 0;
}

int one_call_make(struct lineup *lineup, const struct desk_plugin *plugin,
                  const struct sample *sample, size_t which, struct one_call *out,
                  struct error *err)
{
    return one_call_packed(lineup, plugin, sample->documents, sample->at[which].packed, out, err);
}

void one_call_free(struct one_call *call)
{
    pool_frame_free(call->frame);
    arena_free(call->arena);
    *call = (struct one_call){0};
}

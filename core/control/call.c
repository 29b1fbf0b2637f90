/* Requests: who answers them, and what is said about them. */
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/str.h"
#include "control/parts.h"
#include "model/json.h"

#define HANDLERS_MOST 64 /* the nearest name is looked for among so many */

/* ---- saying ---- */

json_t *call_error_line(json_int_t id, const struct error *why)
{
    return json_pack("{s:o, s:{s:s, s:o}}", "id", id ? json_integer(id) : json_null(), "error",
                     "code", error_name(why->code), "text", str_to_json(str_of(why->text)));
}

/* `line` with all of `more` added. Takes both; NULL when memory is short. */
static json_t *joined(json_t *line, json_t *more)
{
    if (line && more && json_object_update_missing(line, more) < 0) {
        json_decref(line);
        line = NULL;
    }
    json_decref(more);
    return line;
}

void control_event(struct control_call *call, const char *event, json_t *fields)
{
    if (control_gone(call)) {
        json_decref(fields);
        return;
    }
    json_t *line = json_pack("{s:I, s:s}", "id", call->id, "event", event);
    peer_say(call->peer, joined(line, fields));
}

/* ---- ending ---- */

static void end_call(struct control_call *call, json_t *line)
{
    struct control_server *server = call->server;
    struct control_call **at = &server->calls;
    if (call->peer) {
        call->peer->at_work--;
        call->peer->busy_ms = uv_now(server->loop);
        peer_say(call->peer, line);
    } else {
        json_decref(line);
    }
    while (*at != call)
        at = &(*at)->next;
    *at = call->next;
    json_decref(call->request);
    mem_free(call);
    server_calls_changed(server);
}

void control_done(struct control_call *call, json_t *answer)
{
    struct error why;
    if (!answer) {
        error_set(&why, ERR_NOMEM, "out of memory in the running desk while answering");
        control_fail(call, &why, NULL);
        return;
    }
    end_call(call, json_pack("{s:I, s:o}", "id", call->id, "ok", answer));
}

void control_fail(struct control_call *call, const struct error *why, json_t *more)
{
    end_call(call, joined(call_error_line(call->id, why), more));
}

/* ---- state ---- */

void control_keep(struct control_call *call, void *own)
{
    call->own = own;
}

void *control_kept(const struct control_call *call)
{
    return call->own;
}

bool control_gone(const struct control_call *call)
{
    return !call->peer || peer_deaf(call->peer);
}

bool control_full(const struct control_call *call)
{
    if (control_gone(call) ||
        uv_stream_get_write_queue_size((const uv_stream_t *)&call->peer->pipe) <
            LIMIT(CONTROL_OUTPUT_BYTES) / 2)
        return false;
    call->peer->held = true;
    return true;
}

/* ---- beginning ---- */

static const struct control_row *find_row(const struct control_server *server, const char *what,
                                          struct error *err)
{
    const char *names[HANDLERS_MOST];
    size_t count = 0;
    for (size_t i = 0; i < server->row_count; i++) {
        if (strcmp(server->rows[i].handler->name, what) == 0)
            return &server->rows[i];
        if (count < HANDLERS_MOST)
            names[count++] = server->rows[i].handler->name;
    }
    const char *nearest = str_nearest(str_of(what), names, count);
    error_set(err, ERR_USAGE, "the running desk (copydesk %s) knows no '%.64s'%s%s%s",
              COPYDESK_VERSION, what, nearest ? "; did you mean '" : "", nearest ? nearest : "",
              nearest ? "'?" : "");
    return NULL;
}

static int may_begin(const struct peer *peer, json_int_t id, struct error *err)
{
    if (peer->server->closing)
        return error_set(err, ERR_CANCELLED, "the desk is stopping");
    if (peer->at_work >= LIMIT(CONTROL_REQUESTS))
        return error_set(err, ERR_BUSY,
                         "%lu requests of this client are at work (%s): wait for one",
                         LIMIT(CONTROL_REQUESTS), LIMIT_NAME(CONTROL_REQUESTS));
    for (const struct control_call *call = peer->server->calls; call; call = call->next)
        if (call->peer == peer && call->id == id)
            return error_set(err, ERR_EXISTS, "id %lld is at work", (long long)id);
    return 0;
}

static int new_call(struct peer *peer, json_int_t id, const char *what, json_t *line,
                    struct control_call **out, struct error *err)
{
    int code = may_begin(peer, id, err);
    const struct control_row *row = code < 0 ? NULL : find_row(peer->server, what, err);
    if (!row)
        return code < 0 ? code : ERR_USAGE;
    code = call_check(line, row->handler, err);
    if (code < 0)
        return code;
    struct control_call *call = mem_zero(1, sizeof *call);
    if (!call)
        return error_set(err, ERR_NOMEM, "out of memory in the running desk");
    call->server = peer->server;
    call->peer = peer;
    call->id = id;
    call->request = json_incref(line);
    call->row = *row;
    call->next = peer->server->calls;
    peer->server->calls = call;
    peer->at_work++;
    peer->busy_ms = uv_now(peer->server->loop);
    *out = call;
    return 0;
}

void call_line(struct peer *peer, struct str line)
{
    struct error err;
    json_t *request = NULL;
    json_int_t id = 0;
    const char *what = NULL;
    struct control_call *call = NULL;
    int code = control_parse(line, 0, &request, &err);
    if (code >= 0)
        code = control_request(request, &id, &what, &err);
    if (code >= 0)
        code = new_call(peer, id, what, request, &call, &err);
    if (code < 0) {
        peer_say(peer, call_error_line(id, &err));
    } else {
        server_calls_changed(peer->server);
        call->row.handler->start(call, call->request, call->row.data);
    }
    json_decref(request);
}

/* ---- what happens to a client happens to its calls ---- */

static struct control_call *call_of(const struct peer *peer)
{
    struct control_call *call = peer->server->calls;
    while (call && call->peer != peer)
        call = call->next;
    return call;
}

void calls_left(struct peer *peer)
{
    struct control_call *call;
    while ((call = call_of(peer)) != NULL) {
        call->peer = NULL;
        if (call->row.handler->left)
            call->row.handler->left(call, call->row.data);
    }
}

static struct control_call *call_with_room(const struct control_server *server)
{
    struct control_call *call = server->calls;
    while (call && !call->has_room)
        call = call->next;
    return call;
}

/* A call may end, itself or others, while it is told. */
void calls_room(struct peer *peer)
{
    struct control_call *call;
    struct control_server *server = peer->server;
    peer->held = false;
    for (call = server->calls; call; call = call->next)
        call->has_room = call->peer == peer && call->row.handler->room;
    while ((call = call_with_room(server)) != NULL) {
        call->has_room = false;
        call->row.handler->room(call, call->row.data);
    }
}

void calls_alive(struct control_server *server)
{
    for (struct control_call *call = server->calls; call; call = call->next)
        control_event(call, CONTROL_ALIVE, NULL);
}

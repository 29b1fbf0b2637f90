/* The desk's side of the control socket (protocol.h). All functions and callbacks on the loop's
 * thread; none blocks.
 *
 * What can be asked for is registered by whoever owns the subject: a table of handlers. A handler's
 * `start` is called for each request and answers now or later, with any number of events and then
 * control_done or control_fail, exactly once. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "base/error.h"

struct control_server;
struct control_call; /* one request at work; gone after control_done or control_fail */

enum control_type {
    CONTROL_BOOL,
    CONTROL_TEXT, /* at most FIELD_BYTES */
    CONTROL_ID,   /* a whole number from 1 */
    CONTROL_IDS,  /* one or more */
    CONTROL_PATH, /* absolute; as protocol.h has it */
    CONTROL_PATHS,
    CONTROL_BYTES,   /* as a path, but of any form: what is shown only */
    CONTROL_OBJECTS, /* a list of objects, each with the fields `of` */
};

/* What a request may hold besides "id" and "do"; the last has no name. null is as good as not
 * given where it is not `needed`. */
struct control_field {
    const char *name;
    enum control_type type;
    bool needed;
    const struct control_field *of;
};

struct control_handler {
    const char *name;                   /* "ingest" */
    const struct control_field *fields; /* NULL: none */
    /* `request`: the whole line, whose fields are as declared; lives as long as the call. */
    void (*start)(struct control_call *call, const json_t *request, void *data);
    /* The client went away or was dropped: bring it to an end soon. The call must still be ended.
     * NULL: it runs to its end all the same. Never called from within `start`. */
    void (*left)(struct control_call *call, void *data);
    /* There is room again after control_full. May be NULL. */
    void (*room)(struct control_call *call, void *data);
};

/* Binds `dir`/control, for this user alone. The caller holds the desk's lock: so what is there of
 * an earlier host is stale, and is replaced. Commands can connect from now on, and wait until
 * control_start. `dir` is copied. */
int control_open(uv_loop_t *loop, const char *dir, struct control_server **out, struct error *err);
/* Adds handlers (borrowed as long as the server); `data` is handed to them. Before control_start.
 * ERR_EXISTS: the name is taken. */
int control_register(struct control_server *server, const struct control_handler *handlers,
                     size_t count, void *data, struct error *err);
/* Hears clients: all handlers are registered. */
int control_start(struct control_server *server, struct error *err);
/* Whether commands still find the socket. ERR_NOTFOUND: it is gone, or its folder; ERR_EXISTS:
 * another one is there. */
int control_in_place(const struct control_server *server, struct error *err);
/* Takes no more requests. Those at work are answered; `done` is called when the last has ended and
 * was sent (or could not be, within CONTROL_CLOSE_MS), and the server is freed. The socket is
 * removed first. */
void control_close(struct control_server *server, void (*done)(void *data), void *data);

/* ---- for handlers ---- */

/* What the handler keeps for this call. */
void control_keep(struct control_call *call, void *own);
void *control_kept(const struct control_call *call);
/* Sends {"id", "event", ...fields}. Takes `fields` (an object, or NULL for none: also what
 * json_pack gives when memory is short, and the client is dropped). To a client that is gone it is
 * no error. */
void control_event(struct control_call *call, const char *event, json_t *fields);
/* The end: {"id", "ok": answer}. Takes `answer`; NULL: out of memory, which is what is said. */
void control_done(struct control_call *call, json_t *answer);
/* The end: {"id", "error": {"code", "text"}, ...more}. Takes `more` (NULL: nothing more). */
void control_fail(struct control_call *call, const struct error *why, json_t *more);
/* So much waits for the client that a producer of many events should pause until `room`: half of
 * CONTROL_OUTPUT_BYTES. A handler that cannot pause goes on, and loses a client that does not read.
 */
bool control_full(const struct control_call *call);
bool control_gone(const struct control_call *call); /* nobody will read what is said */

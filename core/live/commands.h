/* What commands ask of a desk that runs: handlers of the control socket. `ingest` and `retry` are
 * done here; the others are asked of the desk that runs, by hooks. */
#pragma once

#include "control/server.h"
#include "pipeline/desk.h"

struct live_commands {
    struct desk *desk;
    struct control_server *server;
    /* Answers the call, now or later, with {"changed": [names]} or an error. */
    void (*reload)(struct control_call *call, void *data);
    /* Begins to end the desk; `now`: workers are not waited for. */
    void (*stop)(bool now, void *data);
    /* The whole answer of `copydesk status`; NULL when out of memory. */
    json_t *(*status)(void *data);
    /* Items in quarantine were tried again. */
    void (*retried)(void *data);
    void *data;
    struct live_given *given; /* ingests at work; ours */
};

/* Registers all of it; the struct is borrowed as long as the server. */
int live_commands_register(struct live_commands *commands, struct error *err);

/* The desk ends: ingests read no further file, finish what is in flight, and are answered. */
void live_commands_end(struct live_commands *commands);

/* ---- one file each ---- */
extern const struct control_field live_ingest_fields[], live_retry_fields[];
void live_ingest(struct control_call *call, const json_t *request, void *commands);
void live_ingest_left(struct control_call *call, void *commands);
void live_ingest_room(struct control_call *call, void *commands);
void live_retry(struct control_call *call, const json_t *request, void *commands);

/* What commands had put into the desk's spool/ when an earlier host ended before it had taken it in
 * is taken in now, and removed. At start, before commands are heard. */
int live_take_spool(struct desk *desk, struct error *err);

/* What server.c (who is connected) and call.c (what they asked for) share. */
#pragma once

#include <uv.h>

#include "base/buf.h"
#include "control/protocol.h"
#include "control/server.h"

struct control_row {
    const struct control_handler *handler;
    void *data;
};

/* A client that is connected. */
struct peer {
    uv_pipe_t pipe;
    struct control_server *server;
    struct peer *next;
    struct buf in;    /* what came and is no whole line yet */
    size_t scanned;   /* bytes of it without an end of line */
    unsigned at_work; /* its requests */
    uint64_t busy_ms; /* uv_now() when it came, or a request of it began or ended */
    bool ending;      /* reads no more, closes when all is sent */
    bool held;        /* control_full said so */
    uv_shutdown_t last;
};

struct control_call {
    struct control_server *server;
    struct control_call *next;
    struct peer *peer; /* NULL: gone */
    json_int_t id;
    json_t *request;
    struct control_row row;
    void *own;
    bool has_room; /* to be told */
};

struct control_server {
    uv_loop_t *loop;
    uv_pipe_t listener;
    uv_timer_t alive, patience;
    unsigned handles; /* of the three above: not closed yet */
    int dir_fd;
    char *dir;
    struct peer *peers;
    unsigned peer_count;
    struct control_call *calls;
    struct control_row *rows;
    size_t row_count;
    int fd; /* bound, until control_start */
    bool bound, closing, eased;
    dev_t device; /* of the socket as it lies there, once bound */
    ino_t inode;
    void (*done)(void *data);
    void *data;
    char chunk[16384]; /* what is read goes through here */
};

/* Sends a line. Takes `line`; NULL (out of memory) drops the peer. */
void peer_say(struct peer *peer, json_t *line);
/* Closes it now; its calls hear of it on a later turn of the loop. */
void peer_drop(struct peer *peer);
/* Reads no more, closes when what waits is sent. */
void peer_end(struct peer *peer);
bool peer_deaf(const struct peer *peer); /* nothing that is said will be read */

/* A whole line came. */
void call_line(struct peer *peer, struct str line);
/* request.c: it holds what its handler declares and nothing else, or ERR_INVALID, ERR_LIMIT. */
int call_check(const json_t *request, const struct control_handler *handler, struct error *err);
/* {"id": ..., "error": {...}} */
json_t *call_error_line(json_int_t id, const struct error *why);
/* The peer is gone. */
void calls_left(struct peer *peer);
/* The peer has read. */
void calls_room(struct peer *peer);
void calls_alive(struct control_server *server);

/* A call has ended, or begun: timers, and the end of the server. */
void server_calls_changed(struct control_server *server);

/* The host's end of a worker's socket: bytes in and out on the loop, cut into frames.
 *
 * Writing never blocks: frames are appended to `out` and go out together, at channel_flush or when
 * the socket takes more. Reading grows its buffer only as bytes arrive (a declared length reserves
 * nothing) and gives the memory back after a large frame. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "base/buf.h"
#include "base/error.h"

struct channel {
    uv_poll_t poll;
    int fd;
    struct buf in, out;
    size_t sent;  /* bytes of `out` that are gone */
    int watching; /* what `poll` waits for */
    bool ended;   /* nothing more is read */
    bool closed;
    /* A whole frame, not yet checked, valid until it returns; below zero ends the channel. */
    int (*frame)(struct channel *channel, const uint8_t *body, size_t len, struct error *err);
    /* End of file (err->code 0) or an error; once. */
    void (*end)(struct channel *channel, const struct error *err);
    void (*gone)(struct channel *channel); /* after channel_close: memory may be freed */
    void *data;
};

/* Takes `fd` (already non-blocking). The callbacks and `data` are set by the caller before. */
int channel_open(struct channel *channel, uv_loop_t *loop, int fd, struct error *err);
/* Sends what is in `out`, as far as the socket takes it. Errors come out as `end`. */
void channel_flush(struct channel *channel);
/* Reads what is there now, to the end; for a worker that has exited. */
void channel_drain(struct channel *channel);
void channel_close(struct channel *channel);

/* The worker's end of the socket: plain blocking reads and writes. Frames to the host are gathered
 * and go out together when there is nothing more to do, when they are many, or when the oldest has
 * waited a little. */
#pragma once

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

struct link {
    int fd;
    struct buf in, out;
    size_t taken;     /* bytes of `in` that were handed out */
    int64_t since_us; /* when the oldest byte of `out` was put there; 0: empty */
};

void link_open(struct link *link, int fd);
/* 1 and a frame's body (until the next call), 0 at end of file, below zero on an error. */
int link_next(struct link *link, const uint8_t **body, size_t *len, struct error *err);
int link_flush(struct link *link, struct error *err);
/* After a frame was added to `out`: sends if it is time. */
int link_added(struct link *link, struct error *err);

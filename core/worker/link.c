#include "worker/link.h"

#include <errno.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "worker/frame.h"

#define READ_CHUNK  (64 * KIB)
#define KEEP_BYTES  (1 * MIB)  /* a buffer larger than this is given back when empty */
#define FLUSH_BYTES (32 * KIB) /* answers that go out at once */
#define FLUSH_US    2000       /* what an answer may wait for company, while there are jobs */

void link_open(struct link *link, int fd)
{
    *link = (struct link){.fd = fd};
    buf_init(&link->in, 0);
    buf_init(&link->out, 0);
}

int link_flush(struct link *link, struct error *err)
{
    size_t sent = 0;
    while (sent < link->out.len) {
        ssize_t n = write(link->fd, link->out.at + sent, link->out.len - sent);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return error_errno(err, errno, "the host does not read");
        sent += (size_t)n;
    }
    if (link->out.cap > KEEP_BYTES)
        buf_free(&link->out);
    else
        buf_clear(&link->out);
    link->since_us = 0;
    return 0;
}

int link_added(struct link *link, struct error *err)
{
    int64_t now = clock_mono_us();
    if (buf_failed(&link->out))
        return error_set(err, ERR_NOMEM, "no memory for an answer");
    if (link->since_us == 0)
        link->since_us = now;
    if (link->out.len >= FLUSH_BYTES || now - link->since_us >= FLUSH_US)
        return link_flush(link, err);
    return 0;
}

/* Blocks until some bytes have come. 0 at end of file. */
static int read_some(struct link *link, size_t need, struct error *err)
{
    buf_drop(&link->in, link->taken);
    link->taken = 0;
    if (link->in.len == 0 && link->in.cap > KEEP_BYTES)
        buf_free(&link->in);
    size_t size = need > link->in.len + READ_CHUNK ? need - link->in.len : READ_CHUNK;
    if (buf_reserve(&link->in, size) < 0)
        return error_set(err, ERR_NOMEM, "no memory for a job");
    for (;;) {
        ssize_t n = read(link->fd, link->in.at + link->in.len, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return error_errno(err, errno, "cannot read from the host");
        link->in.len += (size_t)n;
        return n > 0;
    }
}

int link_next(struct link *link, const uint8_t **body, size_t *len, struct error *err)
{
    for (;;) {
        size_t need = 0;
        int rc = frame_next(link->in.at + link->taken, link->in.len - link->taken, body, len, &need,
                            err);
        if (rc > 0)
            link->taken += FRAME_HEADER + *len;
        if (rc != 0)
            return rc;
        rc = link_flush(link, err);
        if (rc >= 0)
            rc = read_some(link, need, err);
        if (rc <= 0)
            return rc;
    }
}

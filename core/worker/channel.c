#include "worker/channel.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/limits.h"
#include "worker/frame.h"

#define READ_CHUNK (64 * KIB)
#define READ_TURN  (1 * MIB)   /* then other workers have their turn */
#define KEEP_BYTES (256 * KIB) /* a buffer larger than this is given back when empty */

static void on_poll(uv_poll_t *poll, int status, int events);

static void watch(struct channel *channel)
{
    int events = 0;
    if (!channel->ended)
        events |= UV_READABLE;
    if (channel->out.len > channel->sent)
        events |= UV_WRITABLE;
    if (channel->closed || events == channel->watching)
        return;
    channel->watching = events;
    if (events)
        uv_poll_start(&channel->poll, events, on_poll);
    else
        uv_poll_stop(&channel->poll);
}

static void end_with(struct channel *channel, const struct error *why)
{
    if (channel->ended)
        return;
    channel->ended = true;
    buf_free(&channel->out);
    channel->sent = 0;
    watch(channel);
    channel->end(channel, why);
}

int channel_open(struct channel *channel, uv_loop_t *loop, int fd, struct error *err)
{
    int rc = uv_poll_init(loop, &channel->poll, fd);
    if (rc < 0)
        return error_set(err, ERR_IO, "worker: cannot watch its socket: %s", uv_strerror(rc));
    channel->fd = fd;
    channel->poll.data = channel;
    buf_init(&channel->in, LIMIT(FRAME_BYTES) + FRAME_HEADER + READ_CHUNK);
    buf_init(&channel->out, 0);
    watch(channel);
    return 0;
}

void channel_flush(struct channel *channel)
{
    while (!channel->ended && channel->sent < channel->out.len) {
        ssize_t n = send(channel->fd, channel->out.at + channel->sent,
                         channel->out.len - channel->sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            break;
        if (n < 0) {
            /* The worker is gone; what it wrote before is read first, then comes the end. */
            buf_free(&channel->out);
            channel->sent = 0;
            break;
        }
        channel->sent += (size_t)n;
    }
    if (channel->sent == channel->out.len) {
        if (channel->out.cap > KEEP_BYTES)
            buf_free(&channel->out);
        else
            buf_clear(&channel->out);
        channel->sent = 0;
    }
    watch(channel);
}

/* Hands out the whole frames that are there; `need` is set to the size of the one that is not. */
static int take_frames(struct channel *channel, size_t *need, struct error *err)
{
    size_t at = 0;
    int rc = 0;
    while (!channel->ended && !channel->closed) {
        const uint8_t *body = NULL;
        size_t len = 0;
        rc = frame_next(channel->in.at + at, channel->in.len - at, &body, &len, need, err);
        if (rc <= 0)
            break;
        rc = channel->frame(channel, body, len, err);
        if (rc < 0)
            break;
        at += FRAME_HEADER + len;
    }
    if (channel->closed)
        return 0;
    buf_drop(&channel->in, at);
    if (channel->in.len == 0 && channel->in.cap > KEEP_BYTES)
        buf_free(&channel->in);
    return rc;
}

/* How much to read at once: a chunk, or for a large frame as much as has come already, so that the
 * buffer doubles with what really arrives. */
static size_t read_size(const struct channel *channel, size_t need)
{
    size_t missing = need > channel->in.len ? need - channel->in.len : 0;
    size_t most = channel->in.len > READ_CHUNK ? channel->in.len : READ_CHUNK;
    return missing > READ_CHUNK && missing < most ? missing : most;
}

/* 1: go on, 0: nothing more now, below zero: the channel is broken. */
static int read_some(struct channel *channel, size_t *need, struct error *err)
{
    size_t size = read_size(channel, *need);
    if (channel->in.max && channel->in.len + size > channel->in.max)
        size = channel->in.max - channel->in.len;
    if (buf_reserve(&channel->in, size) < 0)
        return error_set(err, ERR_NOMEM, "no memory for a message of a worker");
    ssize_t n = recv(channel->fd, channel->in.at + channel->in.len, size, MSG_DONTWAIT);
    if (n < 0 && errno == EINTR)
        return 1;
    if (n < 0 && errno == EAGAIN)
        return 0;
    if (n <= 0) {
        err->code = 0;
        end_with(channel, err);
        return 0;
    }
    channel->in.len += (size_t)n;
    int rc = take_frames(channel, need, err);
    return rc < 0 ? rc : (size_t)n == size;
}

static void read_all(struct channel *channel, size_t turn)
{
    struct error err = {0};
    size_t need = 0, done = 0;
    int more = 1;
    while (more > 0 && !channel->ended && !channel->closed && done < turn) {
        size_t before = channel->in.len;
        more = read_some(channel, &need, &err);
        done += READ_CHUNK + (channel->in.len > before ? channel->in.len - before : 0);
    }
    if (more < 0 && !channel->closed)
        end_with(channel, &err);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    struct channel *channel = poll->data;
    if (status < 0 || (events & UV_READABLE))
        read_all(channel, READ_TURN);
    if (!channel->closed && !channel->ended && (events & UV_WRITABLE))
        channel_flush(channel);
}

void channel_drain(struct channel *channel)
{
    read_all(channel, SIZE_MAX);
}

static void on_closed(uv_handle_t *handle)
{
    struct channel *channel = handle->data;
    close(channel->fd);
    buf_free(&channel->in);
    buf_free(&channel->out);
    channel->gone(channel);
}

void channel_close(struct channel *channel)
{
    if (channel->closed)
        return;
    channel->closed = true;
    channel->ended = true;
    shutdown(channel->fd, SHUT_RDWR);
    uv_close((uv_handle_t *)&channel->poll, on_closed);
}

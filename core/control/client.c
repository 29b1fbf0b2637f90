#include "control/client.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "control/protocol.h"
#include "model/json.h"

struct control_client {
    int fd, pidfd; /* pidfd below zero: its process cannot be watched */
    struct ucred who;
    struct buf in;
    size_t scanned; /* bytes of `in` without an end of line */
    json_int_t last_id;
    long patience_ms;
    const char *patience; /* the limit's name */
};

/* ---- connecting ---- */

static int not_there(const char *dir, int number, struct error *err)
{
    if (number == ENOENT || number == ECONNREFUSED || number == ENOTDIR)
        return error_set(err, ERR_NOTFOUND, "no running desk listens at %s/" CONTROL_SOCKET, dir);
    if (number == EAGAIN || number == ETIMEDOUT)
        return error_set(err, ERR_TIMEOUT,
                         "the running desk takes no connection at %s/" CONTROL_SOCKET
                         ": it may be stopped (SIGSTOP) or overloaded",
                         dir);
    return error_errno(err, number, "cannot connect to the running desk at %s/" CONTROL_SOCKET,
                       dir);
}

static int dial(const char *dir, int *out, struct error *err)
{
    struct sockaddr_un address;
    FILE_AUTO int by = -1;
    const int code = control_address(dir, &address, &by, err);
    if (code < 0)
        return code;
    FILE_AUTO int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return error_errno(err, errno, "cannot make a socket");
    /* a full backlog makes connect wait: nobody takes connections */
    const struct timeval most = {.tv_sec = (time_t)(LIMIT(CONTROL_ASK_MS) / 1000)};
    if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most) < 0 ||
        connect(fd, (const struct sockaddr *)&address, sizeof address) < 0)
        return not_there(dir, errno, err);
    *out = fd;
    fd = -1;
    return 0;
}

static int learn_who(struct control_client *client, const char *dir, struct error *err)
{
    socklen_t len = sizeof client->who;
    char byte;
    if (getsockopt(client->fd, SOL_SOCKET, SO_PEERCRED, &client->who, &len) < 0)
        return error_errno(err, errno, "cannot learn who runs the desk of %s", dir);
    const uid_t own = geteuid();
    if (client->who.uid != own && client->who.uid != 0 && own != 0)
        return error_set(err, ERR_DENIED,
                         "who listens at %s/" CONTROL_SOCKET " is user %u, not you: run the "
                         "command as that user",
                         dir, (unsigned)client->who.uid);
    if (client->who.pid > 0)
        client->pidfd = pidfd_open(client->who.pid, 0);
    /* Still connected: so the number was still that process's when it was opened. */
    if (client->pidfd >= 0 && recv(client->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0)
        file_close_at(&client->pidfd);
    return 0;
}

int control_connect(const char *dir, struct control_client **out, struct error *err)
{
    struct control_client *client = mem_zero(1, sizeof *client);
    if (!client)
        return error_set(err, ERR_NOMEM, "out of memory");
    client->fd = client->pidfd = -1;
    control_patience(client, CONTROL_SILENCE_MS);
    buf_init(&client->in, LIMIT(CONTROL_OUTPUT_BYTES));
    int code = dial(dir, &client->fd, err);
    if (code >= 0)
        code = learn_who(client, dir, err);
    *out = code < 0 ? NULL : client;
    if (code < 0)
        control_hang_up(client);
    return code;
}

void control_hang_up(struct control_client *client)
{
    if (!client)
        return;
    file_close_at(&client->fd);
    file_close_at(&client->pidfd);
    buf_free(&client->in);
    mem_free(client);
}

void control_wait_for(struct control_client *client, long ms, const char *limit)
{
    client->patience_ms = ms;
    client->patience = limit;
}

pid_t control_pid(const struct control_client *client)
{
    return client->who.pid;
}

/* ---- what can go wrong in between ---- */

static int hung_up(const struct control_client *client, struct error *err)
{
    return error_set(err, ERR_CANCELLED,
                     "the running desk (process %ld) ended, or hung up, before it answered: what "
                     "it had received is kept, and finished when the desk is next written; its log "
                     "says more",
                     (long)client->who.pid);
}

static int silent(const struct control_client *client, struct error *err)
{
    return error_set(err, ERR_TIMEOUT,
                     "the running desk (process %ld) has said nothing for %ld seconds "
                     "(%s): it may be stopped (SIGSTOP; `kill -CONT %ld` lets it go on) or stuck; "
                     "its log says more, and `copydesk stop --now` ends it",
                     (long)client->who.pid, client->patience_ms / 1000, client->patience,
                     (long)client->who.pid);
}

/* ---- lines ---- */

static int send_line(struct control_client *client, const struct buf *line, struct error *err)
{
    for (size_t at = 0; at < line->len;) {
        const ssize_t sent = send(client->fd, line->at + at, line->len - at, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return silent(client, err);
        /* who refuses us says why before it hangs up: that is read next */
        if (sent < 0 && (errno == EPIPE || errno == ECONNRESET))
            return 0;
        if (sent < 0)
            return error_errno(err, errno, "cannot ask the running desk");
        at += (size_t)sent;
    }
    return 0;
}

/* Waits for `events` on `fd`, at most `ms`: 1, or 0 when time is up. */
static int wait_for(int fd, short events, long ms)
{
    const int64_t until_us = clock_mono_us() + (int64_t)ms * 1000;
    for (;;) {
        const int64_t left_us = until_us - clock_mono_us();
        struct pollfd at = {.fd = fd, .events = events};
        const int count = poll(&at, 1, left_us > 0 ? (int)((left_us + 999) / 1000) : 0);
        if (count > 0)
            return 1;
        if (count == 0 || errno != EINTR)
            return 0;
    }
}

static int read_more(struct control_client *client, struct error *err)
{
    char bytes[16384];
    if (!wait_for(client->fd, POLLIN, client->patience_ms))
        return silent(client, err);
    const ssize_t count = recv(client->fd, bytes, sizeof bytes, 0);
    if (count < 0 && errno == EINTR)
        return 0;
    if (count < 0 && errno != ECONNRESET)
        return error_errno(err, errno, "cannot hear the running desk");
    if (count <= 0)
        return hung_up(client, err);
    const int code = buf_append(&client->in, bytes, (size_t)count);
    return code < 0 ? error_set(err, code,
                                "an answer of the running desk is over a limit, or "
                                "memory: %s (CONTROL_OUTPUT_BYTES)",
                                error_words(code))
                    : 0;
}

/* The next line as an object: a new reference. */
static int next_line(struct control_client *client, json_t **out, struct error *err)
{
    for (;;) {
        const char *from = client->in.at ? client->in.at + client->scanned : NULL;
        const char *end = from ? memchr(from, '\n', client->in.len - client->scanned) : NULL;
        if (end) {
            const size_t len = (size_t)(end - client->in.at);
            const int code =
                control_parse((struct str){client->in.at, len}, JSON_ALLOW_NUL, out, err);
            buf_drop(&client->in, len + 1);
            client->scanned = 0;
            return code < 0 ? error_wrap(err, "the running desk answered what cannot be read") : 0;
        }
        client->scanned = client->in.len;
        const int code = read_more(client, err);
        if (code < 0)
            return code;
    }
}

/* ---- asking ---- */

static int pack_request(json_int_t id, const char *what, const json_t *fields, struct buf *out,
                        struct error *err)
{
    json_t *line = json_pack("{s:I, s:s}", "id", id, "do", what);
    int code = line && (!fields || json_object_update_missing(line, (json_t *)fields) == 0)
                   ? json_to_buf(line, JSON_TEXT, out, err)
                   : error_set(err, ERR_NOMEM, "out of memory");
    json_decref(line);
    if (code >= 0 && out->len > LIMIT(CONTROL_LINE_BYTES))
        code = error_set(err, ERR_LIMIT,
                         "the request is over the limit of %lu bytes (%s): name fewer things at "
                         "once",
                         LIMIT(CONTROL_LINE_BYTES), LIMIT_NAME(CONTROL_LINE_BYTES));
    if (code >= 0 && buf_byte(out, '\n') < 0)
        code = error_set(err, ERR_NOMEM, "out of memory");
    return code;
}

static int code_of(const char *name)
{
    for (int code = ERR_NOMEM; name && code >= ERR_INTERNAL; code--)
        if (strcmp(name, error_name(code)) == 0)
            return code;
    return ERR_INTERNAL;
}

static int told_error(const json_t *why, struct error *err)
{
    const char *text = json_string_value(json_object_get(why, "text"));
    return error_set(err, code_of(json_string_value(json_object_get(why, "code"))), "%s",
                     text ? text : "the running desk gave no reason");
}

static bool is_ours(const json_t *line, json_int_t id)
{
    const json_t *said = json_object_get(line, "id");
    return json_is_null(said) || json_integer_value(said) == id;
}

/* 1: the end, with *answer; 0: an event or nothing of ours. */
static int take_line(json_t *line, json_int_t id,
                     void (*event)(const char *name, const json_t *line, void *data), void *data,
                     json_t **answer, struct error *err)
{
    if (!is_ours(line, id))
        return 0;
    const char *name = json_string_value(json_object_get(line, "event"));
    if (name) {
        if (event && strcmp(name, CONTROL_ALIVE) != 0)
            event(name, line, data);
        return 0;
    }
    json_t *ok = json_object_get(line, "ok");
    if (answer)
        *answer = json_incref(ok ? ok : line);
    return ok ? 1 : told_error(json_object_get(line, "error"), err);
}

int control_ask(struct control_client *client, const char *what, json_t *fields,
                void (*event)(const char *name, const json_t *line, void *data), void *data,
                json_t **answer, struct error *err)
{
    BUF_AUTO struct buf request = BUF_INIT;
    const json_int_t id = ++client->last_id;
    if (answer)
        *answer = NULL;
    int code = pack_request(id, what, fields, &request, err);
    json_decref(fields);
    if (code >= 0)
        code = send_line(client, &request, err);
    while (code == 0) {
        json_t *line = NULL;
        code = next_line(client, &line, err);
        if (code == 0)
            code = take_line(line, id, event, data, answer, err);
        json_decref(line);
    }
    return code < 0 ? code : 0;
}

/* ---- the end of the desk ---- */

int control_wait_end(struct control_client *client, long ms, struct error *err)
{
    const int64_t until_us = clock_mono_us() + (int64_t)ms * 1000;
    char bytes[256];
    for (;;) {
        const int64_t left_us = until_us - clock_mono_us();
        const int fd = client->pidfd >= 0 ? client->pidfd : client->fd;
        if (!wait_for(fd, POLLIN, left_us > 0 ? (long)(left_us / 1000) : 0))
            return error_set(err, ERR_TIMEOUT, "the desk (process %ld) has not ended yet",
                             (long)client->who.pid);
        if (client->pidfd >= 0 || recv(fd, bytes, sizeof bytes, 0) <= 0)
            return 0;
    }
}

int control_kill(struct control_client *client, struct error *err)
{
    if (client->pidfd < 0)
        return error_set(err, ERR_NOTFOUND,
                         "the desk's process cannot be told from here: end it where it runs");
    if (pidfd_send_signal(client->pidfd, SIGKILL, NULL, 0) < 0 && errno != ESRCH)
        return error_errno(err, errno, "cannot end process %ld", (long)client->who.pid);
    return 0;
}

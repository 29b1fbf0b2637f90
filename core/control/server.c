#include "control/server.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "control/parts.h"
#include "model/json.h"

#define BACKLOG 16

static void try_to_end(struct control_server *server);

/* ---- writing ---- */

struct write {
    uv_write_t request;
    struct buf bytes;
};

bool peer_deaf(const struct peer *peer)
{
    return uv_is_closing((const uv_handle_t *)&peer->pipe);
}

static size_t unsent(const struct peer *peer)
{
    return uv_stream_get_write_queue_size((const uv_stream_t *)&peer->pipe);
}

static void on_written(uv_write_t *request, int status)
{
    struct write *write = (struct write *)request;
    struct peer *peer = request->handle->data;
    buf_free(&write->bytes);
    mem_free(write);
    if (status < 0 && !peer_deaf(peer))
        peer_drop(peer);
    else if (peer->held && !peer_deaf(peer) && unsent(peer) < LIMIT(CONTROL_OUTPUT_BYTES) / 4)
        calls_room(peer);
}

static struct write *new_write(json_t *line)
{
    struct write *write = line ? mem_zero(1, sizeof *write) : NULL;
    if (!write)
        return NULL;
    if (json_to_buf(line, JSON_TEXT, &write->bytes, NULL) >= 0 &&
        buf_byte(&write->bytes, '\n') == 0)
        return write;
    buf_free(&write->bytes);
    mem_free(write);
    return NULL;
}

static void send_or_drop(struct peer *peer, struct write *write)
{
    uv_buf_t bytes = uv_buf_init(write->bytes.at, (unsigned)write->bytes.len);
    uv_stream_t *stream = (uv_stream_t *)&peer->pipe;
    if (uv_write(&write->request, stream, &bytes, 1, on_written) == 0)
        return;
    buf_free(&write->bytes);
    mem_free(write);
    peer_drop(peer);
}

void peer_say(struct peer *peer, json_t *line)
{
    struct write *write = peer_deaf(peer) ? NULL : new_write(line);
    json_decref(line);
    if (peer_deaf(peer))
        return;
    if (!write) {
        log_warn("control", "out of memory while answering a client, which is dropped");
        peer_drop(peer);
    } else if (unsent(peer) + write->bytes.len > LIMIT(CONTROL_OUTPUT_BYTES)) {
        buf_free(&write->bytes);
        mem_free(write);
        log_warn(
            "control",
            "a client is dropped: it reads so slowly that more than %lu bytes wait for it (%s)",
            LIMIT(CONTROL_OUTPUT_BYTES), LIMIT_NAME(CONTROL_OUTPUT_BYTES));
        peer_drop(peer);
    } else {
        send_or_drop(peer, write);
    }
}

/* ---- going ---- */

static void on_peer_closed(uv_handle_t *handle)
{
    struct peer *peer = handle->data;
    struct control_server *server = peer->server;
    struct peer **at = &server->peers;
    while (*at != peer)
        at = &(*at)->next;
    *at = peer->next;
    server->peer_count--;
    calls_left(peer);
    buf_free(&peer->in);
    mem_free(peer);
    try_to_end(server);
}

void peer_drop(struct peer *peer)
{
    if (!peer_deaf(peer))
        uv_close((uv_handle_t *)&peer->pipe, on_peer_closed);
}

static void on_last_sent(uv_shutdown_t *last, int status)
{
    (void)status;
    peer_drop(last->handle->data);
}

void peer_end(struct peer *peer)
{
    if (peer_deaf(peer) || peer->ending)
        return;
    peer->ending = true;
    uv_read_stop((uv_stream_t *)&peer->pipe);
    if (uv_shutdown(&peer->last, (uv_stream_t *)&peer->pipe, on_last_sent) != 0)
        peer_drop(peer);
}

/* ---- reading ---- */

static void on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
    (void)suggested;
    struct control_server *server = ((struct peer *)handle->data)->server;
    *out = uv_buf_init(server->chunk, sizeof server->chunk);
}

static void too_long(struct peer *peer)
{
    struct error why;
    error_set(&why, ERR_LIMIT, "a request is over the limit of %lu bytes (%s)",
              LIMIT(CONTROL_LINE_BYTES), LIMIT_NAME(CONTROL_LINE_BYTES));
    peer_say(peer, call_error_line(0, &why));
    peer_end(peer);
}

/* A line may make the peer deaf or end it; what follows is then not read. */
static void take_lines(struct peer *peer)
{
    while (!peer_deaf(peer) && !peer->ending && peer->scanned < peer->in.len) {
        const char *from = peer->in.at + peer->scanned;
        const char *end = memchr(from, '\n', peer->in.len - peer->scanned);
        const size_t len = end ? (size_t)(end - peer->in.at) : peer->in.len;
        if (len > LIMIT(CONTROL_LINE_BYTES)) {
            too_long(peer);
            return;
        }
        peer->scanned = end ? 0 : len;
        if (!end)
            return;
        call_line(peer, (struct str){peer->in.at, len});
        buf_drop(&peer->in, len + 1);
    }
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *bytes)
{
    struct peer *peer = stream->data;
    if (count == UV_EOF && peer->at_work == 0) {
        peer_end(peer); /* it may wait for the rest of an answer */
    } else if (count < 0) {
        peer_drop(peer);
    } else if (count > 0) {
        if (buf_append(&peer->in, bytes->base, (size_t)count) < 0)
            peer_drop(peer);
        else
            take_lines(peer);
    }
}

/* ---- coming ---- */

/* Also when the socket's mode would let others in: they are not heard. */
static bool is_ours(const struct peer *peer, struct error *why)
{
    struct ucred who;
    socklen_t len = sizeof who;
    uv_os_fd_t fd;
    if (uv_fileno((const uv_handle_t *)&peer->pipe, &fd) == 0 &&
        getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) == 0 &&
        (who.uid == geteuid() || who.uid == 0))
        return true;
    error_set(why, ERR_DENIED, "this desk is run by user %u, and hears nobody else but root",
              (unsigned)geteuid());
    return false;
}

/* The one that has asked for nothing for longest; NULL: none for CONTROL_IDLE_MS. */
static struct peer *most_idle(const struct control_server *server)
{
    struct peer *found = NULL;
    for (struct peer *peer = server->peers; peer; peer = peer->next)
        if (peer->at_work == 0 && !peer->ending && !peer_deaf(peer) &&
            (!found || peer->busy_ms <= found->busy_ms)) /* the newest is first */
            found = peer;
    return found && uv_now(server->loop) - found->busy_ms >= LIMIT(CONTROL_IDLE_MS) ? found : NULL;
}

/* Who is connected and wants nothing gives way. */
static bool make_place(const struct control_server *server)
{
    struct error why;
    struct peer *idle = most_idle(server);
    if (!idle)
        return false;
    error_set(&why, ERR_TIMEOUT,
              "others want to be heard, and this client has asked for nothing in %lu ms (%s)",
              LIMIT(CONTROL_IDLE_MS), LIMIT_NAME(CONTROL_IDLE_MS));
    peer_say(idle, call_error_line(0, &why));
    peer_drop(idle);
    return true;
}

static bool has_place(const struct control_server *server, struct error *why)
{
    if (server->closing) {
        error_set(why, ERR_CANCELLED, "the desk is stopping");
        return false;
    }
    if (server->peer_count <= LIMIT(CONTROL_CLIENTS) || make_place(server))
        return true;
    error_set(why, ERR_BUSY, "%lu other commands are connected to the desk (%s): try again later",
              LIMIT(CONTROL_CLIENTS), LIMIT_NAME(CONTROL_CLIENTS));
    return false;
}

static void on_connection(uv_stream_t *listener, int status)
{
    struct control_server *server = listener->data;
    struct error why;
    struct peer *peer = status == 0 ? mem_zero(1, sizeof *peer) : NULL;
    if (!peer || uv_pipe_init(server->loop, &peer->pipe, 0) != 0) {
        mem_free(peer);
        return;
    }
    peer->server = server;
    peer->busy_ms = uv_now(server->loop);
    peer->pipe.data = peer;
    peer->next = server->peers;
    server->peers = peer;
    server->peer_count++;
    if (uv_accept(listener, (uv_stream_t *)&peer->pipe) != 0) {
        peer_drop(peer);
    } else if (!is_ours(peer, &why) || !has_place(server, &why)) {
        peer_say(peer, call_error_line(0, &why));
        peer_end(peer);
    } else if (uv_read_start((uv_stream_t *)&peer->pipe, on_room, on_read) != 0) {
        peer_drop(peer);
    }
}

/* ---- the socket ---- */

/* For an instant each file that this process makes is private: better than a socket that is not. */
static int bind_private(int fd, const struct sockaddr_un *address)
{
    const mode_t mask = umask(0177);
    const int code = bind(fd, (const struct sockaddr *)address, sizeof *address);
    umask(mask);
    return code;
}

static int make_socket(struct control_server *server, struct error *err)
{
    struct sockaddr_un address;
    struct stat info;
    FILE_AUTO int by = -1;
    int code = control_address(server->dir, &address, &by, err);
    if (code < 0)
        return code;
    if (unlinkat(server->dir_fd, CONTROL_SOCKET, 0) < 0 && errno != ENOENT)
        return error_errno(err, errno, "cannot replace %s/" CONTROL_SOCKET, server->dir);
    FILE_AUTO int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || bind_private(fd, &address) < 0)
        return error_errno(err, errno, "cannot listen for commands at %s/" CONTROL_SOCKET,
                           server->dir);
    if (fstatat(server->dir_fd, CONTROL_SOCKET, &info, AT_SYMLINK_NOFOLLOW) < 0)
        return error_errno(err, errno, "cannot look at %s/" CONTROL_SOCKET, server->dir);
    server->bound = true;
    server->device = info.st_dev;
    server->inode = info.st_ino;
    if (listen(fd, BACKLOG) < 0)
        return error_errno(err, errno, "cannot listen for commands");
    server->fd = fd;
    fd = -1;
    return 0;
}

static bool is_own(const struct control_server *server, int folder, const char *path)
{
    struct stat info;
    return fstatat(folder, path, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
           info.st_dev == server->device && info.st_ino == server->inode;
}

int control_in_place(const struct control_server *server, struct error *err)
{
    MEM_AUTO char *path = file_join(server->dir, CONTROL_SOCKET);
    if (!path)
        return error_set(err, ERR_NOMEM, "out of memory while looking at the control socket");
    if (is_own(server, AT_FDCWD, path))
        return 0;
    if (access(path, F_OK) == 0)
        return error_set(err, ERR_EXISTS, "%s was replaced while it was in use", path);
    return errno == ENOENT ? error_set(err, ERR_NOTFOUND,
                                       "%s was removed or moved away while it was in use", path)
                           : error_errno(err, errno, "cannot look at %s", path);
}

static void on_alive(uv_timer_t *timer)
{
    calls_alive(timer->data);
}

static void on_impatient(uv_timer_t *timer)
{
    struct control_server *server = timer->data;
    for (struct peer *peer = server->peers; peer; peer = peer->next)
        peer_drop(peer);
}

static void own_handle(struct control_server *server, uv_handle_t *handle)
{
    handle->data = server;
    server->handles++;
}

static int open_steps(struct control_server *server, struct error *err)
{
    uv_timer_init(server->loop, &server->alive);
    own_handle(server, (uv_handle_t *)&server->alive);
    uv_timer_init(server->loop, &server->patience);
    own_handle(server, (uv_handle_t *)&server->patience);
    uv_pipe_init(server->loop, &server->listener, 0);
    own_handle(server, (uv_handle_t *)&server->listener);
    server->dir_fd = open(server->dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (server->dir_fd < 0)
        return error_errno(err, errno, "cannot open %s", server->dir);
    return make_socket(server, err);
}

int control_start(struct control_server *server, struct error *err)
{
    int code = uv_pipe_open(&server->listener, server->fd);
    if (code == 0) {
        server->fd = -1; /* the handle's now */
        code = uv_listen((uv_stream_t *)&server->listener, BACKLOG, on_connection);
    }
    return code < 0 ? error_set(err, ERR_IO, "cannot listen for commands at %s/%s: %s", server->dir,
                                CONTROL_SOCKET, uv_strerror(code))
                    : 0;
}

int control_open(uv_loop_t *loop, const char *dir, struct control_server **out, struct error *err)
{
    struct control_server *server = mem_zero(1, sizeof *server);
    if (server) {
        server->dir_fd = server->fd = -1;
        server->dir = mem_strdup(dir);
        server->loop = loop;
    }
    if (!server || !server->dir) {
        mem_free(server);
        return error_set(err, ERR_NOMEM, "out of memory while opening the control socket");
    }
    const int code = open_steps(server, err);
    if (code < 0)
        control_close(server, NULL, NULL);
    else
        *out = server;
    return code;
}

int control_register(struct control_server *server, const struct control_handler *handlers,
                     size_t count, void *data, struct error *err)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < server->row_count; k++)
            if (strcmp(handlers[i].name, server->rows[k].handler->name) == 0)
                return error_set(err, ERR_EXISTS, "control: '%s' is registered twice",
                                 handlers[i].name);
    struct control_row *rows =
        mem_resize_array(server->rows, server->row_count + count, sizeof *rows);
    if (!rows)
        return error_set(err, ERR_NOMEM, "out of memory");
    server->rows = rows;
    for (size_t i = 0; i < count; i++)
        rows[server->row_count++] = (struct control_row){&handlers[i], data};
    return 0;
}

/* ---- the end ---- */

void server_calls_changed(struct control_server *server)
{
    if (server->calls && !uv_is_active((uv_handle_t *)&server->alive))
        uv_timer_start(&server->alive, on_alive, LIMIT(CONTROL_ALIVE_MS), LIMIT(CONTROL_ALIVE_MS));
    else if (!server->calls)
        uv_timer_stop(&server->alive);
    try_to_end(server);
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct control_server *server = handle->data;
    if (--server->handles > 0)
        return;
    if (server->done)
        server->done(server->data);
    file_close_at(&server->dir_fd);
    file_close_at(&server->fd);
    mem_free(server->rows);
    mem_free(server->dir);
    mem_free(server);
}

static void close_handle(uv_handle_t *handle)
{
    if (!uv_is_closing(handle))
        uv_close(handle, on_handle_closed);
}

static void try_to_end(struct control_server *server)
{
    if (!server->closing || server->calls)
        return;
    if (!server->eased) {
        server->eased = true;
        uv_timer_start(&server->patience, on_impatient, LIMIT(CONTROL_CLOSE_MS), 0);
        for (struct peer *peer = server->peers; peer; peer = peer->next)
            peer_end(peer);
    }
    if (server->peers)
        return;
    close_handle((uv_handle_t *)&server->alive);
    close_handle((uv_handle_t *)&server->patience);
    close_handle((uv_handle_t *)&server->listener);
}

void control_close(struct control_server *server, void (*done)(void *data), void *data)
{
    server->closing = true;
    server->done = done;
    server->data = data;
    if (server->bound && is_own(server, server->dir_fd, CONTROL_SOCKET))
        unlinkat(server->dir_fd, CONTROL_SOCKET, 0);
    close_handle((uv_handle_t *)&server->listener);
    try_to_end(server);
}

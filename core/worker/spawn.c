#include "worker/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

static int make_pair(int pair[2], struct error *err)
{
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return error_errno(err, errno, "worker: cannot make a socket pair");
    if (fcntl(pair[0], F_SETFL, O_NONBLOCK) == 0)
        return 0;
    int rc = error_errno(err, errno, "worker: cannot set up its socket");
    close(pair[0]);
    close(pair[1]);
    return rc;
}

static int run(uv_loop_t *loop, const char *program, uv_process_t *process, uv_exit_cb exited,
               int socket_fd, int page_fd, struct error *err)
{
    char name[] = "copydesk", command[] = "worker";
    char *args[] = {name, command, NULL};
    char *no_environment[] = {NULL};
    /* stderr is the host's while the worker starts, so that the dynamic linker's complaints are
     * seen; the walls close it. */
    uv_stdio_container_t stdio[] = {
        {.flags = UV_IGNORE},
        {.flags = UV_IGNORE},
        {.flags = UV_INHERIT_FD, .data.fd = STDERR_FILENO},
        [WORKER_FD_SOCKET] = {.flags = UV_INHERIT_FD, .data.fd = socket_fd},
        [WORKER_FD_PAGE] = {.flags = UV_INHERIT_FD, .data.fd = page_fd},
    };
    uv_process_options_t options = {
        .file = program ? program : "/proc/self/exe",
        .args = args,
        .env = no_environment,
        .exit_cb = exited,
        .stdio = stdio,
        .stdio_count = sizeof stdio / sizeof *stdio,
        .flags = UV_PROCESS_DETACHED,
    };
    int rc = uv_spawn(loop, process, &options);
    if (rc < 0)
        return error_set(err, ERR_IO, "cannot start a worker (%s): %s", options.file,
                         uv_strerror(rc));
    return 0;
}

int spawn_worker(uv_loop_t *loop, const char *program, uv_process_t *process, uv_exit_cb exited,
                 int *fd, struct page **page, struct error *err)
{
    int pair[2], page_fd = -1;
    int rc = make_pair(pair, err);
    if (rc < 0)
        return rc;
    rc = page_make(&page_fd, page, err);
    if (rc >= 0) {
        rc = run(loop, program, process, exited, pair[1], page_fd, err);
        close(page_fd);
    }
    close(pair[1]);
    if (rc < 0) {
        close(pair[0]);
        page_free(*page);
        *page = NULL;
        return rc;
    }
    *fd = pair[0];
    return 0;
}

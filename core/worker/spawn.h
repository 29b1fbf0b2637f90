/* Starting a worker process: this program again, with a socket, a progress page and nothing else.
 */
#pragma once

#include <uv.h>

#include "base/error.h"
#include "worker/page.h"

/* Descriptors of the worker: fixed, so that nothing need be passed. */
#define WORKER_FD_SOCKET 3
#define WORKER_FD_PAGE   4

/* `program`: NULL for this one. Gives the host's end of the socket (non-blocking, close-on-exec)
 * and its view of the progress page. The worker has its own session (a terminal's Ctrl-C is the
 * host's to judge), an empty environment and /dev/null for 0 to 2. On failure nothing is open, but
 * `process` must be closed (uv_close) when its `loop` is set. */
int spawn_worker(uv_loop_t *loop, const char *program, uv_process_t *process, uv_exit_cb exited,
                 int *fd, struct page **page, struct error *err);

/* What a service manager is told (sd_notify(3), without libsystemd): datagrams to the socket that
 * NOTIFY_SOCKET names, a path or (with '@') an abstract name. Without that variable all of these do
 * nothing. Loop's thread; none blocks: what the manager's full socket refuses is not said. */
#pragma once

#include <uv.h>

#include "base/error.h"

struct notify;

/* Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID, and takes them out of the environment, so
 * that no other process speaks for this one. When the manager wants signs of life, they are sent
 * from the loop, each half of WATCHDOG_USEC, from now on. Gives NULL (and 0) when nobody listens;
 * ERR_INVALID when a variable cannot be understood. */
int notify_open(uv_loop_t *loop, struct notify **out, struct error *err);
/* Freed in a close callback: the loop must run once more. NULL is fine, here and below. */
void notify_close(struct notify *notify);

void notify_ready(struct notify *notify, const char *status);
void notify_reloading(struct notify *notify); /* with MONOTONIC_USEC; notify_ready ends it */
void notify_stopping(struct notify *notify);
/* One line for `systemctl status`; line ends become blanks. */
void notify_status(struct notify *notify, const char *status);

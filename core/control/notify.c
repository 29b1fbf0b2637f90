#include "control/notify.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"

struct notify {
    uv_timer_t watchdog;
    int fd;
    struct sockaddr_un address;
    socklen_t address_len;
};

static void send_text(const struct notify *notify, const struct buf *text)
{
    if (buf_failed(text))
        return;
    /* nothing depends on it, and there is nobody to tell */
    (void)!sendto(notify->fd, text->at, text->len, MSG_NOSIGNAL | MSG_DONTWAIT,
                  (const struct sockaddr *)&notify->address, notify->address_len);
}

static void add_status(struct buf *text, const char *status)
{
    if (!status)
        return;
    buf_text(text, "STATUS=");
    for (; *status; status++)
        buf_byte(text, *status == '\n' ? ' ' : (uint8_t)*status);
    buf_byte(text, '\n');
}

static void say(const struct notify *notify, const char *words, const char *status)
{
    BUF_AUTO struct buf text = BUF_INIT;
    if (!notify)
        return;
    buf_text(&text, words);
    add_status(&text, status);
    send_text(notify, &text);
}

void notify_ready(struct notify *notify, const char *status)
{
    say(notify, "READY=1\n", status);
}

/* MONOTONIC_USEC is what tells the manager which READY=1 comes after this. */
void notify_reloading(struct notify *notify)
{
    char words[64];
    snprintf(words, sizeof words, "RELOADING=1\nMONOTONIC_USEC=%" PRId64 "\n", clock_mono_us());
    say(notify, words, NULL);
}

void notify_stopping(struct notify *notify)
{
    say(notify, "STOPPING=1\n", "Stopping");
}

void notify_status(struct notify *notify, const char *status)
{
    say(notify, "", status);
}

static void on_watchdog(uv_timer_t *timer)
{
    say(timer->data, "WATCHDOG=1\n", NULL);
}

/* ---- opening ---- */

static int set_address(struct notify *notify, const char *name, struct error *err)
{
    const size_t len = strlen(name), room = sizeof notify->address.sun_path;
    if ((name[0] != '/' && name[0] != '@') || len < 2 || len >= room)
        return error_set(err, ERR_INVALID,
                         "NOTIFY_SOCKET='%s': give an absolute path or '@' and a name, below %zu "
                         "bytes",
                         name, room);
    notify->address.sun_family = AF_UNIX;
    memcpy(notify->address.sun_path, name, len);
    if (name[0] == '@')
        notify->address.sun_path[0] = '\0'; /* abstract: no NUL at its end */
    notify->address_len =
        (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + (name[0] == '/'));
    return 0;
}

/* Milliseconds between two signs of life; 0: none are wanted, of this process. */
static int watchdog_ms(uint64_t *out, struct error *err)
{
    const char *text = getenv("WATCHDOG_USEC"), *whose = getenv("WATCHDOG_PID");
    char *end = NULL;
    *out = 0;
    if (!text || (whose && strtoll(whose, NULL, 10) != getpid()))
        return 0;
    errno = 0;
    const unsigned long long us = strtoull(text, &end, 10);
    if (errno || !end || *end || end == text || text[0] == '-' || us < 2000)
        return error_set(err, ERR_INVALID, "WATCHDOG_USEC='%s': give microseconds, 2000 or more",
                         text);
    *out = us / 2000;
    return 0;
}

static void forget_variables(void)
{
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
}

static void on_closed(uv_handle_t *handle)
{
    struct notify *notify = handle->data;
    file_close_at(&notify->fd);
    mem_free(notify);
}

void notify_close(struct notify *notify)
{
    if (notify)
        uv_close((uv_handle_t *)&notify->watchdog, on_closed);
}

static int open_steps(struct notify *notify, const char *name, struct error *err)
{
    uint64_t ms = 0;
    int code = set_address(notify, name, err);
    if (code >= 0)
        code = watchdog_ms(&ms, err);
    if (code < 0)
        return code;
    notify->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (notify->fd < 0)
        return error_errno(err, errno, "cannot make a socket for NOTIFY_SOCKET");
    if (ms)
        uv_timer_start(&notify->watchdog, on_watchdog, 0, ms);
    uv_unref((uv_handle_t *)&notify->watchdog);
    return 0;
}

int notify_open(uv_loop_t *loop, struct notify **out, struct error *err)
{
    const char *name = getenv("NOTIFY_SOCKET");
    *out = NULL;
    if (!name || !*name)
        return 0;
    struct notify *notify = mem_zero(1, sizeof *notify);
    if (!notify)
        return error_set(err, ERR_NOMEM, "out of memory");
    notify->fd = -1;
    uv_timer_init(loop, &notify->watchdog);
    notify->watchdog.data = notify;
    const int code = open_steps(notify, name, err);
    forget_variables();
    if (code < 0)
        notify_close(notify);
    else
        *out = notify;
    return code;
}

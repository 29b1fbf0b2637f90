#include "watch/alarm.h"

#include <errno.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define SECOND_US INT64_C(1000000)
#define US_NS     1000

static void on_poll(uv_poll_t *poll, int status, int events)
{
    struct alarm *alarm = poll->data;
    uint64_t times;
    (void)events;
    if (status >= 0 && read(alarm->fd, &times, sizeof times) < 0)
        return; /* it was set anew meanwhile */
    alarm->at_us = 0;
    alarm->rings(alarm->data);
}

int alarm_open(struct alarm *alarm, uv_loop_t *loop, void (*rings)(void *data), void *data,
               struct error *err)
{
    *alarm = (struct alarm){.rings = rings, .data = data};
    alarm->fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (alarm->fd < 0)
        return error_errno(err, errno, "cannot make a timer");
    int rc = uv_poll_init(loop, &alarm->poll, alarm->fd);
    if (rc < 0) {
        close(alarm->fd);
        return error_set(err, ERR_IO, "cannot watch a timer: %s", uv_strerror(rc));
    }
    alarm->poll.data = alarm;
    uv_poll_start(&alarm->poll, UV_READABLE, on_poll); /* fails for a closing handle alone */
    return 0;
}

void alarm_set(struct alarm *alarm, int64_t at_us)
{
    at_us = at_us > 0 ? at_us : 1; /* 0 would disarm it */
    if (alarm->at_us == at_us)
        return;
    const struct itimerspec when = {
        .it_value = {.tv_sec = at_us / SECOND_US, .tv_nsec = at_us % SECOND_US * US_NS}};
    timerfd_settime(alarm->fd, TFD_TIMER_ABSTIME, &when, NULL); /* cannot fail */
    alarm->at_us = at_us;
}

static void on_closed(uv_handle_t *handle)
{
    struct alarm *alarm = handle->data;
    close(alarm->fd);
    alarm->closed(alarm->data);
}

void alarm_close(struct alarm *alarm, void (*closed)(void *data))
{
    alarm->closed = closed;
    uv_close((uv_handle_t *)&alarm->poll, on_closed);
}

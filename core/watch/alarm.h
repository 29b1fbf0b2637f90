/* A timer of microseconds on the loop. libuv's go by whole milliseconds of a clock that it reads
 * once a turn, so a file that has settled would wait for one more, on average for half of one. */
#pragma once

#include <stdint.h>
#include <uv.h>

#include "base/error.h"

struct alarm {
    uv_poll_t poll;
    int fd;
    int64_t at_us; /* 0: not set */
    void (*rings)(void *data);
    void (*closed)(void *data);
    void *data;
};

/* `rings` is called on the loop's thread with `data`. */
int alarm_open(struct alarm *alarm, uv_loop_t *loop, void (*rings)(void *data), void *data,
               struct error *err);
/* Once, as soon as clock_mono_us() gives `at_us` or more; instead of what was set before. */
void alarm_set(struct alarm *alarm, int64_t at_us);
/* Later calls `closed` with the same data. */
void alarm_close(struct alarm *alarm, void (*closed)(void *data));

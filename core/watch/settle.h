/* When a file is settled: no event came for it, and size and mtime stood still, for `settle`. Pure:
 * the caller gives the clocks. One close-write proves nothing: devices open and close a file
 * several times. Times in microseconds. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "watch/mark.h"

struct settle {
    int64_t event_us;      /* monotonic: the last event; 0: found, without one */
    struct file_mark mark; /* as it was last seen; inode 0: not yet */
    int64_t mark_us;       /* monotonic: since when it looks like that */
};

/* What was seen of a file at one look. */
struct settle_look {
    struct file_mark mark;
    int64_t now_us; /* monotonic */
    int64_t age_us; /* wall clock less ctime; below zero: the clock was set back */
    bool trust_age; /* the file system's clock is ours */
    enum held held;
    bool created_only; /* only its making was told: its writer has not closed it, or it is a link */
};

enum settle_state { SETTLE_WAIT, SETTLE_HELD, SETTLE_DONE };

/* What the look says, and, unless it is settled, when to look again (monotonic). */
enum settle_state settle_judge(struct settle *settle, const struct settle_look *look,
                               int64_t settle_us, int64_t *again_us);

#include "watch/settle.h"

#define MS_US INT64_C(1000)

/* A writer who holds the file tells by closing it; where that event is lost (a network file system)
 * it is looked at now and then. */
#define HELD_US (500 * MS_US)
/* Without an event of a close, and where nothing tells who holds a file. */
#define GROWING_US (10000 * MS_US)
#define LEAST_US   (10 * MS_US)

static int64_t later(int64_t us)
{
    return us < LEAST_US ? LEAST_US : us;
}

/* For how long size and mtime have stood still, as far as is known. A ctime cannot be set by a
 * program, so one look is enough where the clock can be trusted; else the time between two looks
 * counts. */
static int64_t still_us(struct settle *settle, const struct settle_look *look)
{
    if (settle->mark.inode == 0 || !mark_same(&settle->mark, &look->mark)) {
        settle->mark = look->mark;
        settle->mark_us = look->now_us;
    }
    int64_t still = look->now_us - settle->mark_us;
    if (look->trust_age && look->age_us > still)
        still = look->age_us;
    if (settle->event_us && look->now_us - settle->event_us < still)
        still = look->now_us - settle->event_us;
    return still;
}

enum settle_state settle_judge(struct settle *settle, const struct settle_look *look,
                               int64_t settle_us, int64_t *again_us)
{
    const int64_t still = still_us(settle, look);
    if (look->held == HELD_YES) {
        *again_us = look->now_us + later(settle_us < HELD_US ? HELD_US : settle_us);
        return SETTLE_HELD;
    }
    int64_t wanted = settle_us;
    if (look->created_only && look->held == HELD_UNKNOWN && wanted < GROWING_US)
        wanted = GROWING_US;
    if (still >= wanted)
        return SETTLE_DONE;
    *again_us = look->now_us + later(wanted - still);
    return SETTLE_WAIT;
}

/* What of a job has come due between two looks at the clock, and what is made of instants that were
 * missed. No clock of its own: the caller says what time it is, so tests say any.
 *
 * An instant is missed when more than DUE_LATE_US have gone by since it was to begin: the desk was
 * down, the machine slept, or the clock was set forward. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schedule/timing.h"

#define DUE_LATE_US INT64_C(120000000) /* two looks at the clock, SCHEDULE_TICK_MS */

enum due_catchup { DUE_LAST, DUE_ALL, DUE_NONE };

struct due_policy {
    enum due_catchup catchup;
    int64_t window_us; /* what was missed longer ago is not made good */
    unsigned max;      /* of DUE_ALL: the newest so many; at most DUE_MAX */
    int64_t jitter_us; /* each instant begins so much later: the same for each run of the job */
};

#define DUE_MAX 100

struct due_state {
    int64_t seen_us;         /* instants up to this one are decided */
    bool known;              /* `next` is the first after it */
    bool some;               /* there is one */
    struct timing_next next; /* seconds */
};

struct due_list {
    struct {
        int64_t at_us;
        bool late;
    } at[DUE_MAX]; /* to be begun, oldest first */
    size_t count;
    uint64_t missed;  /* instants that are not made good */
    bool more_missed; /* and others before the window, not counted */
};

/* Jitter of a job: below `spread_us`, and the same for the same name. */
int64_t due_jitter(const char *job, int64_t spread_us);
/* Instants that are due at `now_us` and were not given before. Where the clock went back, instants
 * are given again as their time comes again: who begins a run looks whether it is there. */
void due_look(const struct timing *timing, const struct due_policy *policy, struct due_state *state,
              int64_t now_us, struct due_list *out);
/* When to look again, microseconds from `now_us`; INT64_MAX: nothing comes any more. */
int64_t due_wait(const struct timing *timing, const struct due_policy *policy,
                 struct due_state *state, int64_t now_us);

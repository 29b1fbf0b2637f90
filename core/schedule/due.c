#include "schedule/due.h"

#include <string.h>

#include "base/hash.h"

#define SECOND_US INT64_C(1000000)

int64_t due_jitter(const char *job, int64_t spread_us)
{
    return spread_us > 0 ? (int64_t)(hash_64(job, strlen(job)) % (uint64_t)spread_us) : 0;
}

static int64_t floor_seconds(int64_t us)
{
    return us >= 0 ? us / SECOND_US : -((-us + SECOND_US - 1) / SECOND_US);
}

static const struct timing_next *next_of(const struct timing *timing, struct due_state *state)
{
    if (!state->known) {
        state->some = timing_next(timing, floor_seconds(state->seen_us), &state->next);
        state->known = true;
    }
    return state->some ? &state->next : NULL;
}

static void set_seen(struct due_state *state, int64_t seen_us)
{
    state->seen_us = seen_us;
    state->known = false;
}

static void drop_first(struct due_list *out)
{
    memmove(&out->at[0], &out->at[1], (out->count - 1) * sizeof out->at[0]);
    out->count--;
    out->missed++;
}

/* Late ones come before those in time, so what is there counts against their bound. */
static void add(struct due_list *out, int64_t at_us, bool late, const struct due_policy *policy)
{
    size_t most = DUE_MAX;
    if (late)
        most = policy->catchup == DUE_NONE ? 0 : policy->catchup == DUE_LAST ? 1 : policy->max;
    if (most == 0) {
        out->missed++;
        return;
    }
    if (out->count >= most)
        drop_first(out);
    out->at[out->count].at_us = at_us;
    out->at[out->count++].late = late;
}

void due_look(const struct timing *timing, const struct due_policy *policy, struct due_state *state,
              int64_t now_us, struct due_list *out)
{
    out->count = 0;
    out->missed = 0;
    out->more_missed = false;
    if (now_us < state->seen_us)
        set_seen(state, now_us);
    const struct timing_next *next = next_of(timing, state);
    const int64_t horizon = now_us - policy->window_us - policy->jitter_us;
    if (next && next->utc * SECOND_US < horizon) {
        out->more_missed = true;
        set_seen(state, horizon - 1);
    }
    while ((next = next_of(timing, state)) != NULL &&
           next->utc * SECOND_US + policy->jitter_us <= now_us) {
        const int64_t at_us = next->utc * SECOND_US;
        add(out, at_us, now_us - at_us - policy->jitter_us > DUE_LATE_US, policy);
        set_seen(state, at_us);
    }
}

int64_t due_wait(const struct timing *timing, const struct due_policy *policy,
                 struct due_state *state, int64_t now_us)
{
    const struct timing_next *next = next_of(timing, state);
    if (!next)
        return INT64_MAX;
    const int64_t wait = next->utc * SECOND_US + policy->jitter_us - now_us;
    return wait > 0 ? wait : 0;
}

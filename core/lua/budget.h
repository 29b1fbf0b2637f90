/* The soft budget of a call: at its deadline a timer's signal sets a Lua hook on the coroutine that
 * runs, with count 1, and sets it again at each tick. So a call that keeps to its time pays nothing
 * for the hook, and one that catches the error (pcall, a coroutine) meets it again at the next
 * instruction. It cannot stop a C function (string.find that backtracks, LPeg): the host's hard
 * wall does that.
 *
 * The timer ticks only while calls run: a call arms it when it is not armed, and the tick that
 * finds no call running does not re-arm it. So a call of a few microseconds makes no system call.
 * It counts CLOCK_MONOTONIC, as the host's SIGKILL does, so that the soft wall always comes first.
 *
 * One timer a thread; the signal goes to the thread that armed it. */
#pragma once

#include <stdint.h>

#include "base/error.h"

struct state;

/* Makes this thread's timer (timer_create, sigaction); done by budget_begin when nobody did. A
 * worker calls it before its walls close. */
int budget_init(struct error *err);

/* Calls may nest (a state that loads another); the inner one's end restores the outer one. */
struct budget_frame {
    struct state *state;
    int64_t deadline_us;
};
struct state *budget_state(void); /* whose call this thread's timer watches, or NULL */
int budget_begin(struct state *state, uint64_t ms, struct budget_frame *outer);
void budget_end(struct state *state, const struct budget_frame *outer);

#include "lua/budget.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "lua/state.h"

#define BUDGET_SIGNAL  SIGVTALRM
#define BUDGET_TICK_NS (10L * 1000 * 1000)

#ifndef sigev_notify_thread_id /* glibc 2.36 has the field but not the name */
#define sigev_notify_thread_id _sigev_un._tid
#endif

/* Written by the thread and by its own signal handler, never by another thread. */
struct budget {
    timer_t timer;
    volatile sig_atomic_t made, armed;
    struct state *volatile state; /* whose call runs */
    volatile int64_t deadline_us;
};
static _Thread_local struct budget budget;

static void budget_hook(lua_State *L, lua_Debug *where)
{
    (void)where;
    state_check(L);
}

static void budget_arm(void)
{
    const struct itimerspec tick = {.it_value.tv_nsec = BUDGET_TICK_NS};
    budget.armed = timer_settime(budget.timer, 0, &tick, NULL) == 0;
}

static void budget_tick(int number, siginfo_t *info, void *context)
{
    (void)number, (void)info, (void)context;
    const int saved_errno = errno;
    struct state *state = budget.state;
    budget.armed = 0;
    if (state) {
        if (clock_mono_us() >= budget.deadline_us) {
            if (state->stopped == STATE_NOT_STOPPED)
                state->stopped = GUARD_TIME;
            lua_sethook(state->running, budget_hook, LUA_MASKCOUNT, 1);
        }
        budget_arm();
    }
    errno = saved_errno;
}

int budget_init(struct error *err)
{
    if (budget.made)
        return 0;
    struct sigaction action = {.sa_sigaction = budget_tick, .sa_flags = SA_SIGINFO | SA_RESTART};
    if (sigaction(BUDGET_SIGNAL, &action, NULL) < 0)
        return error_errno(err, errno, "sigaction for the plugin budget");
    struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = BUDGET_SIGNAL};
    event.sigev_notify_thread_id = (pid_t)syscall(SYS_gettid);
    if (timer_create(CLOCK_MONOTONIC, &event, &budget.timer) < 0)
        return error_errno(err, errno, "timer_create for the plugin budget");
    budget.made = 1;
    return 0;
}

int budget_begin(struct state *state, uint64_t ms, struct budget_frame *outer)
{
    struct error err = {0};
    if (!budget.made && budget_init(&err) < 0)
        return err.code;
    *outer = (struct budget_frame){budget.state, budget.deadline_us};
    budget.state = NULL; /* the handler sees no half-made pair */
    budget.deadline_us = clock_mono_us() + (int64_t)ms * 1000;
    budget.state = state;
    if (!budget.armed)
        budget_arm();
    return 0;
}

void budget_end(struct state *state, const struct budget_frame *outer)
{
    (void)state;
    budget.state = NULL;
    budget.deadline_us = outer->deadline_us;
    budget.state = outer->state;
}

struct state *budget_state(void)
{
    return budget.state;
}

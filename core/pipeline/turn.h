/* Turns of a desk's loop, and what is done between them. */
#pragma once

#include <stdbool.h>
#include <uv.h>

struct desk;

/* Something to be done from the top of the loop; the caller's, until it runs. */
struct host_later {
    struct host_later *next;
    void (*run)(void *data);
    void *data;
};

struct host_queue {
    struct host_later *first, *last;
};

struct host_turns { /* of one desk */
    struct host_queue later, chores;
    bool in_chore;
    uv_idle_t awake; /* active while something is to be done: the loop does not wait then */
};

void host_turns_open(struct host_turns *turns, uv_loop_t *loop);
void host_turns_close(struct host_turns *turns); /* the loop must run once more */

/* Calls `later->run` soon, from the top of the loop: for what must not happen within the callback
 * that asks for it. It must not wait. */
void host_later(struct desk *desk, struct host_later *later);
/* The same for what has to wait for workers or threads: loading a plugin, opening a lineup. It may
 * use the functions that wait; the loop goes on inside. One chore at a time, in their order. */
void host_chore(struct desk *desk, struct host_later *chore);

/* One turn of the loop: waits for an event, when there is nothing else to do. Not from callbacks.
 */
void host_turn(struct desk *desk);
/* Turns until `*done`. Not from callbacks. */
void host_wait(struct desk *desk, const bool *done);

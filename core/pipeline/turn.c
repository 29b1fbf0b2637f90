#include "pipeline/turn.h"

#include "pipeline/host.h"

static void stay_awake(uv_idle_t *idle)
{
    (void)idle;
}

void host_turns_open(struct host_turns *turns, uv_loop_t *loop)
{
    uv_idle_init(loop, &turns->awake); /* cannot fail */
}

void host_turns_close(struct host_turns *turns)
{
    uv_close((uv_handle_t *)&turns->awake, NULL);
}

static void add(struct host_turns *turns, struct host_queue *queue, struct host_later *later)
{
    later->next = NULL;
    if (queue->last)
        queue->last->next = later;
    else
        queue->first = later;
    queue->last = later;
    uv_idle_start(&turns->awake, stay_awake);
}

static struct host_later *take(struct host_queue *queue)
{
    struct host_later *later = queue->first;
    if (later)
        queue->first = later->next;
    if (!queue->first)
        queue->last = NULL;
    return later;
}

void host_later(struct desk *desk, struct host_later *later)
{
    add(&desk->turns, &desk->turns.later, later);
}

void host_chore(struct desk *desk, struct host_later *chore)
{
    add(&desk->turns, &desk->turns.chores, chore);
}

/* What was there when it began; false: nothing. */
static bool run_later(struct host_turns *turns)
{
    struct host_queue now = turns->later;
    const bool some = now.first != NULL;
    turns->later = (struct host_queue){0};
    for (struct host_later *at = take(&now); at; at = take(&now))
        at->run(at->data);
    return some;
}

static bool run_chore(struct host_turns *turns)
{
    struct host_later *chore = turns->in_chore ? NULL : take(&turns->chores);
    if (!chore)
        return false;
    turns->in_chore = true;
    chore->run(chore->data);
    turns->in_chore = false;
    return true;
}

void host_turn(struct desk *desk)
{
    struct host_turns *turns = &desk->turns;
    if (run_later(turns) || run_chore(turns))
        return;
    uv_idle_stop(&turns->awake); /* what is left waits for the chore that is under way */
    uv_run(&desk->loop, UV_RUN_ONCE);
}

void host_wait(struct desk *desk, const bool *done)
{
    while (!*done)
        host_turn(desk);
}

#include "store/queue.h"

void queue_add(struct request_queue *queue, struct store_request *request)
{
    request->next = NULL;
    if (queue->last)
        queue->last->next = request;
    else
        queue->first = request;
    queue->last = request;
    queue->count++;
}

void queue_move(struct request_queue *queue, size_t max, struct request_queue *to)
{
    *to = (struct request_queue){0};
    while (queue->first && to->count < max) {
        struct store_request *request = queue->first;
        queue->first = request->next;
        queue->count--;
        queue_add(to, request);
    }
    if (!queue->first)
        queue->last = NULL;
}

bool queue_take(struct request_queue *queue, const struct store_request *request)
{
    struct store_request *before = NULL, *at = queue->first;
    for (; at && at != request; at = at->next)
        before = at;
    if (!at)
        return false;
    *(before ? &before->next : &queue->first) = at->next;
    if (queue->last == at)
        queue->last = before;
    queue->count--;
    return true;
}

void queue_join(struct request_queue *queue, struct request_queue *more)
{
    if (!more->first)
        return;
    if (queue->last)
        queue->last->next = more->first;
    else
        queue->first = more->first;
    queue->last = more->last;
    queue->count += more->count;
    *more = (struct request_queue){0};
}

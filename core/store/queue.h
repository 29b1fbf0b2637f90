/* Lists of requests that wait for the writer or for the loop: first in, first out, without memory
 * of their own. Not locked: that is the caller's. */
#pragma once

#include "store/store.h"

struct request_queue {
    struct store_request *first, *last;
    size_t count;
};

void queue_add(struct request_queue *queue, struct store_request *request);
/* Moves the first `max` to `to`, which is empty. */
void queue_move(struct request_queue *queue, size_t max, struct request_queue *to);
/* Takes one out, wherever it stands; false: it is not there. */
bool queue_take(struct request_queue *queue, const struct store_request *request);
/* All of `more` behind `queue`; `more` is empty then. */
void queue_join(struct request_queue *queue, struct request_queue *more);

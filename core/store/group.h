/* One group of requests into one transaction. */
#pragma once

#include "store/engine.h"
#include "store/queue.h"

/* Every request of the group has its outcome in `error` afterwards, and what has code 0 is
 * committed. */
void group_commit(const struct store_engine *engine, struct engine_writer *writer,
                  const struct request_queue *group);

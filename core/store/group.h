/* One group of requests into one transaction. */
#pragma once

#include "store/engine.h"
#include "store/queue.h"

/* Every request of the group has its outcome in `error` afterwards, and what has code 0 is
 * committed (and not yet synced). A group of one that makes at most `along` articles wait for the
 * index has them indexed in the same transaction; 0: none. */
void group_commit(const struct store_engine *engine, struct engine_writer *writer,
                  const struct request_queue *group, size_t along);

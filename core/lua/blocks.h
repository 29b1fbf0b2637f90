/* Small blocks for one Lua state. Lua makes and frees millions of blocks of a few dozen bytes and
 * always says their size, so lists of free blocks by size serve it at a fraction of what malloc
 * costs, which must find the size and join neighbours. Memory of small blocks goes back when the
 * state ends; its cap counts what Lua asked for. Builds with sanitizers pass everything on to
 * base/alloc.h, so that they see each block. */
#pragma once

#include <stddef.h>

#define BLOCKS_STEP  16u /* sizes are rounded up to this */
#define BLOCKS_SMALL 256u

struct blocks_slab;
struct blocks {
    void *free[BLOCKS_SMALL / BLOCKS_STEP]; /* each list linked through the blocks */
    struct blocks_slab *slabs;
    char *at, *end; /* of the newest slab */
};

/* NULL when out of memory. `size` is over 0. */
void *blocks_take(struct blocks *blocks, size_t size);
void blocks_give(struct blocks *blocks, void *block, size_t size);
/* The block may move. NULL: out of memory, and the old one is still there. */
void *blocks_resize(struct blocks *blocks, void *block, size_t old_size, size_t size);
/* Frees all small blocks at once; larger ones must have been given back. */
void blocks_end(struct blocks *blocks);

#include "lua/blocks.h"

#include <string.h>

#include "base/alloc.h"

#ifdef COPYDESK_SANITIZED

void *blocks_take(struct blocks *blocks, size_t size)
{
    (void)blocks;
    return mem_alloc(size);
}

void blocks_give(struct blocks *blocks, void *block, size_t size)
{
    (void)blocks;
    (void)size;
    mem_free(block);
}

void *blocks_resize(struct blocks *blocks, void *block, size_t old_size, size_t size)
{
    (void)blocks;
    (void)old_size;
    return mem_resize(block, size);
}

void blocks_end(struct blocks *blocks)
{
    (void)blocks;
}

#else

#define SLAB_BYTES (32u * 1024)

struct blocks_slab {
    struct blocks_slab *next;
    _Alignas(BLOCKS_STEP) char bytes[];
};

static size_t class_of(size_t size)
{
    return (size - 1) / BLOCKS_STEP;
}

static void *cut(struct blocks *blocks, size_t size)
{
    if ((size_t)(blocks->end - blocks->at) < size) {
        struct blocks_slab *slab = mem_alloc(sizeof *slab + SLAB_BYTES);
        if (!slab)
            return NULL;
        slab->next = blocks->slabs;
        blocks->slabs = slab;
        blocks->at = slab->bytes;
        blocks->end = slab->bytes + SLAB_BYTES;
    }
    void *block = blocks->at;
    blocks->at += size;
    return block;
}

void *blocks_take(struct blocks *blocks, size_t size)
{
    if (size > BLOCKS_SMALL)
        return mem_alloc(size);
    const size_t class = class_of(size);
    void *block = blocks->free[class];
    if (!block)
        return cut(blocks, (class + 1) * BLOCKS_STEP);
    memcpy(&blocks->free[class], block, sizeof block);
    return block;
}

void blocks_give(struct blocks *blocks, void *block, size_t size)
{
    if (!block || size == 0)
        return;
    if (size > BLOCKS_SMALL) {
        mem_free(block);
        return;
    }
    memcpy(block, &blocks->free[class_of(size)], sizeof block);
    blocks->free[class_of(size)] = block;
}

void *blocks_resize(struct blocks *blocks, void *block, size_t old_size, size_t size)
{
    if (old_size > BLOCKS_SMALL && size > BLOCKS_SMALL)
        return mem_resize(block, size);
    if (old_size <= BLOCKS_SMALL && size <= BLOCKS_SMALL && class_of(old_size) == class_of(size))
        return block;
    void *fresh = blocks_take(blocks, size);
    if (!fresh)
        return NULL;
    memcpy(fresh, block, old_size < size ? old_size : size);
    blocks_give(blocks, block, old_size);
    return fresh;
}

void blocks_end(struct blocks *blocks)
{
    while (blocks->slabs) {
        struct blocks_slab *slab = blocks->slabs;
        blocks->slabs = slab->next;
        mem_free(slab);
    }
}

#endif

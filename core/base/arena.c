#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

#define ALIGN       16
#define FIRST_BLOCK 4096
#define LARGE_BLOCK (256 * 1024)

struct block {
    struct block *next; /* the one filled before it */
    size_t size, used;
    alignas(ALIGN) char bytes[];
};

struct arena {
    struct block *top;   /* the one being filled */
    struct block *first; /* kept by arena_clear */
    size_t max, used;
};

struct arena *arena_new(size_t max)
{
    struct arena *arena = mem_zero(1, sizeof *arena);
    if (arena)
        arena->max = max;
    return arena;
}

static void free_blocks(struct block *top, const struct block *stop)
{
    while (top != stop) {
        struct block *next = top->next;
        mem_free(top);
        top = next;
    }
}

void arena_free(struct arena *arena)
{
    if (!arena)
        return;
    free_blocks(arena->top, NULL);
    mem_free(arena);
}

void arena_free_at(struct arena **arena)
{
    arena_free(*arena);
}

void arena_clear(struct arena *arena)
{
    free_blocks(arena->top, arena->first);
    arena->top = arena->first;
    if (arena->first)
        arena->first->used = 0;
    arena->used = 0;
}

/* Blocks double up to a size, so that a small message costs one page and a large one few calls. */
static struct block *add_block(struct arena *arena, size_t need)
{
    size_t size = arena->top ? arena->top->size * 2 : FIRST_BLOCK;
    if (size > LARGE_BLOCK)
        size = LARGE_BLOCK;
    if (size < need)
        size = need;
    struct block *block = mem_alloc(sizeof *block + size);
    if (!block)
        return NULL;
    block->next = arena->top;
    block->size = size;
    block->used = 0;
    if (!arena->first)
        arena->first = block;
    arena->top = block;
    return block;
}

void *arena_alloc(struct arena *arena, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX / 2)
        return NULL;
    bytes = bytes ? (bytes + ALIGN - 1) / ALIGN * ALIGN : ALIGN;
    if (bytes > arena->max - arena->used)
        return NULL;
    struct block *block = arena->top;
    if (!block || bytes > block->size - block->used)
        block = add_block(arena, bytes);
    if (!block)
        return NULL;
    void *piece = block->bytes + block->used;
    block->used += bytes;
    arena->used += bytes;
    return memset(piece, 0, bytes);
}

char *arena_text(struct arena *arena, struct str text)
{
    char *copy = text.len < SIZE_MAX ? arena_alloc(arena, text.len + 1, 1) : NULL;
    if (copy && text.len)
        memcpy(copy, text.at, text.len);
    return copy;
}

struct str arena_str(struct arena *arena, struct str text)
{
    if (text.len == 0)
        return STR_NONE;
    char *copy = arena_text(arena, text);
    return copy ? (struct str){copy, text.len} : STR_NONE;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    char *text = len < 0 ? NULL : arena_alloc(arena, (size_t)len + 1, 1);
    if (text)
        vsnprintf(text, (size_t)len + 1, format, again);
    va_end(again);
    va_end(args);
    return text;
}

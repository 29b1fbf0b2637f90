#include "base/alloc.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Allocations left until one fails; 0: none will. One relaxed load is all that a build without a
 * sweep pays. */
static _Atomic uint64_t countdown;
static atomic_bool fired;

static bool must_fail(void)
{
    uint64_t left = atomic_load_explicit(&countdown, memory_order_relaxed);
    if (left == 0)
        return false;
    while (!atomic_compare_exchange_weak(&countdown, &left, left - 1)) {
        if (left == 0)
            return false;
    }
    if (left != 1)
        return false;
    atomic_store(&fired, true);
    return true;
}

int mem_fail_nth(uint64_t nth)
{
    atomic_store(&countdown, nth);
    return atomic_exchange(&fired, false);
}

void *mem_alloc(size_t size)
{
    return must_fail() ? NULL : malloc(size ? size : 1);
}

void *mem_zero(size_t count, size_t size)
{
    size_t bytes; /* checked here: a sanitizer's calloc stops the program instead */
    if (__builtin_mul_overflow(count, size, &bytes) || must_fail())
        return NULL;
    return bytes ? calloc(count, size) : calloc(1, 1);
}

void *mem_array(size_t count, size_t size)
{
    size_t bytes;
    return __builtin_mul_overflow(count, size, &bytes) ? NULL : mem_alloc(bytes);
}

void *mem_resize(void *old, size_t size)
{
    return must_fail() ? NULL : realloc(old, size ? size : 1);
}

void *mem_resize_array(void *old, size_t count, size_t size)
{
    size_t bytes;
    return __builtin_mul_overflow(count, size, &bytes) ? NULL : mem_resize(old, bytes);
}

char *mem_strdup(const char *text)
{
    return mem_strndup(text, strlen(text));
}

char *mem_strndup(const char *text, size_t len)
{
    char *copy = len < SIZE_MAX ? mem_alloc(len + 1) : NULL;
    if (!copy)
        return NULL;
    if (len)
        memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

void *mem_dup(const void *bytes, size_t len)
{
    void *copy = mem_alloc(len);
    if (copy && len)
        memcpy(copy, bytes, len);
    return copy;
}

void mem_free(void *memory)
{
    free(memory);
}

void mem_free_at(void *pointer_to_pointer)
{
    void *memory;
    memcpy(&memory, pointer_to_pointer, sizeof memory);
    mem_free(memory);
}

/* Memory. Every allocation of the core goes through here, so that a test can make the nth fail.
 *
 * Threads: all functions may be called from any thread. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Like malloc, calloc, realloc, free, strdup, memdup; NULL when out of memory. Free with mem_free.
 * A size of 0 gives a pointer that can be freed, also from mem_resize, which never frees. mem_zero,
 * mem_array and mem_resize_array check the product. */
void *mem_alloc(size_t size) __attribute__((malloc));
void *mem_zero(size_t count, size_t size) __attribute__((malloc));
void *mem_array(size_t count, size_t size) __attribute__((malloc)); /* not zeroed */
void *mem_resize(void *old, size_t size);
void *mem_resize_array(void *old, size_t count, size_t size);
char *mem_strdup(const char *text) __attribute__((malloc));
/* Copies `len` bytes (NULs too) and adds a NUL. */
char *mem_strndup(const char *text, size_t len) __attribute__((malloc));
void *mem_dup(const void *bytes, size_t len) __attribute__((malloc));
void mem_free(void *memory);

/* For the allocation-failure sweep: the `nth` allocation from now (1: the next), of any thread,
 * fails, and only that one. 0: none fails. Gives back whether the last one armed has fired. */
int mem_fail_nth(uint64_t nth);

/* Frees on leaving the scope: `MEM_AUTO char *path = ...;` */
void mem_free_at(void *pointer_to_pointer);
#define MEM_AUTO __attribute__((cleanup(mem_free_at)))

/* Waits until files of plugins change. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct watched_plugin {
    char label[136]; /* "tag/ships" */
    char *folder;    /* mem_alloc'd */
    uint64_t state,
        lib; /* of its files, and of the shared modules beside it, when last looked at */
};

struct watched_plugins {
    struct watched_plugin *at;
    size_t count;
};

/* Notes a plugin and how its files are now; a second time does nothing. Below zero: out of memory.
 */
int watched_add(struct watched_plugins *list, const char *label, const char *folder);
/* Waits until files of some plugin changed and stood still since. That one; it counts as seen. */
const struct watched_plugin *watched_wait(struct watched_plugins *list);
void watched_free(struct watched_plugins *list);

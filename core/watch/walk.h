/* Going through watched folders: each name once, in bounded memory, off the loop. Names that find
 * no place stay on disk, behind an open folder, until there is room. One walk at a time; others
 * wait.
 *
 * The loop's thread, but for `known`. */
#pragma once

#include <uv.h>

#include "base/error.h"
#include "watch/mark.h"
#include "watch/root.h"

struct walk;

/* The root as it is now. */
struct walk_found {
    char *path; /* without links; mem_alloc'd, the hook's to keep */
    uint64_t device, inode;
    const char *file_system; /* see poll_needed */
};

struct walk_hooks {
    /* A walk through all of a root begins, and this is where it is. */
    void (*found)(struct root *root, struct walk_found *found, void *data);
    /* A folder is about to be read. Below zero: leave it out. */
    int (*enter)(struct root *root, const char *path, void *data);
    /* A file. False: no room; the walk waits for walk_go_on and gives it again. */
    bool (*file)(struct root *root, const char *path, void *data);
    /* Off the loop, for roots whose files are left where they are: whether this one is decided
     * already. */
    bool (*known)(const char *path, const struct file_mark *mark, void *data);
    /* A walk ended. `whole`: all of the root. `why` (may be NULL): the root itself could not be
     * found or read. */
    void (*end)(struct root *root, bool whole, const struct error *why, void *data);
    /* Something below could not be read. */
    void (*problem)(struct root *root, const struct error *why, void *data);
    void *data;
};

int walk_open(uv_loop_t *loop, const struct walk_hooks *hooks, struct walk **out,
              struct error *err);
/* `path`: a folder below the root that is new; NULL: all of it. ERR_LIMIT: too many wait; the
 * caller walks through all of it later. */
int walk_begin(struct walk *walk, struct root *root, const char *path, struct error *err);
void walk_go_on(struct walk *walk);       /* there is room again */
bool walk_waits(const struct walk *walk); /* for room */
bool walk_busy(const struct walk *walk);
/* Gives all up; frees, and calls `closed`, when nothing runs any more: perhaps at once. */
void walk_close(struct walk *walk, void (*closed)(void *data), void *data);

/* The one inotify descriptor of a watch, on the loop. libuv's own uv_fs_event asks for no close of
 * a writer and drops the notice that the kernel's queue ran over; see inotify(7).
 *
 * The loop's thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "base/error.h"

struct inotify;
struct root;

struct inotify_hooks {
    /* Something was written or came under this name (absolute path). `closed`: its writer closed
     * it, or it was renamed here; else it was made (a link comes with nothing else). */
    void (*file)(struct root *root, const char *path, bool closed, void *data);
    void (*folder)(struct root *root, const char *path, void *data); /* made, or renamed here */
    void (*gone)(struct root *root, void *data);                     /* the watched folder itself */
    void (*failed)(void *data); /* something left a failed folder */
    void (*lost)(void *data);   /* events were lost: look at everything */
    void *data;
};

/* ERR_LIMIT: the kernel gives no more (fs.inotify.max_user_instances). */
int inotify_open(uv_loop_t *loop, const struct inotify_hooks *hooks, struct inotify **out,
                 struct error *err);
/* Tells of what happens in the folder `path` from now on. The folder must be looked through
 * afterwards: what came before is not told. ERR_LIMIT: WATCH_FOLDERS, WATCH_FOLDER_BYTES, or the
 * kernel's limit. ERR_NOTFOUND: it is no folder (any more). */
int inotify_add(struct inotify *inotify, struct root *root, const char *path, struct error *err);
/* The same for a folder of failed files: what leaves it is told. */
int inotify_add_failed(struct inotify *inotify, const char *path, struct error *err);
/* Tells no more of this root's folders; NULL: of none, failed folders too. */
void inotify_forget(struct inotify *inotify, const struct root *root);
size_t inotify_count(const struct inotify *inotify);
/* Closes; `closed` is called later, from the loop. */
void inotify_close(struct inotify *inotify, void (*closed)(void *data), void *data);

#include "watch/inotify.h"

#include <errno.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/limits.h"
#include "watch/root.h"

#define BUCKETS     1024
#define EVENT_BYTES (64 * KIB)
#define READS       8 /* at most, before the loop has its turn */

/* CREATE comes for files, too: a hard link comes with nothing else. */
#define FOLDER_MASK                                                                                \
    (IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR |       \
     IN_DONT_FOLLOW | IN_EXCL_UNLINK)
#define FAILED_MASK (IN_DELETE | IN_MOVED_FROM | IN_ONLYDIR | IN_DONT_FOLLOW)

/* A folder that is told of. */
struct node {
    struct node *chain;
    struct root *root; /* held; NULL: a failed folder */
    int wd;
    uint64_t device, inode;
    size_t bytes;
    char path[];
};

struct inotify {
    uv_poll_t poll;
    int fd;
    struct inotify_hooks hooks;
    struct node *buckets[BUCKETS];
    size_t count, bytes;
    struct buf path; /* scratch */
    void (*closed)(void *data);
    void *closed_data;
    union { /* aligned for events */
        struct inotify_event event;
        char bytes[EVENT_BYTES];
    } read;
};

/* ---- nodes ---- */

static struct node **slot(struct inotify *inotify, int wd)
{
    struct node **at = &inotify->buckets[(unsigned)wd % BUCKETS];
    while (*at && (*at)->wd != wd)
        at = &(*at)->chain;
    return at;
}

static void drop(struct inotify *inotify, struct node **at)
{
    struct node *node = *at;
    *at = node->chain;
    inotify->count--;
    inotify->bytes -= node->bytes;
    root_release(node->root);
    mem_free(node);
}

static struct node *node_new(struct root *root, int wd, const char *path)
{
    const size_t len = strlen(path) + 1;
    struct stat info;
    struct node *node = mem_zero(1, sizeof *node + len);
    if (!node)
        return NULL;
    memcpy(node->path, path, len);
    node->wd = wd;
    node->bytes = sizeof *node + len;
    node->root = root ? root_hold(root) : NULL;
    if (lstat(path, &info) == 0) {
        node->device = info.st_dev;
        node->inode = info.st_ino;
    }
    return node;
}

static int cannot_add(const char *path, int why, struct error *err)
{
    if (why == ENOSPC)
        return error_set(err, ERR_LIMIT,
                         "the kernel tells of no more folders: raise fs.inotify.max_user_watches");
    if (why == ENOENT || why == ENOTDIR || why == ELOOP)
        return error_set(err, ERR_NOTFOUND, "%s is no folder any more", path);
    return error_errno(err, why, "cannot watch %s", path);
}

static int add(struct inotify *inotify, struct root *root, const char *path, uint32_t mask,
               struct error *err)
{
    if (inotify->count >= LIMIT(WATCH_FOLDERS) || inotify->bytes >= LIMIT(WATCH_FOLDER_BYTES))
        return error_set(err, ERR_LIMIT,
                         "over %lu folders in watched folders (limits WATCH_FOLDERS, "
                         "WATCH_FOLDER_BYTES)",
                         LIMIT(WATCH_FOLDERS));
    const int wd = inotify_add_watch(inotify->fd, path, mask);
    if (wd < 0)
        return cannot_add(path, errno, err);
    struct node **at = slot(inotify, wd);
    if (*at && strcmp((*at)->path, path) == 0 && (*at)->root == root)
        return 0;
    struct node *node = node_new(root, wd, path);
    if (!node)
        return error_set(err, ERR_NOMEM, "out of memory while watching %s", path);
    if (*at) /* the folder was renamed: the kernel knows it by its inode */
        drop(inotify, at);
    node->chain = *at;
    *at = node;
    inotify->count++;
    inotify->bytes += node->bytes;
    return 0;
}

int inotify_add(struct inotify *inotify, struct root *root, const char *path, struct error *err)
{
    return add(inotify, root, path, FOLDER_MASK, err);
}

int inotify_add_failed(struct inotify *inotify, const char *path, struct error *err)
{
    return add(inotify, NULL, path, FAILED_MASK, err);
}

/* Those of a root (NULL: all), or those at or below a path. */
static void forget(struct inotify *inotify, const struct root *root, const char *path)
{
    for (size_t i = 0; i < BUCKETS; i++)
        for (struct node **at = &inotify->buckets[i]; *at;) {
            struct node *node = *at;
            if ((root && node->root != root) ||
                (path && strcmp(node->path, path) != 0 && !path_below(node->path, path))) {
                at = &node->chain;
                continue;
            }
            inotify_rm_watch(inotify->fd, node->wd);
            drop(inotify, at);
        }
}

void inotify_forget(struct inotify *inotify, const struct root *root)
{
    forget(inotify, root, NULL);
}

size_t inotify_count(const struct inotify *inotify)
{
    return inotify->count;
}

/* ---- events ---- */

/* A folder was renamed or deleted. Where it was renamed within what is watched, it is looked
 * through under its new name and added again. */
static void left(struct inotify *inotify, const struct node *node)
{
    struct stat info;
    struct root *root = node->root;
    if (lstat(node->path, &info) == 0 && info.st_dev == node->device && info.st_ino == node->inode)
        return;
    const bool whole = root && root->path && strcmp(node->path, root->path) == 0;
    MEM_AUTO char *path = mem_strdup(node->path);
    if (root)
        root_hold(root);
    if (path)
        forget(inotify, root, path);
    if (whole)
        inotify->hooks.gone(root, inotify->hooks.data);
    root_release(root);
}

static void named(struct inotify *inotify, const struct node *node,
                  const struct inotify_event *event)
{
    const struct inotify_hooks *hooks = &inotify->hooks;
    buf_clear(&inotify->path);
    if (buf_printf(&inotify->path, "%s/%s", node->path, event->name) < 0) {
        hooks->lost(hooks->data);
        return;
    }
    if (event->mask & IN_ISDIR)
        hooks->folder(node->root, inotify->path.at, hooks->data);
    else
        hooks->file(node->root, inotify->path.at, (event->mask & IN_CREATE) == 0, hooks->data);
}

static void told(struct inotify *inotify, const struct inotify_event *event)
{
    if (event->mask & IN_Q_OVERFLOW) {
        inotify->hooks.lost(inotify->hooks.data);
        return;
    }
    struct node **at = slot(inotify, event->wd);
    if (!*at)
        return; /* of a folder that was forgotten meanwhile */
    if (event->mask & (IN_IGNORED | IN_UNMOUNT | IN_DELETE_SELF | IN_MOVE_SELF)) {
        if ((event->mask & (IN_IGNORED | IN_UNMOUNT)) && *at)
            (*at)->inode = 0; /* what is there under its name is not told of */
        left(inotify, *at);
    } else if (!(*at)->root) {
        inotify->hooks.failed(inotify->hooks.data);
    } else if (event->len > 0) {
        named(inotify, *at, event);
    }
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    struct inotify *inotify = poll->data;
    (void)status;
    (void)events;
    for (int i = 0; i < READS; i++) {
        const ssize_t got = read(inotify->fd, inotify->read.bytes, sizeof inotify->read.bytes);
        if (got <= 0)
            return;
        for (ssize_t at = 0; at < got;) {
            const struct inotify_event *event =
                (const struct inotify_event *)(const void *)(inotify->read.bytes + at);
            told(inotify, event);
            at += (ssize_t)sizeof *event + event->len;
        }
    }
}

/* ---- opening and closing ---- */

int inotify_open(uv_loop_t *loop, const struct inotify_hooks *hooks, struct inotify **out,
                 struct error *err)
{
    struct inotify *inotify = mem_zero(1, sizeof *inotify);
    if (!inotify)
        return error_set(err, ERR_NOMEM, "out of memory while watching folders");
    inotify->hooks = *hooks;
    inotify->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (inotify->fd < 0) {
        const int why = errno;
        mem_free(inotify);
        return why == EMFILE ? error_set(err, ERR_LIMIT,
                                         "the kernel gives no more inotify descriptors: raise "
                                         "fs.inotify.max_user_instances")
                             : error_errno(err, why, "cannot watch folders");
    }
    int rc = uv_poll_init(loop, &inotify->poll, inotify->fd);
    if (rc != 0) {
        close(inotify->fd);
        mem_free(inotify);
        return error_set(err, ERR_IO, "cannot watch folders: %s", uv_strerror(rc));
    }
    inotify->poll.data = inotify;
    rc = uv_poll_start(&inotify->poll, UV_READABLE, on_poll);
    if (rc != 0) {
        inotify_close(inotify, NULL, NULL);
        return error_set(err, ERR_IO, "cannot watch folders: %s", uv_strerror(rc));
    }
    *out = inotify;
    return 0;
}

static void on_closed(uv_handle_t *handle)
{
    struct inotify *inotify = handle->data;
    close(inotify->fd);
    buf_free(&inotify->path);
    if (inotify->closed)
        inotify->closed(inotify->closed_data);
    mem_free(inotify);
}

void inotify_close(struct inotify *inotify, void (*closed)(void *data), void *data)
{
    inotify_forget(inotify, NULL);
    inotify->closed = closed;
    inotify->closed_data = data;
    uv_close((uv_handle_t *)&inotify->poll, on_closed);
}

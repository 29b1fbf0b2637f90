#include "watch/mark.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>

struct file_mark mark_of(const struct stat *info)
{
    return (struct file_mark){
        .device = info->st_dev,
        .inode = info->st_ino,
        .size = info->st_size,
        .mtime_ns = (int64_t)info->st_mtim.tv_sec * 1000000000 + info->st_mtim.tv_nsec,
    };
}

bool mark_same(const struct file_mark *a, const struct file_mark *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           a->mtime_ns == b->mtime_ns;
}

enum held mark_held(int fd)
{
    /* When somebody opens the file in this instant the kernel sends a signal: SIGIO would end the
     * process, SIGURG is ignored unless somebody asked for it. */
    if (fcntl(fd, F_SETSIG, SIGURG) < 0)
        return HELD_UNKNOWN;
    if (fcntl(fd, F_SETLEASE, F_RDLCK) < 0)
        return errno == EAGAIN ? HELD_YES : HELD_UNKNOWN;
    fcntl(fd, F_SETLEASE, F_UNLCK);
    return HELD_NO;
}

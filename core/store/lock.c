#include "store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"

static int cannot_open(const char *dir, const char *path, struct error *err)
{
    int number = errno;
    if (number == ENOENT)
        return error_set(err, ERR_NOTFOUND,
                         "there is no store in %s yet: `copydesk ingest` makes one", dir);
    if (number == EACCES || number == EPERM || number == EROFS)
        return error_set(err, ERR_DENIED,
                         "the desk cannot be written (%s: %s): check the owner and the permissions "
                         "of the folder, and how the file system is mounted",
                         path, strerror(number));
    if (number == ENOSPC || number == EDQUOT)
        return error_set(err, ERR_IO, "the disk is full: cannot make %s; free some space", path);
    return error_errno(err, number, "cannot open %s", path);
}

/* The holder writes its number right after it has locked: for an instant there may be none. */
static int held_by_another(const char *dir, int fd, struct error *err)
{
    char text[24] = "";
    ssize_t len = pread(fd, text, sizeof text - 1, 0);
    long pid = len > 0 ? strtol(text, NULL, 10) : 0;
    if (pid > 0)
        return error_set(err, ERR_BUSY,
                         "another copydesk (process %ld) is writing the desk of %s: wait until it "
                         "is done, or end it",
                         pid, dir);
    return error_set(err, ERR_BUSY, "another copydesk is writing the desk of %s: try again", dir);
}

static int write_holder(int fd, const char *path, struct error *err)
{
    char text[24];
    int len = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    if (ftruncate(fd, 0) == 0 && pwrite(fd, text, (size_t)len, 0) == len)
        return 0;
    /* The lock holds all the same; only its message would lack the number. */
    if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG)
        return 0;
    return error_errno(err, errno, "cannot write %s", path);
}

int lock_take(const char *dir, struct lock *out, struct error *err)
{
    out->fd = -1;
    MEM_AUTO char *path = file_join(dir, LOCK_FILE);
    if (!path)
        return error_set(err, ERR_NOMEM, "out of memory while locking %s", dir);
    FILE_AUTO int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (fd < 0)
        return cannot_open(dir, path, err);
    if (flock(fd, LOCK_EX | LOCK_NB) < 0)
        return errno == EWOULDBLOCK ? held_by_another(dir, fd, err)
                                    : error_errno(err, errno, "cannot lock %s", path);
    int rc = write_holder(fd, path, err);
    if (rc < 0)
        return rc;
    out->fd = fd;
    fd = -1;
    return 0;
}

void lock_give(struct lock *lock)
{
    file_close_at(&lock->fd);
    lock->fd = -1;
}

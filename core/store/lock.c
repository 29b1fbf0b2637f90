#include "store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"

#define LOOK_NS (5 * 1000 * 1000)

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

/* The holder writes its number right after it has locked: for an instant there may be none (0). */
static long holder(int fd)
{
    char text[24] = "";
    ssize_t len = pread(fd, text, sizeof text - 1, 0);
    return len > 0 ? strtol(text, NULL, 10) : 0;
}

/* A worker has its host's lock from fork to exec. Where the host was killed in between, the lock
 * outlives it by that instant, and who starts the desk again at once should not be refused. */
static int lock_or_outlive(int fd)
{
    const int64_t until = clock_mono_us() + (int64_t)LIMIT(LOCK_WAIT_MS) * 1000;
    const struct timespec a_look = {.tv_nsec = LOOK_NS};
    while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        const int number = errno;
        const long pid = holder(fd);
        if (number != EWOULDBLOCK || pid <= 0 || kill((pid_t)pid, 0) == 0 || errno != ESRCH ||
            clock_mono_us() >= until)
            return number;
        nanosleep(&a_look, NULL);
    }
    return 0;
}

static int held_by_another(const char *dir, int fd, struct error *err)
{
    const long pid = holder(fd);
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
    const int number = lock_or_outlive(fd);
    if (number != 0)
        return number == EWOULDBLOCK ? held_by_another(dir, fd, err)
                                     : error_errno(err, number, "cannot lock %s", path);
    int rc = write_holder(fd, path, err);
    if (rc < 0)
        return rc;
    out->fd = fd;
    fd = -1;
    return 0;
}

int lock_in_place(const struct lock *lock, const char *dir, struct error *err)
{
    struct stat held, there;
    MEM_AUTO char *path = file_join(dir, LOCK_FILE);
    if (!path)
        return error_set(err, ERR_NOMEM, "out of memory while looking at the lock of %s", dir);
    if (fstat(lock->fd, &held) < 0 || lstat(path, &there) < 0)
        return errno == ENOENT ? error_set(err, ERR_NOTFOUND,
                                           "%s was removed or moved away while it was in use", path)
                               : error_errno(err, errno, "cannot look at %s", path);
    if (held.st_dev == there.st_dev && held.st_ino == there.st_ino)
        return 0;
    return error_set(err, ERR_EXISTS, "%s was replaced by another file while it was in use", path);
}

void lock_give(struct lock *lock)
{
    file_close_at(&lock->fd);
    lock->fd = -1;
}

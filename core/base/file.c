#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/limits.h"

#define READ_STEP  (64 * 1024)
#define TEMP_TRIES 100

void file_close_at(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static int over_limit(const char *name, size_t max, struct error *err)
{
    const struct limit_info *limit = limit_in_bytes(max);
    return error_set(err, ERR_LIMIT, "%s: is over %zu bytes%s%s%s", name, max,
                     limit ? ", the limit " : "", limit ? limit->name : "", limit ? "" : " long");
}

static int out_of_memory(const char *name, struct error *err)
{
    return error_set(err, ERR_NOMEM, "%s: out of memory", name);
}

/* One read into the room of `out`; the bytes read, 0 at the end. */
static ssize_t read_some(int fd, struct buf *out, size_t room)
{
    for (;;) {
        ssize_t got = read(fd, out->at + out->len, room);
        if (got >= 0)
            return got;
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        if (errno == EAGAIN)
            poll(&wait, 1, -1);
        else if (errno != EINTR)
            return -1;
    }
}

/* Reads up to one byte more than `max`, for that byte tells that there is more. `size`: how much it
 * is expected to be; SIZE_MAX: not known. A read of a regular file that comes back with room left
 * has met the end, so where the size is as expected nobody need ask again. */
static int read_all(int fd, const char *name, size_t max, size_t size, struct buf *out,
                    struct error *err)
{
    size_t step = size == SIZE_MAX ? READ_STEP : size + 1;
    for (;;) {
        if (step > max - out->len)
            step = max - out->len + 1;
        int rc = buf_reserve(out, step);
        if (rc < 0)
            return rc == ERR_LIMIT ? over_limit(name, out->max, err) : out_of_memory(name, err);
        ssize_t got = read_some(fd, out, step);
        if (got < 0)
            return error_errno(err, errno, "cannot read %s", name);
        out->len += (size_t)got;
        out->at[out->len] = '\0';
        if (got == 0 || (out->len == size && (size_t)got < step))
            return 0;
        if (out->len > max)
            return over_limit(name, max, err);
        step = out->len < READ_STEP ? READ_STEP : out->len;
    }
}

int file_read_fd(int fd, const char *name, size_t max, struct buf *out, struct error *err)
{
    buf_clear(out);
    return read_all(fd, name, max, SIZE_MAX, out, err);
}

int file_read(const char *path, size_t max, struct buf *out, struct stat *info, struct error *err)
{
    struct stat own;
    info = info ? info : &own;
    buf_clear(out);
    /* O_NONBLOCK: a pipe with no writer must not hold us before we can see that it is a pipe */
    FILE_AUTO int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0 || fstat(fd, info) < 0)
        return error_errno(err, errno, "cannot open %s", path);
    if (!S_ISREG(info->st_mode))
        return error_set(err, ERR_INVALID, "%s: is %s, not a file", path,
                         S_ISDIR(info->st_mode) ? "a folder" : "a device, pipe or socket");
    if ((uintmax_t)info->st_size > max)
        return over_limit(path, max, err);
    return read_all(fd, path, max, (size_t)info->st_size, out, err);
}

int file_write_fd(int fd, const char *name, const void *bytes, size_t len, struct error *err)
{
    const char *at = bytes;
    while (len) {
        ssize_t put = write(fd, at, len);
        struct pollfd wait = {.fd = fd, .events = POLLOUT};
        if (put >= 0) {
            at += put;
            len -= (size_t)put;
        } else if (errno == EAGAIN) {
            poll(&wait, 1, -1);
        } else if (errno != EINTR) {
            return error_errno(err, errno, "cannot write %s", name);
        }
    }
    return 0;
}

/* Folder part of a path, "." when there is none; mem_alloc'd. */
static char *folder_of(const char *path)
{
    size_t len = (size_t)(file_base_name(path) - path);
    while (len > 1 && path[len - 1] == '/')
        len--;
    return len ? mem_strndup(path, len) : mem_strdup(".");
}

/* Makes a new file beside `path`. Its name begins with a dot and ends in .part, so that no watched
 * folder takes it for a document. O_EXCL: never through somebody's link. */
static int open_temp(const char *folder, const char *path, char **temp, struct error *err)
{
    static atomic_uint counter;
    for (int i = 0; i < TEMP_TRIES; i++) {
        char name[NAME_MAX + 64];
        snprintf(name, sizeof name, ".%.*s.%ld-%u.part", NAME_MAX - 40, file_base_name(path),
                 (long)getpid(), atomic_fetch_add(&counter, 1));
        *temp = file_join(folder, name);
        if (!*temp)
            return out_of_memory(path, err);
        int fd = open(*temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0)
            return fd;
        if (errno != EEXIST)
            break;
        mem_free(*temp);
        *temp = NULL;
    }
    return error_errno(err, errno, "cannot write %s", path);
}

static int write_temp(int *fd, const char *temp, const void *bytes, size_t len, struct error *err)
{
    int rc = file_write_fd(*fd, temp, bytes, len, err);
    if (rc == 0 && fsync(*fd) < 0)
        rc = error_errno(err, errno, "cannot write %s", temp);
    int closed = close(*fd); /* a file on a network may tell only now that the disk is full */
    *fd = -1;
    if (rc == 0 && closed < 0)
        rc = error_errno(err, errno, "cannot write %s", temp);
    return rc;
}

static int sync_folder(const char *folder, struct error *err)
{
    FILE_AUTO int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) < 0)
        return error_errno(err, errno, "cannot sync the folder %s", folder);
    return 0;
}

int file_replace(const char *path, const void *bytes, size_t len, struct error *err)
{
    MEM_AUTO char *folder = folder_of(path);
    MEM_AUTO char *temp = NULL;
    if (!folder)
        return out_of_memory(path, err);
    FILE_AUTO int fd = open_temp(folder, path, &temp, err);
    if (fd < 0)
        return fd;
    int rc = write_temp(&fd, temp, bytes, len, err);
    if (rc == 0 && rename(temp, path) < 0)
        rc = error_errno(err, errno, "cannot rename %s to %s", temp, path);
    if (rc < 0) {
        unlink(temp);
        return rc;
    }
    return sync_folder(folder, err);
}

int file_real_path(const char *path, char **out, struct error *err)
{
    char real[PATH_MAX];
    *out = NULL;
    if (!realpath(path, real))
        return error_errno(err, errno, "cannot find %s", path);
    *out = mem_strdup(real);
    return *out ? 0 : out_of_memory(path, err);
}

char *file_join(const char *dir, const char *name)
{
    size_t len = strlen(dir), more = strlen(name);
    while (len > 1 && dir[len - 1] == '/')
        len--;
    bool root = len == 1 && dir[0] == '/';
    char *path = mem_alloc(len + more + 2);
    if (!path)
        return NULL;
    memcpy(path, dir, len);
    if (!root)
        path[len++] = '/';
    memcpy(path + len, name, more + 1);
    return path;
}

const char *file_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

int file_program_dir(char **out, struct error *err)
{
    char path[PATH_MAX];
    *out = NULL;
    ssize_t len = readlink("/proc/self/exe", path, sizeof path - 1);
    if (len < 0)
        return error_errno(err, errno, "cannot read /proc/self/exe");
    path[len] = '\0';
    *out = folder_of(path);
    return *out ? 0 : out_of_memory(path, err);
}

static int beneath_error(const char *name, int reason, struct error *err)
{
    switch (reason) {
    case EXDEV:
        return error_set(err, ERR_DENIED, "%s: leads out of its folder", name);
    case ELOOP:
        return error_set(err, ERR_DENIED, "%s: has a symbolic link in it", name);
    case ENOSYS:
        return error_set(err, ERR_IO,
                         "%s: there is no openat2: Linux 5.6 is needed, and no filter that forbids "
                         "it (in a systemd unit: RestrictSUIDSGID)",
                         name);
    default:
        return error_errno(err, reason, "cannot open %s", name);
    }
}

int file_open_beneath(int dir_fd, const char *name, int flags, unsigned mode, struct error *err)
{
    struct open_how how = {
        .flags = (uint64_t)(unsigned)(flags | O_CLOEXEC),
        .mode = flags & O_CREAT ? mode : 0, /* the kernel refuses a mode that means nothing */
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
    };
    for (int i = 0; i < TEMP_TRIES; i++) {
        long fd = syscall(SYS_openat2, dir_fd, name, &how, sizeof how);
        if (fd >= 0)
            return (int)fd;
        if (errno != EAGAIN && errno != EINTR) /* EAGAIN: something was renamed meanwhile */
            break;
    }
    return beneath_error(name, errno, err);
}

#include "pipeline/fixture_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/limits.h"

static int make_one(const char *path, struct error *err)
{
    struct stat info;
    if (mkdir(path, 0777) == 0)
        return 0;
    if (errno == EEXIST && stat(path, &info) == 0 && S_ISDIR(info.st_mode))
        return 0;
    return error_errno(err, errno, "cannot make the folder %s", path);
}

int folders_make(const char *path, struct error *err)
{
    MEM_AUTO char *copy = mem_strdup(path);
    if (!copy)
        return error_set(err, ERR_NOMEM, "out of memory");
    for (char *at = copy + 1; copy[0] && *at; at++) {
        if (*at != '/' || at[-1] == '/')
            continue;
        *at = '\0';
        const int code = make_one(copy, err);
        *at = '/';
        if (code < 0)
            return code;
    }
    return make_one(copy, err);
}

int folder_write(const char *dir, const char *name, struct str bytes, mode_t mode,
                 struct error *err)
{
    MEM_AUTO char *path = file_join(dir, name);
    MEM_AUTO char *folder = path ? mem_strdup(path) : NULL;
    if (!folder)
        return error_set(err, ERR_NOMEM, "out of memory");
    *strrchr(folder, '/') = '\0';
    int code = folders_make(folder, err);
    if (code < 0)
        return code;
    FILE_AUTO int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    if (fd < 0)
        return error_errno(err, errno, "cannot write %s", path);
    code = file_write_fd(fd, path, bytes.at ? bytes.at : "", bytes.len, err);
    const int closed = close(fd); /* a file on a network may tell only now that the disk is full */
    fd = -1;
    return code >= 0 && closed < 0 ? error_errno(err, errno, "cannot write %s", path) : code;
}

/* ---- removing ---- */

static int remove_at(int dir_fd, const char *name, unsigned depth, struct error *err);

static int remove_inside(DIR *dir, unsigned depth, struct error *err)
{
    int code = 0;
    for (struct dirent *item; code >= 0 && (item = readdir(dir)) != NULL;)
        if (strcmp(item->d_name, ".") != 0 && strcmp(item->d_name, "..") != 0)
            code = remove_at(dirfd(dir), item->d_name, depth + 1, err);
    return code;
}

static int remove_at(int dir_fd, const char *name, unsigned depth, struct error *err)
{
    if (unlinkat(dir_fd, name, 0) == 0 || errno == ENOENT)
        return 0;
    if (errno != EISDIR && errno != EPERM)
        return error_errno(err, errno, "cannot remove %s", name);
    if (depth > LIMIT(FIXTURE_DEPTH))
        return error_set(err, ERR_LIMIT, "%s lies deeper than %lu folders (FIXTURE_DEPTH)", name,
                         LIMIT(FIXTURE_DEPTH));
    const int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir) {
        const int reason = errno;
        file_close_at(&(int){fd});
        return error_errno(err, reason, "cannot remove %s", name);
    }
    const int code = remove_inside(dir, depth, err);
    closedir(dir);
    if (code >= 0 && unlinkat(dir_fd, name, AT_REMOVEDIR) < 0)
        return error_errno(err, errno, "cannot remove %s", name);
    return code;
}

int folder_remove(const char *dir, const char *name, struct error *err)
{
    FILE_AUTO int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? error_errno(err, errno, "%s", dir) : remove_at(fd, name, 0, err);
}

/* ---- looking ---- */

int folder_state(const char *dir, struct error *err)
{
    DIR *opened = opendir(dir);
    bool empty = true, fixture = false;
    if (!opened)
        return errno == ENOENT ? 1 : error_errno(err, errno, "%s", dir);
    for (struct dirent *item; (item = readdir(opened)) != NULL;) {
        empty &= strcmp(item->d_name, ".") == 0 || strcmp(item->d_name, "..") == 0;
        fixture |= strcmp(item->d_name, "fixture.json") == 0;
    }
    closedir(opened);
    return empty ? 1 : fixture ? 2 : 0;
}

bool folder_is_fixture(int dir_fd)
{
    static const char begin[] = "{\n \"fixture\": ";
    char found[sizeof begin];
    FILE_AUTO int fd =
        openat(dir_fd, "fixture.json", O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    return fd >= 0 && read(fd, found, sizeof begin - 1) == (ssize_t)(sizeof begin - 1) &&
           memcmp(found, begin, sizeof begin - 1) == 0;
}

struct checking {
    const char *dir;
    size_t files;
    uint64_t bytes;
    struct error *err;
};

static int check_inside(struct checking *in, int fd, unsigned depth);

static int check_one(struct checking *in, int dir_fd, const char *name, unsigned depth)
{
    struct stat info;
    if (fstatat(dir_fd, name, &info, AT_SYMLINK_NOFOLLOW) < 0)
        return error_errno(in->err, errno, "%s: %s", in->dir, name);
    in->bytes += S_ISREG(info.st_mode) ? (uint64_t)info.st_size : 0;
    if (++in->files > LIMIT(FIXTURE_FILES))
        return error_set(in->err, ERR_LIMIT, "%s holds more than %lu files (limit FIXTURE_FILES)",
                         in->dir, LIMIT(FIXTURE_FILES));
    if (in->bytes > LIMIT(FIXTURE_BYTES))
        return error_set(in->err, ERR_LIMIT,
                         "the files of %s are over %lu bytes (limit "
                         "FIXTURE_BYTES)",
                         in->dir, LIMIT(FIXTURE_BYTES));
    if (S_ISLNK(info.st_mode))
        return error_set(in->err, ERR_DENIED, "%s: %s is a link; a fixture has none", in->dir,
                         name);
    if (S_ISREG(info.st_mode))
        return 0;
    if (!S_ISDIR(info.st_mode))
        return error_set(in->err, ERR_INVALID, "%s: %s is neither a file nor a folder", in->dir,
                         name);
    const int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return fd < 0 ? error_errno(in->err, errno, "%s: %s", in->dir, name)
                  : check_inside(in, fd, depth + 1);
}

/* Takes `fd`. */
static int check_inside(struct checking *in, int fd, unsigned depth)
{
    DIR *dir = fdopendir(fd);
    int code = 0;
    if (!dir) {
        close(fd);
        return error_set(in->err, ERR_NOMEM, "out of memory");
    }
    if (depth > LIMIT(FIXTURE_DEPTH))
        code = error_set(in->err, ERR_LIMIT,
                         "%s: folders in folders, over %lu (limit "
                         "FIXTURE_DEPTH)",
                         in->dir, LIMIT(FIXTURE_DEPTH));
    for (struct dirent *item; code >= 0 && (item = readdir(dir)) != NULL;)
        if (strcmp(item->d_name, ".") != 0 && strcmp(item->d_name, "..") != 0)
            code = check_one(in, dirfd(dir), item->d_name, depth);
    closedir(dir);
    return code;
}

int folder_check(const char *dir, struct error *err)
{
    struct checking in = {.dir = dir, .err = err};
    const int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? error_errno(err, errno, "%s", dir) : check_inside(&in, fd, 0);
}

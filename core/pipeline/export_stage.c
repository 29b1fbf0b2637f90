#include "pipeline/export_stage.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

#define STAGE_BEGIN ".copydesk-"
#define STAGE_END   ".part"
#define STAGE_TRIES 100

static bool is_stage(const char *name)
{
    const size_t len = strlen(name);
    return strncmp(name, STAGE_BEGIN, strlen(STAGE_BEGIN)) == 0 && len > strlen(STAGE_END) &&
           strcmp(name + len - strlen(STAGE_END), STAGE_END) == 0;
}

static int open_locked(int dir, const char *name)
{
    const int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    close(fd);
    errno = EEXIST; /* somebody else's */
    return -1;
}

/* The files in it: a stage has no folders. */
static void empty(int stage)
{
    const int own = fcntl(stage, F_DUPFD_CLOEXEC, 0);
    DIR *list = own < 0 ? NULL : fdopendir(own);
    if (!list) {
        file_close_at(&(int){own});
        return;
    }
    for (const struct dirent *item; (item = readdir(list)) != NULL;)
        unlinkat(stage, item->d_name, 0);
    closedir(list);
}

void export_stage_close(int dir, int stage, const char *name)
{
    if (stage < 0)
        return;
    empty(stage);
    unlinkat(dir, name, AT_REMOVEDIR);
    close(stage); /* the lock goes last */
}

static void remove_left_behind(int dir)
{
    const int own = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = own < 0 ? NULL : fdopendir(own);
    if (!list) {
        file_close_at(&(int){own});
        return;
    }
    for (const struct dirent *item; (item = readdir(list)) != NULL;)
        if (is_stage(item->d_name))
            export_stage_close(dir, open_locked(dir, item->d_name), item->d_name);
    closedir(list);
}

/* Between mkdir and the lock another export may take it for left behind: then there is no name to
 * it any more, and the next number is tried. */
static int make(int dir, const char *name)
{
    struct stat info;
    if (mkdirat(dir, name, 0700) < 0)
        return -1;
    int stage = open_locked(dir, name);
    if (stage >= 0 && (fstat(stage, &info) < 0 || info.st_nlink == 0)) {
        file_close_at(&stage);
        errno = EEXIST;
    }
    return stage;
}

int export_stage_open(int dir, const char *to, char *name, struct error *err)
{
    remove_left_behind(dir);
    for (int i = 0; i < STAGE_TRIES; i++) {
        snprintf(name, EXPORT_STAGE_NAME, STAGE_BEGIN "%ld-%d" STAGE_END, (long)getpid(), i);
        const int stage = make(dir, name);
        if (stage >= 0)
            return stage;
        if (errno != EEXIST && errno != ENOENT)
            break;
    }
    return error_errno(err, errno, "cannot write into the folder %s", to);
}

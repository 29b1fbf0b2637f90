#include "watch/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"

#define COPY_STEP (256 * KIB)

/* One name for one file: what a kill leaves is found again. Ignored by every watched folder. */
static char *hidden_name(const char *to, const struct file_mark *mark)
{
    MEM_AUTO char *folder = move_folder(to);
    BUF_AUTO struct buf out = BUF_INIT;
    if (!folder)
        return NULL;
    buf_printf(&out, "%s/.copydesk-%llx-%llx.part", folder, (unsigned long long)mark->device,
               (unsigned long long)mark->inode);
    return buf_take(&out, NULL);
}

static int copy_bytes(int in, int out, const char *from, const char *to, struct error *err)
{
    MEM_AUTO char *bytes = mem_alloc(COPY_STEP);
    if (!bytes)
        return error_set(err, ERR_NOMEM, "out of memory while copying %s", from);
    for (;;) {
        const ssize_t got = read(in, bytes, COPY_STEP);
        if (got < 0 && errno != EINTR)
            return error_errno(err, errno, "cannot read %s", from);
        if (got == 0)
            return 0;
        const int code = got > 0 ? file_write_fd(out, to, bytes, (size_t)got, err) : 0;
        if (code < 0)
            return code;
    }
}

/* The same bytes, permissions and times, synced. */
static int fill(int in, int out, const struct stat *info, const char *from, const char *to,
                struct error *err)
{
    const struct timespec times[2] = {info->st_atim, info->st_mtim};
    const int code = copy_bytes(in, out, from, to, err);
    if (code < 0)
        return code;
    if (fchmod(out, info->st_mode & 0777) < 0 && errno != EPERM)
        return error_errno(err, errno, "cannot set the permissions of %s", to);
    if (futimens(out, times) < 0)
        return error_errno(err, errno, "cannot set the time of %s", to);
    return fsync(out) < 0 ? error_errno(err, errno, "cannot sync %s", to) : 0;
}

static int open_hidden(const char *hidden, struct error *err)
{
    for (int tries = 0; tries < 2; tries++) {
        const int fd = open(hidden, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd >= 0 || errno != EEXIST)
            return fd >= 0 ? fd : error_errno(err, errno, "cannot make %s", hidden);
        unlink(hidden); /* a kill left it */
    }
    return error_set(err, ERR_IO, "cannot make %s: somebody else makes it, too", hidden);
}

/* The copy has its place; the original goes, unless it was changed meanwhile. */
static int take_away(const char *from, const char *to, const struct file_mark *mark,
                     enum moved *out, struct error *err)
{
    *out = move_look(from, mark);
    if (*out == MOVED_CHANGED || *out == MOVED_HELD) {
        if (unlink(to) < 0)
            return error_errno(err, errno, "cannot remove %s", to);
        return 0;
    }
    *out = MOVED_DONE;
    if (unlink(from) < 0 && errno != ENOENT) {
        const int why = errno;
        unlink(to);
        return error_errno(err, why, "cannot take away %s", from);
    }
    return move_sync(from, err);
}

static int copy_hidden(const char *from, const char *hidden, const struct file_mark *mark,
                       enum moved *out, struct error *err)
{
    struct stat info;
    FILE_AUTO int in = open(from, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (in < 0 || fstat(in, &info) < 0)
        return error_errno(err, errno, "cannot open %s", from);
    const struct file_mark now = mark_of(&info);
    if (!mark_same(&now, mark)) {
        *out = MOVED_CHANGED;
        return 0;
    }
    FILE_AUTO int fd = open_hidden(hidden, err);
    if (fd < 0)
        return fd;
    *out = MOVED_DONE;
    const int code = fill(in, fd, &info, from, hidden, err);
    if (code < 0)
        unlink(hidden);
    return code;
}

int copy_file(const char *from, const char *to, const struct file_mark *mark, enum moved *out,
              struct error *err)
{
    MEM_AUTO char *hidden = hidden_name(to, mark);
    if (!hidden)
        return error_set(err, ERR_NOMEM, "out of memory while copying %s", from);
    int code = copy_hidden(from, hidden, mark, out, err);
    if (code < 0 || *out != MOVED_DONE)
        return code;
    if (renameat2(AT_FDCWD, hidden, AT_FDCWD, to, RENAME_NOREPLACE) < 0 &&
        (errno != EINVAL || link(hidden, to) < 0 || unlink(hidden) < 0)) {
        const int why = errno;
        unlink(hidden);
        *out = MOVED_TAKEN;
        return why == EEXIST ? 0 : error_errno(err, why, "cannot move %s to %s", from, to);
    }
    code = move_sync(to, err);
    return code < 0 ? code : take_away(from, to, mark, out, err);
}

int copy_clean(const char *to, const struct file_mark *mark, struct error *err)
{
    MEM_AUTO char *hidden = hidden_name(to, mark);
    if (!hidden)
        return error_set(err, ERR_NOMEM, "out of memory");
    if (unlink(hidden) < 0 && errno != ENOENT && errno != ENOTDIR)
        return error_errno(err, errno, "cannot remove %s", hidden);
    return 0;
}

#include "watch/moves.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "watch/copy.h"

/* ---- names ---- */

char *move_folder(const char *path)
{
    size_t len = (size_t)(file_base_name(path) - path);
    while (len > 1 && path[len - 1] == '/')
        len--;
    return len ? mem_strndup(path, len) : mem_strdup(".");
}

/* "a (3).txt" for a.txt; the stem is cut where the name, with `reserve` more bytes, would be too
 * long. */
static char *numbered(const char *dir, const char *rel, unsigned long number, size_t reserve)
{
    const char *name = file_base_name(rel);
    const char *dot = strrchr(name, '.');
    char suffix[32] = "";
    BUF_AUTO struct buf out = BUF_INIT;
    if (!dot || dot == name || strlen(dot) > 32)
        dot = name + strlen(name);
    if (number > 1)
        snprintf(suffix, sizeof suffix, " (%lu)", number);
    const size_t room = NAME_MAX - reserve - strlen(suffix) - strlen(dot);
    const struct str stem = {name, (size_t)(dot - name)};
    buf_printf(&out, "%s/%.*s" STR_FMT "%s%s", dir, (int)(name - rel), rel,
               (int)utf8_cut(stem, room), stem.at, suffix, dot);
    return buf_take(&out, NULL);
}

/* 1, 0, ERR_INVALID: a name of that length is not possible there. */
static int is_there(const char *path)
{
    struct stat info;
    if (lstat(path, &info) == 0)
        return 1;
    return errno == ENAMETOOLONG ? ERR_INVALID : 0;
}

/* 1 free, 0 taken. */
static int is_free(const char *path, const char *beside)
{
    BUF_AUTO struct buf other = BUF_INIT;
    int there = is_there(path);
    if (there == 0 && beside)
        there = buf_printf(&other, "%s%s", path, beside) < 0 ? ERR_NOMEM : is_there(other.at);
    return there < 0 ? there : !there;
}

struct naming {
    const char *dir, *rel, *beside;
    char *path; /* of the number tried last */
};

/* 1 free, 0 taken. */
static int try_number(struct naming *naming, unsigned long number)
{
    mem_free(naming->path);
    naming->path =
        numbered(naming->dir, naming->rel, number, naming->beside ? strlen(naming->beside) : 0);
    return naming->path ? is_free(naming->path, naming->beside) : ERR_NOMEM;
}

/* Doubles until a number is free, then halves: a folder with ten thousand of one name is asked some
 * twenty times. Gaps do no harm. */
static int search_number(struct naming *naming, unsigned long *number)
{
    unsigned long taken = 1, step = 2;
    int code = try_number(naming, 1);
    *number = 1;
    while (code == 0) {
        if (step > LIMIT(WATCH_SAME_NAMES))
            return ERR_LIMIT;
        code = try_number(naming, step);
        *number = step;
        taken = code == 0 ? step : taken;
        step *= 2;
    }
    while (code > 0 && *number - taken > 1) {
        const unsigned long middle = taken + (*number - taken) / 2;
        const int is = try_number(naming, middle);
        if (is < 0)
            return is;
        *(is ? number : &taken) = middle;
    }
    return code < 0 ? code : try_number(naming, *number);
}

int move_choose(const char *dir, const char *rel, const char *beside, char **out, struct error *err)
{
    struct naming naming = {dir, rel, beside, NULL};
    unsigned long number;
    int code = search_number(&naming, &number);
    if (code == 0) /* somebody took it meanwhile; move_file will see */
        code = 1;
    if (code > 0) {
        *out = naming.path;
        return 0;
    }
    mem_free(naming.path);
    if (code == ERR_LIMIT)
        return error_set(err, ERR_LIMIT,
                         "%s/%s: over %lu files of that name there (limit WATCH_SAME_NAMES)", dir,
                         rel, LIMIT(WATCH_SAME_NAMES));
    if (code == ERR_INVALID)
        return error_set(err, ERR_INVALID, "%s/%s: the name is too long for that folder", dir, rel);
    return error_set(err, ERR_NOMEM, "out of memory while naming %s", rel);
}

/* ---- folders ---- */

int move_make_folders(const char *path, struct error *err)
{
    MEM_AUTO char *folder = move_folder(path);
    if (!folder)
        return error_set(err, ERR_NOMEM, "out of memory");
    if (mkdir(folder, 0777) == 0 || errno == EEXIST)
        return 0;
    if (errno != ENOENT || strcmp(folder, "/") == 0 || strcmp(folder, ".") == 0)
        return error_errno(err, errno, "cannot make the folder %s", folder);
    const int code = move_make_folders(folder, err);
    if (code < 0)
        return code;
    if (mkdir(folder, 0777) < 0 && errno != EEXIST)
        return error_errno(err, errno, "cannot make the folder %s", folder);
    return move_sync(folder, err);
}

int move_sync(const char *path, struct error *err)
{
    MEM_AUTO char *folder = move_folder(path);
    if (!folder)
        return error_set(err, ERR_NOMEM, "out of memory");
    FILE_AUTO int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? 0 : error_errno(err, errno, "cannot open %s", folder);
    /* some file systems cannot sync a folder, and say so */
    if (fsync(fd) < 0 && errno != EINVAL && errno != ENOSYS && errno != EROFS)
        return error_errno(err, errno, "cannot sync %s", folder);
    return 0;
}

/* ---- moving ---- */

enum moved move_look(const char *from, const struct file_mark *mark)
{
    struct stat info;
    FILE_AUTO int fd = open(from, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 && lstat(from, &info) < 0)
        return errno == ENOENT || errno == ENOTDIR ? MOVED_GONE : MOVED_CHANGED;
    if (fd >= 0 && fstat(fd, &info) < 0)
        return MOVED_CHANGED;
    const struct file_mark now = mark_of(&info);
    if (!S_ISREG(info.st_mode) || !mark_same(&now, mark))
        return MOVED_CHANGED;
    return fd >= 0 && mark_held(fd) == HELD_YES ? MOVED_HELD : MOVED_DONE;
}

/* renameat2 knows no RENAME_NOREPLACE on some file systems (EINVAL): there a new, empty file of our
 * own is what gets overwritten. */
static int rename_new(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    FILE_AUTO int fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return -1;
    if (rename(from, to) == 0)
        return 0;
    const int why = errno;
    unlink(to);
    errno = why;
    return -1;
}

/* What was moved goes back under its name, or a number behind it when somebody has put another file
 * there. */
static int put_back(const char *from, const char *to, struct error *err)
{
    MEM_AUTO char *folder = move_folder(from);
    for (int tries = 0; folder && tries < 100; tries++) {
        MEM_AUTO char *path = NULL;
        const int code = move_choose(folder, file_base_name(from), NULL, &path, err);
        if (code < 0)
            return code;
        if (rename_new(to, path) == 0)
            return move_sync(path, err);
        if (errno != EEXIST)
            return error_errno(err, errno, "%s changed while it was moved, and cannot go back", to);
    }
    return error_set(err, ERR_IO, "%s changed while it was moved, and cannot go back to %s", to,
                     from);
}

static int cannot_move(const char *from, const char *to, enum moved *out, struct error *err)
{
    if (errno == EEXIST || errno == ENOENT) {
        *out = errno == EEXIST ? MOVED_TAKEN : MOVED_GONE;
        return 0;
    }
    return error_errno(err, errno, "cannot move %s to %s", from, to);
}

int move_file(const char *from, const char *to, const struct file_mark *mark, enum moved *out,
              struct error *err)
{
    *out = move_look(from, mark);
    if (*out != MOVED_DONE)
        return 0;
    const int code = move_make_folders(to, err);
    if (code < 0)
        return code;
    if (rename_new(from, to) < 0)
        return errno == EXDEV ? copy_file(from, to, mark, out, err)
                              : cannot_move(from, to, out, err);
    *out = move_look(to, mark);
    if (*out == MOVED_GONE) /* somebody was quick: it was there, and is theirs now */
        *out = MOVED_DONE;
    return *out == MOVED_DONE ? 0 : put_back(from, to, err);
}

int move_delete(const char *from, const char *to, const struct file_mark *mark, enum moved *out,
                struct error *err)
{
    const int code = move_file(from, to, mark, out, err);
    if (code >= 0 && *out == MOVED_DONE && unlink(to) < 0 && errno != ENOENT)
        return error_errno(err, errno, "cannot delete %s", to);
    return code;
}

int move_finish(const char *from, const char *to, const struct file_mark *mark, enum moved *out,
                struct error *err)
{
    struct stat info;
    const bool at_from = move_look(from, mark) != MOVED_GONE;
    *out = MOVED_CHANGED;
    if (lstat(to, &info) < 0) {
        if (!at_from)
            *out = MOVED_GONE;
        return copy_clean(to, mark, err);
    }
    const struct file_mark there = mark_of(&info);
    if (mark_same(&there, mark)) {
        *out = MOVED_DONE; /* what is at `from`, if anything, is another file */
        return 0;
    }
    /* a copy on another file system: whole, for it gets its name when it is synced */
    if (there.size != mark->size || there.mtime_ns != mark->mtime_ns)
        return 0;
    if (at_from && move_look(from, mark) == MOVED_DONE && unlink(from) < 0)
        return error_errno(err, errno, "cannot take away %s, which is at %s", from, to);
    *out = MOVED_DONE;
    return move_sync(from, err);
}

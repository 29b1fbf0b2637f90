#include "pipeline/fixture_place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "model/raw_json.h"
#include "pipeline/fixture_files.h"

/* fixture.json goes first and comes last: a folder is a fixture only when all else is there. */
static const char *const parts[] = {"fixture.json", "document", "calls",
                                    "granted",      "scripts",  "tests"};
#define PART_COUNT (sizeof parts / sizeof *parts)

static int no_memory(struct error *err)
{
    return error_set(err, ERR_NOMEM, "out of memory while writing a fixture");
}

json_t *fixture_bytes_json(struct str bytes)
{
    BUF_AUTO struct buf hex = BUF_INIT;
    if (!bytes.at || utf8_valid(bytes.at, bytes.len) == bytes.len)
        return json_stringn(bytes.at ? bytes.at : "", bytes.at ? bytes.len : 0);
    for (size_t i = 0; i < bytes.len; i++)
        buf_printf(&hex, "%02x", (unsigned char)bytes.at[i]);
    return buf_failed(&hex) ? NULL : json_pack("{s:s}", "hex", hex.at);
}

/* ---- what is its own ---- */

struct own {
    const char *dir;
    const json_t *files; /* as fixture.json lists them */
    struct error *err;
};

static int check_listed(const struct own *in, const char *name)
{
    json_t *wanted = fixture_bytes_json(str_of(name));
    bool listed = false;
    if (!wanted)
        return no_memory(in->err);
    for (size_t i = 0; !listed && i < json_array_size(in->files); i++)
        listed = json_equal(json_array_get(in->files, i), wanted);
    json_decref(wanted);
    return listed ? 0
                  : error_set(in->err, ERR_EXISTS,
                              "%s/%s is no file of this fixture, and would go with it: move it "
                              "away, or choose another folder with --to",
                              in->dir, name);
}

static int check_inside(const struct own *in, int fd, const char *name, unsigned depth);

/* `name`: from the fixture's folder on; `base`: its last part, in the folder `dir_fd`. */
static int check_one(const struct own *in, int dir_fd, const char *base, const char *name,
                     unsigned depth)
{
    struct stat info;
    if (fstatat(dir_fd, base, &info, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? 0 : error_errno(in->err, errno, "%s/%s", in->dir, name);
    if (!S_ISDIR(info.st_mode))
        return check_listed(in, name);
    if (depth > LIMIT(FIXTURE_DEPTH))
        return error_set(in->err, ERR_LIMIT, "%s/%s lies deeper than %lu folders (FIXTURE_DEPTH)",
                         in->dir, name, LIMIT(FIXTURE_DEPTH));
    const int fd = openat(dir_fd, base, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return fd < 0 ? error_errno(in->err, errno, "%s/%s", in->dir, name)
                  : check_inside(in, fd, name, depth);
}

/* Takes `fd`. */
static int check_inside(const struct own *in, int fd, const char *name, unsigned depth)
{
    DIR *dir = fdopendir(fd);
    int code = 0;
    if (!dir) {
        close(fd);
        return no_memory(in->err);
    }
    for (struct dirent *item; code >= 0 && (item = readdir(dir)) != NULL;) {
        if (strcmp(item->d_name, ".") == 0 || strcmp(item->d_name, "..") == 0)
            continue;
        MEM_AUTO char *inner = file_join(name, item->d_name);
        code =
            inner ? check_one(in, dirfd(dir), item->d_name, inner, depth + 1) : no_memory(in->err);
    }
    closedir(dir);
    return code;
}

/* fixture.json of an earlier fixture; NULL where it is somebody else's, or cannot be read. */
static json_t *read_head(int fd)
{
    BUF_AUTO struct buf text = BUF_INIT;
    struct error why;
    FILE_AUTO int file =
        file_open_beneath(fd, parts[0], O_RDONLY | O_NONBLOCK | O_NOFOLLOW, 0, &why);
    if (file < 0 || file_read_fd(file, parts[0], LIMIT(FIXTURE_CALL_BYTES), &text, &why) < 0)
        return NULL;
    json_t *head = raw_json_read(buf_view(&text), parts[0], &why);
    if (json_is_integer(json_object_get(head, "fixture")) &&
        json_is_string(json_object_get(head, "copydesk")) &&
        json_is_array(json_object_get(head, "calls")) &&
        json_is_array(json_object_get(head, "files")))
        return head;
    json_decref(head);
    return NULL;
}

/* Whether all that would be removed is of the fixture that is there. */
static int check_own(const char *dir, struct error *err)
{
    FILE_AUTO int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return error_errno(err, errno, "%s", dir);
    json_t *head = read_head(fd);
    if (!head)
        return error_set(err, ERR_EXISTS,
                         "%s/fixture.json was not written by `copydesk record`: choose another "
                         "folder with --to",
                         dir);
    const struct own in = {dir, json_object_get(head, "files"), err};
    int code = 0;
    for (size_t i = 1; code >= 0 && i < PART_COUNT; i++)
        code = check_one(&in, fd, parts[i], parts[i], 1);
    json_decref(head);
    return code;
}

static int check_place(const char *dir, bool replace, struct error *err)
{
    const int state = folder_state(dir, err);
    if (state == 0)
        return error_set(err, ERR_EXISTS,
                         "%s holds something that is no fixture: choose another folder with --to",
                         dir);
    if (state != 2)
        return state < 0 ? state : 0;
    return replace
               ? check_own(dir, err)
               : error_set(err, ERR_EXISTS, "%s is a fixture already; --force writes it anew", dir);
}

/* ---- beside ---- */

/* "a/b/" without the last slashes. */
static char *plain_path(const char *dir)
{
    char *copy = mem_strdup(dir);
    for (size_t len = copy ? strlen(copy) : 0; len > 1 && copy[len - 1] == '/';)
        copy[--len] = '\0';
    return copy;
}

/* Within the folder where there is one, which may be the root of a file system, or where somebody
 * is at work; else beside the name that it takes then. */
static int name_beside(struct fixture_place *place, struct error *err)
{
    BUF_AUTO struct buf path = BUF_INIT;
    MEM_AUTO char *copy = plain_path(place->dir);
    int code = 0;
    if (!copy)
        return no_memory(err);
    if (place->there) {
        buf_printf(&path, "%s/.fixture.%ld.part", copy, (long)getpid());
    } else {
        const char *base = file_base_name(copy);
        buf_append(&path, copy, (size_t)(base - copy));
        if (path.len > 1)
            code = folders_make(path.at, err);
        buf_printf(&path, ".%s.%ld.part", base, (long)getpid());
    }
    place->beside = buf_take(&path, NULL);
    return code < 0 || place->beside ? code : no_memory(err);
}

int place_open(const char *dir, bool replace, struct fixture_place *out, struct error *err)
{
    struct stat info;
    *out = (struct fixture_place){.dir = dir, .there = stat(dir, &info) == 0};
    int code = dir[0] ? check_place(dir, replace, err)
                      : error_set(err, ERR_USAGE, "an empty path is no folder");
    if (code >= 0)
        code = name_beside(out, err);
    if (code >= 0 && mkdir(out->beside, 0777) < 0)
        code = error_errno(err, errno, "cannot make the folder %s", out->beside);
    if (code < 0)
        mem_free(out->beside);
    return code;
}

static int move_part(const char *from, const char *to, const char *name, struct error *err)
{
    MEM_AUTO char *old = file_join(from, name);
    MEM_AUTO char *new = file_join(to, name);
    if (!old || !new)
        return no_memory(err);
    if (rename(old, new) == 0 || errno == ENOENT)
        return 0;
    return error_errno(err, errno, "cannot write %s", new);
}

int place_take(const struct fixture_place *place, struct error *err)
{
    const char *from = place->beside, *to = place->dir;
    if (!place->there)
        return rename(from, to) == 0 ? 0 : error_errno(err, errno, "cannot write %s", to);
    int code = 0;
    for (size_t i = 0; code >= 0 && i < PART_COUNT; i++)
        code = folder_remove(to, parts[i], err);
    for (size_t i = PART_COUNT; code >= 0 && i > 0; i--)
        code = move_part(from, to, parts[i - 1], err);
    if (code >= 0 && rmdir(from) < 0)
        code = error_errno(err, errno, "cannot remove %s", from);
    return code;
}

void place_close(struct fixture_place *place, bool taken)
{
    const char *base = file_base_name(place->beside);
    if (!taken) {
        MEM_AUTO char *above = mem_strndup(place->beside, (size_t)(base - place->beside));
        (void)folder_remove(above && above[0] ? above : ".", base, NULL);
    }
    mem_free(place->beside);
    place->beside = NULL;
}

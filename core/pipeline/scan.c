#include "pipeline/scan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/limits.h"
#include "pipeline/fixture_files.h"
#include "pipeline/system.h"

#define CHUNK_LEAST 16

struct name {
    char *text;
    unsigned char type; /* as readdir() says: DT_UNKNOWN on some file systems */
    ino_t inode;
};

/* A folder that is being gone through: open, with the names that were read ahead. */
struct level {
    DIR *dir;
    char *path, *absolute;
    dev_t device;
    ino_t inode;
    struct name *names;
    size_t count, next;
    bool read_out; /* nothing is left on disk */
};

struct passed {
    dev_t device;
    ino_t inode;
};

struct scan {
    char **roots;
    size_t root_count, next_root;
    struct level *levels;
    size_t depth;
    size_t pending; /* names held in all levels */
    uint64_t skipped;
    struct passed *passed;
    size_t passed_count;
    char *closed; /* a folder of which nothing is taken; NULL: none */
    bool told;    /* that there was some of these */
};

const char *scan_rule(const char *name)
{
    static const char *const rules[] = {".*",           "*.part", "*.filepart", "*.tmp",
                                        "*.crdownload", "~$*",    "@eaDir"};
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (fnmatch(rules[i], name, 0) == 0)
            return rules[i];
    return NULL;
}

bool scan_ignores(const char *name)
{
    return scan_rule(name) != NULL;
}

void scan_item_free(struct scan_item *item)
{
    mem_free(item->path);
    mem_free(item->absolute);
    item->path = item->absolute = NULL;
}

uint64_t scan_skipped(const struct scan *scan)
{
    return scan->skipped;
}

static void level_close(struct scan *scan, struct level *level)
{
    for (size_t i = level->next; i < level->count; i++)
        mem_free(level->names[i].text);
    scan->pending -= level->count - level->next;
    mem_free(level->names);
    mem_free(level->path);
    mem_free(level->absolute);
    if (level->dir)
        closedir(level->dir);
}

void scan_close(struct scan *scan)
{
    if (!scan)
        return;
    while (scan->depth > 0)
        level_close(scan, &scan->levels[--scan->depth]);
    for (size_t i = 0; scan->roots && i < scan->root_count; i++)
        mem_free(scan->roots[i]);
    mem_free(scan->roots);
    mem_free(scan->levels);
    mem_free(scan->passed);
    mem_free(scan->closed);
    mem_free(scan);
}

int scan_open(const char *const *paths, size_t count, struct scan **out, struct error *err)
{
    struct scan *scan = mem_zero(1, sizeof *scan);
    if (scan) {
        scan->roots = mem_zero(count + 1, sizeof *scan->roots);
        scan->levels = mem_zero(LIMIT(SCAN_DEPTH), sizeof *scan->levels);
    }
    bool ok = scan && scan->roots && scan->levels;
    for (size_t i = 0; ok && i < count; i++) {
        scan->roots[i] = mem_strdup(paths[i]);
        ok = scan->roots[i] != NULL;
        scan->root_count = i + ok;
    }
    if (!ok) {
        scan_close(scan);
        return error_set(err, ERR_NOMEM, "out of memory while listing files");
    }
    *out = scan;
    return 0;
}

int scan_pass_over(struct scan *scan, const char *path)
{
    struct stat info;
    if (stat(path, &info) < 0)
        return 0;
    struct passed *grown =
        mem_resize_array(scan->passed, scan->passed_count + 1, sizeof *scan->passed);
    if (!grown)
        return ERR_NOMEM;
    scan->passed = grown;
    grown[scan->passed_count++] = (struct passed){info.st_dev, info.st_ino};
    return 0;
}

int scan_close_off(struct scan *scan, const char *path)
{
    struct error why;
    mem_free(scan->closed);
    scan->closed = NULL;
    return file_real_path(path, &scan->closed, &why) == ERR_NOMEM ? ERR_NOMEM : 0;
}

static bool is_closed(const struct scan *scan, const char *absolute)
{
    const size_t len = scan->closed ? strlen(scan->closed) : 0;
    return len > 0 && strncmp(absolute, scan->closed, len) == 0 &&
           (absolute[len] == '/' || absolute[len] == '\0');
}

static bool is_passed(const struct scan *scan, const struct stat *info)
{
    for (size_t i = 0; i < scan->passed_count; i++)
        if (scan->passed[i].device == info->st_dev && scan->passed[i].inode == info->st_ino)
            return true;
    return false;
}

/* By its number alone, which a name of a folder comes with. */
static bool may_be_passed(const struct scan *scan, ino_t inode)
{
    for (size_t i = 0; i < scan->passed_count; i++)
        if (scan->passed[i].inode == inode)
            return true;
    return false;
}

static int name_compare(const void *a, const void *b)
{
    return strcmp(((const struct name *)a)->text, ((const struct name *)b)->text);
}

/* Reads ahead into a level that has given out all it had. A level gets half of the room that is
 * left, so that the folders beneath it find some too. */
static int fill(struct scan *scan, struct level *level)
{
    size_t room = (LIMIT(SCAN_PENDING) - scan->pending) / 2;
    if (room < CHUNK_LEAST)
        room = CHUNK_LEAST;
    level->count = level->next = 0;
    while (level->count < room) {
        const struct dirent *item = readdir(level->dir);
        if (!item) {
            level->read_out = true;
            break;
        }
        if (strcmp(item->d_name, ".") == 0 || strcmp(item->d_name, "..") == 0)
            continue;
        if (scan_ignores(item->d_name)) {
            scan->skipped++;
            continue;
        }
        if (level->count % 64 == 0) {
            struct name *grown =
                mem_resize_array(level->names, level->count + 64, sizeof *level->names);
            if (!grown)
                return ERR_NOMEM;
            level->names = grown;
        }
        char *name = mem_strdup(item->d_name);
        if (!name)
            return ERR_NOMEM;
        level->names[level->count++] = (struct name){name, item->d_type, item->d_ino};
        scan->pending++;
    }
    if (level->count > 1)
        qsort(level->names, level->count, sizeof *level->names, name_compare);
    return 0;
}

/* An item for what cannot be read; takes `path`. */
static int give_error(struct scan_item *out, char *path, const struct error *why)
{
    *out = (struct scan_item){.path = path, .error = *why};
    return 1;
}

static int give_skipped(struct scan *scan, struct scan_item *out, char *path,
                        const struct error *why)
{
    scan->skipped++;
    give_error(out, path, why);
    out->skipped = true;
    return 1;
}

/* Takes both paths. It is said of the first one. */
static int pass_by(struct scan *scan, char *path, char *absolute, struct scan_item *out)
{
    struct error why;
    mem_free(absolute);
    if (scan->told) {
        scan->skipped++;
        mem_free(path);
        return 0;
    }
    scan->told = true;
    error_set(
        &why, ERR_INVALID,
        "%s: is passed over, as all that belongs to the desk (desk.lua, scripts, native, out, "
        "fixtures, outcomes, where jobs write); what you name itself is taken in",
        path);
    return give_skipped(scan, out, path, &why);
}

static bool is_ancestor(const struct scan *scan, const struct stat *info)
{
    for (size_t i = 0; i < scan->depth; i++)
        if (scan->levels[i].device == info->st_dev && scan->levels[i].inode == info->st_ino)
            return true;
    return false;
}

/* Only where another file system begins: it is a system call a folder. */
static const char *system_at(const struct scan *scan, DIR *dir, const struct stat *info)
{
    if (scan->depth > 0 && scan->levels[scan->depth - 1].device == info->st_dev)
        return NULL;
    return system_of(dirfd(dir));
}

static int not_entered(struct scan *scan, char *path, const char *system, struct scan_item *out)
{
    struct error why;
    error_set(&why, ERR_INVALID, "%s: holds no documents, it is a file system of the kernel (%s)",
              path, system);
    return scan->depth > 0 ? give_skipped(scan, out, path, &why) : give_error(out, path, &why);
}

/* Takes both paths. 0: entered; 1: `out` says why not. */
static int enter(struct scan *scan, char *path, char *absolute, const struct stat *info,
                 struct scan_item *out)
{
    struct error why;
    DIR *dir = NULL;
    if (scan->depth >= LIMIT(SCAN_DEPTH))
        error_set(&why, ERR_LIMIT, "%s: more than %lu folders deep (limit SCAN_DEPTH); skipped",
                  path, LIMIT(SCAN_DEPTH));
    else if (is_ancestor(scan, info))
        error_set(&why, ERR_INVALID, "%s: the folder holds itself; skipped", path);
    else if (!(dir = opendir(absolute)))
        error_errno(&why, errno, "%s", path);
    if (!dir) {
        mem_free(absolute);
        return give_error(out, path, &why);
    }
    if (scan->depth > 0 && folder_is_fixture(dirfd(dir))) { /* its document was taken in once */
        closedir(dir);
        return pass_by(scan, path, absolute, out);
    }
    const char *system = system_at(scan, dir, info);
    if (system) {
        closedir(dir);
        mem_free(absolute);
        return not_entered(scan, path, system, out);
    }
    scan->levels[scan->depth++] = (struct level){.dir = dir,
                                                 .path = path,
                                                 .absolute = absolute,
                                                 .device = info->st_dev,
                                                 .inode = info->st_ino};
    return 0;
}

static int give_file(struct scan_item *out, char *path, char *absolute, bool named)
{
    *out = (struct scan_item){.path = path, .absolute = absolute, .named = named};
    return 1;
}

static int next_root(struct scan *scan, struct scan_item *out, struct error *err)
{
    char *path = scan->roots[scan->next_root];
    scan->roots[scan->next_root++] = NULL;
    if (strcmp(path, "-") == 0)
        return give_file(out, path, NULL, true);
    struct error why;
    struct stat info;
    char *absolute = NULL;
    if (stat(path, &info) < 0) {
        error_errno(&why, errno, "%s", path);
        return give_error(out, path, &why);
    }
    if (file_real_path(path, &absolute, &why) < 0) {
        /* a pipe of the shell (/dev/fd/63) has no path of its own */
        absolute = S_ISDIR(info.st_mode) ? NULL : mem_strdup(path);
        if (!absolute)
            return give_error(out, path, &why);
    }
    if (is_closed(scan, absolute)) {
        error_set(&why, ERR_DENIED, "%s: lies in the desk's own store, which is no document", path);
        mem_free(absolute);
        return give_error(out, path, &why);
    }
    if (S_ISDIR(info.st_mode))
        return enter(scan, path, absolute, &info, out);
    (void)err;
    return give_file(out, path, absolute, true);
}

/* One name of a folder: 1 an item, 0 nothing to give (passed over, or a folder entered). */
static int look_at(struct scan *scan, struct level *level, const struct name *name,
                   struct scan_item *out, struct error *err)
{
    struct stat info;
    struct stat target;
    char *path = file_join(level->path, name->text);
    char *absolute = file_join(level->absolute, name->text);
    struct error why;
    int code = 0;
    if (!path || !absolute)
        code = error_set(err, ERR_NOMEM, "out of memory while listing files");
    else if (name->type == DT_REG && !may_be_passed(scan, name->inode))
        return give_file(out, path, absolute, false);
    else if (fstatat(dirfd(level->dir), name->text, &info, AT_SYMLINK_NOFOLLOW) < 0)
        code = errno == ENOENT ? 0 : error_errno(&why, errno, "%s", path);
    else if (is_passed(scan, &info))
        return pass_by(scan, path, absolute, out);
    else if (S_ISDIR(info.st_mode))
        return enter(scan, path, absolute, &info, out);
    else if (S_ISREG(info.st_mode))
        return give_file(out, path, absolute, false);
    else if (S_ISLNK(info.st_mode) && fstatat(dirfd(level->dir), name->text, &target, 0) < 0)
        code = error_errno(&why, errno, "%s", path);
    else if (S_ISLNK(info.st_mode) && S_ISREG(target.st_mode))
        return give_file(out, path, absolute, false);
    else
        scan->skipped++;
    mem_free(absolute);
    if (code < 0 && path && absolute)
        return give_error(out, path, &why);
    mem_free(path);
    return code;
}

/* One step in the folder that is open: 1 an item, 0 go on. */
static int next_in_level(struct scan *scan, struct scan_item *out, struct error *err)
{
    struct level *level = &scan->levels[scan->depth - 1];
    if (level->next == level->count) {
        if (level->read_out) {
            level_close(scan, level);
            scan->depth--;
            return 0;
        }
        return fill(scan, level) < 0 ? error_set(err, ERR_NOMEM, "out of memory") : 0;
    }
    const struct name name = level->names[level->next++];
    scan->pending--;
    const int code = look_at(scan, level, &name, out, err);
    mem_free(name.text);
    return code;
}

int scan_next(struct scan *scan, struct scan_item *out, struct error *err)
{
    *out = (struct scan_item){0};
    for (;;) {
        int code;
        if (scan->depth > 0)
            code = next_in_level(scan, out, err);
        else if (scan->next_root < scan->root_count)
            code = next_root(scan, out, err);
        else
            return 0;
        if (code != 0)
            return code;
    }
}

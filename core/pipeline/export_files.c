#include "pipeline/export_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/limits.h"
#include "pipeline/export_stage.h"

struct out_file {
    char *name;           /* as it will be called, beneath the folder */
    uint64_t bytes, used; /* used: when it was last written, for closing the one left alone */
    size_t number;        /* what it is called in the stage */
    int fd;               /* -1: closed for now */
};

struct export_files {
    int dir, stage;
    char stage_name[EXPORT_STAGE_NAME];
    char *to, *single;
    bool made_dir;
    struct export_limits limits;
    struct out_file *at;
    size_t count, room;
    uint32_t *table; /* open addressing over names: index + 1, 0 is empty; a power of two */
    size_t slots;
    char **made; /* folders that were made, outermost first */
    size_t made_count;
    uint64_t bytes, clock;
    unsigned open_now;
};

uint64_t export_files_count(const struct export_files *files)
{
    return files->count;
}

uint64_t export_files_bytes(const struct export_files *files)
{
    return files->bytes;
}

const char *const *export_files_names(const struct export_files *files, struct arena *arena)
{
    const char **names = arena_alloc(arena, files->count + 1, sizeof *names);
    for (size_t i = 0; names && i < files->count; i++)
        if (!(names[i] = arena_printf(arena, "%s/%s", files->to,
                                      files->single ? files->single : files->at[i].name)))
            return NULL;
    return names;
}

static void set_limits(struct export_limits *out, const struct export_limits *given)
{
    *out = given ? *given : (struct export_limits){0};
    if (!out->files)
        out->files = LIMIT(EXPORT_FILES);
    if (!out->file_bytes)
        out->file_bytes = LIMIT(EXPORT_FILE_BYTES);
    if (!out->bytes)
        out->bytes = LIMIT(EXPORT_BYTES);
    if (!out->open_files)
        out->open_files = (unsigned)LIMIT(EXPORT_OPEN_FILES);
}

int export_files_open(const char *to, const char *single, const struct export_limits *limits,
                      struct export_files **out, struct error *err)
{
    struct export_files *files = mem_zero(1, sizeof *files);
    if (!files)
        return error_set(err, ERR_NOMEM, "out of memory");
    files->dir = files->stage = -1;
    files->to = mem_strdup(to);
    files->single = single ? mem_strdup(single) : NULL;
    set_limits(&files->limits, limits);
    int code = 0;
    if (!files->to || (single && !files->single))
        code = error_set(err, ERR_NOMEM, "out of memory");
    else if (mkdir(to, 0777) == 0)
        files->made_dir = true;
    else if (errno != EEXIST)
        code = error_errno(err, errno, "cannot make the folder %s", to);
    if (code >= 0) {
        files->dir = open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (files->dir < 0)
            code = error_errno(err, errno, "cannot open the folder %s", to);
        else
            code = files->stage = export_stage_open(files->dir, to, files->stage_name, err);
    }
    if (code < 0) {
        export_files_close(files);
        return code;
    }
    *out = files;
    return 0;
}

/* ---- the table of names ---- */

static size_t slot_of(const struct export_files *files, struct str name)
{
    size_t slot = hash_64(name.at, name.len) & (files->slots - 1);
    while (files->table[slot] && !str_is(name, files->at[files->table[slot] - 1].name))
        slot = (slot + 1) & (files->slots - 1);
    return slot;
}

static int grow_table(struct export_files *files)
{
    const size_t slots = files->slots ? files->slots * 2 : 256;
    uint32_t *old = files->table;
    files->table = mem_zero(slots, sizeof *files->table);
    if (!files->table) {
        files->table = old;
        return ERR_NOMEM;
    }
    files->slots = slots;
    for (size_t i = 0; i < files->count; i++)
        files->table[slot_of(files, str_of(files->at[i].name))] = (uint32_t)i + 1;
    mem_free(old);
    return 0;
}

static int make_room(struct export_files *files)
{
    if ((files->count + 1) * 2 > files->slots && grow_table(files) < 0)
        return ERR_NOMEM;
    if (files->count < files->room)
        return 0;
    const size_t room = files->room ? files->room * 2 : 64;
    struct out_file *grown = mem_resize_array(files->at, room, sizeof *grown);
    if (!grown)
        return ERR_NOMEM;
    files->at = grown;
    files->room = room;
    return 0;
}

/* ---- folders in between ---- */

static int note_made(struct export_files *files, const char *path)
{
    char **grown = mem_resize_array(files->made, files->made_count + 1, sizeof *grown);
    if (!grown)
        return ERR_NOMEM;
    files->made = grown;
    grown[files->made_count] = mem_strdup(path);
    if (!grown[files->made_count])
        return ERR_NOMEM;
    files->made_count++;
    return 0;
}

/* The folder `path` beneath the export's; each part is opened by the kernel's own rules before the
 * next is made, so that a link in between is refused. Gives a descriptor. */
static int open_folder(struct export_files *files, const char *path, bool make, struct error *err)
{
    char part[4096];
    int fd = file_open_beneath(files->dir, ".", O_RDONLY | O_DIRECTORY, 0, err);
    for (size_t at = 0; fd >= 0 && path[at];) {
        at += strcspn(path + at, "/");
        snprintf(part, sizeof part, "%.*s", (int)at, path);
        const char *last = file_base_name(part);
        if (make && mkdirat(fd, last, 0777) == 0 && note_made(files, part) < 0)
            error_set(err, ERR_NOMEM, "out of memory");
        const int below = file_open_beneath(fd, last, O_RDONLY | O_DIRECTORY, 0, err);
        if (below < 0)
            error_wrap(err, "the folder '%s' in %s cannot be used", part, files->to);
        close(fd);
        fd = below;
        at += path[at] == '/';
    }
    return fd;
}

/* The folder of a file, and `*base` its name in there. */
static int open_parent(struct export_files *files, const char *name, bool make, const char **base,
                       struct error *err)
{
    MEM_AUTO char *folder = mem_strdup(name);
    if (!folder)
        return error_set(err, ERR_NOMEM, "out of memory");
    char *slash = strrchr(folder, '/');
    folder[slash ? slash - folder : 0] = '\0';
    *base = file_base_name(name);
    return open_folder(files, folder, make, err);
}

/* ---- writing ---- */

/* Closes the file that was left alone longest. */
static int close_oldest(struct export_files *files, struct error *err)
{
    struct out_file *oldest = NULL;
    for (size_t i = 0; i < files->count; i++)
        if (files->at[i].fd >= 0 && (!oldest || files->at[i].used < oldest->used))
            oldest = &files->at[i];
    if (!oldest)
        return 0;
    const int code = close(oldest->fd);
    oldest->fd = -1;
    files->open_now--;
    return code < 0 ? error_errno(err, errno, "%s/%s", files->to, oldest->name) : 0;
}

/* The folder that a file will be in. */
static int open_place(struct export_files *files, const struct out_file *file, bool make,
                      struct error *err)
{
    const char *base = NULL;
    return open_parent(files, files->single ? "" : file->name, make, &base, err);
}

/* What a file is called in the stage. */
struct stage_name {
    char text[24];
};

static struct stage_name stage_name(const struct out_file *file)
{
    struct stage_name name;
    snprintf(name.text, sizeof name.text, "%zu", file->number);
    return name;
}

static int open_temporary(struct export_files *files, struct out_file *file, int flags,
                          struct error *err)
{
    if (files->open_now >= files->limits.open_files) {
        const int code = close_oldest(files, err);
        if (code < 0)
            return code;
    }
    file->fd = file_open_beneath(files->stage, stage_name(file).text, O_WRONLY | O_APPEND | flags,
                                 0666, err);
    if (file->fd < 0)
        return error_wrap(err, "cannot write '%s' in %s", file->name, files->to);
    files->open_now++;
    return 0;
}

static int add_file(struct export_files *files, struct str name, struct out_file **out,
                    struct error *err)
{
    if (files->count >= files->limits.files)
        return error_set(err, ERR_LIMIT, "more than %llu files (limit EXPORT_FILES)",
                         (unsigned long long)files->limits.files);
    if (files->single && files->count > 0)
        return error_set(err, ERR_INVALID,
                         "this format writes several files ('%.*s' is the second), so --to must "
                         "name a folder, not a file",
                         (int)name.len, name.at);
    if (make_room(files) < 0)
        return error_set(err, ERR_NOMEM, "out of memory");
    struct out_file file = {
        .fd = -1, .name = mem_strndup(name.at, name.len), .number = files->count};
    FILE_AUTO int parent = -1; /* made and looked at now, so that a bad name is refused here */
    int code = file.name ? (parent = open_place(files, &file, true, err))
                         : error_set(err, ERR_NOMEM, "out of memory");
    if (code >= 0)
        code = open_temporary(files, &file, O_CREAT | O_EXCL, err);
    if (code < 0) {
        mem_free(file.name);
        return code;
    }
    files->table[slot_of(files, name)] = (uint32_t)files->count + 1;
    files->at[files->count] = file;
    *out = &files->at[files->count++];
    return 0;
}

static int find_or_add(struct export_files *files, struct str name, struct out_file **out,
                       struct error *err)
{
    const uint32_t found = files->slots ? files->table[slot_of(files, name)] : 0;
    if (!found)
        return add_file(files, name, out, err);
    *out = &files->at[found - 1];
    return (*out)->fd >= 0 ? 0 : open_temporary(files, *out, 0, err);
}

int export_files_append(struct export_files *files, struct str name, struct str bytes,
                        struct error *err)
{
    struct out_file *file = NULL;
    int code = export_name_check(name, err);
    if (code >= 0)
        code = find_or_add(files, name, &file, err);
    if (code < 0)
        return code;
    if (bytes.len > files->limits.file_bytes - file->bytes)
        return error_set(err, ERR_LIMIT, "'%s' is over %llu bytes (limit EXPORT_FILE_BYTES)",
                         file->name, (unsigned long long)files->limits.file_bytes);
    if (bytes.len > files->limits.bytes - files->bytes)
        return error_set(err, ERR_LIMIT, "the export is over %llu bytes (limit EXPORT_BYTES)",
                         (unsigned long long)files->limits.bytes);
    file->used = ++files->clock;
    code = file_write_fd(file->fd, file->name, bytes.at, bytes.len, err);
    if (code < 0)
        return code;
    file->bytes += bytes.len;
    files->bytes += bytes.len;
    return 0;
}

/* ---- the end ---- */

/* Then one syncfs serves all, instead of a fsync for each of up to 100,000 files and folders. */
static bool many(const struct export_files *files)
{
    return files->count > files->limits.open_files;
}

static int sync_all(struct export_files *files, struct error *err)
{
    for (size_t i = 0; i < files->count; i++) {
        struct out_file *file = &files->at[i];
        if (file->fd < 0)
            continue;
        bool bad = !many(files) && fsync(file->fd) < 0;
        bad = close(file->fd) < 0 || bad;
        file->fd = -1;
        files->open_now--;
        if (bad)
            return error_errno(err, errno, "%s/%s", files->to, file->name);
    }
    if (many(files) && syncfs(files->dir) < 0)
        return error_errno(err, errno, "%s", files->to);
    return 0;
}

static const char *last_name(const struct export_files *files, const struct out_file *file)
{
    return files->single ? files->single : file_base_name(file->name);
}

/* A file cannot take the place of a folder, ours ("a/b" and "a") or one that was there. */
static int check_place(struct export_files *files, const struct out_file *file, struct error *err)
{
    FILE_AUTO int parent = open_place(files, file, false, err);
    struct stat info, own;
    if (parent < 0)
        return parent;
    if (fstat(parent, &info) < 0 || fstat(files->stage, &own) < 0)
        return error_errno(err, errno, "%s", files->to);
    if (info.st_dev != own.st_dev)
        return error_set(err, ERR_DENIED,
                         "cannot put '%s' into %s: its folder is on another disk; nothing was "
                         "written",
                         file->name, files->to);
    if (fstatat(parent, last_name(files, file), &info, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISDIR(info.st_mode))
        return error_set(err, ERR_EXISTS,
                         "cannot put '%s' into %s: there is a folder of that name; nothing was "
                         "written",
                         file->name, files->to);
    return 0;
}

static int place(struct export_files *files, struct out_file *file, struct error *err)
{
    FILE_AUTO int parent = open_place(files, file, false, err);
    if (parent < 0)
        return parent;
    const char *name = last_name(files, file);
    if (renameat(files->stage, stage_name(file).text, parent, name) < 0)
        return error_errno(err, errno, "cannot put '%s' into %s", name, files->to);
    if (!many(files) && fsync(parent) < 0)
        return error_errno(err, errno, "%s", files->to);
    return 0;
}

int export_files_commit(struct export_files *files, struct error *err)
{
    int code = sync_all(files, err);
    for (size_t i = 0; code >= 0 && i < files->count; i++)
        code = check_place(files, &files->at[i], err);
    for (size_t i = 0; code >= 0 && i < files->count; i++)
        code = place(files, &files->at[i], err);
    if (code >= 0 && many(files) && syncfs(files->dir) < 0)
        code = error_errno(err, errno, "%s", files->to);
    return code;
}

/* Folders go from the innermost; one that is not empty stays, as it should. */
static void remove_folders(struct export_files *files)
{
    for (size_t i = files->made_count; i > 0; i--) {
        const char *base = NULL;
        FILE_AUTO int parent = open_parent(files, files->made[i - 1], false, &base, NULL);
        if (parent >= 0)
            unlinkat(parent, base, AT_REMOVEDIR);
    }
}

void export_files_close(struct export_files *files)
{
    if (!files)
        return;
    for (size_t i = 0; i < files->count; i++) {
        struct out_file *file = &files->at[i];
        if (file->fd >= 0)
            close(file->fd);
        mem_free(file->name);
    }
    if (files->dir >= 0) {
        export_stage_close(files->dir, files->stage, files->stage_name);
        remove_folders(files);
        close(files->dir);
        if (files->made_dir)
            rmdir(files->to);
    }
    for (size_t i = 0; i < files->made_count; i++)
        mem_free(files->made[i]);
    mem_free(files->made);
    mem_free(files->table);
    mem_free(files->at);
    mem_free(files->single);
    mem_free(files->to);
    mem_free(files);
}

#include "plugin/registry_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/limits.h"

void registry_files_free(struct plugin_file *files, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        mem_free((char *)files[i].name);
        mem_free((char *)files[i].bytes);
    }
    mem_free(files);
}

static int file_compare(const void *a, const void *b)
{
    return strcmp(((const struct plugin_file *)a)->name, ((const struct plugin_file *)b)->name);
}

bool registry_is_test(struct str name)
{
    return str_is(name, "test.lua") || (name.len > 9 && str_ends(name, ".test.lua"));
}

/* Names that editors and version control leave behind are no part of a plugin. */
static bool passed_over(const char *name)
{
    const size_t len = strlen(name);
    return name[0] == '.' || name[len - 1] == '~' || str_ends(str_of(name), ".md");
}

static size_t bytes_so_far(const struct plugin_file *files, size_t count)
{
    size_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += files[i].len;
    return sum;
}

static int append(struct plugin_file **files, size_t *count, const char *name, struct buf *bytes,
                  struct error *err)
{
    struct plugin_file *grown = mem_resize_array(*files, *count + 1, sizeof **files);
    if (grown)
        *files = grown;
    char *copy = mem_strdup(name);
    size_t len = 0;
    char *taken = grown && copy && buf_byte(bytes, 0) >= 0 ? buf_take(bytes, &len) : NULL;
    if (!taken) {
        mem_free(copy);
        return error_set(err, ERR_NOMEM, "out of memory while reading %s", name);
    }
    (*files)[(*count)++] = (struct plugin_file){copy, taken, len - 1};
    return 0;
}

/* O_NOFOLLOW: a link could hand any file of the reader to a plugin. */
static int read_one(int dir_fd, const char *folder, const char *name, struct plugin_file **files,
                    size_t *count, struct error *err)
{
    if (*count >= LIMIT(PLUGIN_FILES))
        return error_set(err, ERR_LIMIT, "%s holds more than %lu files (limit PLUGIN_FILES)",
                         folder, LIMIT(PLUGIN_FILES));
    if (utf8_valid(name, strlen(name)) < strlen(name))
        return error_set(err, ERR_INVALID,
                         "%s/%s is no UTF-8 name; a plugin's files need one: rename it", folder,
                         name);
    FILE_AUTO int fd = openat(dir_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 && errno == ELOOP)
        return error_set(err, ERR_DENIED,
                         "%s/%s is a link; a plugin's files must lie in its folder", folder, name);
    if (fd < 0)
        return error_errno(err, errno, "%s/%s", folder, name);
    struct stat info;
    if (fstat(fd, &info) < 0)
        return error_errno(err, errno, "%s/%s", folder, name);
    if (!S_ISREG(info.st_mode))
        return error_set(err, ERR_INVALID, "%s/%s is no regular file; a plugin is one flat folder",
                         folder, name);
    const size_t room = LIMIT(PLUGIN_BYTES) - bytes_so_far(*files, *count);
    BUF_AUTO struct buf bytes = BUF_INIT;
    int code = file_read_fd(fd, name, room, &bytes, err);
    if (code == ERR_LIMIT)
        return error_set(err, ERR_LIMIT, "the files of %s are over %lu bytes (limit PLUGIN_BYTES)",
                         folder, LIMIT(PLUGIN_BYTES));
    if (code >= 0) {
        bytes.max = 0; /* room for the NUL behind the last byte */
        code = append(files, count, name, &bytes, err);
    }
    return code < 0 ? code : 0;
}

static bool known(const struct plugin_file *files, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(files[i].name, name) == 0)
            return true;
    return false;
}

int registry_files_add(const char *folder, const char *suffix, bool first_wins,
                       struct plugin_file **files, size_t *count, struct error *err)
{
    DIR *dir = opendir(folder);
    if (!dir)
        return first_wins && (errno == ENOENT || errno == EACCES)
                   ? 0
                   : error_errno(err, errno, "%s", folder);
    int code = 0;
    for (struct dirent *item; code >= 0 && (item = readdir(dir)) != NULL;) {
        const char *name = item->d_name;
        if (passed_over(name) || (suffix && !str_ends(str_of(name), suffix)))
            continue;
        if (first_wins && known(*files, *count, name))
            continue;
        code = read_one(dirfd(dir), folder, name, files, count, err);
    }
    closedir(dir);
    if (*count > 1)
        qsort(*files, *count, sizeof **files, file_compare);
    return code;
}

/* "FOLDER/KIND/NAME" for a stage of FOLDER/any.so; mem_alloc'd. */
static char *tests_of_stage(const struct plugin_entry *entry)
{
    const size_t folder = (size_t)(file_base_name(entry->path) - entry->path);
    const size_t size = folder + strlen(entry->kind) + strlen(entry->name) + 2;
    char *path = mem_alloc(size);
    if (path)
        snprintf(path, size, "%.*s%s/%s", (int)folder, entry->path, entry->kind, entry->name);
    return path;
}

static int hash_file(const char *path, struct hash *out, struct error *err)
{
    char bytes[64 * KIB];
    struct hasher hasher;
    ssize_t size;
    FILE_AUTO int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return error_errno(err, errno, "%s", path);
    hash_begin(&hasher);
    while ((size = read(fd, bytes, sizeof bytes)) > 0)
        hash_add(&hasher, bytes, (size_t)size);
    if (size < 0)
        return error_errno(err, errno, "%s", path);
    hash_end(&hasher, out);
    return 0;
}

/* All that a stage has beside its code is its tests, and those need not be there. */
static int read_native(struct plugin_entry *entry, struct error *err)
{
    MEM_AUTO char *tests = tests_of_stage(entry);
    if (!tests)
        return error_set(err, ERR_NOMEM, "out of memory while listing plugins");
    const int code = hash_file(entry->path, &entry->code, err);
    return code < 0
               ? code
               : registry_files_add(tests, ".lua", true, &entry->files, &entry->file_count, err);
}

int registry_files(struct plugin_entry *entry, struct error *err)
{
    if (entry->read)
        return 0;
    const int code = entry->stage ? read_native(entry, err)
                                  : registry_files_add(entry->path, NULL, false, &entry->files,
                                                       &entry->file_count, err);
    if (code >= 0) {
        entry->read = true;
        return 0;
    }
    registry_files_free(entry->files, entry->file_count);
    entry->files = NULL;
    entry->file_count = 0;
    return code;
}

#include "plugin/registry.h"

#include <copydesk/plugin.h>

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/limits.h"
#include "plugin/registry_files.h"

struct registry {
    struct plugin_entry **entries;
    size_t count;
    char *folders[3]; /* by enum plugin_origin */
    struct plugin_file *lib;
    size_t lib_count;
    bool lib_read;
};

static void entry_free(struct plugin_entry *entry)
{
    if (!entry)
        return;
    registry_files_free(entry->files, entry->file_count);
    mem_free((char *)entry->kind);
    mem_free((char *)entry->name);
    mem_free((char *)entry->path);
    mem_free(entry);
}

void registry_close(struct registry *registry)
{
    if (!registry)
        return;
    for (size_t i = 0; i < registry->count; i++)
        entry_free(registry->entries[i]);
    mem_free(registry->entries);
    for (size_t i = 0; i < 3; i++)
        mem_free(registry->folders[i]);
    registry_files_free(registry->lib, registry->lib_count);
    mem_free(registry);
}

static int kind_rank(const char *kind)
{
    int rank = 0;
    while (plugin_kinds[rank] && strcmp(plugin_kinds[rank], kind) != 0)
        rank++;
    return rank;
}

static int entry_compare(const void *a, const void *b)
{
    const struct plugin_entry *const *left = a;
    const struct plugin_entry *const *right = b;
    int order = kind_rank((*left)->kind) - kind_rank((*right)->kind);
    if (order == 0)
        order = strcmp((*left)->name, (*right)->name);
    return order ? order : (int)(*left)->origin - (int)(*right)->origin;
}

/* Sorts, then marks each entry that another of its kind and name stands before. */
static void settle(struct registry *registry)
{
    if (registry->count == 0)
        return;
    qsort(registry->entries, registry->count, sizeof *registry->entries, entry_compare);
    struct plugin_entry *winner = NULL;
    for (size_t i = 0; i < registry->count; i++) {
        struct plugin_entry *entry = registry->entries[i];
        const bool same = winner && strcmp(winner->kind, entry->kind) == 0 &&
                          strcmp(winner->name, entry->name) == 0;
        entry->shadowed_by = same ? winner : NULL;
        if (!same)
            winner = entry;
    }
}

static struct plugin_entry *entry_new(const char *kind, const char *name, const char *path,
                                      enum plugin_origin origin)
{
    struct plugin_entry *entry = mem_zero(1, sizeof *entry);
    if (!entry)
        return NULL;
    entry->origin = origin;
    entry->kind = mem_strdup(kind);
    entry->name = mem_strdup(name);
    entry->path = mem_strdup(path);
    if (entry->kind && entry->name && entry->path)
        return entry;
    entry_free(entry);
    return NULL;
}

/* Takes the entry, also when it fails. */
static int add(struct registry *registry, struct plugin_entry *entry, struct error *err)
{
    if (!entry)
        return error_set(err, ERR_NOMEM, "out of memory while listing plugins");
    if (registry->count >= LIMIT(PLUGINS)) {
        entry_free(entry);
        return error_set(err, ERR_LIMIT, "more than %lu plugins are installed (limit PLUGINS)",
                         LIMIT(PLUGINS));
    }
    struct plugin_entry **grown =
        mem_resize_array(registry->entries, registry->count + 1, sizeof *registry->entries);
    if (!grown) {
        entry_free(entry);
        return error_set(err, ERR_NOMEM, "out of memory while listing plugins");
    }
    registry->entries = grown;
    grown[registry->count++] = entry;
    return 0;
}

/* A folder is a plugin when its name fits and it holds an init.lua. */
static int look_at(struct registry *registry, const char *kind, const char *name,
                   const char *kind_dir, enum plugin_origin origin, struct error *err)
{
    struct plugin_spec spec;
    char both[2 * PLUGIN_NAME_SIZE + 256];
    snprintf(both, sizeof both, "%s/%s", kind, name);
    if (plugin_spec_parse(both, &spec, NULL) < 0)
        return 0;
    MEM_AUTO char *path = file_join(kind_dir, name);
    MEM_AUTO char *init = path ? file_join(path, "init.lua") : NULL;
    if (!init)
        return error_set(err, ERR_NOMEM, "out of memory while listing plugins");
    struct stat info;
    if (stat(init, &info) < 0 || !S_ISREG(info.st_mode))
        return 0;
    return add(registry, entry_new(kind, name, path, origin), err);
}

/* A home that is closed to us (sudo, a service's account) holds no plugins of ours. */
static bool may_be_missing(enum plugin_origin origin)
{
    return errno == ENOENT || errno == ENOTDIR || (errno == EACCES && origin == PLUGIN_USER);
}

static int list_kind(struct registry *registry, const char *folder, const char *kind,
                     enum plugin_origin origin, struct error *err)
{
    MEM_AUTO char *path = file_join(folder, kind);
    if (!path)
        return error_set(err, ERR_NOMEM, "out of memory while listing plugins");
    DIR *dir = opendir(path);
    if (!dir)
        return may_be_missing(origin) ? 0 : error_errno(err, errno, "%s", path);
    int code = 0;
    for (struct dirent *item; code >= 0 && (item = readdir(dir)) != NULL;)
        code = look_at(registry, kind, item->d_name, path, origin, err);
    closedir(dir);
    return code;
}

static int list_folder(struct registry *registry, enum plugin_origin origin, struct error *err)
{
    int code = 0;
    for (size_t i = 0; code >= 0 && plugin_kinds[i]; i++)
        code = list_kind(registry, registry->folders[origin], plugin_kinds[i], origin, err);
    return code;
}

int registry_open(const struct registry_folders *folders, struct registry **out, struct error *err)
{
    const char *const given[3] = {folders->desk, folders->user, folders->shipped};
    struct registry *registry = mem_zero(1, sizeof *registry);
    if (!registry)
        return error_set(err, ERR_NOMEM, "out of memory while listing plugins");
    int code = 0;
    for (int i = 0; code >= 0 && i < 3; i++) {
        if (!given[i])
            continue;
        registry->folders[i] = mem_strdup(given[i]);
        code = registry->folders[i] ? list_folder(registry, (enum plugin_origin)i, err)
                                    : error_set(err, ERR_NOMEM, "out of memory");
    }
    if (code < 0) {
        registry_close(registry);
        return code;
    }
    settle(registry);
    *out = registry;
    return 0;
}

int registry_add_native(struct registry *registry, const struct desk_stage *stage, const char *path,
                        struct error *err)
{
    struct plugin_entry *entry = entry_new(stage->kind, stage->name, path, PLUGIN_NATIVE);
    if (entry)
        entry->stage = stage;
    const int code = add(registry, entry, err);
    if (code >= 0)
        settle(registry);
    return code;
}

static int unknown_plugin(struct registry *registry, const char *kind, const char *name,
                          struct error *err)
{
    const char *names[256];
    size_t count = 0;
    for (size_t i = 0; i < registry->count && count < 256; i++)
        if (strcmp(registry->entries[i]->kind, kind) == 0)
            names[count++] = registry->entries[i]->name;
    const char *near = str_nearest(str_of(name), names, count);
    if (near)
        return error_set(err, ERR_NOTFOUND, "there is no plugin %s/%s; did you mean %s/%s?", kind,
                         name, kind, near);
    return error_set(err, ERR_NOTFOUND, "there is no plugin %s/%s; `copydesk plugins` lists all",
                     kind, name);
}

int registry_find(struct registry *registry, const char *kind, const char *name,
                  struct plugin_entry **out, struct error *err)
{
    for (size_t i = 0; i < registry->count; i++) {
        struct plugin_entry *entry = registry->entries[i];
        if (!entry->shadowed_by && strcmp(entry->kind, kind) == 0 &&
            strcmp(entry->name, name) == 0) {
            *out = entry;
            return 0;
        }
    }
    return unknown_plugin(registry, kind, name, err);
}

struct plugin_entry **registry_all(struct registry *registry, size_t *count)
{
    *count = registry->count;
    return registry->entries;
}

int registry_lib(struct registry *registry, const struct plugin_file **files, size_t *count,
                 struct error *err)
{
    int code = 0;
    for (int i = 0; !registry->lib_read && code >= 0 && i < 3; i++) {
        if (!registry->folders[i])
            continue;
        MEM_AUTO char *path = file_join(registry->folders[i], "lib");
        code =
            path ? registry_files_add(path, ".lua", true, &registry->lib, &registry->lib_count, err)
                 : error_set(err, ERR_NOMEM, "out of memory");
    }
    registry->lib_read = code >= 0;
    *files = registry->lib;
    *count = registry->lib_count;
    return code;
}

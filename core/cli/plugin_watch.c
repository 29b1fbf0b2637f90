#include "cli/plugin_watch.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/alloc.h"
#include "base/file.h"

#define LOOK_MS 150 /* between two looks: a stat a file, so it costs nothing */

/* FNV-1a (Fowler, Noll, Vo), 64 bits. */
static uint64_t mix(uint64_t state, const void *bytes, size_t len)
{
    const unsigned char *at = bytes;
    for (size_t i = 0; i < len; i++)
        state = (state ^ at[i]) * UINT64_C(0x100000001b3);
    return state;
}

/* Names, sizes and times of a folder's files, in whatever order it gives them. 0: not there. */
static uint64_t look(const char *folder)
{
    uint64_t sum = 0;
    DIR *dir = opendir(folder);
    if (!dir)
        return 0;
    for (struct dirent *item; (item = readdir(dir)) != NULL;) {
        struct stat info;
        if (item->d_name[0] == '.' || fstatat(dirfd(dir), item->d_name, &info, 0) < 0)
            continue;
        uint64_t one = mix(UINT64_C(0xcbf29ce484222325), item->d_name, strlen(item->d_name));
        one = mix(one, &info.st_size, sizeof info.st_size);
        one = mix(one, &info.st_mtim, sizeof info.st_mtim);
        sum += mix(one, &info.st_ino, sizeof info.st_ino);
    }
    closedir(dir);
    return sum;
}

static uint64_t look_lib(const char *folder)
{
    MEM_AUTO char *lib = file_join(folder, "../../lib");
    return lib ? look(lib) : 0;
}

int watched_add(struct watched_plugins *list, const char *label, const char *folder)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->at[i].label, label) == 0)
            return 0;
    struct watched_plugin *grown = mem_resize_array(list->at, list->count + 1, sizeof *grown);
    char *copy = grown ? mem_strdup(folder) : NULL;
    if (grown)
        list->at = grown;
    if (!copy)
        return -1;
    struct watched_plugin *plugin = &grown[list->count++];
    *plugin =
        (struct watched_plugin){.folder = copy, .state = look(folder), .lib = look_lib(folder)};
    snprintf(plugin->label, sizeof plugin->label, "%s", label);
    return 0;
}

static void pause_ms(long ms)
{
    const struct timespec time = {ms / 1000, ms % 1000 * 1000 * 1000};
    nanosleep(&time, NULL);
}

/* An editor writes a file in steps: two looks that agree. */
static void settle(struct watched_plugin *plugin)
{
    for (uint64_t state = 0, lib = 0; state != plugin->state || lib != plugin->lib;) {
        state = plugin->state;
        lib = plugin->lib;
        pause_ms(LOOK_MS);
        plugin->state = look(plugin->folder);
        plugin->lib = look_lib(plugin->folder);
    }
}

const struct watched_plugin *watched_wait(struct watched_plugins *list)
{
    for (;; pause_ms(LOOK_MS))
        for (size_t i = 0; i < list->count; i++) {
            struct watched_plugin *plugin = &list->at[i];
            const uint64_t state = look(plugin->folder), lib = look_lib(plugin->folder);
            if (state == plugin->state && lib == plugin->lib)
                continue;
            plugin->state = state;
            plugin->lib = lib;
            settle(plugin);
            return plugin;
        }
}

void watched_free(struct watched_plugins *list)
{
    for (size_t i = 0; i < list->count; i++)
        mem_free(list->at[i].folder);
    mem_free(list->at);
    *list = (struct watched_plugins){0};
}

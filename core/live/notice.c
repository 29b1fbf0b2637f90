#include "live/notice.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/log.h"
#include "live/parts.h"
#include "pipeline/scan.h"

#define PLUGIN_DEPTH 2 /* scripts/KIND/NAME */

struct noticed {
    uv_fs_event_t handle;
    struct noticed *next;
    struct live *live;
    char *path;
    bool desk; /* the desk's own folder: of it desk.lua and scripts/ alone count */
    bool here; /* found by the last look */
};

/* ---- events ---- */

static void look_again(uv_timer_t *timer);

static bool counts(const struct noticed *folder, const char *name)
{
    if (!name)
        return true;
    if (folder->desk)
        return strcmp(name, "desk.lua") == 0 || strcmp(name, "scripts") == 0;
    return !scan_ignores(name) && !str_ends(str_of(name), "~");
}

static void on_event(uv_fs_event_t *handle, const char *name, int events, int status)
{
    struct noticed *folder = handle->data;
    (void)events;
    if (status >= 0 && counts(folder, name))
        uv_timer_start(&folder->live->notice.settle, look_again, LIMIT(RELOAD_SETTLE_MS), 0);
}

static void folder_gone(uv_handle_t *handle)
{
    struct noticed *folder = handle->data;
    mem_free(folder->path);
    mem_free(folder);
}

static void complain(struct live_notice *notice, const char *path, const char *why)
{
    if (!notice->complained)
        log_warn("reload",
                 "%s: %s; changes of plugins are not noticed everywhere: use `copydesk "
                 "reload`",
                 path, why);
    notice->complained = true;
}

/* ---- looking ---- */

struct look {
    struct live *live;
    uint64_t sum; /* does not depend on the order in which a folder gives its names */
};

static struct noticed *find(struct live_notice *notice, const char *path)
{
    for (struct noticed *at = notice->folders; at; at = at->next)
        if (strcmp(at->path, path) == 0)
            return at;
    return NULL;
}

static void watch_folder(struct look *look, const char *path, bool desk)
{
    struct live_notice *notice = &look->live->notice;
    struct noticed *folder = find(notice, path);
    if (folder) {
        folder->here = true;
        return;
    }
    if (notice->count >= LIMIT(RELOAD_FOLDERS)) {
        complain(notice, path, "more folders than RELOAD_FOLDERS");
        return;
    }
    folder = mem_zero(1, sizeof *folder);
    char *copy = mem_strdup(path);
    if (!folder || !copy) {
        mem_free(folder);
        mem_free(copy);
        complain(notice, path, "out of memory");
        return;
    }
    *folder = (struct noticed){.live = look->live, .path = copy, .desk = desk, .here = true};
    uv_fs_event_init(&look->live->desk->loop, &folder->handle); /* cannot fail */
    folder->handle.data = folder;
    folder->next = notice->folders;
    notice->folders = folder;
    notice->count++;
    const int rc = uv_fs_event_start(&folder->handle, on_event, path, 0);
    if (rc < 0)
        complain(notice, path, uv_strerror(rc));
}

static void add_file(struct look *look, const char *path, const struct stat *info)
{
    struct hasher hasher;
    struct hash hash;
    uint64_t part;
    const int64_t facts[] = {(int64_t)info->st_ino, (int64_t)info->st_size,
                             (int64_t)info->st_mtim.tv_sec, (int64_t)info->st_mtim.tv_nsec,
                             (int64_t)info->st_dev};
    hash_begin(&hasher);
    hash_add(&hasher, path, strlen(path));
    hash_add(&hasher, facts, sizeof facts);
    hash_end(&hasher, &hash);
    memcpy(&part, hash.bytes, sizeof part);
    look->sum += part;
}

static void look_into(struct look *look, const char *path, int depth);

static void look_at(struct look *look, const char *folder, const char *name, int depth)
{
    struct stat info;
    MEM_AUTO char *path = file_join(folder, name);
    if (scan_ignores(name) || !path || stat(path, &info) < 0)
        return;
    if (S_ISDIR(info.st_mode) && depth > 0)
        look_into(look, path, depth - 1);
    else if (S_ISREG(info.st_mode) && !str_ends(str_of(name), "~"))
        add_file(look, path, &info);
}

static void look_into(struct look *look, const char *path, int depth)
{
    DIR *dir = opendir(path);
    if (!dir)
        return;
    watch_folder(look, path, false); /* first: what comes while we look is an event */
    for (const struct dirent *item; (item = readdir(dir)) != NULL;)
        look_at(look, path, item->d_name, depth);
    closedir(dir);
}

static void forget_missing(struct live_notice *notice)
{
    for (struct noticed **at = &notice->folders; *at;) {
        struct noticed *folder = *at;
        if (folder->here) {
            at = &folder->next;
            continue;
        }
        *at = folder->next;
        notice->count--;
        uv_close((uv_handle_t *)&folder->handle, folder_gone);
    }
}

/* About a millisecond for the shipped plugins: folders and names alone, from the cache. */
static uint64_t look_at_all(struct live *live)
{
    struct desk *desk = live->desk;
    struct look look = {.live = live};
    for (struct noticed *at = live->notice.folders; at; at = at->next)
        at->here = false;
    watch_folder(&look, desk_folder(desk), true);
    look_at(&look, desk_folder(desk), "desk.lua", 0);
    MEM_AUTO char *own = file_join(desk_folder(desk), "scripts");
    const char *const roots[] = {own, desk->user_scripts, desk->shipped_scripts};
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++)
        if (roots[i])
            look_into(&look, roots[i], PLUGIN_DEPTH);
    forget_missing(&live->notice);
    return look.sum;
}

static void look_again(uv_timer_t *timer)
{
    struct live *live = timer->data;
    const uint64_t sum = look_at_all(live);
    if (sum == live->notice.seen)
        return;
    live->notice.seen = sum;
    live_reload(live);
}

void live_notice_open(struct live *live)
{
    struct live_notice *notice = &live->notice;
    uv_timer_init(&live->desk->loop, &notice->settle); /* cannot fail */
    notice->settle.data = live;
    notice->open = true;
    notice->seen = look_at_all(live);
}

void live_notice_close(struct live *live)
{
    struct live_notice *notice = &live->notice;
    if (!notice->open)
        return;
    notice->open = false;
    uv_close((uv_handle_t *)&notice->settle, NULL);
    for (struct noticed *at = notice->folders; at; at = at->next)
        at->here = false;
    forget_missing(notice);
}

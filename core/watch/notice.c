/* What is told of, and when folders are walked through. */
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "watch/ignore.h"
#include "watch/parts.h"
#include "watch/poll.h"

#define MISSING_US INT64_C(1000000) /* between two looks for a folder that is not there */

static const char *const *patterns(const struct root *root)
{
    return (const char *const *)root->ignore;
}

/* ---- files ---- */

static struct watch_file *add(struct watch *watch, struct root *root, const char *path)
{
    const char *below = path_below(path, root->path);
    struct watch_file *file = table_add(watch->table, root, path, (size_t)(below - path));
    if (!file) {
        watch->full = true;
        return NULL;
    }
    file->noted_us = clock_mono_us();
    file->seen_us = clock_wall_us();
    file->created_only = true;
    return file;
}

/* With an event the file rests for `settle` from now; one that was found is looked at at once, and
 * its age tells. So is one whose age cannot be trusted: two looks at it must be alike. */
static void note(struct watch *watch, struct watch_file *file, bool event)
{
    const int64_t now_us = clock_mono_us();
    const bool first = file->events == 0 && file->settle.mark.inode == 0;
    int64_t due_us = now_us;
    if (event) {
        file->events++;
        file->dirty = true;
        file->settle.event_us = now_us;
    }
    if (event && (file->root->local || !first))
        due_us += file->root->settle_us;
    if (file->stage == FILE_NOTED && !file->parked)
        table_due(watch->table, file, due_us);
}

/* A file that is settled and not offered yet goes back. */
static void unready(struct watch *watch, struct watch_file *wanted)
{
    struct file_list rest;
    struct watch_file *file;
    file_list_init(&rest);
    while ((file = file_list_take(&watch->ready)))
        if (file != wanted)
            file_list_add(&rest, file);
    if (rest.first)
        watch->ready = rest;
    else
        file_list_init(&watch->ready);
    wanted->stage = FILE_NOTED;
}

bool notice_file(struct watch *watch, struct root *root, const char *path, bool event, bool closed)
{
    const char *below = root->path ? path_below(path, root->path) : NULL;
    if (!below || ignore_rule(below, patterns(root), root->ignore_count))
        return true;
    struct watch_file *file = table_find(watch->table, path);
    const bool first = file == NULL;
    if (first && !(file = add(watch, root, path)))
        return false;
    if (closed || (first && !event))
        file->created_only = false;
    if (event && file->stage == FILE_READY)
        unready(watch, file);
    if (event || first)
        note(watch, file, event);
    return true;
}

/* ---- inotify ---- */

static void told_file(struct root *root, const char *path, bool closed, void *data)
{
    struct watch *watch = data;
    notice_file(watch, root, path, true, closed);
    watch_pump(watch);
}

static bool passes(const struct watch *watch, const struct root *root, const char *path)
{
    const char *below = root->path ? path_below(path, root->path) : NULL;
    return root->recursive && below && !ignore_rule(below, patterns(root), root->ignore_count) &&
           !roots_exclude(&watch->roots, root, path);
}

static void told_folder(struct root *root, const char *path, void *data)
{
    struct watch *watch = data;
    struct error err;
    if (passes(watch, root, path) && walk_begin(watch->walk, root, path, &err) < 0)
        root->wanted = true;
    watch_pump(watch);
}

static void told_gone(struct root *root, void *data)
{
    root->wanted = true;
    watch_pump(data);
}

static void told_failed(void *data)
{
    watch_review(data);
}

static void told_lost(void *data)
{
    struct watch *watch = data;
    watch->overflows++;
    log_debug("watch", "inotify's queue ran over: everything is looked through");
    for (size_t i = 0; i < watch->roots.count; i++)
        watch->roots.at[i]->wanted = true;
    watch_pump(watch);
}

const struct inotify_hooks notice_inotify = {
    .file = told_file,
    .folder = told_folder,
    .gone = told_gone,
    .failed = told_failed,
    .lost = told_lost,
};

/* ---- walks ---- */

/* Another folder than last time under that name (removed and made again, mounted) is told of anew.
 */
static void walk_found(struct root *root, struct walk_found *found, void *data)
{
    struct watch *watch = data;
    const bool other = !root->path || strcmp(root->path, found->path) != 0 ||
                       root->device != found->device || root->inode != found->inode;
    if (other && watch->inotify)
        inotify_forget(watch->inotify, root);
    root->device = found->device;
    root->inode = found->inode;
    root->file_system = found->file_system;
    root->local = poll_is_local(found->file_system);
    if (other || root->missing)
        root->polled = root->poll == CONFIG_POLL_ALWAYS ||
                       (root->poll == CONFIG_POLL_AUTO && (root->file_system || !watch->inotify));
    root->missing = root->said_missing = false;
    mem_free(root->path);
    root->path = found->path;
    if (root->polled && root->poll_us < root->rescan_us)
        root->next_us = clock_mono_us() + root->poll_us;
}

static int walk_enter(struct root *root, const char *path, void *data)
{
    struct watch *watch = data;
    struct error err = {0};
    if (strcmp(path, root->path) != 0 && roots_exclude(&watch->roots, root, path))
        return ERR_DENIED;
    /* asked of a file system elsewhere, the kernel may hold the loop; polling finds the same */
    if (!watch->inotify || root->retired || (root->polled && !root->local))
        return 0;
    const int code = inotify_add(watch->inotify, root, path, &err);
    if (code == ERR_NOTFOUND)
        return 0; /* the walk finds out itself */
    if (code < 0 && !root->polled) {
        watch_problem(watch, &err);
        root->polled = root->poll != CONFIG_POLL_NEVER;
    }
    return 0;
}

static bool walk_file(struct root *root, const char *path, void *data)
{
    return notice_file(data, root, path, false, false);
}

/* On the walk's thread. */
static bool walk_known(const char *path, const struct file_mark *mark, void *data)
{
    struct watch *watch = data;
    struct error err;
    bool decided = false;
    return asker_decided(&watch->walk_asker, path, mark, &decided, &err) >= 0 && decided;
}

static void set_missing(struct watch *watch, struct root *root, const struct error *why)
{
    struct error text;
    error_set(&text, why->code, "the watched folder %s is waited for: %s", root->given, why->text);
    if (!root->said_missing)
        watch_problem(watch, &text);
    root->missing = root->said_missing = true;
    if (watch->inotify)
        inotify_forget(watch->inotify, root);
    root->next_us = clock_mono_us() + MISSING_US;
}

static void walk_end(struct root *root, bool whole, const struct error *why, void *data)
{
    struct watch *watch = data;
    if (why && !root->retired)
        set_missing(watch, root, why);
    else if (whole)
        root->scanned_us = clock_wall_us();
    if (whole)
        watch->rescans++;
    watch_pump(watch);
}

static void walk_problem(struct root *root, const struct error *why, void *data)
{
    (void)root;
    watch_problem(data, why);
}

const struct walk_hooks notice_walk = {
    .found = walk_found,
    .enter = walk_enter,
    .file = walk_file,
    .known = walk_known,
    .end = walk_end,
    .problem = walk_problem,
};

static void begin_walk(struct watch *watch, struct root *root, int64_t now_us)
{
    struct error err;
    root->wanted = false;
    root->next_us = now_us + (root->polled && root->poll_us < root->rescan_us ? root->poll_us
                                                                              : root->rescan_us);
    if (walk_begin(watch->walk, root, NULL, &err) < 0)
        root->wanted = true;
}

/* One at a time: a root's path may change before its walk, not during one. */
void notice_walks(struct watch *watch, int64_t now_us)
{
    if (walk_busy(watch->walk) || !table_has_room(watch->table))
        return;
    for (size_t i = 0; watch->full && i < watch->roots.count; i++)
        watch->roots.at[i]->wanted = true;
    watch->full = false;
    for (size_t i = 0; i < watch->roots.count && !walk_busy(watch->walk); i++) {
        struct root *root = watch->roots.at[i];
        if (!root->wanted && root->next_us > now_us)
            continue;
        if (!root->wanted && i == 0)
            review_start(watch);
        begin_walk(watch, root, now_us);
    }
}

int64_t notice_next_us(const struct watch *watch)
{
    int64_t next_us = INT64_MAX;
    for (size_t i = 0; i < watch->roots.count; i++)
        if (watch->roots.at[i]->next_us < next_us)
            next_us = watch->roots.at[i]->next_us;
    return next_us;
}

#include "watch/why.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "pipeline/host.h"
#include "watch/ignore.h"
#include "watch/moves.h"
#include "watch/root.h"

const char *why_now_name(enum why_now now)
{
    static const char *const names[] = {
        [WHY_GONE] = "gone",
        [WHY_DECIDED] = "decided",
        [WHY_OUTSIDE] = "outside",
        [WHY_EXCLUDED] = "excluded",
        [WHY_IGNORED] = "ignored",
        [WHY_TOO_DEEP] = "too deep",
        [WHY_LINK] = "link",
        [WHY_WATCHED] = "watched folder",
        [WHY_FOLDER] = "folder",
        [WHY_NO_FILE] = "no file",
        [WHY_UNREADABLE] = "unreadable",
        [WHY_HELD] = "being written",
        [WHY_RESTS] = "not settled",
        [WHY_WAITS] = "waits",
    };
    return names[now];
}

/* ---- what the store has ---- */

struct gathering {
    struct arena *arena;
    struct why *why;
    bool no_memory;
};

static int gather(const struct store_file *file, void *data)
{
    struct gathering *gathering = data;
    struct why *why = gathering->why;
    struct store_file *kept = &why->past[why->past_count];
    *kept = *file;
    struct str *const texts[] = {&kept->path,           &kept->target,        &kept->reason,
                                 &kept->document_state, &kept->document_name, &kept->document_path};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const struct str text = *texts[i];
        *texts[i] = arena_str(gathering->arena, text);
        gathering->no_memory |= text.len && !texts[i]->at;
    }
    return ++why->past_count == WHY_PAST || gathering->no_memory;
}

static int read_past(struct desk *desk, struct arena *arena, struct why *why, struct error *err)
{
    struct store_reader *reader = NULL;
    struct gathering gathering = {.arena = arena, .why = why};
    const struct str path = str_of(why->path);
    int code = desk_reader(desk, false, &reader, err);
    if (code < 0)
        return code == ERR_NOTFOUND ? 0 : code; /* no store yet: nothing was seen */
    code = store_files(reader, &(struct store_file_query){.path = path, .limit = WHY_PAST}, gather,
                       &gathering, err);
    if (code >= 0 && why->past_count == 0) {
        code = store_files(reader, &(struct store_file_query){.target = path, .limit = WHY_PAST},
                           gather, &gathering, err);
        why->went_there = why->past_count > 0;
    }
    store_reader_close(reader);
    return gathering.no_memory ? error_set(err, ERR_NOMEM, "out of memory") : code;
}

/* ---- what lies there ---- */

static bool is_decided(const struct why *why, const struct file_mark *mark)
{
    const struct store_file *row = &why->past[0];
    const struct file_mark then = {row->device, row->inode, row->size, row->mtime_ns};
    return why->past_count > 0 && !why->went_there && row->state == STORE_FILE_KEPT &&
           mark_same(&then, mark);
}

static void look_at_file(struct why *why, const struct root *root, struct arena *arena)
{
    struct stat info;
    FILE_AUTO int fd = open(why->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &info) < 0) {
        why->now = WHY_UNREADABLE;
        why->rule = arena_text(arena, str_of(strerror(errno)));
        return;
    }
    const struct file_mark mark = mark_of(&info);
    const int64_t changed_us = (int64_t)info.st_ctim.tv_sec * 1000000 + info.st_ctim.tv_nsec / 1000;
    why->settle_us = root->settle_us;
    why->wait_us = root->settle_us - (clock_wall_us() - changed_us);
    if (is_decided(why, &mark))
        why->now = WHY_DECIDED;
    else if (mark_held(fd) == HELD_YES)
        why->now = WHY_HELD;
    else
        why->now = why->wait_us > 0 ? WHY_RESTS : WHY_WAITS;
}

static bool is_watched(const struct root_list *roots, const char *path)
{
    for (size_t i = 0; i < roots->count; i++)
        if (strcmp(root_folder(roots->at[i]), path) == 0)
            return true;
    return false;
}

static void look(const struct root_list *roots, struct why *why, struct arena *arena)
{
    struct stat info;
    const struct root *root = roots_find(roots, why->path);
    const bool there = lstat(why->path, &info) == 0;
    const char *excluded = root ? roots_exclude(roots, root, why->path) : NULL;
    why->now = WHY_GONE;
    if (root)
        why->folder = arena_text(arena, str_of(root_folder(root)));
    if (!there)
        return;
    const char *below = root ? path_below(why->path, root_folder(root)) : NULL;
    const char *rule = below ? ignore_rule_deep(below, NULL, 0) : NULL;
    if (below && !rule) {
        rule = ignore_rule_deep(below, (const char *const *)root->ignore, root->ignore_count);
        why->own_rule = rule != NULL;
    }
    if (excluded || rule)
        why->rule = arena_text(arena, str_of(excluded ? excluded : rule));
    if (is_watched(roots, why->path))
        why->now = WHY_WATCHED;
    else if (!below)
        why->now = WHY_OUTSIDE;
    else if (excluded)
        why->now = WHY_EXCLUDED;
    else if (rule)
        why->now = WHY_IGNORED;
    else if (!root->recursive && (strchr(below, '/') || S_ISDIR(info.st_mode)))
        why->now = WHY_TOO_DEEP;
    else if (S_ISLNK(info.st_mode))
        why->now = WHY_LINK;
    else if (S_ISDIR(info.st_mode))
        why->now = WHY_FOLDER;
    else if (!S_ISREG(info.st_mode))
        why->now = WHY_NO_FILE;
    else
        look_at_file(why, root, arena);
}

/* The folder's real path and the name behind it: the file itself may be gone, or a link. Folders
 * that are gone, too, stay as given. */
static char *whole_path(const char *path)
{
    MEM_AUTO char *folder = move_folder(path);
    MEM_AUTO char *real = NULL;
    if (!folder)
        return NULL;
    if (file_real_path(folder, &real, NULL) >= 0)
        return file_join(strcmp(real, "/") == 0 ? "" : real, file_base_name(path));
    if (path[0] == '/')
        return mem_strdup(path);
    MEM_AUTO char *here = NULL;
    return file_real_path(".", &here, NULL) < 0 ? NULL : file_join(here, path);
}

int why_ask(struct desk *desk, const char *path, struct arena *arena, struct why *out,
            struct error *err)
{
    struct root_list roots;
    const struct config *config = &desk->lineup->config;
    MEM_AUTO char *given = mem_strdup(path);
    for (size_t len = given ? strlen(given) : 0; len > 1 && given[len - 1] == '/'; len--)
        given[len - 1] = '\0';
    MEM_AUTO char *whole = given ? whole_path(given) : NULL;
    *out = (struct why){.path = whole ? arena_text(arena, str_of(whole)) : NULL, .rule = ""};
    if (!out->path)
        return error_set(err, ERR_NOMEM, "out of memory");
    int code = read_past(desk, arena, out, err);
    if (code >= 0)
        code = roots_open(desk_folder(desk), desk_store_folder(desk), config->watches,
                          config->watch_count, &roots, err);
    if (code < 0)
        return code;
    look(&roots, out, arena);
    roots_close(&roots);
    return 0;
}

/* Files that are due are looked at, off the loop, some hundred at once. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "watch/parts.h"

#define LOOKS_AT_ONCE 256

enum seen { SEEN_FILE, SEEN_GONE, SEEN_OTHER, SEEN_UNREADABLE };

struct look {
    struct watch_file *file;
    bool ask_held, keep; /* settings, copied */
    enum seen seen;
    struct settle_look settle;
    struct asked asked;
    bool known; /* left where it is, and decided as it is now */
    struct error error;
};

struct looks {
    uv_work_t work;
    struct watch *watch;
    struct asker asker;
    struct look at[LOOKS_AT_ONCE];
    size_t count;
    struct error failed; /* of the store */
    bool running, closing;
};

/* ---- off the loop ---- */

static void see(struct look *look)
{
    const char *path = look->file->path;
    struct stat info;
    if (lstat(path, &info) < 0) {
        look->seen = SEEN_GONE;
        return;
    }
    if (!S_ISREG(info.st_mode)) { /* not even opened: that moves tapes */
        look->seen = SEEN_OTHER;
        return;
    }
    FILE_AUTO int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    const int why = fd < 0 ? errno : 0;
    if (why == ENOENT || (fd >= 0 && (fstat(fd, &info) < 0 || !S_ISREG(info.st_mode)))) {
        look->seen = SEEN_GONE;
        return;
    }
    look->seen = SEEN_FILE;
    look->settle.mark = mark_of(&info);
    look->settle.now_us = clock_mono_us();
    look->settle.age_us =
        clock_wall_us() - ((int64_t)info.st_ctim.tv_sec * 1000000 + info.st_ctim.tv_nsec / 1000);
    look->settle.held = HELD_UNKNOWN;
    if (fd >= 0 && look->ask_held)
        look->settle.held = mark_held(fd);
    if (why == EWOULDBLOCK) /* another program's lease */
        look->settle.held = HELD_YES;
    else if (fd < 0) {
        look->seen = SEEN_UNREADABLE;
        error_errno(&look->error, why, "%s cannot be read", path);
    }
    /* a link is a file of its own; nobody will close it */
    if (info.st_nlink > 1)
        look->settle.created_only = false;
}

static void run(uv_work_t *work)
{
    struct looks *looks = work->data;
    looks->failed.code = 0;
    for (size_t i = 0; i < looks->count; i++) {
        struct look *look = &looks->at[i];
        see(look);
        if (look->seen != SEEN_FILE && look->seen != SEEN_UNREADABLE)
            continue;
        if (asker_path(&looks->asker, look->file->path, &look->asked, &looks->failed) < 0)
            return;
        if (look->keep && asker_decided(&looks->asker, look->file->path, &look->settle.mark,
                                        &look->known, &looks->failed) < 0)
            return;
    }
}

/* ---- on the loop ---- */

/* What an earlier host, or an earlier arrival, left in the store for this file. */
static void take_row(struct watch_file *file, const struct look *look)
{
    const struct store_file *row = &look->asked.row;
    if (!look->asked.found || file->row_id || file->decided)
        return;
    const bool same = look->asked.mark.inode == look->settle.mark.inode &&
                      look->asked.mark.device == look->settle.mark.device;
    if (row->state == STORE_FILE_RETRY) {
        file->row_id = row->id;
        file->document_id = row->document_id;
        file->retry = row->document_id != 0;
    } else if (row->state == STORE_FILE_MOVING && same) {
        file->row_id = row->id;
    } else if (row->state == STORE_FILE_KEPT && row->outcome != STORE_FILE_UNREADABLE) {
        file->row_id = row->id;
        file->document_id = row->document_id;
        file->outcome = row->outcome;
        file->decided = row->outcome != STORE_FILE_FAILED;
    }
}

static void settled(struct watch *watch, struct watch_file *file)
{
    if (file->settled_us < 0)
        file->settled_us = clock_mono_us() - file->noted_us;
    file->stage = FILE_READY;
    file_list_add(&watch->ready, file);
}

static void judge(struct watch *watch, struct look *look)
{
    struct watch_file *file = look->file;
    const struct root *root = file->root;
    int64_t again_us = 0;
    const bool same = mark_same(&file->settle.mark, &look->settle.mark);
    look->settle.trust_age = root->local;
    const enum settle_state state =
        settle_judge(&file->settle, &look->settle, root->settle_us, &again_us);
    file->dirty = false;
    file->parked = file->parked && same;
    if (state != SETTLE_DONE) {
        file->stage = FILE_NOTED;
        table_due(watch->table, file, again_us);
    } else if (file->parked && same) {
        decide_queue(watch, file); /* it was decided as it is; its writer let go of it */
    } else {
        settled(watch, file);
    }
}

static void take(struct watch *watch, struct look *look)
{
    struct watch_file *file = look->file;
    const bool said = look->asked.found && look->asked.row.outcome == STORE_FILE_UNREADABLE &&
                      look->asked.mark.inode == look->settle.mark.inode;
    const bool drop = file->root->retired || look->seen == SEEN_GONE || look->seen == SEEN_OTHER ||
                      (look->known && !file->dirty) || (look->seen == SEEN_UNREADABLE && said);
    file->stage = FILE_NOTED;
    if (file->parked && look->seen == SEEN_GONE) {
        decide_queue(watch, file); /* which sees that, and records it */
    } else if (drop) {
        table_drop(watch->table, file);
    } else if (look->seen == SEEN_UNREADABLE) {
        file->settle.mark = look->settle.mark;
        decide_unreadable(watch, file, &look->error);
    } else {
        take_row(file, look);
        judge(watch, look);
    }
}

static void give_up(struct watch *watch, struct looks *looks)
{
    const int64_t later = clock_mono_us() + 1000000;
    watch_problem(watch, &looks->failed);
    for (size_t i = 0; i < looks->count; i++) {
        looks->at[i].file->stage = FILE_NOTED;
        table_due(watch->table, looks->at[i].file, later);
    }
}

static void destroy(struct looks *looks)
{
    struct watch *watch = looks->watch;
    asker_close(&looks->asker);
    mem_free(looks);
    watch_part_closed(watch);
}

static void after(uv_work_t *work, int status)
{
    struct looks *looks = work->data;
    struct watch *watch = looks->watch;
    (void)status;
    looks->running = false;
    if (looks->closing) {
        destroy(looks);
        return;
    }
    if (looks->failed.code)
        give_up(watch, looks);
    for (size_t i = 0; !looks->failed.code && i < looks->count; i++)
        take(watch, &looks->at[i]);
    watch_pump(watch);
}

void looks_start(struct watch *watch, int64_t now_us)
{
    struct looks *looks = watch->looks;
    struct watch_file *file;
    if (looks->running)
        return;
    looks->count = 0;
    while (looks->count < LOOKS_AT_ONCE && (file = table_first(watch->table)) &&
           file->due_us <= now_us) {
        table_due(watch->table, file, -1);
        file->stage = FILE_LOOKED;
        file->dirty = false;
        looks->at[looks->count++] = (struct look){
            .file = file,
            .ask_held = file->root->local,
            .keep = file->root->after == CONFIG_KEEP && !file->retry,
            .settle = {.created_only = file->created_only},
        };
    }
    if (looks->count == 0)
        return;
    looks->running = true;
    uv_queue_work(watch->loop, &looks->work, run, after);
}

bool looks_idle(const struct watch *watch)
{
    return !watch->looks->running;
}

int looks_open(struct watch *watch, struct error *err)
{
    watch->looks = mem_zero(1, sizeof *watch->looks);
    if (!watch->looks)
        return error_set(err, ERR_NOMEM, "out of memory while watching folders");
    watch->looks->watch = watch;
    watch->looks->work.data = watch->looks;
    watch->looks->asker.store_dir = watch->store_dir;
    return 0;
}

void looks_close(struct watch *watch)
{
    watch->looks->closing = true;
    if (!watch->looks->running)
        destroy(watch->looks);
}

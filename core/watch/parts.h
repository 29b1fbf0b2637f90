/* What the files of this room share. */
#pragma once

#include "base/arena.h"
#include "watch/alarm.h"
#include "watch/asker.h"
#include "watch/inotify.h"
#include "watch/root.h"
#include "watch/table.h"
#include "watch/walk.h"
#include "watch/watch.h"

struct looks;
struct batch;
struct review;

struct watch {
    uv_loop_t *loop;
    char *desk_dir, *store_dir;
    struct watch_callbacks callbacks;
    struct root_list roots;
    struct table *table;
    struct inotify *inotify; /* NULL: the kernel gives none; everything is polled */
    struct walk *walk;
    struct asker walk_asker; /* the walk's thread */
    struct looks *looks;
    struct batch *batch;
    struct review *review;
    struct alarm alarm;
    struct file_list ready, decided;
    size_t at_work;
    bool full;    /* names were left on disk */
    bool blocked; /* no room for an offer */
    bool begun;   /* the first review is over: folders are walked through */
    bool stopping, closing, pumping, batch_next;
    unsigned parts; /* that are not closed yet */
    void (*stopped)(void *data);
    void *stopped_data;
    void (*closed)(void *data);
    void *closed_data;
    uint64_t overflows, rescans;
    char problem[512];
    int64_t problem_us;
};

/* ---- watch.c ---- */

/* Goes on with whatever can go on. */
void watch_pump(struct watch *watch);
/* For the log and the status. */
void watch_problem(struct watch *watch, const struct error *why);
/* The same for a file that is decided and cannot be moved: in the log once, however often it is
 * tried. NULL: nothing is in its way any more. */
void watch_stuck_at(struct watch *watch, struct watch_file *file, const struct error *why);
/* One of the parts is closed. */
void watch_part_closed(void *data);

/* ---- notice.c: what is told of, and when folders are walked through ---- */

/* `path` absolute, below root->path. False: no room. */
bool notice_file(struct watch *watch, struct root *root, const char *path, bool event, bool closed);
extern const struct inotify_hooks notice_inotify; /* data: the watch */
extern const struct walk_hooks notice_walk;
void notice_walks(struct watch *watch, int64_t now_us); /* begins those that are due */
int64_t notice_next_us(const struct watch *watch);      /* when the next one is, or INT64_MAX */

/* ---- look.c: files that are due are looked at ---- */
int looks_open(struct watch *watch, struct error *err);
void looks_start(struct watch *watch, int64_t now_us);
bool looks_idle(const struct watch *watch);
void looks_close(struct watch *watch);

/* ---- decide.c: what the pipeline said ---- */
/* Puts a file that was decided in line for its move. */
void decide_queue(struct watch *watch, struct watch_file *file);
/* A decided file that could not be moved now is looked at again in a while. */
void decide_later(struct watch *watch, struct watch_file *file, int64_t us);
void decide_unreadable(struct watch *watch, struct watch_file *file, const struct error *why);

/* ---- batch.c: decided files are moved, and that is recorded ---- */
int batch_open(struct watch *watch, struct error *err);
void batch_start(struct watch *watch);      /* with what is decided */
bool batch_idle(const struct watch *watch); /* nothing is being moved */
void batch_close(struct watch *watch);

/* ---- review.c: what a kill left, what failed ---- */
int review_open(struct watch *watch, struct error *err);
/* A review and a batch take turns: rows of what is being moved are open, too. */
void review_start(struct watch *watch);                /* from the beginning, when it is its turn */
void review_turn(struct watch *watch, int64_t now_us); /* now it is */
bool review_idle(const struct watch *watch);
int64_t review_next_us(const struct watch *watch); /* when it wants a turn, or INT64_MAX */
void review_close(struct watch *watch);

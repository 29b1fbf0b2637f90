/* The files that are being looked at: found by path, and in the order in which they are due.
 * Bounded (WATCH_FILES, WATCH_BYTES): what finds no place stays on disk, and a walk finds it later.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/store.h"
#include "watch/settle.h"

struct root;

enum file_stage {
    FILE_NOTED,   /* waits until it is due to be looked at */
    FILE_LOOKED,  /* being looked at, off the loop */
    FILE_READY,   /* settled, to be offered */
    FILE_AT_WORK, /* offered */
    FILE_DECIDED, /* reported; to be moved, deleted or left */
    FILE_MOVING,  /* in a batch of moves, off the loop */
};

/* What is done with a file that is decided. */
enum file_action {
    ACTION_OUT,    /* to done/, duplicate/ or failed/, or deleted */
    ACTION_STAY,   /* the user's file is not touched */
    ACTION_RETURN, /* from failed/ back into the folder, to be tried again */
};

struct watch_file {
    struct watch_file *chain; /* of the same hash */
    struct watch_file *next;  /* in one list at a time: ready, decided, a batch */
    struct root *root;        /* held */
    size_t place;             /* in the heap, from 1; 0: not due at all */
    int64_t due_us;           /* monotonic */
    enum file_stage stage;
    struct settle settle;
    int64_t noted_us;   /* monotonic */
    int64_t seen_us;    /* wall */
    int64_t settled_us; /* from noted to settled; below zero: not yet */
    uint32_t events;
    bool created_only; /* see settle_look */
    bool dirty;        /* an event came since the look that settled it began */
    bool retry;        /* its document is to be tried again */
    bool retried;      /* that was asked for: once for each arrival */
    bool hidden;       /* not found by path: it lies in failed/ */
    bool decided;      /* `outcome` was reported, for `document_id` */
    bool parked;       /* decided, and could not be moved yet */
    enum file_action action;
    enum store_file_outcome outcome;
    int64_t document_id, row_id;
    char *reason;    /* mem_alloc'd or NULL */
    char *stuck;     /* why it could not be moved; mem_alloc'd or NULL */
    char *at;        /* where it is, when not at `path`; mem_alloc'd */
    char *target;    /* mem_alloc'd or NULL */
    size_t relative; /* where in `path` the part below the root begins */
    size_t bytes;    /* what it counts for */
    char path[];     /* absolute */
};

/* A list without memory of its own. */
struct file_list {
    struct watch_file *first, **end;
    size_t count;
};
void file_list_init(struct file_list *list);
void file_list_add(struct file_list *list, struct watch_file *file);
struct watch_file *file_list_take(struct file_list *list); /* NULL: empty */

struct table;

int table_new(struct table **out, struct error *err);
/* Files in it are dropped. NULL is fine. */
void table_free(struct table *table);
struct watch_file *table_find(const struct table *table, const char *path);
/* A new one, stage FILE_NOTED, held by path; not due yet. NULL: no room, or no memory. `relative`:
 * see above. */
struct watch_file *table_add(struct table *table, struct root *root, const char *path,
                             size_t relative);
/* The same for one that lies in failed/: not found by path, and never refused for want of room (the
 * caller bounds them). */
struct watch_file *table_add_hidden(struct table *table, struct root *root, const char *path,
                                    size_t relative);
/* Whether there is a hidden one for this row of the store. */
bool table_has_hidden(const struct table *table, int64_t row_id);
/* It must be in no list. */
void table_drop(struct table *table, struct watch_file *file);
/* Puts it into the order, or moves it there; below zero: it is not due any more. */
void table_due(struct table *table, struct watch_file *file, int64_t due_us);
/* The one due first, or NULL. */
struct watch_file *table_first(const struct table *table);
size_t table_count(const struct table *table);
bool table_has_room(const struct table *table); /* for some more: a walk may go on */
/* Each file; `each` may drop the one it gets. */
void table_each(struct table *table, void (*each)(struct watch_file *file, void *data), void *data);

/* A watched folder with its settings, and what it must not take in. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "pipeline/config.h"

struct root {
    unsigned holds;
    char *given;                     /* absolute, as configured */
    char *path;                      /* the same without links; NULL before it was found */
    char *likely;                    /* the same, as far as it was there at the start */
    char *done, *duplicate, *failed; /* absolute */
    char *source;
    char **ignore;
    size_t ignore_count;
    int64_t settle_us, rescan_us, poll_us;
    enum config_poll poll;
    enum config_after after;
    bool recursive;
    int line;
    /* as it is found: */
    uint64_t device, inode;
    bool missing, said_missing, polled;
    bool local;              /* its times are of our clock, and leases tell of writers */
    const char *file_system; /* why it is polled, or NULL */
    bool wanted;             /* a walk is due at once */
    bool retired;            /* another configuration serves */
    int64_t next_us;         /* monotonic: the next walk by the timer */
    int64_t scanned_us;      /* wall: the last whole walk */
    uint64_t counts[3];      /* done, duplicate, failed */
};

struct root *root_hold(struct root *root);
void root_release(struct root *root); /* NULL is fine */

/* Its real path; before it was found, what is likely that. */
const char *root_folder(const struct root *root);

struct root_list {
    struct root **at;
    size_t count;
    char *store_dir, *desk_dir; /* absolute, real */
};

/* Makes roots of the settings. Refuses (ERR_INVALID) the same folder twice, a folder that holds the
 * desk's own files where they would be taken in, and a done, duplicate or failed folder that is a
 * watched one. */
int roots_open(const char *desk_dir, const char *store_dir, const struct config_watch *folders,
               size_t count, struct root_list *out, struct error *err);
void roots_close(struct root_list *list);

/* Whether what lies at `path` (absolute) belongs to something else: the store, the desk's scripts,
 * a done, duplicate or failed folder, another watched folder. A static text that says which, or
 * NULL.
 */
const char *roots_exclude(const struct root_list *list, const struct root *root, const char *path);
/* The innermost root whose folder holds `path` (absolute), or NULL. */
struct root *roots_find(const struct root_list *list, const char *path);
/* `path` below the folder `dir`: what follows "dir/"; NULL when it does not lie there. */
const char *path_below(const char *path, const char *dir);

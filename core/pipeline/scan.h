/* Names of files in files and folders, one at a time. A folder of a million files costs no memory:
 * at most SCAN_PENDING names are read ahead, the rest stays on disk behind an open folder. Names
 * are sorted within what was read ahead, so a folder of up to that many comes in order.
 *
 * May run on any one thread at a time; it reads folders and so may block. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct scan;

struct scan_item {
    char *path;     /* as given, or found beneath what was given; mem_free it; "-" for stdin */
    char *absolute; /* without links in what was given; mem_free it; NULL for stdin and errors */
    bool named;     /* given itself, not found in a folder: then pipes are read as well */
    bool skipped;   /* passed over, as `error` says: no failure */
    struct error error; /* code set: it cannot be read, and why */
};

/* `paths` are copied. */
int scan_open(const char *const *paths, size_t count, struct scan **out, struct error *err);
/* What is found at `path`, as file or folder, is passed over wherever the walk meets it, which is
 * said once, by an item; what was given itself is not. ERR_NOMEM; what is not there is no error. */
int scan_pass_over(struct scan *scan, const char *path);
/* What is given itself and lies in the folder `path`, or is that folder, is refused. ERR_NOMEM; a
 * folder that is not there is no error. */
int scan_close_off(struct scan *scan, const char *path);
/* 1: an item, 0: no more, ERR_NOMEM. */
int scan_next(struct scan *scan, struct scan_item *out, struct error *err);
void scan_close(struct scan *scan);
/* Names passed over so far: temporary names, links to folders, sockets and devices, what
 * scan_pass_over named, file systems of the kernel (system.h; each is said by an item). */
uint64_t scan_skipped(const struct scan *scan);

/* Names that belong to a write in progress or to other programs: ".*", "*.part", "*.filepart",
 * "*.tmp", "~$*", "*.crdownload", "@eaDir". */
bool scan_ignores(const char *name);
const char *scan_rule(const char *name); /* the pattern, static; NULL: none ignores it */
void scan_item_free(struct scan_item *item);

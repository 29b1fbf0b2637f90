/* Watched folders: files that come into them, wait until they are settled, are offered to the
 * pipeline, and are moved (or deleted, or left) when it says what became of them.
 *
 *   noticed --settle--> settled --offer--> at work --report--> decided --record, move, record-->
 * out ^                    |                                     |
 *      +---- still growing, held by a writer, changed since ------+
 *
 * What tells of files is inotify (inotify.h), and a walk through the whole folder: at start, every
 * `rescan`, after an overflow of inotify's queue, and every `poll` where the file system tells
 * nothing (poll.h). Files that are being looked at stand in a table of WATCH_FILES entries and
 * WATCH_BYTES bytes; names that find no place in it stay on disk, and the walk waits for room.
 *
 * Exactly once. The document's receipt (path, device, inode, mtime) is committed by the pipeline
 * before anything is moved. Then what is meant to happen (state "moving", with the target) is
 * committed, then it happens, then it is recorded. A kill between any two of these is made good at
 * the next start: by the receipt, which tells the same file come again (report.again) from one with
 * the same content, and by the rows in the state "moving".
 *
 * All functions on the loop's thread. Folders are read, and files moved, off it. */
#pragma once

#include <uv.h>

#include "base/error.h"
#include "pipeline/config.h"
#include "pipeline/ingest.h"
#include "store/store.h"

struct watch;
struct watch_file; /* a file that was offered; the watch's */

struct watch_callbacks {
    /* Takes a settled file: an absolute path without links in it. To be opened with no link
     * followed. 0: watch_settled will be called for it, later and once. ERR_BUSY: no room; the
     * watch offers nothing until watch_room. Other errors: as a report of INGEST_REFUSED. */
    int (*offer)(struct watch_file *file, const char *path, const char *source, void *data);
    /* The document that came from this file waits in quarantine and is to be tried again. As
     * above. */
    int (*retry)(struct watch_file *file, int64_t document_id, void *data);
    /* Hands a request to the store; its `done` is called in any case (host_store). */
    void (*write)(struct store_request *request, void *data);
    void *data;
};

struct watch_options {
    uv_loop_t *loop;
    const char *desk_dir, *store_dir; /* absolute; copied */
    const struct config_watch *folders;
    size_t folder_count;
    struct watch_callbacks callbacks;
};

/* Begins to watch. Folders that are not there (yet) are waited for. ERR_INVALID: two folders are
 * the same, or one holds the desk's own files. Nothing is offered before the loop runs. The
 * store must be open (and migrated) for writing. */
int watch_open(const struct watch_options *options, struct watch **out, struct error *err);
/* Other folders, or other settings (reload). What is at work goes on under the settings it began
 * with. On failure the old ones stay. */
int watch_reload(struct watch *watch, const struct config_watch *folders, size_t count,
                 struct error *err);
/* What watch_open would refuse, without opening (for a reload's check). */
int watch_check(const char *desk_dir, const struct config_watch *folders, size_t count,
                struct error *err);

/* There is room again after ERR_BUSY. */
void watch_room(struct watch *watch);
/* What became of a file; `report` lives until this returns. NULL: nothing, the host is ending: the
 * file stays where it is and is taken at the next start. */
void watch_settled(struct watch *watch, struct watch_file *file,
                   const struct ingest_report *report);

/* Offers nothing more; `stopped` (may be NULL) is called when each file that was offered is
 * settled and out, or at once. */
void watch_stop(struct watch *watch, void (*stopped)(void *data), void *data);
/* Frees, later, from the loop: `closed` (may be NULL) is called then. Files that are still at work
 * must not be reported any more. */
void watch_close(struct watch *watch, void (*closed)(void *data), void *data);

/* Looks at what failed again: documents that were healed since (`copydesk failed retry`) leave
 * failed/, files whose NAME.error.json is gone are tried again. At start and with each rescan it
 * happens by itself. */
void watch_review(struct watch *watch);

/* ---- status ---- */

/* Why a file that is decided is still at `path` (absolute), or NULL. Lives until the loop turns. */
const char *watch_stuck(const struct watch *watch, const char *path);

struct watch_folder_status {
    const char *folder;      /* absolute; as configured where it is missing */
    const char *file_system; /* "nfs", "overlay" ... where it is polled for that; else NULL */
    bool missing;            /* it is not there, or cannot be read */
    bool polled;             /* else inotify alone, and the rescan timer */
    int64_t scanned_us;      /* wall: end of the last whole walk; 0: none yet */
    uint64_t done, duplicate, failed; /* outcomes since start */
};
struct watch_status {
    size_t waiting; /* noticed, not offered: not settled, held by a writer, no room */
    size_t at_work; /* offered, not out */
    bool more;      /* names were left on disk for want of room in the table */
    uint64_t overflows, rescans;
    size_t stuck;            /* decided files that cannot be moved, and are tried again */
    const char *stuck_cause; /* of one of them; lives until the loop turns */
    size_t watched;          /* folders with an inotify watch */
    const char *problem;     /* the last one, or "" */
    int64_t problem_us;      /* wall; 0: none */
};
void watch_status(const struct watch *watch, struct watch_status *out);
size_t watch_folder_count(const struct watch *watch);
void watch_folder_status(const struct watch *watch, size_t which, struct watch_folder_status *out);

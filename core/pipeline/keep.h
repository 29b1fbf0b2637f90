/* desk.keep: what is kept for a time, and goes then.
 *
 *   documents   the bytes of documents that are done. That they came stays known: the same document
 *               again adds nothing
 *   done        files in done/ and duplicate/ of watched folders, by when they were moved there;
 *               only a file that is still what was moved there goes
 *   versions    versions that another one took the place of
 *   results     what plugins answered; tags, fields and summaries that came of it stay
 *   runs        runs that ended, but for the last of each job, and what doing them again would need
 *
 * In steps of KEEP_GROUP rows, each a transaction of its own, so that other writes wait for none of
 * it. What cannot be removed is named in the log, and tried again. */
#pragma once

#include "pipeline/config.h"
#include "pipeline/desk.h"

struct keep_result {
    uint64_t removed[CONFIG_KEPT_COUNT]; /* rows and files; with `dry` those that would be */
    struct error error;
};

/* Of `keep` only what has a time counts; it is copied. `dry`: nothing is removed; the desk is open
 * for DESK_READ then, else for DESK_WRITE. `done` from the loop, once. NULL: out of memory. */
struct keep;
struct keep *keep_start(struct desk *desk, const struct config_keep *keep, int64_t now_us, bool dry,
                        void (*done)(const struct keep_result *result, void *data), void *data);
/* Nobody wants it any more: when it is not begun nothing is done, and it ends with ERR_CANCELLED;
 * what has begun is finished. */
void keep_withdraw(struct keep *keep);
/* It ends after the present step, with ERR_CANCELLED. */
void keep_cancel(struct keep *keep);

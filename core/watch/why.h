/* What was seen of a file and decided, and what is in its way: for `copydesk why`. Reads the store
 * and the disk; works beside a running desk and without one. */
#pragma once

#include "base/arena.h"
#include "pipeline/desk.h"
#include "store/store.h"

/* What there is to say of the file as it lies there now. */
enum why_now {
    WHY_GONE,       /* there is no file of that name */
    WHY_DECIDED,    /* it is as it was when it was decided (left where it is, or unreadable) */
    WHY_OUTSIDE,    /* in no watched folder */
    WHY_EXCLUDED,   /* in a folder that no watched folder takes in: `rule` says which */
    WHY_IGNORED,    /* by the pattern `rule` */
    WHY_TOO_DEEP,   /* in a folder inside, and `recursive` is false */
    WHY_LINK,       /* a symbolic link: never followed */
    WHY_WATCHED,    /* a watched folder itself */
    WHY_FOLDER,     /* a folder inside one, whose files are taken in */
    WHY_NO_FILE,    /* a pipe, socket or device */
    WHY_UNREADABLE, /* `rule` says why */
    WHY_HELD,       /* somebody has it open for writing */
    WHY_RESTS,      /* `wait_us` are left of `settle` */
    WHY_WAITS,      /* settled: a running desk takes it in */
};

#define WHY_PAST 8 /* newest arrivals that are told */

struct why {
    const char *path;   /* absolute, without links in its folder */
    const char *folder; /* the watched folder, or NULL */
    enum why_now now;
    const char *rule; /* "" when there is none */
    bool own_rule;    /* of desk.lua */
    bool went_there;  /* asked by where it was moved to, not by where it came in */
    int64_t settle_us, wait_us;
    struct store_file past[WHY_PAST]; /* newest first */
    size_t past_count;
};

/* "gone", "decided", "ignored" ... */
const char *why_now_name(enum why_now now);
/* `path` as a person gave it. Desk open for DESK_PLUGINS (desk.lua is read). All that `out` points
 * to lives in `arena`. */
int why_ask(struct desk *desk, const char *path, struct arena *arena, struct why *out,
            struct error *err);

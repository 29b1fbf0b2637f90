/* Notices that desk.lua or a plugin's folder has changed, and reloads.
 *
 * Here libuv's own events serve: it is enough to know that something happened in a folder, and what
 * happened is seen by looking (sizes, times and inodes of all files that a lineup is made of). So
 * nothing is reloaded for a file that an editor leaves beside, and a lost event is made good by the
 * next one, by SIGHUP, or by `copydesk reload`. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct live;
struct noticed; /* a folder */

struct live_notice {
    uv_timer_t settle;
    bool open, complained;
    struct noticed *folders;
    size_t count;
    uint64_t seen; /* what the files looked like */
};

void live_notice_open(struct live *live);
/* Its handles close; the loop must run once more. */
void live_notice_close(struct live *live);

/* The command that desk.lua grants to a task: a program with its arguments, run by the host.
 *
 * No shell sees it, and nothing of it comes from the task but the text on its standard input and,
 * as a variable, a title. It gets an environment of its own (PATH, HOME, LANG, COPYDESK_TASK,
 * COPYDESK_TITLE), runs in "/" and in a session of its own, and is killed with its children after
 * NOTIFY_MS. Of what it prints, NOTIFY_OUTPUT bytes are kept. All on the loop's thread;
 * the process ignores SIGPIPE, for a command may end without reading. */
#pragma once

#include <uv.h>

#include "base/error.h"
#include "base/str.h"
#include "plugin/grant.h"

struct notify;

struct notify_options {
    const struct grant_list *command; /* program and arguments */
    const char *task;                 /* "task/notice" */
    struct str text, title;
    uint64_t ms; /* how long it may take; 0: NOTIFY_MS */
};

/* Strings are copied. `done` once, later: err->code 0 when the program ended with status 0. NULL
 * with `err`: it was not started, and `done` is not called. */
struct notify *notify_start(uv_loop_t *loop, const struct notify_options *options,
                            void (*done)(const struct error *err, void *data), void *data,
                            struct error *err);
/* Kills it; `done` is called. */
void notify_cancel(struct notify *notify);

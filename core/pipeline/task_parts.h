/* What the files of a task's run (task.c, task_input.c, task_effects.c) share. */
#pragma once

#include "model/command.h"
#include "pipeline/export.h"
#include "pipeline/export_files.h"
#include "pipeline/export_to.h"
#include "pipeline/host.h"
#include "pipeline/notify.h"
#include "pipeline/task.h"

struct task_run {
    struct desk *desk;
    struct lineup *lineup; /* held */
    struct arena *arena;   /* the request's copy, the commands */
    struct task_request request;
    struct desk_plugin *plugin;
    struct task_result result;
    struct host_later chore;
    struct export_to to;
    bool cancelled;
    bool worker_died; /* under the call that was answered last */
    char *traceback;
    struct buf ids;    /* int64_t: articles that it was given, in order when all are there */
    struct buf answer; /* canonical */
    msgpack_zone zone;
    bool zone_open;
    struct command_list commands;
    struct export_files *files;
    size_t next; /* command that may be an export or a notification */
    struct export *export;
    struct notify *notify;
    task_done *done;
    void *data;
};

/* Sets the traceback when there is one. */
int task_call(struct task_run *run, struct pool_job *job, struct pool_frame **frame,
              const msgpack_object **value, struct error *err);

/* task_input.c: reads, sends, calls; fills run->commands and run->answer. */
int task_ask(struct task_run *run, struct error *err);
/* A query finds what is indexed: an article of the window that waits for the index would fall into
 * a hole between two windows. Waits. */
int task_wait_for_index(struct desk *desk, struct error *err);
/* As task_ask, from the answer that was kept. 0 when there is none, 1. */
int task_recall(struct task_run *run, struct error *err);

/* task_effects.c. Before anything is done: whether it may be. */
int task_check(struct task_run *run, struct error *err);
/* Files and the change: waits. */
int task_apply(struct task_run *run, struct error *err);
/* Exports and notifications, one after the other, from the loop; then task_finish. */
void task_go_on(struct task_run *run);
void task_finish(struct task_run *run, const struct error *err);

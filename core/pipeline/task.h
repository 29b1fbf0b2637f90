/* Tasks: plugins that are run at a time or after something happened, and answer with commands
 * (model/command.h).
 *
 * One run: the articles of the window are read, the plugin is called in a worker, its answer is
 * checked as if it came from the network. Then its files are written under temporary names and
 * synced, what it says of articles is committed as one change, the files get their names, and its
 * exports and notifications follow. Whatever fails before the commit leaves nothing behind.
 *
 * Exactly once. The change bears the run's name (job, instant) and keeps the answer. The same run
 * started again finds it: the plugin is not called, no article is changed, the files are written
 * again, the same byte for byte, also after later ingests. So what a kill cut short after the
 * commit is made good by starting the run again. Notifications and exports are then done again,
 * too. */
#pragma once

#include <msgpack.h>

#include "pipeline/desk.h"
#include "pipeline/lineup.h"
#include "plugin/options.h"

/* One thing that happened: texts under names ("job", "message", "article" ...). */
struct task_fact {
    const char *name;
    struct str value; /* UTF-8 */
};
struct task_item {
    const struct task_fact *facts;
    size_t count;
};

/* Articles from elsewhere than the store. Called on a thread of the pool. */
struct task_source {
    /* Appends the next articles (article_pack) to `articles` and their ids to `ids` (int64_t).
     * `end`: there are no more. */
    int (*page)(void *data, struct buf *articles, struct buf *ids, uint32_t *count, bool *end,
                struct error *err);
    void *data;
};

struct task_request {
    const char *plugin;              /* "digest" or "task/digest" */
    const msgpack_object *options;   /* desk.lua's: a map, or NULL; lives in the desk's lineup */
    const struct option_text *given; /* the command line's */
    size_t given_count;
    const char *event; /* must be one of task_events, and of the plugin's `on` */
    const char *job;   /* with instant_us the run's name; NULL: none, and it is never known again */
    int64_t instant_us;
    const char *local_time; /* the instant as the job's zone writes it; NULL: not known */
    /* Articles whose shown version has a commit sequence number over after_seq, up to upto_seq. */
    bool windowed;
    int64_t after_seq, upto_seq;
    const char *query;          /* of these, those that match; "since:" counts from the instant */
    struct task_source *source; /* NULL: the store, when it is windowed */
    const struct task_item *items;
    size_t item_count; /* at most TASK_ITEMS */
    const char *to;    /* as struct export_options has it; NULL: the task may write no files */
    bool dry;          /* nothing is written, stored or told; the commands are in the result */
};

struct task_result {
    struct error error;    /* code 0: all was done */
    const char *traceback; /* of the plugin; "" when there is none */
    bool repeated;         /* the run had its change already */
    int64_t change_id;     /* 0: it said nothing of articles */
    uint64_t articles;     /* that it was given; 0 when repeated */
    uint64_t commands, tags, fields, notes, files, bytes, exports, notified;
    const struct command_list *list; /* the commands, until `done` returns */
};

typedef void task_done(const struct task_result *result, void *data);

/* From anywhere; `done` is called from the loop, always, once. The request is copied, but for
 * `source`, which lives until then. The desk is open for DESK_WRITE, or the request is dry and it
 * is open for DESK_PLUGINS. NULL: out of memory, and `done` is not called. */
struct task_run;
struct task_run *task_start(struct desk *desk, const struct task_request *request, task_done *done,
                            void *data);
/* The run ends with ERR_CANCELLED at its next step; what is committed by then stays. */
void task_cancel(struct task_run *run);
/* Whether a loaded task says that it can be run on `event` (task_events). ERR_INVALID with what it
 * runs on. */
int task_runs_on(const struct desk_plugin *plugin, const char *event, struct error *err);

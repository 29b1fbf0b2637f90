/* Where a decided file goes, and what is written beside one that failed. Blocking; any thread, one
 * at a time for one file. */
#pragma once

#include "watch/asker.h"
#include "watch/table.h"

const char *outcome_place(const struct watch_file *file); /* where it is now */
bool outcome_deletes(const struct watch_file *file);      /* it is to be deleted */
bool outcome_moves(const struct watch_file *file);        /* moved, or deleted */
/* It failed: there is to be a NAME.error.json beside it, or beside where it would be. */
bool outcome_reports(const struct watch_file *file);

/* Sets file->target: a free name in done/, duplicate/ or failed/, the hidden name by way of which
 * it is deleted, or one in its folder when it comes back from failed/. NULL: it stays. */
int outcome_choose(struct watch_file *file, struct error *err);
/* What goes into NAME.error.json (plugin, version, guard, message, traceback, time ...),
 * mem_alloc'd; of a document in quarantine as the store has it. */
int outcome_report(struct asker *asker, const struct watch_file *file, char **json,
                   struct error *err);

/* NAME.error.json beside `path`. */
int outcome_write_report(const char *path, const char *json, struct error *err);
void outcome_remove_report(const char *path); /* it may not be there */
bool outcome_has_report(const char *path);

/* Moving files so that nothing is lost and nothing overwritten. Blocking; any thread. */
#pragma once

#include "base/error.h"
#include "watch/mark.h"

/* A name in the folder `dir` for what is called `rel` there (which may hold folders): itself, or
 * "a (2).txt", "a (3).txt" ... where it is taken. With `beside`, NAME + beside must be free too.
 * A name that would be too long is cut before its ending, at a character.
 * Somebody may take it before it is used: move_file does not overwrite. mem_alloc'd. ERR_LIMIT:
 * WATCH_SAME_NAMES; ERR_INVALID: no name so short is possible there. */
int move_choose(const char *dir, const char *rel, const char *beside, char **out,
                struct error *err);

enum moved {
    MOVED_DONE,
    MOVED_TAKEN,   /* `to` is there already: choose again */
    MOVED_CHANGED, /* `from` is no longer what `mark` says; it is there under its name */
    MOVED_HELD,    /* somebody writes it; as above */
    MOVED_GONE,    /* `from` is not there */
};

/* Renames (RENAME_NOREPLACE) or, to another file system, copies, syncs, renames and unlinks, with
 * time and permissions. Folders that lead to `to` are made. Looks again afterwards: what was
 * changed or is being written goes back. Syncs no folder of the same file system: move_sync, once
 * for many moves. Below zero: it could not be moved, and is still at `from`. */
int move_file(const char *from, const char *to, const struct file_mark *mark, enum moved *out,
              struct error *err);
/* Deletes by way of the hidden name `to` beside it, so that it can be looked at again before it is
 * gone. */
int move_delete(const char *from, const char *to, const struct file_mark *mark, enum moved *out,
                struct error *err);
/* Whether `from` is still what `mark` says. Never below zero; MOVED_DONE: it is. */
enum moved move_look(const char *from, const struct file_mark *mark);

/* A kill came in the middle of move_file: ends it. MOVED_DONE: it is at `to` (and no longer at
 * `from`). MOVED_GONE: it is at neither. MOVED_CHANGED: still at `from`, or what is there is
 * another: nothing was done. */
int move_finish(const char *from, const char *to, const struct file_mark *mark, enum moved *out,
                struct error *err);

int move_sync(const char *path, struct error *err); /* fsyncs the folder that holds `path` */
int move_make_folders(const char *path, struct error *err); /* those that lead to it */
/* dir of `path`; mem_alloc'd, NULL without memory. */
char *move_folder(const char *path);

/* Whether the files of an open database still lie where they were opened.
 *
 * SQLite goes on with the files that it has open: when somebody removes store.db, or puts another
 * one in its place, all that is written goes to a file without a name and is gone when it is
 * closed. The same is so for the log (-wal), which holds what was committed last, and for the
 * log's index (-shm), by which processes agree. So the writer looks before each commit: a stat a
 * file, of paths that the kernel has at hand. */
#pragma once

#include <sqlite3.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

enum place_of { PLACE_DATABASE, PLACE_LOG, PLACE_LOG_INDEX, PLACE_COUNT };

struct place {
    struct place_file {
        char *path; /* mem_alloc'd */
        dev_t device;
        ino_t inode;
    } files[PLACE_COUNT];
};

/* Of a database in WAL mode that was read once. */
int place_note(sqlite3 *db, struct place *out, struct error *err);
void place_forget(struct place *place);
/* ERR_IO, with what to do, when a file is not there any more, or is another one. Any thread. */
int place_check(const struct place *place, struct error *err);
/* The database is in its place: what else is gone can be made good from what is open. */
bool place_has_database(const struct place *place);

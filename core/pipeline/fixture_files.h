/* Files of a fixture: folders made and removed without following a link. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/str.h"

/* Makes `path` and the folders above it that are not there. */
int folders_make(const char *path, struct error *err);
/* Writes DIR/NAME, a new file; folders in NAME are made. `mode` 0600 or 0666. */
int folder_write(const char *dir, const char *name, struct str bytes, mode_t mode,
                 struct error *err);
/* Removes DIR/NAME, a file or a folder with all that is in it. Nothing there is fine. */
int folder_remove(const char *dir, const char *name, struct error *err);
/* 1: `dir` is not there or is empty; 2: it is a fixture; 0: it holds something else. */
int folder_state(const char *dir, struct error *err);
/* Whether the folder that is open holds a fixture.json as fixture_write begins it. */
bool folder_is_fixture(int dir_fd);
/* ERR_DENIED, ERR_LIMIT, ERR_INVALID unless `dir` holds files and folders alone, FIXTURE_FILES of
 * FIXTURE_BYTES at most, FIXTURE_DEPTH deep. A link, a pipe or a device is refused. */
int folder_check(const char *dir, struct error *err);

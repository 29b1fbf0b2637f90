/* A hidden folder beneath an export's target, where its files are written before they get their
 * names. Its maker holds a lock on it: one that nobody holds was left by a process that was killed,
 * and the next export into that target removes it. */
#pragma once

#include <stddef.h>

#include "base/error.h"

#define EXPORT_STAGE_NAME 64

/* Removes what dead exports left in the folder `dir` (called `to` in messages), then makes a new
 * one. Gives its descriptor, locked, and its name in `name` (EXPORT_STAGE_NAME bytes). */
int export_stage_open(int dir, const char *to, char *name, struct error *err);
/* Removes it, empty or not, and closes. */
void export_stage_close(int dir, int stage, const char *name);

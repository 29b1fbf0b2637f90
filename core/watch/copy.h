/* Moving to another file system: parts of moves.c. */
#pragma once

#include "watch/moves.h"

/* Copies under a hidden name, syncs, renames, looks at `from` again, unlinks it. */
int copy_file(const char *from, const char *to, const struct file_mark *mark, enum moved *out,
              struct error *err);
/* Removes the hidden copy that a kill left beside `to`. */
int copy_clean(const char *to, const struct file_mark *mark, struct error *err);

/* How long a dropped file takes until it is searchable: through a desk that runs, and through the
 * least that could do it, in turns. See ../README.md. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* ---- bare.c: inotify, read, insert into an FTS5 table, commit with fsync ---- */

/* Runs until it is killed; `folder` is there. The exit code. */
int bare_loop(const char *folder, const char *store);
/* Whether the word is in its index. */
struct bare_reader;
struct bare_reader *bare_open(const char *store);
bool bare_finds(struct bare_reader *reader, const char *word);
void bare_close(struct bare_reader *reader);

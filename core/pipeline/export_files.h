/* The files of one export: names that a plugin chose, bytes that it gave, one folder that nothing
 * leaves. Blocking; one thread at a time.
 *
 * Each file is written under a temporary name beside its place, opened beneath the folder with
 * openat2 so that no ".." and no link leads out. When all is written, the files are synced and then
 * renamed. Until then nothing that was there has changed; on failure the temporary files, and the
 * folders that were made for them, are removed. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

struct export_files;

struct export_limits { /* 0: the limit of base/limits.h */
    uint64_t files, file_bytes, bytes;
    unsigned open_files;
};

/* `to`: a folder, made when it is not there (its parent must be). `single`: the one file that may
 * be written gets this name, whatever the plugin calls it; NULL: names are the plugin's. */
int export_files_open(const char *to, const char *single, const struct export_limits *limits,
                      struct export_files **out, struct error *err);
/* Appends to the file `name`, which is made at the first time. ERR_INVALID names the rule that the
 * name breaks, ERR_LIMIT the limit. */
int export_files_append(struct export_files *files, struct str name, struct str bytes,
                        struct error *err);
/* Syncs and renames all. After a failure some files may be in place, each whole. */
int export_files_commit(struct export_files *files, struct error *err);
/* Removes what was not committed, and frees. NULL is fine. */
void export_files_close(struct export_files *files);

uint64_t export_files_count(const struct export_files *files);
uint64_t export_files_bytes(const struct export_files *files);
/* Paths of all of them, export_files_count, beneath the folder as it was given; NULL: no memory. */
const char *const *export_files_names(const struct export_files *files, struct arena *arena);

/* The rules for a name: relative, parts separated by "/", each part 1 to EXPORT_NAME_BYTES bytes of
 * valid UTF-8 without control characters or "\", not ".", "..", not beginning with "." or ending in
 * a blank or "." , and no device name of other systems (CON, NUL, COM1 ...). */
int export_name_check(struct str name, struct error *err);

/* Files: whole reads with a limit, writes that are there or not, names that cannot escape. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/error.h"

/* Reads all of a regular file into `out` (cleared first). ERR_LIMIT when the file is over `max`
 * bytes: the message names the first limit in bytes of base/limits.h with that value. ERR_INVALID
 * when it is no regular file (a pipe or device is not waited for). `info` may be NULL. */
int file_read(const char *path, size_t max, struct buf *out, struct stat *info, struct error *err);
/* The same from an open descriptor (pipes too); `name` is for messages. */
int file_read_fd(int fd, const char *name, size_t max, struct buf *out, struct error *err);
/* Writes all of it, going on after short writes and EINTR. */
int file_write_fd(int fd, const char *name, const void *bytes, size_t len, struct error *err);
/* Temporary name beside it (".NAME.PID-N.part"), fsync, rename, fsync of the folder. What was there
 * is whole until the new one is; on failure the temporary file is removed. */
int file_replace(const char *path, const void *bytes, size_t len, struct error *err);
/* The absolute path of something that exists, without symlinks; mem_alloc'd. */
int file_real_path(const char *path, char **out, struct error *err);
/* dir + "/" + name, mem_alloc'd; NULL when out of memory. */
char *file_join(const char *dir, const char *name);
/* What follows the last slash, within `path`: "" when the path ends in one. */
const char *file_base_name(const char *path);
/* Folder of the running program, mem_alloc'd. */
int file_program_dir(char **out, struct error *err);

/* Opens `name` beneath the folder `dir_fd` with openat2 (RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
 * RESOLVE_NO_MAGICLINKS): the kernel refuses absolute names, links and any ".." that
 * leads out (ERR_DENIED). Gives the descriptor, O_CLOEXEC. `mode` counts with O_CREAT alone. */
int file_open_beneath(int dir_fd, const char *name, int flags, unsigned mode, struct error *err);

void file_close_at(int *fd); /* below zero is fine */
#define FILE_AUTO __attribute__((cleanup(file_close_at)))

/* What tells one state of a file from another, and whether somebody still writes it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

struct file_mark {
    uint64_t device, inode;
    int64_t size, mtime_ns;
};

struct file_mark mark_of(const struct stat *info);
bool mark_same(const struct file_mark *a, const struct file_mark *b);

/* Whether somebody has the file open for writing. A read lease (fcntl F_SETLEASE) is refused then;
 * it is asked for and given back at once. HELD_UNKNOWN where leases are not to be had: another
 * owner's file, a network file system. Blocks no one: a lease that is broken meanwhile is given
 * back right here. `fd` is open for reading alone. */
enum held { HELD_NO, HELD_YES, HELD_UNKNOWN };
enum held mark_held(int fd);

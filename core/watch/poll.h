/* File systems where inotify is blind to what others do. */
#pragma once

#include <stdbool.h>

/* The name ("nfs", "overlay" ...) of the file system of an open folder, when changes can come to it
 * that inotify does not tell of; NULL: it tells of all, or the folder cannot be asked. Source: the
 * magic numbers of statfs(2) and linux/magic.h. */
const char *poll_needed(int fd);
const char *poll_file_system(long type); /* the same for statfs's f_type */
/* Whether it is on this machine all the same: its times are of our clock. NULL: yes. */
bool poll_is_local(const char *file_system);

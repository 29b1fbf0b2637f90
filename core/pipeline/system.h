/* File systems that hold no file that anybody wrote: what the kernel shows of itself. A walk from
 * "/" would read without end in them. */
#pragma once

/* What the file system is called; NULL: it is an ordinary one, or cannot be told. The numbers are
 * the magic numbers of statfs(2) and linux/magic.h. */
const char *system_of(int fd);

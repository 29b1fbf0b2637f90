#include "watch/poll.h"

#include <stddef.h>
#include <string.h>
#include <sys/vfs.h>

/* Others write to these from another machine, from the host of a virtual machine, or below what is
 * mounted. */
static const struct {
    unsigned type;
    const char *name;
} blind[] = {
    {0x00006969, "nfs"},    {0x0000517b, "smb"},   {0xff534d42, "cifs"},    {0xfe534d42, "smb2"},
    {0x65735546, "fuse"},   {0x01021997, "9p"},    {0x794c7630, "overlay"}, {0x00c36400, "ceph"},
    {0x73757245, "coda"},   {0x5346414f, "afs"},   {0x6b414653, "kafs"},    {0x01161970, "gfs2"},
    {0x0bd00bd0, "lustre"}, {0x7461636f, "ocfs2"}, {0x786f4256, "vboxsf"},  {0xbacbacbc, "vmhgfs"},
    {0x0000564c, "ncp"},    {0x61756673, "aufs"},
};

const char *poll_file_system(long type)
{
    for (size_t i = 0; i < sizeof blind / sizeof *blind; i++)
        if (blind[i].type == (unsigned)type)
            return blind[i].name;
    return NULL;
}

const char *poll_needed(int fd)
{
    struct statfs info;
    return fstatfs(fd, &info) == 0 ? poll_file_system((long)info.f_type) : NULL;
}

bool poll_is_local(const char *file_system)
{
    return !file_system || strcmp(file_system, "overlay") == 0 || strcmp(file_system, "aufs") == 0;
}

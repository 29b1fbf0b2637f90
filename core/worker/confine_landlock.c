/* Landlock by bare system calls: Debian 12's headers know its first version only. Each version of
 * the kernel's interface adds rights that a ruleset can take away; we take all, and give back none.
 */
#include "worker/confine_parts.h"

#include <errno.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#define RULESET_VERSION (1U << 0)

#define FS_VERSION_1 ((UINT64_C(1) << 13) - 1) /* execute ... make_sym */
#define FS_REFER     (UINT64_C(1) << 13)       /* version 2 */
#define FS_TRUNCATE  (UINT64_C(1) << 14)       /* version 3 */
#define FS_IOCTL_DEV (UINT64_C(1) << 15)       /* version 5 */
#define NET_TCP      (UINT64_C(3))             /* version 4: bind and connect */
#define SCOPE_ALL    (UINT64_C(3))             /* version 6: abstract sockets and signals */

struct ruleset {
    uint64_t fs, net, scoped;
};

int confine_landlock(struct error *err)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, RULESET_VERSION);
    if (version < 1)
        return 0; /* no such kernel, or switched off: the filter stands without it */
    struct ruleset rules = {
        .fs = FS_VERSION_1 | (version >= 2 ? FS_REFER : 0) | (version >= 3 ? FS_TRUNCATE : 0) |
              (version >= 5 ? FS_IOCTL_DEV : 0),
        .net = version >= 4 ? NET_TCP : 0,
        .scoped = version >= 6 ? SCOPE_ALL : 0,
    };
#ifdef COPYDESK_SANITIZED
    rules.fs &= ~(UINT64_C(1) << 2 | UINT64_C(1) << 3); /* reports read /proc/self/maps */
#endif
    int fd = (int)syscall(SYS_landlock_create_ruleset, &rules, sizeof rules, 0);
    if (fd < 0)
        return error_errno(err, errno, "a worker cannot make a Landlock ruleset");
    long rc = syscall(SYS_landlock_restrict_self, fd, 0);
    int why = errno;
    close(fd);
    if (rc < 0)
        return error_errno(err, why, "a worker cannot confine itself with Landlock");
    return 0;
}

/* What this machine brings along: versions, limits, and what the walls are built of. */
#include <jansson.h>
#include <lua.h>
#include <msgpack.h>
#include <seccomp.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <uv.h>
#include <zstd.h>

#include "cli/doctor.h"

#define OPEN_FILES    256  /* a host with its workers, an export and a watch */
#define WATCHES       8192 /* folders: what Linux gave before it counted memory */
#define LANDLOCK_WANT 1

/* The first line of a small file of /proc or /sys, or "". */
static const char *first_line(const char *path, char *out, size_t size)
{
    FILE *file = fopen(path, "re");
    out[0] = '\0';
    if (!file)
        return out;
    if (!fgets(out, (int)size, file))
        out[0] = '\0';
    out[strcspn(out, "\n")] = '\0';
    fclose(file);
    return out;
}

static long number_in(const char *path)
{
    char line[64];
    first_line(path, line, sizeof line);
    return line[0] ? strtol(line, NULL, 10) : -1;
}

static void say_libraries(struct doctor *doctor)
{
    const struct scmp_version *v = seccomp_version();
    doctor_say(doctor, DOCTOR_WELL, "version", NULL,
               "copydesk %s; Lua %s.%s, libuv %s, SQLite %s, jansson %s, msgpack %s, zstd %s, "
               "libseccomp %u.%u.%u",
               COPYDESK_VERSION, LUA_VERSION_MAJOR "." LUA_VERSION_MINOR, LUA_VERSION_RELEASE,
               uv_version_string(), sqlite3_libversion(), jansson_version_str(), msgpack_version(),
               ZSTD_versionString(), v ? v->major : 0, v ? v->minor : 0, v ? v->micro : 0);
}

/* tzdata says its version in the first line of tzdata.zi, "# version 2026a", or in +VERSION. */
static void say_tzdata(struct doctor *doctor)
{
    char path[512], line[128] = "";
    const char *given = getenv("TZDIR");
    const char *folder = given && given[0] ? given : "/usr/share/zoneinfo";
    if (access(folder, R_OK | X_OK) < 0) {
        doctor_say(doctor, DOCTOR_UNWELL, "zones", "install the package tzdata",
                   "there are no time zones in %s, so that no job can have one", folder);
        return;
    }
    snprintf(path, sizeof path, "%.400s/tzdata.zi", folder);
    const char *version = first_line(path, line, sizeof line);
    if (strncmp(version, "# version ", 10) == 0) {
        version += 10;
    } else {
        snprintf(path, sizeof path, "%.400s/+VERSION", folder);
        version = first_line(path, line, sizeof line);
    }
    doctor_say(doctor, DOCTOR_WELL, "zones", NULL, "tzdata %s in %s",
               version[0] ? version : "of an unknown version", folder);
}

static void say_walls(struct doctor *doctor)
{
    char actions[256];
    struct utsname name = {0};
    const long landlock = syscall(SYS_landlock_create_ruleset, NULL, 0, 1);
    uname(&name);
    first_line("/proc/sys/kernel/seccomp/actions_avail", actions, sizeof actions);
    if (strstr(actions, "trap"))
        doctor_say(doctor, DOCTOR_WELL, "walls", NULL,
                   "seccomp (the filter of system calls) is there; Linux %s", name.release);
    else
        doctor_say(doctor, DOCTOR_UNWELL, "walls", "run it on a kernel with CONFIG_SECCOMP_FILTER",
                   "Linux %s has no seccomp filters, so that no worker starts", name.release);
    if (landlock >= LANDLOCK_WANT)
        doctor_say(doctor, DOCTOR_WELL, "walls", NULL, "Landlock version %ld is there", landlock);
    else
        doctor_say(doctor, DOCTOR_NOTE, "walls", "add landlock to the kernel's lsm= list",
                   "Landlock is not there; the filter of system calls stands without it");
    if (geteuid() == 0)
        doctor_say(doctor, DOCTOR_NOTE, "walls", "run copydesk as an ordinary user",
                   "you are root; workers run as nobody, the host does not");
}

static void say_open_files(struct doctor *doctor)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return;
    const bool few = limit.rlim_cur < OPEN_FILES;
    doctor_say(doctor, few ? DOCTOR_UNWELL : DOCTOR_WELL, "limits",
               few ? "run ulimit -n 1024" : NULL, "%llu open files a process%s",
               (unsigned long long)limit.rlim_cur,
               few ? ", which is too few for a desk that watches and exports" : "");
}

static void say_watches(struct doctor *doctor)
{
    const long watches = number_in("/proc/sys/fs/inotify/max_user_watches");
    const long instances = number_in("/proc/sys/fs/inotify/max_user_instances");
    if (watches < 0) {
        doctor_say(doctor, DOCTOR_NOTE, "limits", NULL,
                   "inotify is not there; watched folders are looked through again and again");
        return;
    }
    const bool few = watches < WATCHES || instances < 2;
    doctor_say(doctor, few ? DOCTOR_NOTE : DOCTOR_WELL, "limits",
               few ? "raise fs.inotify.max_user_watches with sysctl" : NULL,
               "%ld folders may be watched (inotify), by %ld processes", watches, instances);
}

void doctor_machine(struct doctor *doctor)
{
    say_libraries(doctor);
    say_tzdata(doctor);
    say_walls(doctor);
    say_open_files(doctor);
    say_watches(doctor);
}

#include "worker/confine.h"

#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "worker/confine_parts.h"

static int drop_root(struct error *err)
{
    if (geteuid() != 0 && getuid() != 0)
        return 0;
    if (setgroups(0, NULL) < 0 || setresgid(CONFINE_UID, CONFINE_UID, CONFINE_UID) < 0 ||
        setresuid(CONFINE_UID, CONFINE_UID, CONFINE_UID) < 0)
        return error_errno(err, errno,
                           "a worker started as root cannot become uid %d; run copydesk as an "
                           "ordinary user",
                           CONFINE_UID);
    if (setuid(0) == 0)
        return error_set(err, ERR_DENIED, "a worker could become root again");
    return 0;
}

/* After the change of uid, which clears both. */
static int set_process_flags(struct error *err)
{
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
        return error_errno(err, errno, "a worker cannot set its process flags");
    return 0;
}

static int limit_to(int resource, rlim_t value, const char *name, struct error *err)
{
    struct rlimit limit;
    if (getrlimit((__rlimit_resource_t)resource, &limit) < 0)
        return error_errno(err, errno, "a worker cannot read %s", name);
    if (limit.rlim_max < value) /* whoever started us drew a tighter wall */
        value = limit.rlim_max;
    limit = (struct rlimit){value, value};
    if (setrlimit((__rlimit_resource_t)resource, &limit) < 0)
        return error_errno(err, errno, "a worker cannot set %s", name);
    return 0;
}

static int set_limits(const struct confine *walls, struct error *err)
{
    int rc = limit_to(RLIMIT_CORE, 0, "RLIMIT_CORE", err);
    if (rc >= 0)
        rc = limit_to(RLIMIT_NPROC, 0, "RLIMIT_NPROC", err);
    if (rc >= 0)
        rc = limit_to(RLIMIT_FSIZE, 0, "RLIMIT_FSIZE", err);
#ifdef COPYDESK_SANITIZED
    (void)walls;
#else
    if (rc >= 0)
        rc = limit_to(RLIMIT_NOFILE, 0, "RLIMIT_NOFILE", err);
    if (rc >= 0)
        rc = limit_to(RLIMIT_AS, walls->address_bytes, "RLIMIT_AS", err);
#endif
    return rc;
}

static int close_all_but(int keep, struct error *err)
{
    unsigned first = 0;
#ifdef COPYDESK_SANITIZED
    first = STDERR_FILENO + 1; /* a sanitizer's report must be seen */
#endif
    if ((keep > (int)first && close_range(first, (unsigned)keep - 1, 0) < 0) ||
        close_range((unsigned)keep + 1, ~0U, 0) < 0)
        return error_errno(err, errno, "a worker cannot close its descriptors");
    return 0;
}

static int set_environment(char *const *env, struct error *err)
{
    clearenv();
    for (size_t i = 0; env && env[i]; i++)
        if (putenv(env[i]) != 0)
            return error_set(err, ERR_NOMEM, "no memory for a worker's environment");
    return 0;
}

int confine(const struct confine *walls, struct error *err)
{
    if (set_environment(walls->env, err) < 0)
        return err->code;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return error_errno(err, errno, "a worker cannot give up new privileges");
    int rc = confine_landlock(err);
    if (rc >= 0)
        rc = drop_root(err);
    if (rc >= 0)
        rc = set_process_flags(err);
    if (rc >= 0)
        rc = close_all_but(walls->fd, err);
    if (rc >= 0)
        rc = set_limits(walls, err);
    if (rc >= 0)
        rc = confine_filter(walls->page, err);
    return rc;
}

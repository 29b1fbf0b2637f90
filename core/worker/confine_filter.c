/* The allow-list of system calls. It was made by watching (strace) what Lua, ICU, msgpack-c and the
 * C library do while plugins run: memory, time, signals to oneself, and reading and writing the one
 * descriptor that is left. Memory can never become executable.
 *
 * What is not on the list raises SIGSYS, whose handler notes the call's number in the progress page
 * and dies of the same signal. The handler cannot be replaced: rt_sigaction on SIGSYS is itself not
 * on the list. When SIGSYS is blocked the kernel kills at once, and the call stays unnamed. */
#include "worker/confine_parts.h"

#include <errno.h>
#include <seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct page *noted;

static void on_refused(int signal, siginfo_t *info, void *context)
{
    (void)context;
    if (noted)
        atomic_store(&noted->refused, info->si_syscall + 1);
    /* SA_RESETHAND has put the default action back. */
    syscall(SYS_tgkill, getpid(), gettid(), signal);
}

static int watch_refusals(struct page *page, struct error *err)
{
    struct sigaction action = {.sa_sigaction = on_refused,
                               .sa_flags = SA_SIGINFO | SA_RESETHAND | SA_NODEFER};
    noted = page;
    sigemptyset(&action.sa_mask);
    if (sigaction(SIGSYS, &action, NULL) < 0)
        return error_errno(err, errno, "a worker cannot handle SIGSYS");
    return 0;
}

static const int allowed[] = {
    SCMP_SYS(read),
    SCMP_SYS(write),
    SCMP_SYS(writev), /* the C library's last words go to a closed stderr */
    /* memory; mmap and mprotect below */
    SCMP_SYS(brk),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(sysinfo), /* qsort asks how much memory there is */
    /* time: the soft budget's timer */
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_getres),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(timer_create),
    SCMP_SYS(timer_settime),
    SCMP_SYS(timer_gettime),
    SCMP_SYS(timer_getoverrun),
    SCMP_SYS(timer_delete),
    SCMP_SYS(setitimer),
    SCMP_SYS(getitimer),
    SCMP_SYS(restart_syscall),
    /* signals to oneself; rt_sigaction and tgkill below */
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigpending),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    /* locks, random numbers, the end */
    SCMP_SYS(futex),
    SCMP_SYS(sched_yield),
    SCMP_SYS(getrandom),
    SCMP_SYS(getrusage),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
#ifdef COPYDESK_SANITIZED
    SCMP_SYS(openat),
    SCMP_SYS(close),
    SCMP_SYS(lseek),
    SCMP_SYS(fstat),
    SCMP_SYS(newfstatat),
    SCMP_SYS(readlink),
    SCMP_SYS(readlinkat),
    SCMP_SYS(pread64),
    SCMP_SYS(fcntl),
    SCMP_SYS(getdents64),
    SCMP_SYS(ioctl),
    SCMP_SYS(prctl),
    SCMP_SYS(prlimit64),
    SCMP_SYS(getrlimit),
    SCMP_SYS(uname),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(nanosleep),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(getuid),
    SCMP_SYS(mincore),
#endif
};

static int allow_with(scmp_filter_ctx filter, int call, struct scmp_arg_cmp condition)
{
    return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call, 1, &condition);
}

static int add_rules(scmp_filter_ctx filter)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < sizeof allowed / sizeof *allowed; i++)
        rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
    if (rc == 0)
        rc = allow_with(filter, SCMP_SYS(mmap), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    if (rc == 0)
        rc = allow_with(filter, SCMP_SYS(mprotect), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    if (rc == 0)
        rc = allow_with(filter, SCMP_SYS(rt_sigaction), SCMP_A0(SCMP_CMP_NE, SIGSYS, 0));
    if (rc == 0)
        rc = allow_with(filter, SCMP_SYS(tgkill), SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0));
    return rc;
}

int confine_filter(struct page *page, struct error *err)
{
    int rc = watch_refusals(page, err);
    if (rc < 0)
        return rc;
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_TRAP);
    if (!filter)
        return error_set(err, ERR_NOMEM, "a worker cannot make its filter: out of memory");
    rc = add_rules(filter);
    if (rc == 0)
        rc = seccomp_load(filter);
    seccomp_release(filter);
    if (rc != 0)
        return error_errno(err, -rc,
                           "a worker cannot close its system call filter (does the kernel have "
                           "seccomp?)");
    return 0;
}

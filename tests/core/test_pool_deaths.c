/* Native plugins that do what no plugin may. Each time: the host lives, every other job is
 * answered, and the fault names the guard, the plugin and the signal or call. */
#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "pool_harness.h"

#ifdef COPYDESK_SANITIZED
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

enum { GOOD, BAD };

/* What a call may take: little where the test is about time, and else more than any machine under
 * load needs. */
enum { SHORT_MS = 300, LONG_MS = 30000 };

/* The bad job among good ones, in front, in the middle and behind; gives what became of it. */
static struct harness_job run_among_others(const char *bad, uint64_t call_ms)
{
    struct harness *h =
        harness_open_hostile(&(struct pool_options){.worker_bytes = 200 * MIB, .call_ms = call_ms});
    harness_ship_native(h, GOOD, "ok");
    harness_ship_native(h, BAD, bad);
    for (int i = 0; i < 9; i++)
        harness_ask(h, i == 4 ? BAD : GOOD);
    harness_run(h);
    for (unsigned i = 0; i < h->count; i++)
        if (i != 4) {
            if (h->jobs[i].faulted)
                fail_msg("job %u: %s", i, h->jobs[i].message);
            assert_string_equal(h->jobs[i].label, "ok");
        }
    struct harness_job job = h->jobs[4];
    harness_close(h);
    return job;
}

static void assert_fault(const char *bad, enum guard guard, const char *words)
{
    struct harness_job job = run_among_others(bad, guard == GUARD_TIME ? SHORT_MS : LONG_MS);
    assert_true(job.faulted);
    if (!strstr(job.message, words))
        fail_msg("'%s' does not say '%s'", job.message, words);
    assert_int_equal(job.guard, guard);
    assert_int_equal(job.plugin, BAD);
    char title[256];
    snprintf(title, sizeof title, "tag/%s", bad);
    assert_non_null(strstr(job.message, title));
}

#define DEATH(name, guard, words)                                                                  \
    static void name##_is_named(void **state)                                                      \
    {                                                                                              \
        (void)state;                                                                               \
        assert_fault(#name, guard, words);                                                         \
    }
DEATH(aborts, GUARD_KILLED, "SIGABRT")
DEATH(exits, GUARD_KILLED, "exit code 7")
DEATH(open_socket, GUARD_KILLED, "called socket")
DEATH(forks, GUARD_KILLED, "called clone")
DEATH(execs, GUARD_KILLED, "called execve")
DEATH(traces, GUARD_KILLED, "called ptrace")
DEATH(kills_host, GUARD_KILLED, "called kill")
DEATH(exec_memory, GUARD_KILLED, "called mmap")
DEATH(catch_refusal, GUARD_KILLED, "called rt_sigaction")
DEATH(spins, GUARD_TIME, "did not stop")
DEATH(frame_huge, GUARD_ANSWER, "FRAME_BYTES")
DEATH(frame_empty, GUARD_ANSWER, "refused")
DEATH(frame_count, GUARD_ANSWER, "more values than there are bytes")
DEATH(frame_deep, GUARD_ANSWER, "FRAME_DEPTH")
DEATH(frame_other, GUARD_ANSWER, "another job")
DEATH(frame_utf8, GUARD_ANSWER, "UTF-8")
DEATH(frame_logs, GUARD_ANSWER, "LOG_LINES_PER_CALL")
DEATH(frame_cut, GUARD_TIME, "did not stop")

static void segfault_is_named(void **state)
{
    (void)state;
    if (SANITIZED) { /* the sanitizer catches it and exits */
        struct harness_job job = run_among_others("segfault", LONG_MS);
        assert_true(job.faulted);
        return;
    }
    assert_fault("segfault", GUARD_KILLED, "SIGSEGV");
}

static void open_file_is_named(void **state)
{
    (void)state;
    if (SANITIZED) {
        print_message("skipped: reports of sanitizers open files, so their filter lets it through "
                      "to Landlock\n");
        skip();
    }
    assert_fault("open_file", GUARD_KILLED, "called open");
}

/* Sanitizers' reports open files, so there the filter lets the call through, and Landlock alone has
 * to stop it: /tmp is open to every uid. */
static void write_file_is_named(void **state)
{
    (void)state;
    if (!SANITIZED) {
        assert_fault("write_file", GUARD_KILLED, "called open");
        return;
    }
    if (syscall(SYS_landlock_create_ruleset, NULL, 0, 1) < 1) {
        print_message("skipped: this kernel has no Landlock\n");
        skip();
    }
    struct harness_job job = run_among_others("write_file", LONG_MS);
    assert_false(job.faulted);
    assert_string_equal(job.label, "ok");
}

static void memory_ends_at_the_wall(void **state)
{
    (void)state;
    if (SANITIZED) {
        print_message("skipped: sanitizers reserve terabytes, so RLIMIT_AS is left out\n");
        skip();
    }
    assert_fault("allocates", GUARD_KILLED, "SIGABRT");
}

static void the_environment_is_empty(void **state)
{
    (void)state;
    setenv("COPYDESK_TEST_SECRET", "secret", 1);
    struct harness_job job = run_among_others("environment", LONG_MS);
    assert_false(job.faulted);
    assert_string_equal(job.label, "empty");
}

static void a_bad_answer_costs_no_worker(void **state)
{
    (void)state;
    struct harness_job job = run_among_others("bad_answer", LONG_MS);
    assert_false(job.faulted);
    assert_int_equal(job.inner_guard, GUARD_ANSWER);
}

/* The worker lies about what it is at: others may be tried again, but are answered, and the job
 * itself ends at the job's wall. */
static void a_scribbled_page_harms_nobody_else(void **state)
{
    (void)state;
    struct harness_job job = run_among_others("scribbles_and_dies", SHORT_MS);
    assert_true(job.faulted);
    job = run_among_others("scribbles", SHORT_MS);
    assert_true(job.faulted);
    assert_int_equal(job.guard, GUARD_TIME);
}

/* Both frames for one job are well formed: the first counts, the second is nobody's. */
static void a_second_answer_is_refused(void **state)
{
    (void)state;
    struct harness_job job = run_among_others("frame_twice", LONG_MS);
    assert_int_equal(job.answers, 1);
}

static void a_blamed_job_is_tried_twice_and_workers_are_replaced(void **state)
{
    (void)state;
    struct pool_usage usage;
    struct harness *h = harness_open_hostile(NULL);
    harness_ship_native(h, BAD, "aborts");
    harness_ask(h, BAD);
    harness_run(h);
    pool_usage(h->pool, &usage);
    assert_int_equal(usage.replaced, 2);
    assert_int_equal(h->jobs[0].job.tries, 2);
    harness_close(h);
}

static void many_bad_jobs_do_not_stop_the_good_ones(void **state)
{
    (void)state;
    struct harness *h = harness_open_hostile(NULL);
    harness_ship_native(h, GOOD, "ok");
    harness_ship_native(h, BAD, "aborts");
    for (int i = 0; i < 60; i++)
        harness_ask(h, i % 4 == 3 ? BAD : GOOD);
    harness_run(h);
    for (unsigned i = 0; i < h->count; i++)
        assert_int_equal(h->jobs[i].faulted, i % 4 == 3);
    harness_close(h);
}

/* The uid that a running worker has, from /proc. */
static uid_t worker_uid(struct harness *h)
{
    char path[512];
    harness_ship_native(h, 7, "pid");
    struct harness_job *j = harness_ask(h, 7);
    harness_run(h);
    snprintf(path, sizeof path, "/proc/%s/status", j->label);
    FILE *status = fopen(path, "r");
    assert_non_null(status);
    unsigned uid = 0;
    char line[256];
    while (fgets(line, sizeof line, status))
        if (sscanf(line, "Uid: %u", &uid) == 1)
            break;
    fclose(status);
    return uid;
}

static void a_worker_is_never_root(void **state)
{
    (void)state;
    struct harness *h = harness_open_hostile(NULL);
    uid_t uid = worker_uid(h);
    assert_int_not_equal(uid, 0);
    if (getuid() != 0)
        assert_int_equal(uid, getuid());
    harness_close(h);
}

/* Nothing but the socket is open, nobody can attach or read its memory, and what it may never be
 * given back is gone. */
static void a_worker_holds_one_descriptor_and_no_privileges(void **state)
{
    (void)state;
    char path[512], line[256];
    struct harness *h = harness_open_hostile(NULL);
    harness_ship_native(h, 7, "pid");
    struct harness_job *j = harness_ask(h, 7);
    harness_run(h);
    unsigned long caps = 1;
    int no_new_privs = 0, seccomp = 0;
    snprintf(path, sizeof path, "/proc/%s/status", j->label);
    FILE *status = fopen(path, "r");
    assert_non_null(status);
    while (fgets(line, sizeof line, status)) {
        sscanf(line, "CapEff: %lx", &caps);
        sscanf(line, "NoNewPrivs: %d", &no_new_privs);
        sscanf(line, "Seccomp: %d", &seccomp);
    }
    fclose(status);
    assert_int_equal(caps, 0);
    assert_int_equal(no_new_privs, 1);
    assert_int_equal(seccomp, 2);
    if (getuid() != 0) {
        snprintf(path, sizeof path, "/proc/%s/mem", j->label);
        assert_null(fopen(path, "r"));
        assert_int_equal(errno, EACCES);
    }
    harness_close(h);
}

/* A host of its own, with a worker that spins: the worker's pid goes through the pipe. */
static void doomed_host(int pipe_fd)
{
    struct harness *h =
        harness_open_hostile(&(struct pool_options){.workers = 1, .call_ms = 60000});
    harness_ship_native(h, 0, "pid");
    harness_ship_native(h, 1, "spins");
    struct harness_job *j = harness_ask(h, 0);
    harness_run(h);
    harness_ask(h, 1);
    uv_run(&h->loop, UV_RUN_NOWAIT);
    uv_run(&h->loop, UV_RUN_NOWAIT);
    if (write(pipe_fd, j->label, sizeof j->label) < 0)
        _exit(1);
    for (;;)
        uv_run(&h->loop, UV_RUN_ONCE);
}

static void a_worker_dies_with_its_host(void **state)
{
    (void)state;
    int ends[2];
    char label[256] = "";
    assert_int_equal(pipe(ends), 0);
    pid_t host = fork();
    assert_true(host >= 0);
    if (host == 0)
        doomed_host(ends[1]);
    assert_true(read(ends[0], label, sizeof label) > 0);
    pid_t worker = (pid_t)atoi(label);
    assert_true(worker > 0 && kill(worker, 0) == 0);
    kill(host, SIGKILL);
    waitpid(host, NULL, 0);
    for (int i = 0; i < 200 && kill(worker, 0) == 0; i++)
        usleep(10 * 1000);
    assert_int_equal(kill(worker, 0), -1);
    close(ends[0]);
    close(ends[1]);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(segfault_is_named),
    cmocka_unit_test(aborts_is_named),
    cmocka_unit_test(exits_is_named),
    cmocka_unit_test(open_file_is_named),
    cmocka_unit_test(write_file_is_named),
    cmocka_unit_test(open_socket_is_named),
    cmocka_unit_test(forks_is_named),
    cmocka_unit_test(execs_is_named),
    cmocka_unit_test(traces_is_named),
    cmocka_unit_test(kills_host_is_named),
    cmocka_unit_test(exec_memory_is_named),
    cmocka_unit_test(catch_refusal_is_named),
    cmocka_unit_test(spins_is_named),
    cmocka_unit_test(memory_ends_at_the_wall),
    cmocka_unit_test(frame_huge_is_named),
    cmocka_unit_test(frame_empty_is_named),
    cmocka_unit_test(frame_count_is_named),
    cmocka_unit_test(frame_deep_is_named),
    cmocka_unit_test(frame_other_is_named),
    cmocka_unit_test(frame_utf8_is_named),
    cmocka_unit_test(frame_logs_is_named),
    cmocka_unit_test(frame_cut_is_named),
    cmocka_unit_test(a_second_answer_is_refused),
    cmocka_unit_test(the_environment_is_empty),
    cmocka_unit_test(a_bad_answer_costs_no_worker),
    cmocka_unit_test(a_scribbled_page_harms_nobody_else),
    cmocka_unit_test(a_blamed_job_is_tried_twice_and_workers_are_replaced),
    cmocka_unit_test(many_bad_jobs_do_not_stop_the_good_ones),
    cmocka_unit_test(a_worker_dies_with_its_host),
    cmocka_unit_test(a_worker_is_never_root),
    cmocka_unit_test(a_worker_holds_one_descriptor_and_no_privileges),
};

/* As root everything runs twice: once as root, whose workers must become somebody else, and once as
 * an ordinary user, for whom the walls must hold as well. */
int main(void)
{
    if (getuid() != 0)
        return cmocka_run_group_tests(tests, NULL, NULL);
    pid_t child = fork();
    if (child == 0) {
        if (setgid(65533) < 0 || setuid(65533) < 0)
            _exit(99);
        _exit(cmocka_run_group_tests_name("as an ordinary user", tests, NULL, NULL));
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) < 0)
        return 1;
    int failed = cmocka_run_group_tests_name("as root", tests, NULL, NULL);
    return failed + (WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

/* Tag stages that do what no plugin may, one each. The host must outlive them all. */
#include <copydesk/plugin.h>

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define SOCKET_FD 3 /* the worker's socket: known to whoever reads its source */

typedef int behaviour(const struct desk_output *output);

extern char **environ;
static volatile uint64_t *page; /* the progress page, found before the walls closed */

/* [{"scheme": "test", "label": text}] */
static int answer_label(const struct desk_output *output, const char *text)
{
    char bytes[256];
    size_t len = strlen(text);
    int head = snprintf(bytes, sizeof bytes, "\x91\x82\xa6scheme\xa4test\xa5label\xd9%c%s",
                        (char)len, text);
    return output->write(output->state, bytes, (size_t)head);
}

static int ok(const struct desk_output *output)
{
    return answer_label(output, "ok");
}

static int pid(const struct desk_output *output)
{
    char text[32];
    snprintf(text, sizeof text, "%d", (int)getpid());
    return answer_label(output, text);
}

static int slow(const struct desk_output *output)
{
    struct timespec now, begun;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begun);
    do
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    while ((now.tv_sec - begun.tv_sec) * 1000 + (now.tv_nsec - begun.tv_nsec) / 1000000 < 20);
    return answer_label(output, "slow");
}

static int bad_answer(const struct desk_output *output)
{
    return output->write(output->state, "\xdd\xff\xff\xff\xff", 5);
}

static int segfault(const struct desk_output *output)
{
    (void)output;
    volatile int *volatile nowhere = (volatile int *)(uintptr_t)8;
    *nowhere = 1;
    return 0;
}

static int aborts(const struct desk_output *output)
{
    (void)output;
    abort();
}

static int exits(const struct desk_output *output)
{
    (void)output;
    exit(7);
}

static int open_file(const struct desk_output *output)
{
    return open("/etc/passwd", O_RDONLY) >= 0 ? answer_label(output, "open") : ok(output);
}

static int write_file(const struct desk_output *output)
{
    return open("/tmp/copydesk-was-here", O_CREAT | O_WRONLY, 0600) >= 0
               ? answer_label(output, "open")
               : ok(output);
}

static int open_socket(const struct desk_output *output)
{
    return socket(AF_INET, SOCK_STREAM, 0) >= 0 ? answer_label(output, "open") : ok(output);
}

static int forks(const struct desk_output *output)
{
    return fork() >= 0 ? answer_label(output, "forked") : ok(output);
}

static int execs(const struct desk_output *output)
{
    char name[] = "/bin/true";
    char *args[] = {name, NULL};
    execv(name, args);
    return ok(output);
}

static int traces(const struct desk_output *output)
{
    ptrace(PTRACE_TRACEME, 0, NULL, NULL);
    return ok(output);
}

static int kills_host(const struct desk_output *output)
{
    kill(1, SIGTERM);
    return ok(output);
}

/* Memory that can be run would make any hole a way out. */
static int exec_memory(const struct desk_output *output)
{
    void *at =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return at != MAP_FAILED ? answer_label(output, "mapped") : ok(output);
}

static int catch_refusal(const struct desk_output *output)
{
    /* the bare call: ThreadSanitizer has a signal() of its own */
    const struct {
        void (*handler)(int);
        unsigned long flags;
        void (*restorer)(void);
        unsigned long mask;
    } ignore = {.handler = SIG_IGN};
    (void)syscall(SYS_rt_sigaction, SIGSYS, &ignore, NULL, sizeof ignore.mask);
    return answer_label(output, "caught");
}

static int environment(const struct desk_output *output)
{
    return answer_label(output, environ && environ[0] ? environ[0]
                                : getenv("PATH")      ? "PATH"
                                                      : "empty");
}

static int allocates(const struct desk_output *output)
{
    size_t total = 0;
    for (;;) {
        char *at = malloc(16 << 20);
        if (!at)
            break;
        memset(at, 1, 16 << 20);
        total += 16;
        if (total > 8192)
            return answer_label(output, "endless");
    }
    abort();
}

static int spins(const struct desk_output *output)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    volatile bool forever = output;
    while (forever)
        ;
    return 0;
}

/* Calls seem to begin and end without pause, so that only the job's own wall can stop it. */
static int scribbles(const struct desk_output *output)
{
    (void)output;
    for (uint64_t i = 0;; i++)
        for (int k = 0; page && k < 512; k++)
            page[k] = i * UINT64_C(0x9E3779B97F4A7C15) + (uint64_t)k;
    return 0;
}

static int scribbles_and_dies(const struct desk_output *output)
{
    if (page)
        memset((void *)(uintptr_t)page, 0xFF, 4096);
    return segfault(output);
}

static void say(const char *bytes, size_t len)
{
    if (write(SOCKET_FD, bytes, len) != (ssize_t)len)
        abort();
}

static int frame_huge(const struct desk_output *output)
{
    say("\xff\xff\xff\xff", 4);
    return ok(output);
}

static int frame_empty(const struct desk_output *output)
{
    say("\0\0\0\0", 4);
    return ok(output);
}

static int frame_count(const struct desk_output *output)
{
    say("\x05\0\0\0\xdd\xff\xff\xff\xff", 9);
    return ok(output);
}

static int frame_deep(const struct desk_output *output)
{
    char bytes[4 + 1000];
    memset(bytes, 0x91, sizeof bytes);
    memcpy(bytes, "\xe8\x03\0\0", 4);
    bytes[sizeof bytes - 1] = (char)0xc0;
    say(bytes, sizeof bytes);
    return ok(output);
}

static int frame_other(const struct desk_output *output) /* [ANSWER, 999999, {}] */
{
    say("\x08\0\0\0\x93\x05\xce\x00\x0f\x42\x3f\x80", 12);
    return ok(output);
}

/* [ANSWER, the job at work, {}], which the worker then answers again */
static int frame_twice(const struct desk_output *output)
{
    char bytes[] = "\x0c\0\0\0\x93\x05\xcf........\x80";
    for (int i = 0; page && i < 8; i++)
        bytes[7 + i] = (char)(page[0] >> (56 - 8 * i));
    say(bytes, sizeof bytes - 1);
    return ok(output);
}

static int frame_utf8(const struct desk_output *output) /* [LOG, 0, 0, -1, "\xff\xfe"] */
{
    say("\x08\0\0\0\x95\x07\x00\x00\xff\xa2\xff\xfe", 12);
    return ok(output);
}

static int frame_logs(const struct desk_output *output)
{
    for (int i = 0; i < 100000; i++)
        say("\x07\0\0\0\x95\x07\x00\x00\xff\xa1x", 11);
    return ok(output);
}

static int frame_cut(const struct desk_output *output)
{
    say("\x64\0\0\0\x93\x05", 6);
    return spins(output);
}

/* clang-format off */
#define BEHAVIOURS(X) \
    X(ok) X(pid) X(slow) X(bad_answer) X(segfault) X(aborts) X(exits) X(open_file) X(write_file) \
    X(open_socket) X(forks) X(execs) X(traces) X(kills_host) X(exec_memory) X(catch_refusal) \
    X(environment) X(allocates) X(spins) X(scribbles) X(scribbles_and_dies) X(frame_huge) \
    X(frame_empty) X(frame_count) X(frame_deep) X(frame_other) X(frame_twice) X(frame_utf8) \
    X(frame_logs) X(frame_cut)
/* clang-format on */

static int run(void *state, const void *input, size_t size, const struct desk_output *output,
               struct desk_error *error)
{
    behaviour *const *what = state;
    (void)input;
    (void)size;
    (void)error;
    return (*what)(output);
}

#define POINTER(name) static behaviour *pointer_##name = name;
BEHAVIOURS(POINTER)
#undef POINTER

static const struct desk_stage stages[] = {
#define STAGE(word)                                                                                \
    {.size = sizeof(struct desk_stage),                                                            \
     .kind = "tag",                                                                                \
     .name = #word,                                                                                \
     .version = "1",                                                                               \
     .about = "Misbehaves.",                                                                       \
     .state = &pointer_##word,                                                                     \
     .run = run},
    BEHAVIOURS(STAGE)
#undef STAGE
};

static void find_page(void)
{
    char line[512];
    unsigned long begin = 0;
    FILE *maps = fopen("/proc/self/maps", "r");
    while (maps && fgets(line, sizeof line, maps))
        if (strstr(line, "copydesk-page") && sscanf(line, "%lx-", &begin) == 1)
            page = (volatile uint64_t *)begin;
    if (maps)
        fclose(maps);
}

static int init(const struct desk_host *host, struct desk_error *error)
{
    int rc = 0;
    find_page();
    for (size_t i = 0; rc == 0 && i < sizeof stages / sizeof *stages; i++)
        rc = host->register_stage(host, &stages[i], error);
    return rc;
}

DESK_PLUGIN_EXPORT const struct desk_plugin_info desk_plugin_info = {
    DESK_PLUGIN_INFO_HEAD, .name = "hostile", .version = "1", .about = "Misbehaves.", .init = init};

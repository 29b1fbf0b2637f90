/* latency [--rounds N] [--burst N] [--dir DIR]
 *
 * Prints one JSON object. The exit code is 1 when something did not work or a file of the burst was
 * missed; figures that miss their goal are no failure. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <getopt.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "control/client.h"
#include "latency.h"
#include "pipeline/desk.h"
#include "store/query.h"

#define SETTLE_MS      50
#define LOOK_US        200 /* between two looks */
#define PATIENCE_US    (INT64_C(30) * 1000000)
#define BURST_MS       600000
#define PAUSE_LEAST_US 20000
#define PAUSE_MOST_US  60000

struct latency {
    char top[300], desk_dir[400], inbox[500], bare[400], bare_store[400], program[400];
    unsigned rounds, burst;
    pid_t host, loop;
    struct desk *desk;
    struct store_reader *reader;
    struct bare_reader *bare_reader;
    struct arena *arena;
    double *desk_ms, *bare_ms;
};

static int say(const char *what, const char *why)
{
    fprintf(stderr, "latency: %s: %s\n", what, why);
    return -1;
}

/* ---- the two sides ---- */

static const char settings[] = "desk.ingest { 'text' }\n"
                               "desk.tag { 'language', 'keywords', 'entities' }\n"
                               "desk.summarize { 'textrank' }\n"
                               "desk.watch { 'inbox', settle = '50ms' }\n";

static pid_t begin_host(const struct latency *latency)
{
    const pid_t pid = fork();
    if (pid != 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    execl(latency->program, latency->program, "-C", latency->desk_dir, "run", "--log-level",
          "error", (char *)NULL);
    _exit(127);
}

static pid_t begin_loop(const struct latency *latency)
{
    const pid_t pid = fork();
    if (pid != 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    _exit(bare_loop(latency->bare, latency->bare_store));
}

static int wait_for_host(const struct latency *latency)
{
    struct control_client *client = NULL;
    struct error err = {0};
    for (int i = 0; i < 2000; i++, usleep(5000)) {
        if (control_connect(desk_store_folder(latency->desk), &client, &err) < 0)
            continue;
        const int code = control_ask(client, "status", NULL, NULL, NULL, NULL, &err);
        control_hang_up(client);
        return code < 0 ? say("status", err.text) : 0;
    }
    return say("the host does not listen", err.text);
}

static int set_up(struct latency *latency, const char *base)
{
    struct error err = {0};
    char path[500];
    snprintf(latency->top, sizeof latency->top, "%s/copydesk-latency-XXXXXX", base);
    if (!mkdtemp(latency->top))
        return say(latency->top, strerror(errno));
    snprintf(latency->desk_dir, sizeof latency->desk_dir, "%s/desk", latency->top);
    snprintf(latency->inbox, sizeof latency->inbox, "%s/inbox", latency->desk_dir);
    snprintf(latency->bare, sizeof latency->bare, "%s/bare", latency->top);
    snprintf(latency->bare_store, sizeof latency->bare_store, "%s/bare.db", latency->top);
    snprintf(path, sizeof path, "%s/desk.lua", latency->desk_dir);
    const struct desk_options options = {.dir = latency->desk_dir, .use = DESK_READ};
    if (desk_init(latency->desk_dir, &err) < 0 ||
        file_replace(path, settings, strlen(settings), &err) < 0 ||
        desk_open(&options, &latency->desk, &err) < 0 ||
        desk_reader(latency->desk, true, &latency->reader, &err) < 0)
        return say("the desk", err.text);
    if (mkdir(latency->bare, 0777) < 0)
        return say(latency->bare, strerror(errno));
    latency->host = begin_host(latency);
    latency->loop = begin_loop(latency);
    latency->bare_reader = bare_open(latency->bare_store);
    latency->arena = arena_new(1 * MIB);
    if (!latency->bare_reader || !latency->arena)
        return say("the bare loop", "it does not begin");
    return wait_for_host(latency);
}

static void stop(pid_t pid)
{
    if (pid <= 0)
        return;
    kill(pid, SIGKILL);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *where)
{
    (void)info;
    (void)type;
    (void)where;
    return remove(path);
}

static void tear_down(struct latency *latency)
{
    stop(latency->host);
    stop(latency->loop);
    bare_close(latency->bare_reader);
    if (latency->reader)
        store_reader_close(latency->reader);
    desk_close(latency->desk);
    arena_free(latency->arena);
    mem_free(latency->desk_ms);
    mem_free(latency->bare_ms);
    if (latency->top[0])
        nftw(latency->top, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* ---- one file ---- */

static int drop(const char *folder, const char *word, unsigned number)
{
    char path[600], text[4000];
    size_t len = (size_t)snprintf(text, sizeof text, "Notice %u of the harbour\n\n", number);
    for (unsigned i = 0; len + 100 < 3100; i++)
        len += (size_t)snprintf(text + len, sizeof text - len,
                                "The ferry number %u left the quay at noon with %u people. ",
                                number * 31 + i, i * 7 + number);
    len += (size_t)snprintf(text + len, sizeof text - len, "%s.\n", word);
    snprintf(path, sizeof path, "%s/%s.txt", folder, word);
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0 || file_write_fd(fd, path, text, len, NULL) < 0 || close(fd) < 0)
        return say(path, strerror(errno));
    return 0;
}

static int count_hit(const struct store_hit *hit, void *data)
{
    (void)hit;
    *(bool *)data = true;
    return 1;
}

static bool desk_finds(const struct latency *latency, const char *word)
{
    struct query query;
    bool found = false;
    const struct store_page page = {.limit = 1};
    arena_clear(latency->arena);
    return query_parse(str_of(word), clock_wall_us(), latency->arena, &query, NULL) >= 0 &&
           store_search(latency->reader, &query, &page, count_hit, &found, NULL, NULL) >= 0 &&
           found;
}

/* Milliseconds from the close to the first look that finds it; below zero: never. */
static double wait_for(const struct latency *latency, const char *word, bool bare)
{
    const int64_t begun_us = clock_mono_us();
    for (;;) {
        if (bare ? bare_finds(latency->bare_reader, word) : desk_finds(latency, word))
            return (double)(clock_mono_us() - begun_us) / 1e3;
        if (clock_mono_us() - begun_us > PATIENCE_US)
            return say(word, "is not found");
        usleep(LOOK_US);
    }
}

/* Keeps the rounds out of step with whatever goes by a clock, and each side out of what the other
 * does when its file was found already (the desk moves it to done/ and syncs that). */
static void pause_before(unsigned round)
{
    usleep(PAUSE_LEAST_US + round * 7919 % PAUSE_MOST_US);
}

static int one_round(struct latency *latency, unsigned round)
{
    char word[40];
    pause_before(round);
    snprintf(word, sizeof word, "bareword%u", round);
    if (drop(latency->bare, word, round) < 0)
        return -1;
    latency->bare_ms[round] = wait_for(latency, word, true);
    pause_before(round);
    snprintf(word, sizeof word, "deskword%u", round);
    if (drop(latency->inbox, word, round) < 0)
        return -1;
    latency->desk_ms[round] = wait_for(latency, word, false) - SETTLE_MS;
    return latency->bare_ms[round] < 0 || latency->desk_ms[round] < -SETTLE_MS ? -1 : 0;
}

static int run_rounds(struct latency *latency)
{
    latency->desk_ms = mem_zero(latency->rounds, sizeof *latency->desk_ms);
    latency->bare_ms = mem_zero(latency->rounds, sizeof *latency->bare_ms);
    if (!latency->desk_ms || !latency->bare_ms)
        return say("the rounds", "out of memory");
    for (unsigned i = 0; i < latency->rounds; i++)
        if (one_round(latency, i) < 0)
            return -1;
    return 0;
}

/* ---- the burst ---- */

static int64_t documents_now(const struct latency *latency)
{
    struct store_counts counts = {0};
    if (store_counts(latency->reader, &counts, NULL) < 0)
        return -1;
    return counts.documents - counts.received;
}

static int run_burst(struct latency *latency, double *seconds, int64_t *missed)
{
    char word[40];
    const int64_t before = documents_now(latency), begun_us = clock_mono_us();
    for (unsigned i = 0; i < latency->burst; i++) {
        snprintf(word, sizeof word, "burstword%u", i);
        if (drop(latency->inbox, word, 1000000 + i) < 0)
            return -1;
    }
    do {
        usleep(20000);
        *missed = latency->burst - (documents_now(latency) - before);
        *seconds = (double)(clock_mono_us() - begun_us) / 1e6;
    } while (*missed > 0 && *seconds * 1e3 < BURST_MS);
    return 0;
}

/* ---- the figures ---- */

static int compare(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double share(double *numbers, unsigned count, double part)
{
    qsort(numbers, count, sizeof *numbers, compare);
    return numbers[(unsigned)((count - 1) * part + 0.5)];
}

static json_t *side(double *ms, unsigned count)
{
    return json_pack("{s:f, s:f, s:f}", "p50_ms", share(ms, count, 0.5), "p90_ms",
                     share(ms, count, 0.9), "p99_ms", share(ms, count, 0.99));
}

static int print(struct latency *latency, double seconds, int64_t missed)
{
    json_t *desk = side(latency->desk_ms, latency->rounds);
    json_t *bare = side(latency->bare_ms, latency->rounds);
    const double p50 = json_real_value(json_object_get(desk, "p50_ms"));
    const double ratio = json_real_value(json_object_get(desk, "p99_ms")) /
                         json_real_value(json_object_get(bare, "p99_ms"));
    json_t *all =
        json_pack("{s:i, s:i, s:o, s:o, s:f, s:{s:i, s:f, s:I}, s:{s:b, s:b, s:b}}", "rounds",
                  (int)latency->rounds, "settle_ms", SETTLE_MS, "desk", desk, "bare", bare,
                  "p99_ratio", ratio, "burst", "files", (int)latency->burst, "seconds", seconds,
                  "missed", (json_int_t)missed, "met", "p50_at_most_5_ms", p50 <= 5,
                  "p99_at_most_3_times_bare", ratio <= 3, "none_missed", missed == 0);
    const int code = all ? json_dumpf(all, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(4)) : -1;
    json_decref(all);
    putchar('\n');
    return code < 0 || missed ? -1 : 0;
}

static bool read_options(int argc, char **argv, struct latency *latency, const char **base)
{
    static const struct option options[] = {{"rounds", required_argument, NULL, 'r'},
                                            {"burst", required_argument, NULL, 'b'},
                                            {"dir", required_argument, NULL, 'd'},
                                            {NULL, 0, NULL, 0}};
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == 'r')
            latency->rounds = (unsigned)strtoul(optarg, NULL, 10);
        else if (option == 'b')
            latency->burst = (unsigned)strtoul(optarg, NULL, 10);
        else if (option == 'd')
            *base = optarg;
        else
            return false;
    }
    return optind == argc && latency->rounds > 0;
}

int main(int argc, char **argv)
{
    const char *base = getenv("TMPDIR");
    MEM_AUTO char *here = NULL;
    struct latency latency = {.rounds = 300, .burst = 10000};
    double seconds = 0;
    int64_t missed = 0;
    base = base && *base ? base : "/tmp";
    if (!read_options(argc, argv, &latency, &base)) {
        fputs("Usage: latency [--rounds N] [--burst N] [--dir DIR]\n", stderr);
        return 2;
    }
    if (file_program_dir(&here, NULL) < 0)
        return 1;
    snprintf(latency.program, sizeof latency.program, "%s/copydesk", here);
    int code = set_up(&latency, base);
    if (code >= 0)
        code = run_rounds(&latency);
    if (code >= 0)
        code = run_burst(&latency, &seconds, &missed);
    if (code >= 0)
        code = print(&latency, seconds, missed);
    tear_down(&latency);
    return code < 0 ? 1 : 0;
}

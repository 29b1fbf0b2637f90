/* Processes, memory and small sums. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "bench.h"
#include "pipeline/desk.h"

#define ARGUMENTS_MAX 16

extern char **environ;

int bench_print(json_t *object)
{
    int code = object ? json_dumpf(object, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6)) : -1;
    json_decref(object);
    putchar('\n');
    return code == 0 ? 0 : bench_fail("printing", "out of memory, or the output is closed");
}

int bench_fail(const char *what, const char *why)
{
    fprintf(stderr, "bench: %s: %s\n", what, why);
    return 1;
}

static const char whole[] = "desk.ingest { \"digest\" }\n"
                            "desk.tag { \"language\", \"keywords\", \"entities\" }\n"
                            "desk.summarize { \"textrank\" }\n";

int bench_desk(const char *dir, const char *plugins, struct error *err)
{
    char path[4096], text[256];
    int code = desk_init(dir, err);
    if (code < 0)
        return code;
    snprintf(path, sizeof path, "%s/desk.lua", dir);
    snprintf(text, sizeof text, "desk.ingest { \"%s\" }\n", plugins);
    const char *config = strcmp(plugins, "whole") == 0 ? whole : text;
    return file_replace(path, config, strlen(config), err);
}

static int64_t spent_us(int who)
{
    struct rusage usage = {0};
    getrusage(who, &usage);
    return (int64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
           usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

struct bench_cpu bench_cpu(void)
{
    return (struct bench_cpu){spent_us(RUSAGE_SELF), spent_us(RUSAGE_CHILDREN)};
}

int64_t bench_memory(const char *name)
{
    char line[256];
    long long kib = 0;
    FILE *file = fopen("/proc/self/status", "re");
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, name, strlen(name)) == 0 && line[strlen(name)] == ':')
            kib = strtoll(line + strlen(name) + 1, NULL, 10);
    if (file)
        fclose(file);
    return kib * 1024;
}

static int start(const char *program, const char *const *argv, int out, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out, 1);
    int rc = posix_spawn(pid, program, &actions, NULL, (char *const *)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return rc;
}

static json_t *read_object(int fd)
{
    json_error_t why;
    FILE *file = fdopen(fd, "r");
    if (!file) {
        close(fd);
        return NULL;
    }
    json_t *object = json_loadf(file, 0, &why);
    fclose(file);
    return object;
}

json_t *bench_child(const char *const *argv)
{
    const char *all[ARGUMENTS_MAX] = {"bench"};
    int pipe_fd[2];
    int status = 0;
    pid_t pid;
    for (size_t i = 0; argv[i] && i + 2 < ARGUMENTS_MAX; i++)
        all[i + 1] = argv[i];
    if (pipe2(pipe_fd, O_CLOEXEC) < 0)
        return NULL;
    int rc = start("/proc/self/exe", all, pipe_fd[1], &pid);
    close(pipe_fd[1]);
    json_t *object = read_object(pipe_fd[0]);
    if (rc != 0 || waitpid(pid, &status, 0) < 0 || status != 0 || !object) {
        bench_fail(argv[0], "this part of the bench failed");
        json_decref(object);
        return NULL;
    }
    return object;
}

int64_t bench_time(const char *program, const char *const *argv)
{
    int status = 0, out = open("/dev/null", O_WRONLY | O_CLOEXEC);
    pid_t pid;
    int64_t begun = clock_mono_us();
    int rc = out < 0 ? errno : start(program, argv, out, &pid);
    if (rc == 0 && (waitpid(pid, &status, 0) < 0 || status != 0))
        rc = -1;
    int64_t took = clock_mono_us() - begun;
    if (out >= 0)
        close(out);
    return rc == 0 ? took : -1;
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *at)
{
    (void)info;
    (void)type;
    (void)at;
    return remove(path);
}

void bench_remove(const char *dir)
{
    nftw(dir, remove_one, 32, FTW_DEPTH | FTW_PHYS);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double bench_median(double *numbers, size_t count)
{
    if (count == 0)
        return 0;
    qsort(numbers, count, sizeof *numbers, compare);
    return numbers[count / 2];
}

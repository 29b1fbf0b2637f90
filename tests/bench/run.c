/* All of the bench: for each size a corpus, the path and its floor in turns, memory, searching. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/file.h"
#include "bench.h"
#include "report.h"

#define STARTS       20
#define SMALL_ROUNDS 5
#define LARGE_ROUNDS 3
#define LARGE        50000 /* articles */
#define PATH_SIZE    3000

/* One kind of run: which plugins, on which corpus, against which floor. */
static const struct lane {
    const char *name, *plugins, *corpus, *workers;
    bool floor;
    uint32_t most; /* articles: not in larger runs; 0: always */
} lanes[] = {
    {"files_text", "text", "files", "0", true, 0},
    {"digests_cut", "digest", "digests", "0", true, LARGE},
    {"whole", "whole", "digests", "0", true, 0},
    {"whole_1_worker", "whole", "digests", "1", false, LARGE},
};
#define LANES (sizeof lanes / sizeof *lanes)

static void join(char out[PATH_SIZE], const char *dir, const char *name)
{
    if (snprintf(out, PATH_SIZE, "%s/%s", dir, name) >= PATH_SIZE)
        exit(bench_fail(dir, "the path is too long"));
}

static int add(json_t *list, json_t *item)
{
    return item ? json_array_append_new(list, item) : -1;
}

/* The desk of the last round stays: for searching. */
static int run_lane(const struct lane *lane, const char *dir, json_t *results)
{
    char desk[PATH_SIZE], corpus[PATH_SIZE], floor[PATH_SIZE];
    join(desk, dir, lane->name);
    join(corpus, dir, lane->corpus);
    join(floor, dir, "floor");
    bench_remove(desk);
    const char *path_part[] = {"path", desk, lane->plugins, corpus, lane->workers, NULL};
    const char *floor_part[] = {"floor", desk, floor, NULL};
    json_t *lists = json_object_get(results, lane->name);
    if (!lists) {
        lists = json_pack("{s:[],s:[]}", "path", "floor");
        json_object_set_new(results, lane->name, lists);
    }
    int rc = add(json_object_get(lists, "path"), bench_child(path_part));
    if (rc == 0 && lane->floor)
        rc = add(json_object_get(lists, "floor"), bench_child(floor_part));
    bench_remove(floor);
    return rc;
}

static int make_corpus(const char *dir, const char *articles, const char *how)
{
    char folder[PATH_SIZE];
    join(folder, dir, how);
    const char *part[] = {"corpus", folder, articles, how, NULL};
    json_t *made = bench_child(part);
    json_decref(made);
    return made ? 0 : -1;
}

static json_t *run_size(const char *dir, uint32_t articles)
{
    char text[16], desk[PATH_SIZE];
    int rounds = articles >= LARGE ? LARGE_ROUNDS : SMALL_ROUNDS;
    json_t *results = json_object();
    snprintf(text, sizeof text, "%u", articles);
    int rc = make_corpus(dir, text, "digests");
    if (rc == 0)
        rc = make_corpus(dir, text, "files");
    for (int round = 0; rc == 0 && round < rounds; round++) {
        fprintf(stderr, "bench: %s articles, round %d of %d\n", text, round + 1, rounds);
        for (size_t i = 0; rc == 0 && i < LANES; i++)
            if (!lanes[i].most || articles < lanes[i].most)
                rc = run_lane(&lanes[i], dir, results);
    }
    join(desk, dir, "whole");
    const char *search_part[] = {"search", desk, NULL};
    json_t *search = rc == 0 ? bench_child(search_part) : NULL;
    json_t *size = search ? report_size(articles, results, search) : NULL;
    json_decref(results);
    return size;
}

/* Median milliseconds of a command from start to end. */
static double start_ms(const char *program, const char *const *argv)
{
    double took[STARTS];
    for (int i = 0; i < STARTS; i++) {
        int64_t us = bench_time(program, argv);
        if (us < 0)
            return -1;
        took[i] = (double)us / 1000;
    }
    return bench_median(took, STARTS);
}

static json_t *run_start(const char *dir)
{
    struct error err = {0};
    char desk[PATH_SIZE], idle[PATH_SIZE], program[PATH_SIZE];
    MEM_AUTO char *bin = NULL;
    join(desk, dir, "new");
    join(idle, dir, "idle");
    if (file_program_dir(&bin, &err) < 0 || bench_desk(desk, "whole", &err) < 0) {
        bench_fail("start", err.text);
        return NULL;
    }
    join(program, bin, "copydesk");
    const char *version[] = {"copydesk", "version", NULL};
    const char *list[] = {"copydesk", "-C", desk, "list", NULL};
    const char *idle_part[] = {"idle", idle, "whole", NULL};
    json_t *memory = bench_child(idle_part);
    double version_ms = start_ms(program, version), list_ms = start_ms(program, list);
    if (!memory || version_ms < 0 || list_ms < 0) {
        bench_fail("start", "`copydesk version` or `copydesk list` failed");
        return NULL;
    }
    return json_pack("{s:f,s:f,s:o}", "version_ms", version_ms, "list_ms", list_ms, "idle_host",
                     memory);
}

static uint32_t parse_size(const char *text)
{
    char *end;
    unsigned long size = strtoul(text, &end, 10);
    if (strcmp(end, "k") == 0)
        size *= 1000;
    else if (*end)
        return 0;
    return size >= 10 && size <= 1000000 ? (uint32_t)size : 0;
}

int part_run(int argc, char **argv)
{
    json_t *sizes = json_array();
    json_t *machine = report_machine();
    char dir[PATH_SIZE];
    if (argc < 3)
        return bench_fail(argv[0], "wants DIR SIZE...");
    json_t *start = run_start(argv[1]);
    for (int i = 2; start && i < argc; i++) {
        uint32_t articles = parse_size(argv[i]);
        if (!articles)
            return bench_fail(argv[i], "a size is 10 to 1000k articles");
        join(dir, argv[1], argv[i]);
        if (mkdir(dir, 0700) < 0)
            return bench_fail(dir, "cannot be made");
        json_t *size = run_size(dir, articles);
        bench_remove(dir);
        if (!size)
            return 1;
        json_array_append_new(sizes, size);
    }
    return start ? bench_print(report_all(machine, start, sizes)) : 1;
}

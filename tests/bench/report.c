#include "report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

#include <sqlite3.h>

#define ROUNDS_MAX 16
#define MIB        (1024.0 * 1024.0)

/* ---- the machine ---- */

/* Idle and all jiffies since the start, of all cores. */
static void read_stat(double *idle, double *all)
{
    unsigned long long part[8] = {0};
    FILE *file = fopen("/proc/stat", "re");
    *idle = *all = 0;
    if (!file)
        return;
    if (fscanf(file, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &part[0], &part[1], &part[2],
               &part[3], &part[4], &part[5], &part[6], &part[7]) == 8)
        for (int i = 0; i < 8; i++)
            *all += (double)part[i];
    *idle = (double)(part[3] + part[4]);
    fclose(file);
}

static double idle_share(void)
{
    double idle[2], all[2];
    struct timespec half = {.tv_nsec = 500000000};
    read_stat(&idle[0], &all[0]);
    nanosleep(&half, NULL);
    read_stat(&idle[1], &all[1]);
    return all[1] > all[0] ? (idle[1] - idle[0]) / (all[1] - all[0]) : 0;
}

static void processor(char *out, size_t size)
{
    char line[256];
    FILE *file = fopen("/proc/cpuinfo", "re");
    snprintf(out, size, "unknown");
    while (file && fgets(line, sizeof line, file)) {
        char *value = strchr(line, ':');
        if (strncmp(line, "model name", 10) != 0 || !value)
            continue;
        line[strcspn(line, "\n")] = '\0';
        snprintf(out, size, "%s", value + 2);
        break;
    }
    if (file)
        fclose(file);
}

json_t *report_machine(void)
{
    char name[200];
    struct utsname system;
    processor(name, sizeof name);
    uname(&system);
    return json_pack("{s:s,s:i,s:s,s:s,s:s,s:f}", "processor", name, "cores",
                     (int)sysconf(_SC_NPROCESSORS_ONLN), "kernel", system.release, "copydesk",
                     COPYDESK_VERSION, "sqlite", sqlite3_libversion(), "idle_before", idle_share());
}

/* ---- one size ---- */

/* The median over the rounds of a number, at `key` or inside "parts". */
static double middle(const json_t *rounds, const char *key)
{
    double numbers[ROUNDS_MAX];
    size_t count = json_array_size(rounds) < ROUNDS_MAX ? json_array_size(rounds) : ROUNDS_MAX;
    for (size_t i = 0; i < count; i++) {
        const json_t *round = json_array_get(rounds, i);
        const json_t *value = json_object_get(round, key);
        if (!value)
            value = json_object_get(json_object_get(round, "parts"), key);
        numbers[i] = json_number_value(value);
    }
    return bench_median(numbers, count);
}

/* The median of path / floor, each of the same round: the machine's speed drifts. */
static double ratio(const json_t *paths, const json_t *floors)
{
    double numbers[ROUNDS_MAX];
    size_t count = json_array_size(paths) < ROUNDS_MAX ? json_array_size(paths) : ROUNDS_MAX;
    for (size_t i = 0; i < count; i++) {
        const json_t *floor = json_array_get(floors, i);
        const json_t *path = json_array_get(paths, i);
        numbers[i] = json_number_value(json_object_get(path, "cpu_us")) /
                     json_number_value(json_object_get(floor, "cpu_us"));
    }
    return bench_median(numbers, count);
}

static json_t *describe_parts(const json_t *paths, double articles)
{
    static const char *const keys[] = {"host_us",    "store_us",  "wire_us",
                                       "plugins_us", "decode_us", "start_us"};
    json_t *out = json_object();
    double all = middle(paths, "cpu_us");
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        json_object_set_new(out, keys[i], json_real(middle(paths, keys[i]) / articles));
    json_object_set_new(out, "sum_to_rusage", json_real(middle(paths, "sum_us") / all));
    json_object_set_new(out, "host_wire_share",
                        json_real((middle(paths, "host_us") + middle(paths, "wire_us")) / all));
    return out;
}

static json_t *describe_lane(const json_t *lists)
{
    const json_t *paths = json_object_get(lists, "path"), *floors = json_object_get(lists, "floor");
    double articles = middle(paths, "articles");
    json_t *out = json_pack(
        "{s:I,s:I,s:I,s:I,s:f,s:f,s:o,s:f,s:f}", "rounds", (json_int_t)json_array_size(paths),
        "articles", (json_int_t)articles, "workers", (json_int_t)middle(paths, "workers"),
        "troubles", (json_int_t)middle(paths, "troubles"), "articles_per_s",
        articles * 1e6 / middle(paths, "wall_us"), "cpu_us_per_article",
        middle(paths, "cpu_us") / articles, "parts_us_per_article", describe_parts(paths, articles),
        "host_peak_mib", middle(paths, "host_peak_rss") / MIB, "worker_peak_mib",
        middle(paths, "worker_peak_rss") / MIB);
    if (json_array_size(floors) > 0) {
        json_object_set_new(out, "floor_us_per_article",
                            json_real(middle(floors, "cpu_us") / middle(floors, "articles")));
        json_object_set_new(out, "path_to_floor", json_real(ratio(paths, floors)));
    }
    return out;
}

json_t *report_size(uint32_t articles, json_t *results, json_t *search)
{
    const char *name;
    json_t *lists;
    json_t *lanes = json_object();
    json_object_foreach(results, name, lists)
        json_object_set_new(lanes, name, describe_lane(lists));
    return json_pack("{s:I,s:o,s:o}", "articles", (json_int_t)articles, "ingest", lanes, "search",
                     search);
}

/* ---- the targets ---- */

static double number_at(const json_t *object, const char *a, const char *b, const char *c)
{
    const json_t *value = json_object_get(object, a);
    if (b)
        value = json_object_get(value, b);
    if (c)
        value = json_object_get(value, c);
    return json_is_number(value) ? json_number_value(value) : -1;
}

/* A value below zero was not measured. */
static void target(json_t *list, const char *what, double value, double most)
{
    json_t *met = value < 0 ? json_null() : json_boolean(value <= most);
    json_t *measured = value < 0 ? json_null() : json_real(value);
    json_array_append_new(list, json_pack("{s:s,s:o,s:f,s:o}", "what", what, "value", measured,
                                          "most", most, "met", met));
}

static const json_t *find_size(const json_t *sizes, uint32_t articles)
{
    size_t i;
    json_t *size;
    json_array_foreach(sizes, i, size) if (json_integer_value(json_object_get(size, "articles")) ==
                                           articles) return json_object_get(size, "ingest");
    return NULL;
}

static double quotient(double a, double b)
{
    return a < 0 || b <= 0 ? -1 : a / b;
}

static json_t *targets(const json_t *start, const json_t *sizes)
{
    json_t *list = json_array();
    const json_t *ten = find_size(sizes, 10000), *hundred = find_size(sizes, 100000);
    double idle = number_at(start, "idle_host", "rss", NULL);
    target(list, "10k: ingest without plugins to floor",
           number_at(ten, "files_text", "path_to_floor", NULL), 1.4);
    target(list, "10k: whole path to floor", number_at(ten, "whole", "path_to_floor", NULL), 2.5);
    target(list, "10k: share of host outside the store, wire and Lua entry",
           number_at(ten, "whole", "parts_us_per_article", "host_wire_share"), 0.10);
    target(list, "10k: CPU with all workers to that with one",
           quotient(number_at(ten, "whole", "cpu_us_per_article", NULL),
                    number_at(ten, "whole_1_worker", "cpu_us_per_article", NULL)),
           1.1);
    target(list, "whole path to floor at 100k, to that at 10k",
           quotient(number_at(hundred, "whole", "path_to_floor", NULL),
                    number_at(ten, "whole", "path_to_floor", NULL)),
           1.1);
    target(list, "100k files: peak memory of the host, MiB",
           number_at(hundred, "files_text", "host_peak_mib", NULL), 64);
    target(list, "idle host, MiB", idle < 0 ? idle : idle / MIB, 12);
    target(list, "copydesk list on a new desk, ms", number_at(start, "list_ms", NULL, NULL), 20);
    return list;
}

json_t *report_all(json_t *machine, json_t *start, json_t *sizes)
{
    json_t *list = targets(start, sizes);
    return json_pack("{s:o,s:o,s:o,s:o}", "machine", machine, "targets", list, "start", start,
                     "sizes", sizes);
}

/* The parts of the bench. Each measurement is a process of its own (`bench PART ARGUMENT...`), so
 * that CPU time and peak memory are those of one thing; it prints one JSON object. `bench run`
 * starts them in turn and prints the document of it all. */
#pragma once

#include <jansson.h>
#include <stdint.h>

/* One file each; the exit code. argv[0] is the part's name. */
int part_corpus(int argc, char **argv); /* DIR ARTICLES digests|files */
int part_path(int argc, char **argv);   /* DESK PLUGINS CORPUS WORKERS: a new desk ingests */
int part_floor(int argc, char **argv);  /* DESK DIR: the rows of DESK into a new store */
int part_search(int argc, char **argv); /* DESK */
int part_idle(int argc, char **argv);   /* DESK PLUGINS: a new desk, open for writing */
int part_run(int argc, char **argv);    /* DIR SIZE... */

/* Prints `object` on standard output and frees it. */
int bench_print(json_t *object);
/* Says what failed on standard error; gives 1. */
int bench_fail(const char *what, const char *why);

/* Makes DIR a desk whose desk.lua names the plugins: "text", "digest" or "whole". 0 or below. */
struct error;
int bench_desk(const char *dir, const char *plugins, struct error *err);

/* CPU time of this process and of its children that ended, microseconds. */
struct bench_cpu {
    int64_t self_us, children_us;
};
struct bench_cpu bench_cpu(void);
/* A number of /proc/self/status in bytes: "VmRSS", "RssAnon", "RssFile". */
int64_t bench_memory(const char *name);

/* Starts this program with `argv` (from the part's name, NULL at the end) and gives the object that
 * it printed; NULL when it failed, which is said on standard error. */
json_t *bench_child(const char *const *argv);
/* Wall time of a program from its start to its end, microseconds; below zero: it failed. Its
 * output goes nowhere. */
int64_t bench_time(const char *program, const char *const *argv);
/* Removes a folder and all in it. */
void bench_remove(const char *dir);
/* The middle of `count` numbers; they are sorted. */
double bench_median(double *numbers, size_t count);

#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "worker/pool.h"
#include "worker/spawn.h"

static const struct part {
    const char *name;
    int (*run)(int argc, char **argv);
} parts[] = {
    {"corpus", part_corpus}, {"path", part_path}, {"floor", part_floor},
    {"search", part_search}, {"idle", part_idle}, {"run", part_run},
};

/* The pool starts its workers from the running program, so the bench is one, too. */
int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "worker") == 0)
        return worker_main(WORKER_FD_SOCKET);
    for (size_t i = 0; argc > 1 && i < sizeof parts / sizeof *parts; i++)
        if (strcmp(argv[1], parts[i].name) == 0)
            return parts[i].run(argc - 1, argv + 1);
    fputs("usage: tests/bench/run.sh [1k|10k|100k]...\n", stderr);
    return 2;
}

/* A progress bar on stderr: only on a terminal, only when the work takes longer than a second. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct bar {
    const char *what; /* "articles" */
    int64_t begun_us; /* monotonic */
    int64_t drawn_us; /* 0: never */
    bool terminal;
};

void bar_begin(struct bar *bar, const char *what);
/* `total` 0: not known (yet). Cheap: draws at most ten times a second. */
void bar_show(struct bar *bar, uint64_t done, uint64_t total);
/* Wipes the bar, so that messages stand on a clean line. */
void bar_clear(struct bar *bar);

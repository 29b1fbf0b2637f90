#include "cli/bar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

#define QUIET_US    1000000
#define REDRAW_US   100000
#define BAR_COLUMNS 24

void bar_begin(struct bar *bar, const char *what)
{
    const char *term = getenv("TERM");
    *bar = (struct bar){.what = what, .begun_us = clock_mono_us()};
    bar->terminal = isatty(STDERR_FILENO) && !(term && strcmp(term, "dumb") == 0);
}

static void draw_bar(uint64_t done, uint64_t total)
{
    unsigned full = (unsigned)(done * BAR_COLUMNS / total);
    fputc('[', stderr);
    for (unsigned i = 0; i < BAR_COLUMNS; i++)
        fputc(i < full ? '#' : '.', stderr);
    fprintf(stderr, "] %llu/%llu ", (unsigned long long)done, (unsigned long long)total);
}

static void draw_time_left(double seconds)
{
    unsigned long left = (unsigned long)(seconds + 0.5);
    fprintf(stderr, ", %lu:%02lu left", left / 60, left % 60);
}

void bar_show(struct bar *bar, uint64_t done, uint64_t total)
{
    int64_t now = clock_mono_us();
    if (!bar->terminal || now - bar->begun_us < QUIET_US || now - bar->drawn_us < REDRAW_US)
        return;
    double seconds = (double)(now - bar->begun_us) / 1e6;
    double rate = (double)done / seconds;
    bar->drawn_us = now;
    fputs("\r\033[K", stderr);
    if (total >= done && total > 0)
        draw_bar(done, total);
    else
        fprintf(stderr, "%llu ", (unsigned long long)done);
    fprintf(stderr, "%s, %.0f/s", bar->what, rate);
    if (total > done && rate > 0)
        draw_time_left((double)(total - done) / rate);
    fflush(stderr);
}

void bar_clear(struct bar *bar)
{
    if (bar->drawn_us)
        fputs("\r\033[K", stderr);
}

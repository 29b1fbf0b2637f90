/* torture [--cycles N] [--seed S] [--dir DIR] [--program PATH] [--keep]
 *
 * A cycle starts the host, drops files while it works, hurts it, and kills it. Each few cycles it
 * may finish, ends, and all that was ever dropped is looked for. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "torture.h"

#define VERIFY_EACH 10

struct torture {
    struct desk_under desk;
    struct drops drops;
    struct jobs jobs;
    struct chance chance;
    unsigned cycles, seed;
    const char *base, *program;
    bool keep;
};

/* ---- a cycle ---- */

static int drop_some(struct torture *torture)
{
    const unsigned count = chance_between(&torture->chance, 1, 8);
    for (unsigned i = 0; i < count; i++) {
        if (drops_one(&torture->drops, &torture->desk) < 0)
            return -1;
        if (chance_below(&torture->chance, 3) == 0)
            sleep_ms(chance_below(&torture->chance, 25));
    }
    return 0;
}

/* Files arrive, the host is killed or not, while nothing can be written. */
static int fill_for_a_while(struct torture *torture)
{
    struct desk_under *desk = &torture->desk;
    if (drops_prepare(&torture->drops, desk, chance_between(&torture->chance, 1, 5)) < 0 ||
        !desk_fill(desk))
        return -1;
    const int code = drops_release(&torture->drops, desk);
    sleep_ms(chance_below(&torture->chance, 200));
    if (chance_below(&torture->chance, 2) == 0) {
        desk_kill(desk);
        if (chance_below(&torture->chance, 2) == 0 && desk_start(desk) >= 0)
            sleep_ms(chance_below(&torture->chance, 200));
    }
    desk_free(desk);
    return code;
}

static int hurt(struct torture *torture)
{
    struct chance *chance = &torture->chance;
    if (chance_below(chance, 3) == 0)
        (void)desk_kill_worker(&torture->desk, chance);
    if (torture->desk.own_disk && chance_below(chance, 8) == 0)
        return fill_for_a_while(torture);
    if (chance_below(chance, 3) == 0)
        jobs_ask(&torture->jobs, &torture->desk);
    if (chance_below(chance, 6) == 0)
        return drops_pipe(&torture->drops, &torture->desk);
    return 0;
}

/* The instant of the kill: from before the host has begun to after it has finished. */
static int cycle(struct torture *torture)
{
    struct chance *chance = &torture->chance;
    if (desk_start(&torture->desk) < 0)
        return -1;
    sleep_ms(chance_below(chance, 120));
    if (drop_some(torture) < 0 || hurt(torture) < 0)
        return -1;
    sleep_ms(chance_below(chance, 150));
    if (chance_below(chance, 2) == 0 && drop_some(torture) < 0)
        return -1;
    if (chance_below(chance, 2) == 0)
        sleep_ms(chance_below(chance, 60));
    desk_kill(&torture->desk);
    jobs_cut(&torture->jobs);
    return 0;
}

/* ---- all of it ---- */

static int look(struct torture *torture, struct findings *found)
{
    if (drops_pipe_again(&torture->drops, &torture->desk) < 0 || desk_quiesce(&torture->desk) < 0 ||
        jobs_finish(&torture->jobs, &torture->desk) < 0 ||
        verify(&torture->desk, &torture->drops, &torture->jobs, found) < 0)
        return -1;
    return found->lost + found->doubled + found->broken ? -1 : 0;
}

static int run_cycles(struct torture *torture, struct findings *found)
{
    for (unsigned i = 1; i <= torture->cycles; i++) {
        if (cycle(torture) < 0)
            return -1;
        if ((i % VERIFY_EACH == 0 || i == torture->cycles) && look(torture, found) < 0) {
            fprintf(stderr, "torture: after cycle %u of seed %u\n", i, torture->seed);
            return -1;
        }
    }
    return 0;
}

static void print_counts(const struct torture *torture, const struct findings *found,
                         double seconds)
{
    const struct desk_under *desk = &torture->desk;
    const struct drops *drops = &torture->drops;
    printf("%u cycles of seed %u in %.0f s\n", torture->cycles, torture->seed, seconds);
    printf("dropped: %u files (%u written in place, %u renamed, %u moved in; %u by names used "
           "before, %u of bytes dropped before), %u documents over a pipe\n",
           drops->files, drops->written, drops->renamed, drops->moved, drops->same_name,
           drops->same_bytes, drops->piped);
    printf("hurt: %u starts, %u kills of the host, %u of a worker, ", desk->starts, desk->kills,
           desk->worker_kills);
    if (desk->own_disk)
        printf("%u times a full disk, %u times the host ended by itself\n", desk->fills,
               desk->refusals);
    else
        printf("no full disk (that takes root, for a tmpfs)\n");
    printf("found: %u documents, %u articles; %u files done, %u duplicate, %u failed; %u runs\n",
           found->documents, found->articles, found->done, found->duplicate, found->failed,
           found->runs);
    printf("lost %u, double %u, otherwise broken %u\n", found->lost, found->doubled, found->broken);
}

static void show_log(const struct desk_under *desk)
{
    char command[700];
    snprintf(command, sizeof command, "tail -n 30 '%s/log' >&2", desk->top);
    if (system(command) != 0)
        fprintf(stderr, "torture: no log\n");
}

static int torture_run(struct torture *torture)
{
    struct findings found = {0};
    const int64_t begun_us = clock_mono_us();
    const unsigned mib = 128 + torture->cycles / 2;
    int code = desk_make(&torture->desk, torture->program, torture->base, mib);
    if (code >= 0)
        code = run_cycles(torture, &found);
    print_counts(torture, &found, (double)(clock_mono_us() - begun_us) / 1e6);
    if (code < 0)
        show_log(&torture->desk);
    if (code < 0 && torture->keep)
        fprintf(stderr, "torture: the desk is left in %s\n", torture->desk.top);
    else
        desk_remove(&torture->desk);
    mem_free(torture->drops.contents);
    return code < 0 ? 1 : 0;
}

static int usage(void)
{
    fputs("Usage: torture [--cycles N] [--seed S] [--dir DIR] [--program PATH] [--keep]\n", stderr);
    return 2;
}

static bool read_options(int argc, char **argv, struct torture *torture)
{
    static const struct option options[] = {
        {"cycles", required_argument, NULL, 'c'}, {"seed", required_argument, NULL, 's'},
        {"dir", required_argument, NULL, 'd'},    {"program", required_argument, NULL, 'p'},
        {"keep", no_argument, NULL, 'k'},         {NULL, 0, NULL, 0}};
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == 'c')
            torture->cycles = (unsigned)strtoul(optarg, NULL, 10);
        else if (option == 's')
            torture->seed = (unsigned)strtoul(optarg, NULL, 10);
        else if (option == 'd')
            torture->base = optarg;
        else if (option == 'p')
            torture->program = optarg;
        else if (option == 'k')
            torture->keep = true;
        else
            return false;
    }
    return optind == argc && torture->cycles > 0;
}

int main(int argc, char **argv)
{
    const char *temporary = getenv("TMPDIR");
    MEM_AUTO char *here = NULL;
    struct error err = {0};
    struct torture torture = {.cycles = 200,
                              .seed = (unsigned)clock_wall_us(),
                              .base = temporary && *temporary ? temporary : "/tmp"};
    if (!read_options(argc, argv, &torture))
        return usage();
    if (file_program_dir(&here, &err) < 0) {
        fprintf(stderr, "torture: %s\n", err.text);
        return 1;
    }
    MEM_AUTO char *beside = file_join(here, "copydesk");
    if (!torture.program)
        torture.program = beside;
    torture.chance.state = torture.seed;
    torture.drops.chance.state = torture.seed + UINT64_C(1000003);
    return torture_run(&torture);
}

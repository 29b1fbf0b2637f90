/* A virtual clock goes through whole years, and every instant is compared with what Python's
 * zoneinfo says (instants.py). The clock also sleeps, and is set forward and back: no instant is
 * lost and none comes twice. */
#include <stdio.h>
#include <stdlib.h>

#include "folder.h"
#include "schedule/civil.h"
#include "schedule/due.h"

#define SECOND_US INT64_C(1000000)
#define TICK_US   (60 * SECOND_US)

static const char *const zones[] = {"Europe/Paris", "Asia/Shanghai", "Africa/Cairo",
                                    "Australia/Lord_Howe", "America/Sao_Paulo"};
static const char *const crons[] = {
    "30 2 * * *",     /* in the gap of Paris */
    "0 0 * * *",      /* in that of Cairo and Sao Paulo */
    "15 2 * * *",     /* in that of Lord Howe, half an hour long */
    "*/20 * * * *",   /* intervals */
    "10 */2 * * *",   /* intervals coarser than an hour */
    "0,45 1-3 * * 0", /* Sundays, when clocks are set */
    "5 7 1,15 * 1-5", /* either day */
};

/* What an agreed world holds: which instants have begun. */
struct world {
    struct timing timing;
    struct due_policy policy;
    struct due_state state;
    int64_t *begun; /* seconds */
    size_t count, room;
};

static bool has_begun(const struct world *world, int64_t utc)
{
    for (size_t i = world->count; i > 0 && i + 2000 > world->count; i--)
        if (world->begun[i - 1] == utc)
            return true;
    return false;
}

/* As the scheduler does it: a run that is there is not begun again. */
static void look(struct world *world, int64_t now_us)
{
    static struct due_list due;
    due_look(&world->timing, &world->policy, &world->state, now_us, &due);
    for (size_t i = 0; i < due.count; i++) {
        if (has_begun(world, due.at[i].at_us / SECOND_US))
            continue;
        assert_true(world->count < world->room);
        world->begun[world->count++] = due.at[i].at_us / SECOND_US;
    }
    if (due.missed || due.more_missed)
        fail_msg("an instant is missed");
}

static void steady(struct world *world, int64_t from_us, int64_t to_us)
{
    for (int64_t now = from_us; now < to_us;) {
        look(world, now);
        const int64_t wait = due_wait(&world->timing, &world->policy, &world->state, now);
        now += wait < TICK_US && wait > 0 ? wait : TICK_US;
    }
    look(world, to_us - 1);
}

/* Naps of up to nine hours; now and then the clock is set back by up to two hours, and goes on. */
static void restless(struct world *world, int64_t from_us, int64_t to_us)
{
    uint64_t seed = 42;
    for (int64_t now = from_us; now < to_us;) {
        look(world, now);
        seed = seed * UINT64_C(6364136223846793005) + 1;
        const int64_t random = (int64_t)(seed >> 33);
        if (random % 40 == 0)
            now -= random % 7200 * SECOND_US;
        else
            now += (random % 5 == 0 ? random % 32400 : random % 3600 + 1) * SECOND_US;
    }
    look(world, to_us - 1);
}

static void drive(FILE *out, void (*clock)(struct world *, int64_t, int64_t),
                  enum due_catchup catchup, bool brief)
{
    for (size_t z = 0; z < sizeof zones / sizeof *zones; z++)
        for (size_t c = 0; c < (brief ? 4 : sizeof crons / sizeof *crons); c++)
            for (int year = 2018; year <= (brief || z % 2 ? 2018 : 2024); year += 6) {
                struct error err = {0};
                struct zone *zone = NULL;
                const int64_t from = civil_days(year, 1, 1) * CIVIL_DAY * SECOND_US;
                const int64_t to = civil_days(year + 1, 1, 1) * CIVIL_DAY * SECOND_US;
                struct world world = {
                    .timing.kind = TIMING_CRON,
                    .policy = {.catchup = catchup,
                               .window_us = 86400 * SECOND_US,
                               .max = DUE_MAX - 1},
                    .state.seen_us = from - SECOND_US,
                    .room = 40000,
                };
                world.begun = calloc(world.room, sizeof *world.begun);
                assert_int_equal(zone_open(zones[z], &zone, &err), 0);
                assert_int_equal(cron_parse(str_of(crons[c]), &world.timing.cron, &err), 0);
                world.timing.zone = zone;
                clock(&world, from, to);
                fprintf(out, "%s\t%s\t%d\t", zones[z], crons[c], year);
                for (size_t i = 0; i < world.count; i++)
                    fprintf(out, "%lld ", (long long)world.begun[i]);
                fputc('\n', out);
                zone_close(zone);
                free(world.begun);
            }
}

static void compare(void (*clock)(struct world *, int64_t, int64_t), enum due_catchup catchup,
                    bool brief)
{
    char command[1024];
    char said[1024] = "";
    const char *source = getenv("COPYDESK_SOURCE");
    FILE *out = fopen("instants", "w");
    assert_non_null(out);
    drive(out, clock, catchup, brief);
    assert_int_equal(fclose(out), 0);
    snprintf(command, sizeof command, "%s '%s/tests/core/instants.py' <instants 2>&1",
             access("/usr/bin/python3", X_OK) == 0 ? "/usr/bin/python3" : "python3",
             source ? source : ".");
    FILE *python = popen(command, "r"); /* NOLINT(cert-env33-c): a test */
    assert_non_null(python);
    const size_t len = fread(said, 1, sizeof said - 1, python);
    said[len] = '\0';
    if (pclose(python) != 0 || strcmp(said, brief ? "20\n" : "56\n") != 0)
        fail_msg("%s", said);
}

static void a_steady_clock_meets_every_instant(void **state)
{
    (void)state;
    compare(steady, DUE_LAST, false);
}

static void naps_and_a_clock_that_is_set_lose_and_double_none(void **state)
{
    (void)state;
    compare(restless, DUE_ALL, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_steady_clock_meets_every_instant, folder_enter,
                                        folder_leave),
        cmocka_unit_test_setup_teardown(naps_and_a_clock_that_is_set_lose_and_double_none,
                                        folder_enter, folder_leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Two jobs. `past` is asked, while the host is killed, to fill in instants of a year ago; `each`
 * runs at each minute that passes meanwhile, also at those that passed while no host ran. */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "torture.h"

#define BEGIN_US  (INT64_C(1746057600) * 1000000) /* 2025-05-01T00:00:00Z */
#define MINUTE_US (INT64_C(60) * 1000000)
#define AT_ONCE   3
#define CHUNK     200 /* instants of one command that finishes what was asked for */

static void moment(unsigned minute, char out[CLOCK_TEXT_SIZE])
{
    clock_format(BEGIN_US + minute * MINUTE_US, out);
}

void jobs_ask(struct jobs *jobs, const struct desk_under *desk)
{
    char from[CLOCK_TEXT_SIZE], to[CLOCK_TEXT_SIZE];
    const char *const words[] = {"jobs", "backfill", "past", "--from", from, "--to", to, NULL};
    moment(jobs->asked, from);
    jobs->asked += AT_ONCE;
    moment(jobs->asked, to);
    jobs->command = desk_begin(desk, words);
}

/* The command may have become the host itself: it is killed as one. */
void jobs_cut(struct jobs *jobs)
{
    if (jobs->command <= 0)
        return;
    kill(jobs->command, SIGKILL);
    while (waitpid(jobs->command, NULL, 0) < 0 && errno == EINTR)
        ;
    jobs->command = 0;
}

int jobs_finish(const struct jobs *jobs, const struct desk_under *desk)
{
    char from[CLOCK_TEXT_SIZE], to[CLOCK_TEXT_SIZE];
    const char *const words[] = {"jobs", "backfill", "past", "--from", from, "--to", to, NULL};
    for (unsigned at = 0; at < jobs->asked; at += CHUNK) {
        moment(at, from);
        moment(at + CHUNK < jobs->asked ? at + CHUNK : jobs->asked, to);
        if (desk_command(desk, words, NULL) != 0) {
            fprintf(stderr, "torture: jobs backfill from %s to %s failed\n", from, to);
            return -1;
        }
    }
    return 0;
}

bool jobs_at_work(const struct desk_under *desk)
{
    char path[700];
    sqlite3 *db = NULL;
    snprintf(path, sizeof path, "%s/.copydesk/store.db", desk->dir);
    long long count = -1;
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK)
        count = count_of(db, "SELECT count(*) FROM runs WHERE state = 'running'");
    sqlite3_close(db);
    return count > 0;
}

/* ---- what must be there ---- */

static unsigned long lines_of(const char *path)
{
    BUF_AUTO struct buf bytes = BUF_INIT;
    unsigned long lines = 0;
    if (file_read(path, 256 << 20, &bytes, NULL, NULL) < 0)
        return 0;
    for (size_t i = 0; i < bytes.len; i++)
        lines += bytes.at[i] == '\n';
    return lines;
}

static void look_at_outputs(const struct desk_under *desk, struct jobs_found *out)
{
    char path[1400];
    const struct dirent *entry;
    snprintf(path, sizeof path, "%s/out", desk->dir);
    DIR *dir = opendir(path);
    while (dir && (entry = readdir(dir)) != NULL) {
        const char *name = entry->d_name;
        snprintf(path, sizeof path, "%s/out/%s", desk->dir, name);
        if (strncmp(name, "past-", 5) == 0) {
            out->past_files++;
        } else if (strncmp(name, "each-", 5) == 0) {
            out->each_files++;
            out->each_articles += lines_of(path);
        } else if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0) {
            fprintf(stderr, "torture: left behind: %s\n", path);
            out->leftovers++;
        }
    }
    if (dir)
        closedir(dir);
}

static void expect(struct findings *found, const char *what, long long got, long long wanted)
{
    if (got == wanted)
        return;
    fprintf(stderr, "torture: %s: %lld, and not %lld\n", what, got, wanted);
    if (got < wanted)
        found->lost++;
    else
        found->doubled++;
}

/* A desk that was told to end leaves no run half done. A minute that passes is an instant of both
 * jobs: it may be skipped while what was asked for runs, and fail while the disk is full; the
 * articles of a failed run are in the next one's output. */
static void look_at_undone(const struct desk_under *desk, struct sqlite3 *db,
                           struct findings *found)
{
    sqlite3_stmt *rows = NULL;
    if (sqlite3_prepare_v2(db,
                           "SELECT job, datetime(at_us / 1000000, 'unixepoch'), state, error,"
                           " state = 'failed' AND (error LIKE '%no space%' OR error LIKE"
                           " '%disk is full%') FROM runs"
                           " WHERE state NOT IN ('done', 'skipped', 'missed')",
                           -1, &rows, NULL) != SQLITE_OK) {
        fprintf(stderr, "torture: runs: %s\n", sqlite3_errmsg(db));
        found->broken++;
        return;
    }
    while (sqlite3_step(rows) == SQLITE_ROW) {
        if (desk->fills > 0 && sqlite3_column_int(rows, 4))
            continue;
        fprintf(
            stderr, "torture: the run of %s at %s is %s: %s\n",
            (const char *)sqlite3_column_text(rows, 0), (const char *)sqlite3_column_text(rows, 1),
            (const char *)sqlite3_column_text(rows, 2), (const char *)sqlite3_column_text(rows, 3));
        found->lost++;
    }
    sqlite3_finalize(rows);
}

/* Windows of runs lie end to end: each article up to the last one's end is in one output. */
void jobs_verify(const struct jobs *jobs, const struct desk_under *desk, struct sqlite3 *db,
                 struct findings *found)
{
    struct jobs_found out = {0};
    char sql[120];
    look_at_outputs(desk, &out);
    const long long each =
        count_of(db, "SELECT count(*) FROM runs WHERE job = 'each' AND state = 'done'");
    snprintf(sql, sizeof sql,
             "SELECT count(*) FROM runs WHERE job = 'past' AND state = 'done' AND at_us < %lld",
             (long long)(BEGIN_US + jobs->asked * MINUTE_US));
    expect(found, "runs that were asked for", count_of(db, sql), jobs->asked);
    const long long past =
        count_of(db, "SELECT count(*) FROM runs WHERE job = 'past' AND state = 'done'");
    look_at_undone(desk, db, found);
    expect(found, "outputs of past", out.past_files, past);
    expect(found, "outputs of each", out.each_files, each);
    expect(found, "articles in outputs of each", (long long)out.each_articles,
           count_of(db, "SELECT count(*) FROM articles WHERE seq <= (SELECT coalesce(max(upto_seq),"
                        " 0) FROM runs WHERE job = 'each' AND state = 'done')"));
    found->broken += out.leftovers;
    found->runs = (unsigned)(past + each);
}

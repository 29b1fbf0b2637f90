/* Jobs at their times: what desk.lua says with desk.job, run when it is due, exactly once.
 *
 * A run is one job at one scheduled instant. It is stored, with the range of commit sequence
 * numbers that it covers, before anything of it happens; what an export is given is stored before
 * its plugin sees it; files get their names last, and then the run is recorded as done. A process
 * that is killed at any instant leaves a run that the next one does again, from what is stored,
 * over its own files.
 *
 * Time. Nothing is due because a timer rang: a timer of at most SCHEDULE_TICK_MS rings, the wall
 * clock is read, and what has come due since the last look is begun. So a machine that slept, or a
 * clock that was set, is noticed within a minute. Forwards, what was missed follows the job's
 * catchup; backwards, instants that have their run get no second one.
 *
 * All of it happens on the desk's loop; callbacks are called from there and may call any function
 * here but schedule_close. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "pipeline/desk.h"

struct schedule;

struct schedule_clock { /* microseconds: since 1970 in UTC, and of a clock that never steps */
    int64_t (*wall_us)(void *data);
    int64_t (*mono_us)(void *data);
    void *data;
};

struct schedule_options {
    struct desk *desk;                  /* open for DESK_WRITE; outlives the schedule */
    const struct schedule_clock *clock; /* NULL: the system's. Tests have one of their own */
    bool passive; /* nothing is begun by the clock or an event: for `jobs run` without a running
                     desk, which does one thing and ends */
    void (*changed)(void *data); /* a run began or ended, a job was paused; may be NULL */
    void *data;
};

/* Takes the jobs of the desk's desk.lua. Runs that an earlier process left at work are done again.
 * ERR_INVALID: a job that cannot be, with its line of desk.lua. */
int schedule_open(const struct schedule_options *options, struct schedule **out, struct error *err);
/* The jobs that desk.lua has now (after a reload). On failure the old ones stay. Runs at work end
 * as they began. */
int schedule_reload(struct schedule *schedule, struct error *err);
/* Begins no more runs; who asked for one that waits is told so. `done` is called when those at work
 * have ended. */
void schedule_quiesce(struct schedule *schedule, void (*done)(void *data), void *data);
/* Ends at once: runs at work are given up, and are done again by whoever opens the desk next.
 * `closed` is called from the loop when all is freed. NULL is fine (then `closed` is called now).
 */
void schedule_close(struct schedule *schedule, void (*closed)(void *data), void *data);

/* ---- what commands and the control socket ask ---- */

/* A run that ended, or that was not begun (`error` says why). Texts live until the callback
 * returns. */
struct schedule_report {
    const char *job;
    int64_t at_us;     /* the scheduled instant */
    const char *local; /* the same in the job's zone: RFC 3339 */
    const char *state; /* "done", "failed", "skipped" ... as in struct store_run */
    uint64_t articles, files;
    int64_t after_seq, upto_seq;
    const char *const *outputs; /* paths */
    size_t output_count;
    const struct error *error; /* NULL: all went well */
};
typedef void schedule_report_fn(const struct schedule_report *report, void *data);

/* A moment that a person wrote, in the job's zone where it has none of its own (schedule/jobs.h).
 */
int schedule_moment(struct schedule *schedule, const char *job, struct str text, int64_t *us,
                    struct error *err);

/* Runs the job once more, at `at_us`, or now when that is 0: an instant that has its run is done
 * again from what is stored. `report` is called once, now or later. ERR_NOTFOUND (with the nearest
 * name), ERR_BUSY (a run of the job is at work): then it is not called. */
int schedule_run(struct schedule *schedule, const char *job, int64_t at_us,
                 schedule_report_fn *report, void *data, struct error *err);
/* Runs each instant of the job from `from_us` up to, not including, `to_us` that has no run that is
 * done, oldest first; `report` for each, then `end`. At most RUNS_BACKFILLED instants: ERR_LIMIT.
 */
int schedule_backfill(struct schedule *schedule, const char *job, int64_t from_us, int64_t to_us,
                      schedule_report_fn *report, void (*end)(void *data), void *data,
                      struct error *err);
/* A paused job runs only when it is told to. `done` is called once it is stored. */
int schedule_pause(struct schedule *schedule, const char *job, bool paused,
                   void (*done)(const struct error *error, void *data), void *data,
                   struct error *err);

/* How a job stands; texts live until the callback returns. */
struct schedule_state {
    const char *name;
    bool paused;
    bool unwell;            /* its last run failed, or it was paused by failures */
    const char *running;    /* what it is at: "waiting to try again", "at work"; NULL: nothing */
    int64_t running_at_us;  /* the instant of that run */
    int64_t next_us;        /* its next instant; 0: none */
    const char *last_error; /* of the last run; "" when it went well or there was none */
};
void schedule_each(struct schedule *schedule,
                   void (*each)(const struct schedule_state *state, void *data), void *data);

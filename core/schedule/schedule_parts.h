/* The parts of the scheduler: schedule.c (its life), look.c (what is due), run.c (one run),
 * inputs.c (what it is given), run_work.c (an export), run_task.c (a task), ask.c (what commands
 * ask). */
#pragma once

#include <uv.h>

#include "pipeline/export.h"
#include "pipeline/host.h"
#include "schedule/schedule.h"
#include "schedule/spec.h"

struct run;

/* An instant that waits for its turn. */
struct turn {
    int64_t at_us;
    const char *cause; /* a literal */
    bool late;         /* it covers what was there at its time */
    bool begun;        /* by an earlier process, which left it */
    enum run_again again;
    bool apart;        /* a backfill */
    bool anew;         /* no instant was asked for: the next second is as good */
    int64_t after_seq; /* apart: where the one before it ended */
    schedule_report_fn *report;
    void *data;
};

struct job {
    struct job *next;
    struct job_list *list; /* held */
    const struct job_spec *spec;
    struct schedule *schedule;
    bool gone; /* desk.lua has it no more: freed when nothing of it is at work */
    struct due_state due;
    bool known, paused;
    int64_t failures;
    struct turn *turns; /* oldest first; RUNS_QUEUED + RUNS_BACKFILLED at most */
    size_t turn_count, turn_room;
    struct run *run;                /* at work, or waiting to be tried again */
    int64_t news_us, first_news_us; /* monotonic, of events; 0: none */
    int64_t last_at_us;             /* of the last instant that an event or a person chose */
    char last_error[200];
    unsigned writes; /* requests of it that are at the store: it is not looked at meanwhile */
};

struct schedule {
    struct desk *desk;
    struct schedule_options options;
    struct job *jobs;
    uv_timer_t timer;
    bool closing, quiet;
    unsigned at_work; /* runs that are not waiting to be tried again */
    unsigned pending; /* store requests and runs that will call back */
    struct host_later step;
    bool stepping;
    void (*quiesced)(void *data);
    void *quiesced_data;
    void (*closed)(void *data);
    void *closed_data;
};

enum run_stage { STAGE_STORE, STAGE_INPUTS, STAGE_WORK, STAGE_ENDING, STAGE_RETRY };

struct run {
    struct schedule *schedule;
    struct job *job;
    struct job_list *list; /* held: the job as it was when the run began */
    const struct job_spec *spec;
    struct turn turn;
    enum run_stage stage;
    struct store_request request;
    struct store_schedule what; /* what.run: the run as the store has it */
    struct host_work work;
    struct host_later later;
    struct store_reader *reader;
    struct arena *arena; /* of one try */
    /* inputs */
    struct buf page;
    struct store_input *inputs;
    size_t *input_ends;
    size_t input_count, input_room;
    bool input_end;
    int64_t before_id, before_seq;
    /* work */
    struct export_source source;
    struct export *export;
    struct task_run *task;
    char *to;           /* expanded, absolute; in the arena */
    int64_t timeout_us; /* monotonic; 0: none */
    bool timed_out;
    int moved; /* by how many seconds its instant was put off, being taken */
    uint64_t articles, files;
    struct buf outputs;
    struct error error;
};

int64_t schedule_wall(const struct schedule *schedule);
int64_t schedule_mono(const struct schedule *schedule);
/* Looks soon, from the top of the loop, at what is due and whose turn it is. */
void schedule_step(struct schedule *schedule);
/* The same now: for tests that set a clock of their own. */
void schedule_look(struct schedule *schedule);
/* Something has happened that jobs may run on, all but one (NULL: all). */
void schedule_news(struct schedule *schedule, const struct job *but);
struct job *schedule_find(struct schedule *schedule, const char *name, struct error *err);
/* look.c: begins what is due, at its turn; and when to do so again, in microseconds. */
void look_at_all(struct schedule *schedule, int64_t now_us);
int64_t look_wait(struct schedule *schedule, int64_t now_us);
/* The store is to know the job; until it answers nothing of it is due. */
void job_know(struct job *job);
/* At its place by instant. false: out of memory. */
bool job_add_turn(struct job *job, const struct turn *turn);
/* Begins the job's first turn, which is taken off. false: out of memory. */
bool run_begin(struct job *job);
/* Another try of a run that waits for it. */
void run_retry(struct run *run);
void run_cancel(struct run *run);
/* The run has all inputs, or run->error is set. */
void run_collect(struct run *run, void (*collected)(struct run *run));
/* The export or task has ended; run->error says how. */
void run_do(struct run *run, void (*done)(struct run *run));
/* Expands where its files go, and makes the folders there. */
int run_target(struct run *run);
void run_add_output(struct run *run, const char *path);
/* run_do of a task. */
void run_task(struct run *run, void (*done)(struct run *run));
void run_task_cancel(struct run *run);
/* When a failed run is tried again, in microseconds after it failed. */
int64_t run_backoff(int64_t tries);

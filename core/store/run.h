/* Jobs, their runs and the events that start some, as the store keeps them. Who decides when a run
 * is due is schedule/; here it is kept that none is lost or done twice.
 *
 * The range. A run covers the versions of articles that became visible with a commit sequence
 * number in (after_seq, upto_seq]. It begins where the last run of the job that was done ended, so
 * neither a downtime nor a clock leaves a hole. A run that failed covers nothing: the next one
 * takes its articles too. The range is stored when the run begins and never changes.
 *
 * Inputs. What an export was given is kept with the run, each article as it went to the plugin
 * (article_pack), once however many runs were given the same: so doing a run again gives the same
 * bytes after later ingests, new versions and new tags, which a list of versions would not. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/str.h"

/* X(NAME, text) */
#define RUN_STATE_MAP(X)                                                                           \
    X(WAITING, "waiting") /* for its turn, or to be tried again at retry_us */                     \
    X(RUNNING, "running") /* begun; also when its process was killed */                            \
    X(DONE, "done")                                                                                \
    X(FAILED, "failed")                                                                            \
    X(SKIPPED, "skipped") /* another run of the job was at work */                                 \
    X(MISSED, "missed")   /* its deadline had passed before it could begin */

enum run_state {
#define RUN_STATE_ENUM(name, text) RUN_##name,
    RUN_STATE_MAP(RUN_STATE_ENUM)
#undef RUN_STATE_ENUM
        RUN_STATE_COUNT
};
extern const char *const run_state_names[RUN_STATE_COUNT];

struct store_run {
    int64_t id;
    struct str job;
    int64_t at_us; /* the scheduled instant: with the job, the run's name */
    enum run_state state;
    struct str cause; /* "schedule", "catchup", "hand", "backfill", "event" */
    bool ranged;      /* it has begun once: the ranges are set */
    int64_t after_seq, upto_seq;
    int64_t after_event, upto_event; /* ids of events, in the same way */
    int64_t window_start_us;         /* instant of the run before */
    bool inputs;                     /* all that it is given is kept */
    int64_t tries;
    int64_t retry_us, started_us, ended_us; /* 0: not */
    int64_t articles, files;
    struct str error, outputs; /* outputs: paths, each followed by a line end */
};

struct store_job {
    struct str name;
    struct hash mark;    /* of what decides when it is due */
    int64_t seen_us;     /* instants up to it are decided */
    int64_t covered_seq; /* the end of the last range that was done */
    int64_t covered_event;
    int64_t covered_us; /* instant of that run; 0: none yet */
    int64_t paused_us;  /* 0: it is not paused */
    struct str paused_why;
    int64_t failures; /* runs that failed in a row */
};

/* One thing that happened and that a job may run on. Article events are not among them: for those
 * the commit sequence number is enough. */
struct store_event {
    int64_t id;
    struct str kind; /* "job.done", "job.failed", "item.quarantined" */
    struct str job;  /* whose run it was; empty: none */
    int64_t at_us;
    struct str data; /* a JSON object of texts and numbers */
};

/* What STORE_JOB does. */
enum schedule_op {
    SCHEDULE_KNOW,  /* desk.lua has this job: `mark`, and `events` when nothing but events start it.
                  A  new job, or one whose mark has changed, is due from `at_us` on. A new job of
                  events covers what comes from now on; any other all that there is */
    SCHEDULE_SEE,   /* instants up to at_us are decided */
    SCHEDULE_PAUSE, /* `why` */
    SCHEDULE_RESUME,
};

/* What STORE_RUN does. */
enum run_op {
    RUN_BEGIN,  /* the run (job, at_us) is at work from now on; `run` tells its ranges. ERR_EXISTS:
                   it has ended, and `again` does not say otherwise. ERR_NOTFOUND: `events` is set
                   and there is  nothing new */
    RUN_QUEUE,  /* it waits; kept as it is when it is there already */
    RUN_SKIP,   /* it will not be: `run.state` (skipped or missed) and `run.error`; kept as it is
                   when it is there already */
    RUN_INPUTS, /* further articles that it is given; `first`: what it had is
                   forgotten; `last`: there are no more */
    RUN_END,    /* done, failed, or waiting for another try (`run.state`, retry_us, error, outputs,
                   articles, files) */
};

/* Whether a run that has ended may begin once more. */
enum run_again { RUN_ONCE, RUN_UNLESS_DONE, RUN_AGAIN };

struct store_input {
    int64_t article_id;
    struct str packed; /* by article_pack */
};

struct store_schedule {
    enum schedule_op job_op;
    enum run_op run_op;
    struct store_job job; /* name; STORE_JOB fills in the rest afterwards. Texts of what is filled
                             in are not given: paused_why is empty */
    struct store_run run; /* at_us, cause; what it begins from (RUN_BEGIN: window_start_us for the
                             first run); id from RUN_INPUTS on */
    unsigned events;      /* bits of store_event_bit: which start it */
    enum run_again again; /* RUN_BEGIN */
    bool needs_news;      /* RUN_BEGIN: only if there is something to run on */
    bool all;             /* RUN_BEGIN: from the first article on */
    bool see;             /* the instant is decided, with all before */
    bool by_time;         /* RUN_BEGIN: what was committed by at_us, not what is there by now: for a
                             run that begins late */
    bool apart;           /* RUN_BEGIN: from what was committed by window_start_us on, not from the
                             last run; and the last run stays where it was (a backfill) */
    bool quiet;           /* RUN_END: no event tells of it */
    int64_t pause_after;  /* RUN_END: failures in a row that pause the job; 0: none */
    bool first, last;     /* RUN_INPUTS */
    const struct store_input *inputs;
    size_t input_count;
    int64_t now_us; /* the scheduler's clock */
    /* filled by the store: */
    bool paused; /* RUN_END has paused the job */
};

#define STORE_EVENT_STORED      1U /* article.stored: any new version in the range */
#define STORE_EVENT_DONE        2U
#define STORE_EVENT_FAILED      4U
#define STORE_EVENT_QUARANTINED 8U

/* What the files of the pool share; nobody else includes this. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "worker/channel.h"
#include "worker/page.h"
#include "worker/pool.h"

/* Jobs in order, linked through job->next. */
struct job_list {
    struct pool_job *first, *last;
    unsigned count;
};

enum worker_state { WORKER_STARTING, WORKER_READY, WORKER_ENDED };

/* Why the host ended a worker itself. */
enum worker_end { END_NONE, END_HANG_CALL, END_HANG_JOB, END_HANG_START, END_FRAME, END_DONE };

/* One worker process; a replacement is another struct. */
struct worker {
    struct pool *pool;
    struct worker *next;
    enum worker_state state;
    enum worker_end end;
    bool fresh;     /* for one job, beside the pool's own */
    bool greeted;   /* it said READY */
    bool exclusive; /* holds a job that must be alone */
    uv_process_t process;
    struct channel channel;
    unsigned handles; /* uv handles still open */
    struct page *page;
    struct job_list jobs; /* sent and unanswered, oldest first */
    size_t bytes;         /* their payloads */
    unsigned logs;        /* lines that the job at the front has logged */
    uint64_t call_seen;   /* the time walls: see walls.c */
    int64_t call_since_us, head_since_us, started_us;
    char why[ERROR_TEXT_MAX]; /* END_FRAME: what was wrong; a setup fault's message */
    bool refused;             /* the worker itself said that it cannot start */
    uint64_t peak_rss;
};

struct session {
    int64_t id;
    struct worker *worker; /* NULL: not bound yet */
    bool dead;
    struct session *next;
};

struct shipped {
    bool used;
    char *title;             /* "tag/ships" */
    struct buf frame;        /* the PLUGIN frame */
    struct pool_calls ended; /* in workers that ended */
};

struct pool {
    uv_loop_t *loop;
    void (*room)(struct pool *pool, void *data);
    void (*log)(int level, const char *plugin, const char *text, void *data);
    void *data;
    char *program;
    unsigned size; /* how many workers at most */
    uint64_t call_ms, grace_ms;
    struct buf setup; /* the SETUP frame */
    struct shipped *shipped;
    struct worker *workers; /* all live processes, fresh ones too */
    unsigned live, fresh;
    struct job_list requeued; /* were in a worker that died; go before others */
    struct job_list lonely;   /* wait for a worker of their own */
    struct session *sessions;
    int64_t last_session;
    uint64_t last_sequence;
    bool wants_room, closing, serving;
    int64_t job_us; /* what a job takes of late, once `timed` */
    bool timed;
    unsigned start_failures; /* in a row */
    char start_why[2 * ERROR_TEXT_MAX];
    uv_timer_t watchdog, backoff;
    uv_prepare_t flush;
    bool watching, dirty;
    int64_t last_tick_us;
    unsigned handles;
    uint64_t replaced, peak_rss;
    int64_t children_cpu_us; /* RUSAGE_CHILDREN when the pool was opened */
    struct pool_usage ended; /* sums of workers that ended */
    void (*closed)(void *data);
    void *closed_data;
};

/* list.c */
void list_push(struct job_list *list, struct pool_job *job);
void list_push_front(struct job_list *list, struct pool_job *job);
struct pool_job *list_pop(struct job_list *list);
bool list_remove(struct job_list *list, struct pool_job *job);

/* worker.c: one process */
struct worker *worker_start(struct pool *pool, bool fresh, struct error *err);
int worker_send(struct worker *worker, struct pool_job *job);
void worker_kill(struct worker *worker, enum worker_end why);
/* Lets it end by itself: it reads end of file. */
void worker_retire(struct worker *worker);

/* answer.c: what a worker says */
int answer_frame(struct worker *worker, const uint8_t *body, size_t len, struct error *err);

/* queue.c: which worker gets what */
void queue_dispatch(struct pool *pool);
void queue_timed(struct pool *pool, int64_t us); /* a job took so long */
void queue_back_off(struct pool *pool);          /* no worker is started for a while */
/* When workers keep failing to start and none runs: what waits is answered with the reason. */
void queue_give_up(struct pool *pool);
void queue_fault_all(struct job_list *list, const char *message);
#define START_TRIES_MAX 5
void session_worker_died(struct pool *pool, struct worker *worker);

/* retry.c: what becomes of a dead worker's jobs */
void retry_judge(struct worker *worker, int64_t exit_status, int term_signal);
void job_fault(struct pool_job *job, enum guard guard, int64_t plugin, const char *traceback,
               const char *format, ...) __attribute__((format(printf, 5, 6)));

/* walls.c: the host's time walls */
void watch_start(struct pool *pool);

/* pool.c */
const char *pool_title(const struct pool *pool, int64_t plugin); /* NULL: no such plugin */
void pool_handle_gone(struct pool *pool);
uint64_t worker_rss(const struct worker *worker);
/* Adds what the worker notes on its page: of all, of one plugin. */
void worker_spent(const struct worker *worker, struct pool_usage *sum);
void worker_calls(const struct worker *worker, uint32_t plugin, struct pool_calls *sum);
/* Keeps what is noted there: the worker has ended. */
void worker_keep_spent(const struct worker *worker);

/* What desk.lua says of jobs (desk.job), checked, with defaults filled in.
 *
 *   desk.job { "france-daily", cron = "0 7 * * 1-5", tz = "Europe/Paris",
 *              export = "markdown", query = "place:France", to = "out/france-{date}.md" } */
#pragma once

#include <msgpack.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/str.h"
#include "schedule/due.h"
#include "schedule/timing.h"

#define JOB_NAME_SIZE 65

/* X(NAME, text): what may start a job besides the clock. */
#define EVENT_MAP(X)                                                                               \
    X(STORED, "article.stored")                                                                    \
    X(DONE, "job.done")                                                                            \
    X(FAILED, "job.failed")                                                                        \
    X(QUARANTINED, "item.quarantined")

enum event {
#define EVENT_ENUM(name, text) EVENT_##name,
    EVENT_MAP(EVENT_ENUM)
#undef EVENT_ENUM
        EVENT_COUNT
};
extern const char *const event_names[EVENT_COUNT];

struct job_spec {
    const char *name;
    int line;         /* of desk.lua */
    const char *when; /* "0 7 * * 1-5", "2026-12-24 18:00", "article.stored": as it was written */
    struct timing timing;
    unsigned events; /* bit: enum event */
    int64_t debounce_us;
    const char *format; /* the export plugin; NULL: a task */
    const char *task;   /* the task plugin; NULL: an export */
    const char *query;  /* "": all */
    const char *to;     /* with {date} and so on; NULL: a task that writes no file */
    struct str options; /* msgpack map; empty: none */
    bool ranked;        /* sort = "rank" */
    bool all;           /* articles = "all": not only what is new since the last run */
    bool queued;        /* overlap = "queue" */
    struct due_policy due;
    int64_t deadline_us;  /* after the instant, past which it is not begun; 0: none */
    int64_t timeout_us;   /* of one try; 0: none */
    unsigned retry;       /* further tries */
    unsigned pause_after; /* failed runs in a row; 0: never */
    struct hash mark;     /* of what decides when it is due */
};

struct job_list {
    unsigned references;
    struct job_spec *at;
    size_t count;
    struct arena *arena;
    struct zone **zones; /* one a job; NULL where it needs none */
};

/* `jobs`: the list that lua/config.c collected (struct config), or NULL; not needed afterwards.
 * ERR_INVALID or ERR_NOTFOUND with the line of desk.lua, the job and what is right. */
int job_list_read(const msgpack_object *jobs, struct job_list **out, struct error *err);
struct job_list *job_list_hold(struct job_list *list);
void job_list_release(struct job_list *list); /* NULL is fine */
/* The job of that name; ERR_NOTFOUND with the nearest. */
int job_list_find(const struct job_list *list, const char *name, const struct job_spec **out,
                  struct error *err);

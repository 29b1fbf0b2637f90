/* The torture: real files are dropped into the inbox of a desk whose host is killed again and
 * again, and afterwards each of them must be there exactly once. See README.md.
 *
 *   desk.c     the desk, its host, what is killed, the disk that fills
 *   drops.c    what is dropped, how, and the ledger of it
 *   jobs.c     jobs that are due, and asked for, meanwhile
 *   verify.c   what must be there then */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* ---- chance: splitmix64 (Steele, Lea, Flood 2014), so that a seed gives the same drops ---- */
struct chance {
    uint64_t state;
};
uint64_t chance_next(struct chance *chance);
unsigned chance_below(struct chance *chance, unsigned limit);
unsigned chance_between(struct chance *chance, unsigned least, unsigned most); /* both included */

/* ---- the desk ---- */
struct desk_under {
    const char *program;
    char top[512];   /* a folder of its own, a tmpfs where that is possible */
    char dir[600];   /* top/desk */
    char stage[600]; /* top/stage: files are prepared here, on the same file system */
    bool own_disk;   /* `top` is a tmpfs of its own: it can be filled */
    pid_t host;      /* 0: none runs */
    unsigned starts, kills, worker_kills, fills, refusals;
};

/* Makes it, below `base`. 0, or below with a message on stderr. */
int desk_make(struct desk_under *desk, const char *program, const char *base, unsigned mib);
void desk_remove(struct desk_under *desk);
int desk_start(struct desk_under *desk);
void desk_kill(struct desk_under *desk); /* SIGKILL, and waits for its end */
bool desk_kill_worker(struct desk_under *desk, struct chance *chance);
/* Lets it finish all that waits, and ends it. Below zero: it did not get there in time. */
int desk_quiesce(struct desk_under *desk);
bool desk_fill(struct desk_under *desk); /* nothing more can be written; false: not possible here */
void desk_free(struct desk_under *desk);
/* A copydesk command on the desk; its exit code. `input` (may be NULL): a file for its stdin. */
int desk_command(const struct desk_under *desk, const char *const *words, const char *input);
pid_t desk_begin(const struct desk_under *desk, const char *const *words); /* without waiting */
void sleep_ms(unsigned ms);
/* Names in a folder but those that begin with a dot; 0 when it is not there. */
unsigned folder_entries(const char *path);

/* ---- what is dropped ---- */
struct content {
    unsigned articles; /* that are cut from it; 0: the plugin fails on it */
    unsigned files;    /* of these bytes that were dropped */
    bool piped;        /* given to `copydesk ingest -`, and not as a file */
    bool taken;        /* the command said that it is in */
};

struct drops {
    struct chance chance;
    struct content *contents;
    size_t count, room;
    unsigned files, renamed, moved, written, same_name, same_bytes, piped;
    unsigned long last_name;
};

/* One file by chance: new or old bytes, new or old name, written or renamed into place. */
int drops_one(struct drops *drops, const struct desk_under *desk);
/* Some whose bytes are on disk already, for a disk that is full. */
int drops_prepare(struct drops *drops, const struct desk_under *desk, unsigned count);
int drops_release(struct drops *drops, const struct desk_under *desk);
/* One document over a command's standard input, beside the host or not. */
int drops_pipe(struct drops *drops, const struct desk_under *desk);
/* Those whose command failed are given again. */
int drops_pipe_again(struct drops *drops, const struct desk_under *desk);
/* The bytes of a content, of fixed length and its own. */
size_t drops_text(const struct drops *drops, size_t which, char *out, size_t room);
#define DROP_TEXT_MAX 4096
#define DROP_MARK     "Torture number " /* then its number, in each content once */

/* ---- what must be there ---- */
struct findings {
    unsigned lost, doubled, broken; /* files, articles, runs; other promises */
    unsigned documents, articles, done, duplicate, failed, runs;
};
struct jobs;
int verify(const struct desk_under *desk, const struct drops *drops, const struct jobs *jobs,
           struct findings *out);
struct sqlite3;
long long count_of(struct sqlite3 *db, const char *sql); /* below zero: failed, which was said */

/* ---- jobs ---- */
struct jobs {
    unsigned asked; /* instants of the past that were asked for */
    pid_t command;  /* that asks; 0: none */
};
struct jobs_found {
    unsigned past_files, each_files, leftovers;
    unsigned long each_articles;
};
void jobs_ask(struct jobs *jobs, const struct desk_under *desk); /* for more of them */
void jobs_cut(struct jobs *jobs);
int jobs_finish(const struct jobs *jobs, const struct desk_under *desk);
bool jobs_at_work(const struct desk_under *desk); /* a run is begun and not ended */
void jobs_verify(const struct jobs *jobs, const struct desk_under *desk, struct sqlite3 *db,
                 struct findings *found);

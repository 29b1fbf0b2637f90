/* What the files of escapes_try share; nobody else includes this. */
#pragma once

#include "base/arena.h"
#include "pipeline/escapes.h"

/* Walls by the words that scripts/escapes uses. */
enum escape_wall {
    WALL_NONE,
    WALL_SOFT,    /* time: the hook at the deadline */
    WALL_KILL,    /* time: SIGKILL from the host */
    WALL_MEMORY,  /* the cap of the state */
    WALL_SANDBOX, /* it is not there, or its arguments are checked */
    WALL_NOTHING, /* it ran to its end and got nothing */
    WALL_ANSWER,  /* the answer's check */
    WALL_FILTER,  /* SIGSYS */
    WALL_PROCESS, /* the worker died alone */
    WALL_FRAME,   /* the check of what a worker sends */
    WALL_NAME,    /* the check of a file's name */
};
#define WALL_BIT(wall) (1U << (wall))

struct escape {
    const char *name, *about;
    unsigned walls;     /* bits: which may stop it */
    const char *says;   /* what the fault says then; NULL: anything */
    const char *source; /* init.lua; NULL: a stage of hostile.so named `stage` */
    const char *stage;
};

/* The Lua files, as escapes; in memory of `arena`, by name. */
int escapes_read(struct arena *arena, struct escape **out, size_t *count, struct error *err);
/* The stages of hostile.so that are escapes. */
extern const struct escape escapes_native[];
extern const size_t escapes_native_count;

/* Names that lead out of a folder, given to the files of an export. */
int escapes_names(void (*each)(const struct escape_report *report, void *data), void *data,
                  struct escape_counts *counts, struct error *err);

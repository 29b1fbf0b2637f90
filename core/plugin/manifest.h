/* What a plugin says of itself, from the worker's answer to JOB_MANIFEST, checked again. */
#pragma once

#include <msgpack.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

enum option_type {
    OPTION_STRING,
    OPTION_NUMBER,
    OPTION_INTEGER,
    OPTION_BOOLEAN,
    OPTION_LIST,
};
const char *option_type_name(enum option_type type);

struct option_spec {
    const char *name;
    enum option_type type;
    const msgpack_object *default_value; /* NULL: none, the option stays unset */
    bool has_min, has_max;
    double min, max; /* value of a number; bytes of a string; items of a list */
    const char **choices;
    size_t choice_count;
    const char *doc; /* "" when there is none */
};

struct manifest {
    const char *kind, *name, *version, *about;
    int api;
    struct option_spec *options;
    size_t option_count;
    const char **needs, **gives;
    size_t need_count, give_count;
    const char **read_files; /* uses.read */
    size_t read_count;
    const char **env; /* uses.env: names */
    size_t env_count;
    const char **events; /* on: what a task can be run on */
    size_t event_count;
    bool asks_command; /* uses.command: a task that wants the host to run what desk.lua says */
};

/* What a task can be run on; ends in NULL. */
extern const char *const task_events[];

/* `out` points into `value` and `arena`. ERR_PLUGIN says which field is wrong; kind and name must
 * be those of the folder. */
int manifest_read(const msgpack_object *value, const char *kind, const char *name,
                  struct arena *arena, struct manifest *out, struct error *err);

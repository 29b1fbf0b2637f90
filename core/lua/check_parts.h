/* What check.c and check_manifest.c share. */
#pragma once

#include "lua/code_walk.h"
#include "lua/handles.h"
#include "lua/state.h"
#include "plugin/manifest.h"

#define CHECK_ISSUES  500
#define CHECK_OPTIONS 200
#define CHECK_GIVEN   200
#define CHECK_READS   64

enum check_level { CHECK_ERROR, CHECK_WARNING, CHECK_NOTE };

struct check_issue {
    const char *file;
    int line;
    enum check_level level;
    const char *text;
};

struct check_given { /* scheme = "topic" */
    const char *value, *file;
    int line;
};

struct check {
    const struct lua_plugin_source *source;
    const struct lua_world *world;
    const struct manifest *manifest; /* NULL: the plugin does not load */
    lua_State *L;
    const char *file; /* that is looked at */
    struct arena *arena;
    struct check_issue *issues;
    size_t count;
    bool failed;
    bool option_used[CHECK_OPTIONS];
    struct check_given given[CHECK_GIVEN];
    size_t given_count;
    bool given_unknown;
    const char *reads[CHECK_READS];
    size_t read_count;
    bool read_unknown;
    const char *envs[CHECK_READS];
    size_t env_count;
    bool env_unknown;
    bool notifies, command_unknown;
};

void check_add(struct check *check, const char *file, int line, enum check_level level,
               const char *format, ...) __attribute__((format(printf, 5, 6)));
/* A message of Lua's, which may begin with "scripts/KIND/NAME/FILE:LINE: ". */
void check_message(struct check *check, const char *message, enum check_level level);

/* check_manifest.c */
void check_read(struct check *check, const char *name, int line);
void check_env(struct check *check, const char *name, int line);
/* command = "notify": `value` NULL when it is known only when it runs. */
void check_command(struct check *check, const char *value, int line);
void check_require(struct check *check, const char *module, int line);
/* After all files: what the manifest says and the code does not, and the other way round. */
void check_manifest(struct check *check);

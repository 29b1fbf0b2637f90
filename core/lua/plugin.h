/* One Lua plugin in one Lua state, inside a worker: loaded and checked, then called.
 *
 * Data goes in as model structs and comes out as msgpack, exactly as the plugin gave it (the host
 * checks it). Arrays and maps: a table made by desk.array, or with n > 0 consecutive integer keys,
 * is an array; an empty plain table is an array too; desk.null is nil; integers stay integers;
 * invalid UTF-8 in a string makes it a msgpack bin. Keys of maps are in byte order.
 *
 * Threads: a plugin belongs to the thread that loaded it. Signals: SIGVTALRM is the soft budget's
 * (SA_RESTART); it comes to the thread that runs a plugin, and once, shortly after a call ended. */
#pragma once

#include <msgpack.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"
#include "model/article.h"
#include "model/document.h"

struct lua_plugin;

struct lua_file {
    struct str name, bytes;
};

/* What the state is given, the same for all plugins of a worker. */
struct lua_world {
    const struct lua_module *modules; /* desk.* areas of native plugins: name and opener */
    size_t module_count;
    const struct lua_file *lib; /* scripts/lib */
    size_t lib_count;
    uint64_t state_bytes; /* allocator cap of one state */
    uint64_t call_ms;     /* soft budget of one call */
    /* One line that a plugin logs: `level` is enum log_level, `plugin` is "tag/ships". May be NULL.
     */
    void (*log)(int level, const char *plugin, struct str text, void *data);
    void *data;
    int64_t *spent_us; /* CPU time of calls into plugins is added here; may be NULL */
};

struct lua_module {
    const char *name;     /* "text" gives desk.text */
    int (*open)(void *L); /* lua_CFunction: leaves the module's table on the stack */
};

/* A plugin that is no Lua, called by its test.lua as if it were: the answer is msgpack in the shape
 * of a Lua plugin's. Below zero: `why` holds a message. */
struct manifest;
struct lua_outside {
    const struct manifest *manifest;
    int (*claims)(void *data, const struct document *document, struct str text, struct str options,
                  double *claim, struct error *why);
    /* One of document (with its text) and article is NULL. */
    int (*run)(void *data, const struct document *document, struct str text,
               const struct article *article, struct str options, struct buf *answer,
               struct error *why);
    void *data;
};

/* The source, the world and all that they point to are borrowed until lua_plugin_free: a state that
 * was stopped is thrown away, and the next call loads the plugin again. */
struct lua_plugin_source {
    const char *kind, *name;
    const struct lua_file *files;
    size_t file_count;
    const msgpack_object *options;     /* map or NULL */
    const struct lua_outside *outside; /* NULL: init.lua is the plugin */
};

/* Why a call did not give an answer. */
struct lua_fault {
    int guard; /* enum guard of lua/guard.h: ERROR, TIME, MEMORY, ANSWER, LOAD */
    char message[1024];
    char traceback[8192];
};

/* Loads init.lua in a fresh sandboxed state, under the load budget, and checks the manifest:
 * fields, types, functions of its kind, options schema, needs, gives, uses; an unknown key is
 * refused with the nearest known one, with file and line where Lua knows them. Below zero: `fault`
 * says why. */
int lua_plugin_load(const struct lua_plugin_source *source, const struct lua_world *world,
                    struct lua_plugin **out, struct lua_fault *fault);
void lua_plugin_free(struct lua_plugin *plugin);

/* What plugins of this thread hold. All that a plugin makes (coroutines, patterns, files of an
 * export, handles) lives in its state, so nothing is left of it when that is closed. */
struct lua_ledger {
    size_t states; /* open */
    size_t lost;   /* bytes that closed states did not give back */
    bool timed;    /* a call's timer is running */
};
void lua_ledger(struct lua_ledger *out);

/* Manifest as a msgpack map: kind, name, version, api, about, options = { name = {type, default,
 * min, max, choices, doc} }, needs, gives, uses, on, functions = [names], warnings. */
int lua_plugin_manifest(struct lua_plugin *plugin, struct buf *out, struct lua_fault *fault);

/* The same as read; as long as the plugin is not called. */
struct manifest;
const struct manifest *lua_plugin_data(const struct lua_plugin *plugin);

/* Bytes that the plugin's state holds now, and held at most in its last call. */
struct lua_memory {
    uint64_t bytes, peak;
};
void lua_plugin_memory(const struct lua_plugin *plugin, struct lua_memory *out);

/* `text`: the decoded text. `seed`: fingerprint of the input, for math.random. */
int lua_plugin_claims(struct lua_plugin *plugin, const struct document *document, struct str text,
                      double *claim, struct lua_fault *fault);
int lua_plugin_ingest(struct lua_plugin *plugin, const struct document *document, struct str text,
                      struct buf *answer, struct lua_fault *fault);
/* tag and summarize. `take` gets the answer, made in `arena`; texts in it live until `take`
 * returns. When it gives a number below zero, with its error, `fault` says that the answer is
 * refused, where `run` begins, and about what. `tags`, unless it is NULL, gets the answer of a tag
 * plugin instead of `take` when it is plain (plain_tags.h): as tags_unpack would give it. */
struct lua_answer {
    int (*take)(const msgpack_object *answer, void *data, struct error *err);
    int (*tags)(struct tag_list *tags, void *data, struct error *err);
    void *data;
    struct arena *arena;
};
int lua_plugin_article(struct lua_plugin *plugin, const struct article *article,
                       const struct lua_answer *answer, struct lua_fault *fault);
/* export: each appends to `files` a msgpack array of {name, append} */
int lua_plugin_export_open(struct lua_plugin *plugin, struct buf *files, struct lua_fault *fault);
int lua_plugin_export_write(struct lua_plugin *plugin, const struct article *article,
                            struct buf *files, struct lua_fault *fault);
int lua_plugin_export_close(struct lua_plugin *plugin, struct buf *files, struct lua_fault *fault);
/* task: what happened, and the articles it is about */
struct lua_event {
    const msgpack_object *facts; /* map: kind, at, local_time, job, window, items */
    const struct article *articles;
    size_t count;
    int64_t at_us; /* the clock of this call */
};
int lua_plugin_task(struct lua_plugin *plugin, const struct lua_event *event, struct buf *answer,
                    struct lua_fault *fault);
/* test.lua: `index` from 1; 0 gives the count alone. Appends a map {cases, name, passed, message,
 * traceback, golden, golden_text, answer} */
int lua_plugin_test(struct lua_plugin *plugin, uint32_t index, struct buf *out,
                    struct lua_fault *fault);

/* desk.lua: evaluated in a state of its own whose `desk` has watch, ingest, tag, summarize, job and
 * the other settings as functions that collect; gives them as a msgpack map. A syntax error or an
 * unknown setting says file:line and what to change. */
int lua_config(const char *name, struct str bytes, const struct lua_world *world, struct buf *out,
               struct lua_fault *fault);

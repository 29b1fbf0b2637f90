/* What a worker serves: the plugins it was shipped, and the jobs it is asked. Inside the worker
 * process; one thread. */
#pragma once

#include <copydesk/text.h>
#include <msgpack.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "lua/plugin.h"
#include "plugin/native.h"
#include "worker/link.h"
#include "worker/message.h"
#include "worker/page.h"

/* A message kept for good: its bytes, and the object that points into them. */
struct kept {
    char *bytes;
    msgpack_zone zone;
    msgpack_object root;
    bool open;
};
int kept_open(struct kept *kept, const void *body, size_t len, struct error *err);
void kept_close(struct kept *kept);

/* A plugin as it was shipped; loaded when a job first needs it. */
struct served_plugin {
    bool used, native;
    char *kind, *name;
    struct kept message;
    struct lua_file *files;
    struct lua_plugin_source source;
    struct lua_plugin *lua;
    const struct desk_stage *stage;
};

/* An export in the making: a state of its own with the options it was opened with. */
struct served_session {
    int64_t id;
    uint32_t plugin;
    struct kept options;
    struct lua_plugin_source source;
    struct lua_plugin *lua;
    struct served_session *next;
};

/* The articles that a task will be about, as they come. */
struct served_task;

/* Why a job has no answer. */
struct served_fault {
    int64_t plugin; /* -1: none */
    struct lua_fault why;
};

struct serve {
    struct link *link;
    struct page *page;
    struct native_registry *natives;
    const struct desk_text_api *text; /* NULL: no text service */
    struct desk_text *text_context;
    struct kept setup;
    struct lua_world world;
    int64_t plugin_us;    /* CPU time in plugins so far */
    int64_t job_begun_us; /* the same when the job at work began */
    int64_t call_begun_us;
    struct lua_module *modules;
    struct lua_file *lib;
    struct served_plugin *plugins; /* PLUGINS of them */
    struct served_session *sessions;
    struct served_task *tasks;
    uint64_t address_bytes;
    char **env; /* what is granted: "NAME=value", ends in NULL */
    /* of the job at work */
    uint64_t sequence;
    int64_t session;
    int64_t plugin;
    unsigned logs;
    struct arena *arena;
    msgpack_zone zone;
    struct buf answer; /* one msgpack map */
    struct served_fault fault;
};

/* serve.c. `setup`: the body of the SETUP frame; opens the native plugins, so it comes before the
 * walls. */
int serve_open(struct serve *serve, struct link *link, struct page *page, const uint8_t *setup,
               size_t len, struct error *err);
int serve_ready(struct serve *serve, struct error *err);
/* One frame. Below zero: the host cannot be served any more. */
int serve_frame(struct serve *serve, const uint8_t *body, size_t len, struct error *err);

/* serve_plugins.c */
int plugin_keep(struct serve *serve, const uint8_t *body, size_t len, struct error *err);
/* The plugin that `value` (an index) names; NULL and a fault when there is none or, for a Lua
 * plugin, when it does not load. */
struct served_plugin *plugin_get(struct serve *serve, const msgpack_object *value, uint32_t *index);
/* The same, not loaded. */
struct served_plugin *plugin_find(struct serve *serve, const msgpack_object *value,
                                  uint32_t *index);
int plugin_load_lua(struct serve *serve, uint32_t index, const struct lua_plugin_source *source,
                    struct lua_plugin **out);
/* Appends "cost" and its map to the answer: CPU time in Lua plugins since the job began, memory of
 * this one's state. */
void pack_cost(struct serve *serve, const struct served_plugin *plugin);
/* Around each call: marks the progress page, counts log lines anew. */
void call_begin(struct serve *serve, uint32_t index);
void call_end(struct serve *serve);
/* The same for its manifest and its tests, which are not counted as calls. */
void look_begin(struct serve *serve, uint32_t index);
void look_end(struct serve *serve);

/* A fault with words; always below zero. `index` -1: no plugin. */
int fault_set(struct serve *serve, int64_t index, enum guard guard, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Jobs: each fills serve->answer, or serve->fault and gives a number below zero. */
int job_config(struct serve *serve, const msgpack_object *payload);
int job_manifest(struct serve *serve, const msgpack_object *payload);
int job_ingest(struct serve *serve, const msgpack_object *payload);
int job_article(struct serve *serve, const msgpack_object *payload);
int job_export_open(struct serve *serve, const msgpack_object *payload);
int job_export_write(struct serve *serve, const msgpack_object *payload);
int job_export_close(struct serve *serve, const msgpack_object *payload);
int job_task_page(struct serve *serve, const msgpack_object *payload);
int job_task(struct serve *serve, const msgpack_object *payload);
void task_forget(struct serve *serve, int64_t session);
int job_test(struct serve *serve, const msgpack_object *payload);
int job_check(struct serve *serve, const msgpack_object *payload);
void session_forget(struct serve *serve, int64_t id);

/* stage.c: stages of native plugins, with answers in the shape of Lua's */
int stage_claims(struct serve *serve, uint32_t index, const struct document *document,
                 struct str text, double *claim);
int stage_ingest(struct serve *serve, uint32_t index, const struct document *document,
                 struct str text, struct buf *answer);
int stage_article(struct serve *serve, uint32_t index, const struct article *article,
                  struct buf *answer);
/* stage_test.c: loads a Lua plugin that calls the stage, for its test.lua; kept as plugin->lua. */
int stage_as_lua(struct serve *serve, uint32_t index);

/* A pool under test: jobs are put in, the loop runs until all are answered. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "base/clock.h"
#include "base/limits.h"
#include "model/wire.h"
#include "worker/pool.h"

#define HARNESS_JOBS 512

struct harness_job {
    struct pool_job job;
    struct harness *harness;
    unsigned answers; /* callbacks seen: must become 1 */
    bool faulted;
    enum guard guard;
    int64_t plugin;
    char message[4096];
    char label[256];  /* of the first tag of the first result */
    char inner[4096]; /* message of the first result's own fault */
    int inner_guard;
    unsigned order; /* among the answers */
};

struct harness {
    uv_loop_t loop;
    struct pool *pool;
    struct harness_job jobs[HARNESS_JOBS];
    unsigned count, answered, rooms, logs;
    bool closed;
};

static inline const char *harness_program(void)
{
    const char *program = getenv("COPYDESK_BIN");
    assert_non_null(program);
    return program;
}

/* The hostile stages that `copydesk doctor` tries, beside the program's folder. */
static inline const char *harness_hostile(void)
{
    static char path[4096];
    const char *program = harness_program();
    const char *bin = strrchr(program, '/');
    snprintf(path, sizeof path, "%.*s/../%s/../doctor/hostile.so", (int)(bin - program), program,
             COPYDESK_PLUGIN_DIR);
    return path;
}

static inline void harness_log(int level, const char *plugin, const char *text, void *data)
{
    struct harness *h = data;
    (void)level;
    (void)plugin;
    (void)text;
    h->logs++;
}

static inline void harness_room(struct pool *pool, void *data)
{
    struct harness *h = data;
    (void)pool;
    h->rooms++;
}

/* `options` may be NULL; what it leaves out is filled in. */
static inline struct harness *harness_open(const struct pool_options *options)
{
    struct error err = {0};
    struct harness *h = calloc(1, sizeof *h);
    struct pool_options all = {0};
    assert_non_null(h);
    if (options)
        all = *options;
    if (!all.program)
        all.program = harness_program();
    if (!all.workers)
        all.workers = 2;
    if (!all.call_ms)
        all.call_ms = 300;
    if (!all.grace_ms)
        all.grace_ms = 200;
    all.room = harness_room;
    all.log = harness_log;
    all.data = h;
    assert_int_equal(uv_loop_init(&h->loop), 0);
    if (pool_open(&h->loop, &all, &h->pool, &err) < 0)
        fail_msg("%s", err.text);
    return h;
}

static inline struct harness *harness_open_hostile(const struct pool_options *options)
{
    struct pool_options all = {0};
    const char *native[] = {harness_hostile()};
    if (options)
        all = *options;
    all.native = native;
    all.native_count = 1;
    return harness_open(&all);
}

static inline void harness_ship_native(struct harness *h, uint32_t index, const char *name)
{
    struct error err = {0};
    struct pool_plugin plugin = {.index = index, .kind = "tag", .name = name, .native = true};
    if (pool_ship(h->pool, &plugin, &err) < 0)
        fail_msg("%s", err.text);
}

static inline void harness_ship_lua(struct harness *h, uint32_t index, const char *kind,
                                    const char *name, const char *code)
{
    struct error err = {0};
    struct pool_file file = {"init.lua", code, strlen(code)};
    struct pool_plugin plugin = {
        .index = index, .kind = kind, .name = name, .files = &file, .file_count = 1};
    if (pool_ship(h->pool, &plugin, &err) < 0)
        fail_msg("%s", err.text);
}

static inline void harness_text(const msgpack_object *value, char *out, size_t size)
{
    struct str text;
    struct error err = {0};
    if (value && wire_text(value, "text", size - 1, &text, &err) >= 0)
        snprintf(out, size, "%.*s", (int)text.len, text.at);
}

/* Of the first tag of a tag plugin's answer. */
static inline void harness_label(const msgpack_object *answer, char *out, size_t size)
{
    struct arena *arena = arena_new(1 << 20);
    struct tag_list tags;
    struct str packed;
    if (tags_take(answer, NULL, arena, &tags, &packed, NULL) >= 0 && tags.count)
        snprintf(out, size, "%.*s", (int)tags.at[0].label.len, tags.at[0].label.at);
    arena_free(arena);
}

static inline void harness_read_answer(struct harness_job *j, const msgpack_object *value)
{
    const msgpack_object *results = wire_get(value, "results");
    if (!results || results->type != MSGPACK_OBJECT_ARRAY || results->via.array.size == 0)
        return;
    const msgpack_object *first = &results->via.array.ptr[0];
    const msgpack_object *answer = wire_get(first, "answer"), *fault = wire_get(first, "fault");
    if (fault) {
        harness_text(wire_get(fault, "message"), j->inner, sizeof j->inner);
        j->inner_guard = (int)wire_get(fault, "guard")->via.i64;
    }
    if (answer)
        harness_label(answer, j->label, sizeof j->label);
}

static inline void harness_done(struct pool_job *job, const struct pool_answer *answer)
{
    struct harness_job *j = job->data;
    j->answers++;
    j->order = j->harness->answered++;
    assert_true(!answer->value != !answer->fault);
    if (answer->fault) {
        j->faulted = true;
        j->guard = answer->fault->guard;
        j->plugin = answer->fault->plugin;
        snprintf(j->message, sizeof j->message, "%s", answer->fault->message);
    } else {
        harness_read_answer(j, answer->value);
    }
}

/* An ARTICLE job for one plugin; `set` it up further before harness_submit. */
static inline struct harness_job *harness_article(struct harness *h, uint32_t plugin)
{
    struct harness_job *j = &h->jobs[h->count++];
    msgpack_packer packer;
    struct article article = {.id = h->count,
                              .headline = STR_LIT("A headline"),
                              .body = STR_LIT("The text of an article about nothing much.")};
    assert_true(h->count <= HARNESS_JOBS);
    *j = (struct harness_job){.harness = h, .plugin = -2, .inner_guard = -1};
    j->job.op = JOB_ARTICLE;
    j->job.calls = 1;
    j->job.done = harness_done;
    j->job.data = j;
    wire_packer(&packer, &j->job.payload);
    msgpack_pack_map(&packer, 3);
    wire_pack_key(&packer, "plugins");
    msgpack_pack_array(&packer, 1);
    msgpack_pack_uint32(&packer, plugin);
    wire_pack_key(&packer, "words");
    msgpack_pack_false(&packer);
    wire_pack_key(&packer, "article");
    assert_int_equal(article_pack(&packer, &article), 0);
    return j;
}

/* Submits, running the loop while the pool is full. */
static inline void harness_submit(struct harness *h, struct harness_job *j)
{
    int rc = 0;
    while ((rc = pool_submit(h->pool, &j->job)) == ERR_BUSY)
        uv_run(&h->loop, UV_RUN_ONCE);
    assert_int_equal(rc, 0);
}

static inline struct harness_job *harness_ask(struct harness *h, uint32_t plugin)
{
    struct harness_job *j = harness_article(h, plugin);
    harness_submit(h, j);
    return j;
}

static inline void harness_run(struct harness *h)
{
    int64_t limit = clock_mono_us() + 60 * 1000000LL;
    while (h->answered < h->count && clock_mono_us() < limit)
        uv_run(&h->loop, UV_RUN_ONCE);
    assert_int_equal(h->answered, h->count);
    for (unsigned i = 0; i < h->count; i++)
        assert_int_equal(h->jobs[i].answers, 1);
}

static inline void harness_closed(void *data)
{
    struct harness *h = data;
    h->closed = true;
}

static inline void harness_close(struct harness *h)
{
    pool_close(h->pool, harness_closed, h);
    uv_run(&h->loop, UV_RUN_DEFAULT);
    assert_true(h->closed);
    assert_int_equal(uv_loop_close(&h->loop), 0);
    for (unsigned i = 0; i < h->count; i++)
        buf_free(&h->jobs[i].job.payload);
    free(h);
}

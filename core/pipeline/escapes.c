/* Each escape gets a session of its own: it runs in a worker that others have used, it is tried
 * once, and the witness that follows runs in the same process where that has survived. */
#include "pipeline/escapes.h"

#include <stdio.h>
#include <string.h>
#include <uv.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "model/article.h"
#include "model/wire.h"
#include "pipeline/escapes_parts.h"
#include "plugin/registry.h"
#include "worker/pool.h"

#ifdef COPYDESK_SANITIZED
#define SLOWER 4
#else
#define SLOWER 1
#endif

#define ARENA_BYTES (8 * MIB)
#define WITNESS     0 /* its index; the escapes follow */

/* What it finds, another plugin has left or taken. */
static const char witness[] =
    "return { kind = 'tag', name = 'witness', version = '1.0.0', api = 1, about = 'A witness.',\n"
    "run = function(article)\n"
    "    local found = {}\n"
    "    local function look(what, see)\n"
    "        local ok, value = pcall(see)\n"
    "        if ok and value ~= nil then found[#found + 1] = what end\n"
    "    end\n"
    "    look('a global', function() return secret end)\n"
    "    look('_G', function() return rawget(_G, 'secret') end)\n"
    "    for _, name in ipairs { 'string', 'table', 'math', 'utf8', 'coroutine', 'desk' } do\n"
    "        look(name, function() return _G[name].secret end)\n"
    "        look(name, function() return rawget(_G[name], 'secret') end)\n"
    "    end\n"
    "    look('lpeg', function() return require('lpeg').secret end)\n"
    "    look('the methods of texts', function() return (''):secret() end)\n"
    "    look('upper', function() if ('x'):upper() ~= 'X' then return true end end)\n"
    "    look('the article', function() if article.headline ~= 'An escape' then return true end "
    "end)\n"
    "    return { { scheme = 'witness', label = found[1] and 'it found ' .. table.concat(found, ', "
    "') or 'ok' } }\n"
    "end }\n";

/* One job, and what came of it. */
struct outcome {
    struct pool_job job;
    bool done, faulted, inner;
    enum guard guard;
    int64_t took_us, begun_us;
    char label[128], message[512];
};

struct trial {
    uv_loop_t loop;
    struct pool *pool;
    struct arena *arena;
    void (*each)(const struct escape_report *report, void *data);
    void *data;
    struct escape_counts *counts;
};

static void copy_text(const msgpack_object *value, char *out, size_t size)
{
    struct str text = STR_NONE;
    if (value && wire_text(value, "text", LIMIT(QUARANTINE_TEXT), &text, NULL) >= 0)
        snprintf(out, size, "%.*s", (int)utf8_cut(text, size - 1), text.at ? text.at : "");
}

static void read_answer(struct outcome *outcome, const msgpack_object *value)
{
    const msgpack_object *results = wire_get(value, "results");
    if (!results || results->type != MSGPACK_OBJECT_ARRAY || results->via.array.size == 0)
        return;
    const msgpack_object *first = &results->via.array.ptr[0];
    const msgpack_object *answer = wire_get(first, "answer"), *fault = wire_get(first, "fault");
    int64_t guard = GUARD_ERROR;
    if (fault &&
        wire_int(wire_get(fault, "guard"), "guard", 0, GUARD_COUNT - 1, &guard, NULL) >= 0) {
        outcome->faulted = outcome->inner = true;
        outcome->guard = (enum guard)guard;
        copy_text(wire_get(fault, "message"), outcome->message, sizeof outcome->message);
    }
    struct arena *arena ARENA_AUTO = arena_new(LIMIT(CONFIG_BYTES));
    struct tag_list tags;
    struct str packed;
    if (arena && tags_take(answer, NULL, arena, &tags, &packed, NULL) >= 0 && tags.count)
        snprintf(outcome->label, sizeof outcome->label, "%.*s",
                 (int)utf8_cut(tags.at[0].label, sizeof outcome->label - 1), tags.at[0].label.at);
}

static void job_done(struct pool_job *job, const struct pool_answer *answer)
{
    struct outcome *outcome = job->data;
    outcome->done = true;
    outcome->took_us = clock_mono_us() - outcome->begun_us;
    if (!answer->fault) {
        read_answer(outcome, answer->value);
        return;
    }
    outcome->faulted = true;
    outcome->guard = answer->fault->guard;
    snprintf(outcome->message, sizeof outcome->message, "%s", answer->fault->message);
}

static int pack_job(struct outcome *outcome, uint32_t plugin)
{
    static const struct article article = {
        .id = 1, .headline = {"An escape", 9}, .body = {"A text about nothing much.", 26}};
    msgpack_packer packer;
    wire_packer(&packer, &outcome->job.payload);
    msgpack_pack_map(&packer, 2);
    wire_pack_key(&packer, "plugins");
    msgpack_pack_array(&packer, 1);
    msgpack_pack_uint32(&packer, plugin);
    wire_pack_key(&packer, "article");
    return article_pack(&packer, &article);
}

/* Runs one plugin on the article. ERR_CANCELLED: the session's worker is gone. */
static int run(struct trial *trial, uint32_t plugin, int64_t session, struct outcome *out)
{
    *out = (struct outcome){.job = {.op = JOB_ARTICLE, .calls = 1, .session = session}};
    out->job.done = job_done;
    out->job.data = out;
    int code = pack_job(out, plugin);
    out->begun_us = clock_mono_us();
    while (code >= 0 && (code = pool_submit(trial->pool, &out->job)) == ERR_BUSY)
        code = uv_run(&trial->loop, UV_RUN_ONCE) >= 0 ? 0 : ERR_INTERNAL;
    while (code >= 0 && !out->done)
        uv_run(&trial->loop, UV_RUN_ONCE);
    buf_free(&out->job.payload);
    return code;
}

/* It ran to its end: what it answers then, if it got nothing. A stage that answered twice has an
 * empty answer. */
static bool got_nothing(const struct escape *escape, const char *label)
{
    if (!escape->stage)
        return strcmp(label, "shut") == 0;
    return strcmp(label, "ok") == 0 || strcmp(label, "empty") == 0 || label[0] == '\0';
}

static enum escape_wall wall_of(const struct escape *escape, const struct outcome *outcome)
{
    if (!outcome->faulted)
        return got_nothing(escape, outcome->label) ? WALL_NOTHING : WALL_NONE;
    switch (outcome->guard) {
    case GUARD_TIME:
        return outcome->inner ? WALL_SOFT : WALL_KILL;
    case GUARD_MEMORY:
        return WALL_MEMORY;
    case GUARD_ANSWER:
        return outcome->inner ? WALL_ANSWER : WALL_FRAME;
    case GUARD_KILLED: /* of a process, its signal is known by the message alone */
        return strstr(outcome->message, "(SIGSYS)") ? WALL_FILTER : WALL_PROCESS;
    case GUARD_ERROR:
        return WALL_SANDBOX;
    default:
        return WALL_NONE; /* not even loaded: it was never tried */
    }
}

static const char *wall_word(enum escape_wall wall)
{
    static const char *const words[] = {
        [WALL_NONE] = "",
        [WALL_SOFT] = "time, soft stop",
        [WALL_KILL] = "time, SIGKILL",
        [WALL_MEMORY] = "memory of the state",
        [WALL_SANDBOX] = "sandbox",
        [WALL_NOTHING] = "nothing to be had",
        [WALL_ANSWER] = "answer check",
        [WALL_FILTER] = "system call filter",
        [WALL_PROCESS] = "process",
        [WALL_FRAME] = "frame check",
        [WALL_NAME] = "name check",
    };
    return words[wall];
}

static void report(struct trial *trial, const struct escape *escape, const struct outcome *outcome,
                   const struct outcome *seen)
{
    enum escape_wall wall = wall_of(escape, outcome);
    const bool harmed = strcmp(seen->label, "ok") != 0;
    const struct escape_report result = {
        .name = escape->name,
        .about = escape->about,
        .wall = wall_word(wall),
        .message = harmed                ? (seen->faulted ? seen->message : seen->label)
                   : outcome->message[0] ? outcome->message
                                         : outcome->label,
        .through = harmed || wall == WALL_NONE,
        .expected =
            !harmed && (escape->walls & WALL_BIT(wall)) &&
            (!escape->says || wall != WALL_SANDBOX || strstr(outcome->message, escape->says)),
        .took_us = outcome->took_us,
    };
    trial->counts->tried++;
    trial->counts->through += result.through;
    trial->counts->unexpected += !result.through && !result.expected;
    trial->each(&result, trial->data);
}

static int ship(struct trial *trial, const struct escape *escape, uint32_t index, struct error *err)
{
    const struct pool_file file = {"init.lua", escape->source,
                                   escape->source ? strlen(escape->source) : 0};
    const struct pool_plugin plugin = {
        .index = index,
        .kind = "tag",
        .name = escape->stage ? escape->stage : escape->name,
        .files = &file,
        .file_count = escape->source ? 1 : 0,
        .native = escape->stage != NULL,
    };
    return pool_ship(trial->pool, &plugin, err);
}

static int try_one(struct trial *trial, const struct escape *escape, uint32_t index,
                   struct error *err)
{
    struct outcome outcome, seen;
    int code = ship(trial, escape, index, err);
    if (code < 0)
        return code;
    const int64_t session = pool_session(trial->pool);
    code = session < 0 ? (int)session : run(trial, index, session, &outcome);
    if (code >= 0)
        code = run(trial, WITNESS, session, &seen);
    /* the worker went with the escape, or a moment later: another has to be well */
    if (code == ERR_CANCELLED || (code >= 0 && seen.faulted && !seen.inner))
        code = run(trial, WITNESS, 0, &seen);
    if (session > 0)
        pool_session_end(trial->pool, session);
    if (code < 0)
        return error_set(err, code, "the escape %s cannot be tried", escape->name);
    report(trial, escape, &outcome, &seen);
    return 0;
}

static int try_list(struct trial *trial, const struct escape *list, size_t count, uint32_t first,
                    struct error *err)
{
    int code = 0;
    for (size_t i = 0; code >= 0 && i < count; i++)
        code = try_one(trial, &list[i], first + (uint32_t)i, err);
    return code;
}

static void on_room(struct pool *pool, void *data)
{
    (void)pool;
    (void)data;
}

static void on_log(int level, const char *plugin, const char *text, void *data)
{
    (void)level;
    (void)plugin;
    (void)text;
    (void)data;
}

/* The folder beside that of the installed plugins; mem_alloc'd. */
static int hostile_path(char **out, struct error *err)
{
    MEM_AUTO char *folder = NULL;
    const int code = registry_native_folder(&folder, err);
    if (code < 0)
        return code;
    *out = file_join(folder, "../doctor/hostile.so");
    return *out ? 0 : error_set(err, ERR_NOMEM, "out of memory");
}

static int open_pool(struct trial *trial, const char *hostile, struct error *err)
{
    const struct pool_options options = {
        .workers = 1,
        .native = &hostile,
        .native_count = 1,
        .call_ms = LIMIT(ESCAPE_CALL_MS) * SLOWER,
        .grace_ms = LIMIT(ESCAPE_CALL_MS) / 2 * SLOWER,
        .state_bytes = LIMIT(ESCAPE_STATE_BYTES),
        .worker_bytes = LIMIT(ESCAPE_WORKER_BYTES),
        .room = on_room,
        .log = on_log,
    };
    return pool_open(&trial->loop, &options, &trial->pool, err);
}

static int try_all(struct trial *trial, struct error *err)
{
    static const struct escape first = {.name = "witness", .source = witness};
    struct escape *list = NULL;
    struct outcome seen;
    size_t count = 0;
    int code = escapes_read(trial->arena, &list, &count, err);
    if (code >= 0)
        code = ship(trial, &first, WITNESS, err);
    if (code >= 0 && (code = run(trial, WITNESS, 0, &seen)) < 0)
        error_set(err, code, "no worker takes a job");
    if (code >= 0 && strcmp(seen.label, "ok") != 0)
        code = error_set(err, ERR_PLUGIN, "the witness is not well before anything was tried: %s",
                         seen.faulted ? seen.message : seen.label);
    if (code >= 0)
        code = try_list(trial, list, count, 1, err);
    if (code >= 0)
        code = try_list(trial, escapes_native, escapes_native_count, 1 + (uint32_t)count, err);
    return code < 0 ? code : escapes_names(trial->each, trial->data, trial->counts, err);
}

static void set_true(void *data)
{
    *(bool *)data = true;
}

static void close_pool(struct trial *trial)
{
    bool done = false;
    pool_close(trial->pool, set_true, &done);
    while (!done)
        uv_run(&trial->loop, UV_RUN_ONCE);
}

int escapes_try(void (*each)(const struct escape_report *report, void *data), void *data,
                struct escape_counts *counts, struct error *err)
{
    struct trial trial = {.each = each, .data = data, .counts = counts};
    MEM_AUTO char *hostile = NULL;
    *counts = (struct escape_counts){0};
    int code = hostile_path(&hostile, err);
    if (code < 0)
        return code;
    if (uv_loop_init(&trial.loop) < 0)
        return error_set(err, ERR_NOMEM, "out of memory");
    trial.arena = arena_new(ARENA_BYTES);
    if (!trial.arena)
        code = error_set(err, ERR_NOMEM, "out of memory");
    if (code >= 0)
        code = open_pool(&trial, hostile, err);
    if (code >= 0) {
        code = try_all(&trial, err);
        close_pool(&trial);
    }
    uv_run(&trial.loop, UV_RUN_DEFAULT);
    uv_loop_close(&trial.loop);
    arena_free(trial.arena);
    return code;
}

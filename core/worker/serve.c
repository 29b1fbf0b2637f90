#include "worker/serve.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "model/wire.h"
#include "worker/frame.h"

#define JOB_ARENA_BYTES (1024 * MIB) /* RLIMIT_AS is the wall; this one only says so in words */

int kept_open(struct kept *kept, const void *body, size_t len, struct error *err)
{
    kept->bytes = mem_dup(body, len);
    if (!kept->bytes || !msgpack_zone_init(&kept->zone, MSGPACK_ZONE_CHUNK_SIZE)) {
        mem_free(kept->bytes);
        kept->bytes = NULL;
        return error_set(err, ERR_NOMEM, "no memory to keep a message");
    }
    kept->open = true;
    int rc = frame_unpack(kept->bytes, len, &kept->zone, &kept->root, err);
    if (rc < 0)
        kept_close(kept);
    return rc;
}

void kept_close(struct kept *kept)
{
    if (kept->open)
        msgpack_zone_destroy(&kept->zone);
    mem_free(kept->bytes);
    *kept = (struct kept){0};
}

int fault_set(struct serve *serve, int64_t index, enum guard guard, const char *format, ...)
{
    struct served_fault *fault = &serve->fault;
    va_list args;
    va_start(args, format);
    vsnprintf(fault->why.message, sizeof fault->why.message, format, args);
    va_end(args);
    fault->plugin = index;
    fault->why.guard = guard;
    fault->why.traceback[0] = '\0';
    return ERR_PLUGIN;
}

/* Text from plugins may be any bytes; the host takes UTF-8 alone. In place. */
static struct str clean(char *text, size_t len)
{
    for (size_t at = 0; (at += utf8_valid(text + at, len - at)) < len;)
        text[at] = '?';
    return (struct str){text, len};
}

static void head(struct serve *serve, msgpack_packer *packer, unsigned parts,
                 enum message_type type)
{
    wire_packer(packer, &serve->link->out);
    msgpack_pack_array(packer, parts);
    msgpack_pack_int(packer, (int)type);
    msgpack_pack_uint64(packer, serve->sequence);
}

static int send_answer(struct serve *serve, struct error *err)
{
    msgpack_packer packer;
    size_t begun = frame_begin(&serve->link->out);
    head(serve, &packer, 3, MESSAGE_ANSWER);
    buf_str(&serve->link->out, buf_view(&serve->answer));
    int rc = frame_end(&serve->link->out, begun, err);
    if (rc == ERR_LIMIT) {
        serve->link->out.len = begun;
        fault_set(serve, serve->plugin, GUARD_ANSWER, "the answer is too large: %s", err->text);
    }
    return rc;
}

static int send_fault(struct serve *serve, struct error *err)
{
    struct served_fault *fault = &serve->fault;
    char *message = fault->why.message, *traceback = fault->why.traceback;
    msgpack_packer packer;
    size_t begun = frame_begin(&serve->link->out);
    head(serve, &packer, 6, MESSAGE_FAULT);
    msgpack_pack_int(&packer, fault->why.guard);
    msgpack_pack_int64(&packer, fault->plugin);
    wire_pack_str(&packer, clean(message, strlen(message)));
    wire_pack_str(&packer, clean(traceback, strlen(traceback)));
    return frame_end(&serve->link->out, begun, err);
}

/* What plugins log goes to the host, so many lines a call and no more. */
static void on_log(int level, const char *plugin, struct str text, void *data)
{
    struct serve *serve = data;
    (void)plugin; /* the index says it */
    if (serve->logs++ >= LIMIT(LOG_LINES_PER_CALL))
        return;
    if (text.len > LIMIT(LOG_LINE_BYTES))
        text.len = utf8_cut(text, LIMIT(LOG_LINE_BYTES));
    MEM_AUTO char *copy = mem_strndup(text.at ? text.at : "", text.len);
    if (!copy)
        return;
    msgpack_packer packer;
    size_t begun = frame_begin(&serve->link->out);
    head(serve, &packer, 5, MESSAGE_LOG);
    msgpack_pack_int(&packer, level);
    msgpack_pack_int64(&packer, serve->plugin);
    wire_pack_str(&packer, clean(copy, text.len));
    if (frame_end(&serve->link->out, begun, NULL) < 0)
        serve->link->out.len = begun;
}

static int open_natives(struct serve *serve, const msgpack_object *paths, struct error *err)
{
    MEM_AUTO char *bin = NULL;
    int rc = file_program_dir(&bin, err);
    if (rc < 0)
        return rc;
    BUF_AUTO struct buf folder = BUF_INIT;
    if (buf_printf(&folder, "%s/../%s", bin, COPYDESK_PLUGIN_DIR) < 0)
        return error_set(err, ERR_NOMEM, "no memory for the plugin folder");
    serve->natives = native_registry_new(folder.at, err);
    if (!serve->natives)
        return err->code;
    for (uint32_t i = 0; paths && paths->type == MSGPACK_OBJECT_ARRAY && i < paths->via.array.size;
         i++) {
        struct str path;
        rc = wire_text(&paths->via.array.ptr[i], "native", LIMIT(PATH_BYTES), &path, err);
        if (rc < 0)
            return rc;
        MEM_AUTO char *name = mem_strndup(path.at, path.len);
        if (!name)
            return error_set(err, ERR_NOMEM, "no memory for a path");
        rc = native_load(name, serve->natives, err);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int open_text(struct serve *serve, struct error *err)
{
    serve->text = native_service(serve->natives, DESK_TEXT_SERVICE, DESK_TEXT_VERSION, NULL);
    if (!serve->text)
        return 0;
    serve->text_context = serve->text->open();
    return serve->text_context ? 0 : error_set(err, ERR_NOMEM, "no memory for the text service");
}

/* {name = bytes} as Lua files; the slices point into the message. */
static int open_lib(struct serve *serve, const msgpack_object *lib, struct error *err)
{
    if (!lib || lib->type != MSGPACK_OBJECT_MAP)
        return 0;
    size_t count = lib->via.map.size;
    serve->lib = mem_zero(count + 1, sizeof *serve->lib);
    if (!serve->lib)
        return error_set(err, ERR_NOMEM, "no memory for shared modules");
    for (size_t i = 0; i < count; i++) {
        const msgpack_object_kv *pair = &lib->via.map.ptr[i];
        int rc = wire_text(&pair->key, "lib", LIMIT(PATH_BYTES), &serve->lib[i].name, err);
        if (rc >= 0)
            rc = wire_bin(&pair->val, "lib", LIMIT(PLUGIN_BYTES), &serve->lib[i].bytes, err);
        if (rc < 0)
            return rc;
    }
    serve->world.lib = serve->lib;
    serve->world.lib_count = count;
    return 0;
}

static int open_modules(struct serve *serve, struct error *err)
{
    size_t count = 0;
    const struct native_lua_module *modules = native_lua_modules(serve->natives, &count);
    serve->modules = mem_zero(count + 1, sizeof *serve->modules);
    if (!serve->modules)
        return error_set(err, ERR_NOMEM, "no memory for Lua modules");
    for (size_t i = 0; i < count; i++) {
        serve->modules[i].name = modules[i].name;
        serve->modules[i].open = (int (*)(void *))modules[i].opener;
    }
    serve->world.modules = serve->modules;
    serve->world.module_count = count;
    return 0;
}

/* Values may be any bytes, as the host's own are. */
static int open_env(struct serve *serve, const msgpack_object *env, struct error *err)
{
    const size_t count = env && env->type == MSGPACK_OBJECT_ARRAY ? env->via.array.size : 0;
    serve->env = mem_zero(count + 1, sizeof *serve->env);
    if (!serve->env)
        return error_set(err, ERR_NOMEM, "no memory for the environment");
    for (size_t i = 0; i < count; i++) {
        struct str pair;
        const int rc = wire_bin(&env->via.array.ptr[i], "env", LIMIT(GRANT_BYTES), &pair, err);
        if (rc < 0)
            return rc;
        serve->env[i] = mem_strndup(pair.at ? pair.at : "", pair.len);
        if (!serve->env[i])
            return error_set(err, ERR_NOMEM, "no memory for the environment");
    }
    return 0;
}

static int open_limits(struct serve *serve, const msgpack_object *setup, struct error *err)
{
    int64_t state = 0, address = 0, call = 0;
    int rc = wire_int(wire_get(setup, "state_bytes"), "state_bytes", 1, INT64_MAX, &state, err);
    if (rc >= 0)
        rc = wire_int(wire_get(setup, "worker_bytes"), "worker_bytes", 1, INT64_MAX, &address, err);
    if (rc >= 0)
        rc = wire_int(wire_get(setup, "call_ms"), "call_ms", 1, INT64_MAX, &call, err);
    serve->world.state_bytes = (uint64_t)state;
    serve->world.call_ms = (uint64_t)call;
    serve->address_bytes = (uint64_t)address;
    return rc;
}

int serve_open(struct serve *serve, struct link *link, struct page *page, const uint8_t *body,
               size_t len, struct error *err)
{
    serve->link = link;
    serve->page = page;
    serve->plugin = -1;
    serve->world.log = on_log;
    serve->world.spent_us = &serve->plugin_us;
    serve->world.data = serve;
    buf_init(&serve->answer, LIMIT(FRAME_BYTES));
    serve->plugins = mem_zero(LIMIT(PLUGINS), sizeof *serve->plugins);
    serve->arena = arena_new(JOB_ARENA_BYTES);
    if (!serve->plugins || !serve->arena ||
        !msgpack_zone_init(&serve->zone, MSGPACK_ZONE_CHUNK_SIZE))
        return error_set(err, ERR_NOMEM, "no memory for a worker");
    int rc = kept_open(&serve->setup, body, len, err);
    if (rc < 0)
        return rc;
    const msgpack_object *root = &serve->setup.root;
    if (root->type != MSGPACK_OBJECT_ARRAY || root->via.array.size != 3 ||
        root->via.array.ptr[0].via.u64 != MESSAGE_SETUP)
        return error_set(err, ERR_INVALID, "a worker's first message must be its setup");
    const msgpack_object *setup = &root->via.array.ptr[2];
    rc = open_limits(serve, setup, err);
    if (rc >= 0)
        rc = open_env(serve, wire_get(setup, "env"), err);
    if (rc >= 0)
        rc = open_natives(serve, wire_get(setup, "native"), err);
    if (rc >= 0)
        rc = open_text(serve, err);
    if (rc >= 0)
        rc = open_modules(serve, err);
    if (rc >= 0)
        rc = open_lib(serve, wire_get(setup, "lib"), err);
    return rc;
}

int serve_ready(struct serve *serve, struct error *err)
{
    msgpack_packer packer;
    size_t begun = frame_begin(&serve->link->out);
    head(serve, &packer, 3, MESSAGE_READY);
    msgpack_pack_map(&packer, 1);
    wire_pack_key(&packer, "pid");
    msgpack_pack_int(&packer, getpid());
    int rc = frame_end(&serve->link->out, begun, err);
    return rc < 0 ? rc : link_flush(serve->link, err);
}

static int run_job(struct serve *serve, int op, const msgpack_object *payload)
{
    serve->job_begun_us = serve->plugin_us;
    switch ((enum job_op)op) {
    case JOB_CONFIG:
        return job_config(serve, payload);
    case JOB_MANIFEST:
        return job_manifest(serve, payload);
    case JOB_INGEST:
        return job_ingest(serve, payload);
    case JOB_ARTICLE:
        return job_article(serve, payload);
    case JOB_EXPORT_OPEN:
        return job_export_open(serve, payload);
    case JOB_EXPORT_WRITE:
        return job_export_write(serve, payload);
    case JOB_EXPORT_CLOSE:
        return job_export_close(serve, payload);
    case JOB_TASK_PAGE:
        return job_task_page(serve, payload);
    case JOB_TASK:
        return job_task(serve, payload);
    case JOB_TEST:
        return job_test(serve, payload);
    case JOB_CHECK:
        return job_check(serve, payload);
    default:
        return fault_set(serve, -1, GUARD_ERROR, "no such job: %d", op);
    }
}

static int serve_job(struct serve *serve, const msgpack_object_array *parts, struct error *err)
{
    int64_t sequence = 0, op = 0;
    int rc = parts->size == 5 ? 0 : error_set(err, ERR_INVALID, "a job with other parts");
    if (rc >= 0)
        rc = wire_int(&parts->ptr[1], "sequence", 1, INT64_MAX, &sequence, err);
    if (rc >= 0)
        rc = wire_int(&parts->ptr[2], "op", 1, JOB_OP_END - 1, &op, err);
    if (rc >= 0)
        rc = wire_int(&parts->ptr[3], "session", 0, INT64_MAX, &serve->session, err);
    if (rc < 0)
        return rc;
    serve->sequence = (uint64_t)sequence;
    page_job(serve->page, serve->sequence);
    buf_clear(&serve->answer);
    serve->plugin = -1;
    serve->logs = 0;
    bool answered = run_job(serve, (int)op, &parts->ptr[4]) >= 0;
    if (answered && buf_failed(&serve->answer)) {
        fault_set(serve, serve->plugin, GUARD_MEMORY, "no memory for the answer");
        answered = false;
    }
    rc = answered ? send_answer(serve, err) : 0;
    if (!answered || rc == ERR_LIMIT)
        rc = send_fault(serve, err);
    if (serve->answer.failed || serve->answer.cap > MIB)
        buf_free(&serve->answer);
    arena_clear(serve->arena);
    return rc < 0 ? rc : link_added(serve->link, err);
}

static void forget(struct serve *serve, int64_t session)
{
    session_forget(serve, session);
    task_forget(serve, session);
}

int serve_frame(struct serve *serve, const uint8_t *body, size_t len, struct error *err)
{
    msgpack_object root;
    int rc = frame_unpack(body, len, &serve->zone, &root, err);
    int64_t type = 0;
    if (rc >= 0 && (root.type != MSGPACK_OBJECT_ARRAY || root.via.array.size < 3))
        rc = error_set(err, ERR_INVALID, "not a message");
    if (rc >= 0)
        rc = wire_int(&root.via.array.ptr[0], "type", 1, MESSAGE_FORGET, &type, err);
    if (rc >= 0 && type == MESSAGE_JOB)
        rc = serve_job(serve, &root.via.array, err);
    else if (rc >= 0 && type == MESSAGE_PLUGIN)
        rc = plugin_keep(serve, body, len, err);
    else if (rc >= 0 && type == MESSAGE_FORGET)
        forget(serve, root.via.array.ptr[2].via.i64);
    else if (rc >= 0)
        rc = error_set(err, ERR_INVALID, "a message that no host sends");
    msgpack_zone_clear(&serve->zone);
    return rc;
}

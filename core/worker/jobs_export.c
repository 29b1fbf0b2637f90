/* EXPORT_OPEN, EXPORT_WRITE, EXPORT_CLOSE: a session has a Lua state of its own, so that two
 * exports by one plugin do not meet in it. */
#include "base/alloc.h"
#include "base/limits.h"
#include "model/wire.h"
#include "worker/serve.h"

static struct served_session **find(struct serve *serve, int64_t id)
{
    struct served_session **at = &serve->sessions;
    while (*at && (*at)->id != id)
        at = &(*at)->next;
    return at;
}

void session_forget(struct serve *serve, int64_t id)
{
    struct served_session **at = find(serve, id), *session = *at;
    if (!session)
        return;
    *at = session->next;
    lua_plugin_free(session->lua);
    kept_close(&session->options);
    mem_free(session);
}

/* The options of this export, or those that the plugin was shipped with. */
static int keep_options(struct served_session *session, const msgpack_object *options,
                        struct error *err)
{
    if (!options)
        return 0;
    BUF_AUTO struct buf bytes = BUF_INIT;
    msgpack_packer packer;
    wire_packer(&packer, &bytes);
    msgpack_pack_object(&packer, *options);
    if (buf_failed(&bytes))
        return error_set(err, ERR_NOMEM, "no memory for options");
    int rc = kept_open(&session->options, bytes.at, bytes.len, err);
    if (rc >= 0)
        session->source.options = &session->options.root;
    return rc;
}

static struct served_session *session_new(struct serve *serve, const struct served_plugin *plugin,
                                          uint32_t index, const msgpack_object *options)
{
    struct error err = {0};
    struct served_session *session = mem_zero(1, sizeof *session);
    if (!session) {
        fault_set(serve, index, GUARD_MEMORY, "no memory for an export");
        return NULL;
    }
    session->id = serve->session;
    session->plugin = index;
    session->source = plugin->source;
    session->next = serve->sessions;
    serve->sessions = session;
    int rc = keep_options(session, options, &err);
    if (rc < 0)
        fault_set(serve, index, GUARD_INPUT, "%s", err.text);
    else
        rc = plugin_load_lua(serve, index, &session->source, &session->lua);
    if (rc >= 0)
        return session;
    session_forget(serve, session->id);
    return NULL;
}

static void pack_files_key(struct serve *serve)
{
    msgpack_packer packer;
    wire_packer(&packer, &serve->answer);
    msgpack_pack_map(&packer, 1);
    wire_pack_key(&packer, "files");
}

int job_export_open(struct serve *serve, const msgpack_object *payload)
{
    uint32_t index = 0;
    struct served_plugin *plugin = plugin_get(serve, wire_get(payload, "plugin"), &index);
    if (!plugin)
        return ERR_PLUGIN;
    if (serve->session <= 0 || *find(serve, serve->session))
        return fault_set(serve, index, GUARD_INPUT, "an export needs a session of its own");
    if (plugin->native)
        return fault_set(serve, index, GUARD_LOAD, "native plugins have no export stages");
    struct served_session *session =
        session_new(serve, plugin, index, wire_get(payload, "options"));
    if (!session)
        return ERR_PLUGIN;
    pack_files_key(serve);
    serve->fault.plugin = index;
    call_begin(serve, index);
    int rc = lua_plugin_export_open(session->lua, &serve->answer, &serve->fault.why);
    call_end(serve);
    return rc;
}

static struct served_session *current(struct serve *serve)
{
    struct served_session *session = *find(serve, serve->session);
    if (!session)
        fault_set(serve, -1, GUARD_INPUT, "no export is open in this session");
    else
        serve->fault.plugin = session->plugin;
    return session;
}

static int write_one(struct serve *serve, struct served_session *session,
                     const msgpack_object *value, struct buf *files)
{
    struct error err = {0};
    struct article article = {0};
    if (article_unpack(value, serve->arena, &article, &err) < 0)
        return fault_set(serve, -1, GUARD_INPUT, "%s", err.text);
    call_begin(serve, session->plugin);
    int rc = lua_plugin_export_write(session->lua, &article, files, &serve->fault.why);
    call_end(serve);
    return rc;
}

/* Takes the header off a msgpack array that our own Lua floor made: its count, and the bytes
 * behind. */
static struct str unwrap(struct str array, uint32_t *count)
{
    const uint8_t *at = (const uint8_t *)array.at;
    size_t head = 1;
    *count = 0;
    if (array.len == 0)
        return STR_NONE;
    if (at[0] == 0xdc && array.len >= 3) {
        *count = (uint32_t)at[1] << 8 | at[2];
        head = 3;
    } else if (at[0] == 0xdd && array.len >= 5) {
        *count = (uint32_t)at[1] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 8 | at[4];
        head = 5;
    } else {
        *count = at[0] & 0x0fU;
    }
    return (struct str){array.at + head, array.len - head};
}

int job_export_write(struct serve *serve, const msgpack_object *payload)
{
    BUF_AUTO struct buf one = BUF_INIT;
    BUF_AUTO struct buf all = BUF_INIT;
    const msgpack_object *articles = wire_get(payload, "articles");
    struct served_session *session = current(serve);
    uint32_t total = 0;
    if (!session)
        return ERR_PLUGIN;
    if (!articles || articles->type != MSGPACK_OBJECT_ARRAY)
        return fault_set(serve, -1, GUARD_INPUT, "articles: not a list");
    buf_init(&all, LIMIT(FRAME_BYTES));
    for (uint32_t i = 0; i < articles->via.array.size; i++) {
        uint32_t count = 0;
        buf_clear(&one);
        int rc = write_one(serve, session, &articles->via.array.ptr[i], &one);
        if (rc < 0)
            return rc;
        buf_str(&all, unwrap(buf_view(&one), &count));
        total += count;
    }
    msgpack_packer packer;
    wire_packer(&packer, &serve->answer);
    pack_files_key(serve);
    msgpack_pack_array(&packer, total);
    buf_str(&serve->answer, buf_view(&all));
    if (buf_failed(&all))
        return fault_set(serve, session->plugin, GUARD_ANSWER,
                         "the files of one group of articles are over %s (%lu bytes)",
                         LIMIT_NAME(FRAME_BYTES), LIMIT(FRAME_BYTES));
    return 0;
}

int job_export_close(struct serve *serve, const msgpack_object *payload)
{
    (void)payload;
    struct served_session *session = current(serve);
    if (!session)
        return ERR_PLUGIN;
    pack_files_key(serve);
    call_begin(serve, session->plugin);
    int rc = lua_plugin_export_close(session->lua, &serve->answer, &serve->fault.why);
    call_end(serve);
    session_forget(serve, serve->session);
    return rc;
}

/* A fixture from its folder, which anybody may have made: each value is checked before it is used,
 * and what is wrong is told with its file. */
#include "pipeline/fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "model/wire.h"
#include "pipeline/fixture_files.h"
#include "pipeline/fixture_values.h"
#include "worker/message.h"

#define VERSION_BYTES 100

/* ---- what was granted ---- */

static int take_read(struct reading *in, const char *path, const json_t *value,
                     struct plugin_file *out)
{
    char name[40];
    BUF_AUTO struct buf bytes = BUF_INIT;
    if (!json_is_integer(value) || json_integer_value(value) < 1 ||
        json_integer_value(value) > (json_int_t)LIMIT(FIXTURE_FILES))
        return reading_wrong(in, "granted.read", "must name files by number");
    if (path[0] != '/' || strlen(path) > LIMIT(PATH_BYTES))
        return reading_wrong(in, "granted.read", "holds what is no absolute path");
    snprintf(name, sizeof name, "granted/%lld", (long long)json_integer_value(value));
    const int code = reading_file(in, name, in->room, &bytes);
    if (code == ERR_LIMIT)
        return error_set(in->err, code, "%s: granted files are over %lu bytes (limit GRANT_BYTES)",
                         in->dir, LIMIT(GRANT_BYTES));
    if (code < 0)
        return code;
    in->room -= bytes.len;
    out->name = arena_text(in->out->arena, str_of(path));
    out->bytes = arena_text(in->out->arena, buf_view(&bytes));
    out->len = bytes.len;
    return out->name && out->bytes ? 0 : reading_no_room(in);
}

static int take_reads(struct reading *in, const json_t *reads, struct fixture_plugin *out)
{
    const char *path;
    json_t *value;
    struct plugin_file *files =
        arena_alloc(in->out->arena, json_object_size(reads) + 1, sizeof *files);
    if (!files)
        return reading_no_room(in);
    out->files = files;
    json_object_foreach((json_t *)reads, path, value)
    {
        const int code = take_read(in, path, value, &files[out->file_count++]);
        if (code < 0)
            return code;
    }
    return 0;
}

static int take_env(struct reading *in, const json_t *env, struct fixture_plugin *out)
{
    const char *name;
    json_t *value;
    const char **pairs = arena_alloc(in->out->arena, json_object_size(env) + 1, sizeof *pairs);
    if (!pairs)
        return reading_no_room(in);
    out->env = pairs;
    json_object_foreach((json_t *)env, name, value)
    {
        struct str text;
        const int code = reading_bytes(in, value, "granted.env", LIMIT(GRANT_BYTES) / 256, &text);
        if (code < 0)
            return code;
        if (!name[0] || strchr(name, '='))
            return reading_wrong(in, "granted.env", "names what is no variable");
        pairs[out->env_count] = arena_printf(in->out->arena, "%s=" STR_FMT, name, STR_ARG(text));
        if (!pairs[out->env_count++])
            return reading_no_room(in);
    }
    return 0;
}

static int take_granted(struct reading *in, const json_t *granted, struct fixture_plugin *out)
{
    const json_t *reads = json_object_get(granted, "read"), *env = json_object_get(granted, "env");
    if (!granted)
        return 0;
    if (!json_is_object(reads) || !json_is_object(env) ||
        json_object_size(reads) + json_object_size(env) > LIMIT(PLUGIN_FILES))
        return reading_wrong(in, "granted",
                             "must hold read and env, of at most PLUGIN_FILES names");
    out->granted = true;
    const int code = take_reads(in, reads, out);
    return code < 0 ? code : take_env(in, env, out);
}

/* ---- calls ---- */

static int take_plugin(struct reading *in, const json_t *value, struct fixture_plugin *out)
{
    struct plugin_spec spec;
    const json_t *native = json_object_get(value, "native");
    int code = reading_label(in, json_object_get(value, "plugin"), "plugin", &spec);
    if (code >= 0)
        code = reading_text(in, json_object_get(value, "version"), "version", VERSION_BYTES,
                            &out->version);
    if (code >= 0)
        code = reading_hash(in, json_object_get(value, "fingerprint"), "fingerprint",
                            &out->fingerprint);
    if (code < 0)
        return code;
    if (!json_is_boolean(native))
        return reading_wrong(in, "native", "must be true or false");
    if (!json_is_object(json_object_get(value, "options")))
        return reading_wrong(in, "options", "must be an object");
    out->native = json_is_true(native);
    out->kind = arena_text(in->out->arena, str_of(spec.kind));
    out->name = arena_text(in->out->arena, str_of(spec.name));
    if (!out->kind || !out->name)
        return reading_no_room(in);
    code = reading_packed(in, json_object_get(value, "options"), "options", &out->options);
    return code < 0 ? code : take_granted(in, json_object_get(value, "granted"), out);
}

static int take_failed(struct reading *in, const json_t *failed, struct fixture_said *out)
{
    const char *guard = NULL;
    const json_t *plugin = json_object_get(failed, "plugin");
    struct plugin_spec spec;
    int code = reading_text(in, json_object_get(failed, "guard"), "guard", 20, &guard);
    if (code >= 0)
        code = reading_text(in, json_object_get(failed, "message"), "message",
                            LIMIT(QUARANTINE_TEXT), &out->message);
    if (code >= 0)
        code = reading_text(in, json_object_get(failed, "traceback"), "traceback",
                            LIMIT(QUARANTINE_TEXT), &out->traceback);
    if (code >= 0 && !json_is_null(plugin)) {
        code = reading_label(in, plugin, "failed.plugin", &spec);
        if (code >= 0)
            code = reading_text(in, plugin, "failed.plugin", 2 * PLUGIN_NAME_SIZE, &out->plugin);
    }
    if (code < 0)
        return code;
    out->failed = true;
    for (out->guard = 0; out->guard < GUARD_COUNT; out->guard++)
        if (strcmp(guard_word(out->guard), guard) == 0)
            return 0;
    return reading_wrong(in, "failed.guard", "is no word for what stops a plugin");
}

static int check_article(struct reading *in, struct str packed)
{
    ARENA_AUTO struct arena *arena = arena_new(LIMIT(FRAME_BYTES));
    msgpack_zone zone;
    msgpack_object value;
    struct article article;
    if (!arena || !msgpack_zone_init(&zone, MSGPACK_ZONE_CHUNK_SIZE))
        return reading_no_room(in);
    int code = wire_unpack(packed.at, packed.len, "article", &zone, &value, in->err);
    if (code >= 0)
        code = article_unpack(&value, arena, &article, in->err);
    msgpack_zone_destroy(&zone);
    return code < 0 ? error_wrap(in->err, "%s/%s", in->dir, in->file) : 0;
}

static int take_input(struct reading *in, const json_t *value, struct fixture_call *call)
{
    const json_t *article = json_object_get(value, "article");
    if (!call->document) {
        if (!json_is_object(article))
            return reading_wrong(in, "article", "must be an object");
        const int code = reading_packed(in, article, "article", &call->article);
        return code < 0 ? code : check_article(in, call->article);
    }
    return in->out->has_document ? 0
                                 : reading_wrong(in, "document", "is asked for, and there is none");
}

static int take_said(struct reading *in, const json_t *value, struct fixture_call *call)
{
    const json_t *answer = json_object_get(value, "answer"),
                 *failed = json_object_get(value, "failed");
    if (!answer == !failed)
        return reading_wrong(in, "answer", "or 'failed' must be there, one of them");
    if (failed)
        return take_failed(in, failed, &call->said);
    if (call->document) {
        const json_t *plugin = json_object_get(answer, "plugin");
        const int code =
            reading_text(in, plugin, "answer.plugin", 2 * PLUGIN_NAME_SIZE, &call->said.plugin);
        if (code < 0)
            return code;
    }
    return reading_packed(in, answer, "answer", &call->said.answer);
}

/* Documents are given to ingest plugins, articles to one tag or summarize plugin. */
static bool fits(const struct fixture_call *call)
{
    for (size_t i = 0; i < call->count; i++) {
        const bool ingest = strcmp(call->asked[i].kind, "ingest") == 0;
        const bool article = strcmp(call->asked[i].kind, "tag") == 0 ||
                             strcmp(call->asked[i].kind, "summarize") == 0;
        if (call->document ? !ingest : !article || call->count > 1)
            return false;
    }
    return true;
}

static int take_call(struct reading *in, const json_t *value, struct fixture_call *call)
{
    const json_t *asked = json_object_get(value, "asked");
    call->count = json_array_size(asked);
    if (call->count == 0 || call->count > LIMIT(PLUGINS))
        return reading_wrong(in, "asked", "must name at least one plugin, and at most PLUGINS");
    call->asked = arena_alloc(in->out->arena, call->count, sizeof *call->asked);
    if (!call->asked)
        return reading_no_room(in);
    for (size_t i = 0; i < call->count; i++) {
        const int code = take_plugin(in, json_array_get(asked, i), &call->asked[i]);
        if (code < 0)
            return code;
    }
    call->left_out = json_is_true(json_object_get(value, "left_out"));
    call->document = call->left_out ? strcmp(call->asked[0].kind, "ingest") == 0
                                    : json_is_true(json_object_get(value, "document"));
    if (!fits(call))
        return reading_wrong(in, "asked",
                             "does not fit: a document is for ingest plugins, an article for "
                             "one tag or summarize plugin");
    if (call->left_out)
        return 0;
    const int code = take_input(in, value, call);
    return code < 0 ? code : take_said(in, value, call);
}

/* Of one's own files' names alone: no path, nothing hidden. */
static bool is_plain(const char *name)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789-_.";
    return name[0] != '.' && strspn(name, plain) == strlen(name) && str_ends(str_of(name), ".json");
}

static int read_call(struct reading *in, const json_t *item, struct fixture_call *call)
{
    const char *name = NULL;
    char path[FIXTURE_NAME_SIZE + 8];
    in->file = "fixture.json";
    int code = reading_text(in, item, "calls", FIXTURE_NAME_SIZE - 1, &name);
    if (code < 0)
        return code;
    if (!is_plain(name))
        return reading_wrong(in, "calls", "must hold names of files in calls/");
    snprintf(path, sizeof path, "calls/%s", name);
    json_t *value = reading_json(in, path, LIMIT(FIXTURE_CALL_BYTES));
    if (!value)
        return in->err->code;
    code = take_call(in, value, call);
    json_decref(value);
    return code;
}

static int read_calls(struct reading *in, const json_t *calls)
{
    struct fixture *out = in->out;
    const size_t count = json_array_size(calls);
    if (!json_is_array(calls) || count == 0 || count > LIMIT(FIXTURE_CALLS))
        return reading_wrong(in, "calls", "must be a list of one to FIXTURE_CALLS names");
    out->calls = arena_alloc(out->arena, count + 1, sizeof *out->calls);
    if (!out->calls)
        return reading_no_room(in);
    for (; out->count < count; out->count++) {
        const int code = read_call(in, json_array_get(calls, out->count), &out->calls[out->count]);
        if (code < 0)
            return code;
    }
    return 0;
}

/* ---- fixture.json ---- */

static int take_document(struct reading *in, const json_t *value)
{
    BUF_AUTO struct buf bytes = BUF_INIT;
    struct document *out = &in->out->document;
    struct hash hash;
    const char *received = NULL;
    if (!value)
        return 0;
    int code = reading_bytes(in, json_object_get(value, "name"), "document.name", LIMIT(PATH_BYTES),
                             &out->name);
    if (code >= 0)
        code = reading_bytes(in, json_object_get(value, "path"), "document.path", LIMIT(PATH_BYTES),
                             &out->path);
    if (code >= 0)
        code = reading_bytes(in, json_object_get(value, "source"), "document.source",
                             LIMIT(FIELD_BYTES), &out->source);
    if (code >= 0)
        code = reading_text(in, json_object_get(value, "received"), "document.received",
                            CLOCK_TEXT_SIZE, &received);
    if (code >= 0 && clock_parse(str_of(received), &out->received_us, in->err) < 0)
        code = error_wrap(in->err, "%s/fixture.json: document.received", in->dir);
    if (code >= 0)
        code = reading_hash(in, json_object_get(value, "sha256"), "document.sha256", &out->hash);
    if (code >= 0)
        code = reading_file(in, "document", LIMIT(DOCUMENT_BYTES), &bytes);
    if (code < 0)
        return code;
    hash_bytes(bytes.at ? bytes.at : "", bytes.len, &hash);
    if (!hash_same(&hash, &out->hash))
        return error_set(in->err, ERR_CORRUPT, "%s/document is not what was recorded", in->dir);
    out->bytes = arena_str(in->out->arena, buf_view(&bytes));
    in->out->has_document = true;
    return bytes.len && !out->bytes.at ? reading_no_room(in) : 0;
}

static int take_natives(struct reading *in, const json_t *list)
{
    struct fixture *out = in->out;
    const size_t count = json_array_size(list);
    if (!json_is_array(list) || count > LIMIT(PLUGINS))
        return reading_wrong(in, "native", "must be a list of at most PLUGINS names");
    out->natives = arena_alloc(out->arena, count + 1, sizeof *out->natives);
    if (!out->natives)
        return reading_no_room(in);
    for (; out->native_count < count; out->native_count++) {
        const int code = reading_text(in, json_array_get(list, out->native_count), "native",
                                      VERSION_BYTES, &out->natives[out->native_count]);
        if (code < 0)
            return code;
    }
    return 0;
}

static int take_head(struct reading *in, const json_t *head)
{
    const json_t *format = json_object_get(head, "fixture");
    if (!json_is_integer(format))
        return reading_wrong(in, "fixture", "must be the number of the format");
    if (json_integer_value(format) != FIXTURE_FORMAT)
        return error_set(in->err, ERR_VERSION,
                         "%s is a fixture of format %lld; this copydesk reads format %d: record it "
                         "anew",
                         in->dir, (long long)json_integer_value(format), FIXTURE_FORMAT);
    int code = reading_text(in, json_object_get(head, "copydesk"), "copydesk", VERSION_BYTES,
                            &in->out->copydesk);
    if (code >= 0)
        code = take_natives(in, json_object_get(head, "native"));
    if (code >= 0)
        code = take_document(in, json_object_get(head, "document"));
    return code < 0 ? code : read_calls(in, json_object_get(head, "calls"));
}

int fixture_read(const char *dir, struct fixture *out, struct error *err)
{
    struct reading in = {.dir = dir, .fd = -1, .out = out, .room = LIMIT(GRANT_BYTES), .err = err};
    *out = (struct fixture){.arena = arena_new(LIMIT(SAMPLE_BYTES))};
    int code = out->arena ? folder_check(dir, err) : error_set(err, ERR_NOMEM, "out of memory");
    if (code < 0)
        return code;
    FILE_AUTO int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return error_errno(err, errno, "%s", dir);
    in.fd = fd;
    json_t *head = reading_json(&in, "fixture.json", LIMIT(FIXTURE_CALL_BYTES));
    if (!head)
        return err->code;
    code = take_head(&in, head);
    json_decref(head);
    return code < 0 ? code : 0;
}

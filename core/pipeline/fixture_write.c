/* A fixture into its folder (fixture_place.h says how it comes there). */
#include "pipeline/fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "model/json.h"
#include "model/raw_json.h"
#include "model/wire.h"
#include "pipeline/fixture_files.h"
#include "pipeline/fixture_place.h"
#include "plugin/canonical.h"
#include "worker/message.h"

struct writing {
    const char *dir; /* of the place */
    json_t *files;   /* names of all that is written, but fixture.json */
    const struct fixture *fixture;
    size_t granted; /* files in granted/ so far */
    mode_t mode;    /* of JSON files: for the user alone where they hold what was granted */
    struct error *err;
};

static int no_memory(struct error *err)
{
    return error_set(err, ERR_NOMEM, "out of memory while writing a fixture");
}

static int put(const struct writing *in, const char *name, struct str bytes, mode_t mode)
{
    const int code = folder_write(in->dir, name, bytes, mode, in->err);
    if (code < 0)
        return code;
    return json_array_append_new(in->files, fixture_bytes_json(str_of(name))) < 0
               ? no_memory(in->err)
               : 0;
}

/* ---- values that must come back as they are ---- */

static int repack(const msgpack_object *value, const json_t *json, bool *same, struct error *err)
{
    BUF_AUTO struct buf before = BUF_INIT;
    BUF_AUTO struct buf again = BUF_INIT;
    BUF_AUTO struct buf after = BUF_INIT;
    msgpack_packer packer;
    msgpack_unpacked unpacked;
    wire_packer(&packer, &again);
    int code = raw_from_json(json, &packer, err);
    if (code < 0)
        return code;
    msgpack_unpacked_init(&unpacked);
    const bool read =
        again.at && !buf_failed(&again) &&
        msgpack_unpack_next(&unpacked, again.at, again.len, NULL) == MSGPACK_UNPACK_SUCCESS;
    code =
        read && canonical_pack(value, &before) >= 0 && canonical_pack(&unpacked.data, &after) >= 0
            ? 0
            : no_memory(err);
    msgpack_unpacked_destroy(&unpacked);
    *same = code >= 0 && str_same(buf_view(&before), buf_view(&after));
    return code;
}

/* Whether JSON has a form for all its numbers. */
static bool all_finite(const msgpack_object *value)
{
    bool finite = true;
    if (value->type == MSGPACK_OBJECT_FLOAT32 || value->type == MSGPACK_OBJECT_FLOAT64)
        return isfinite(value->via.f64);
    for (uint32_t i = 0; value->type == MSGPACK_OBJECT_ARRAY && i < value->via.array.size; i++)
        finite = finite && all_finite(&value->via.array.ptr[i]);
    for (uint32_t i = 0; value->type == MSGPACK_OBJECT_MAP && i < value->via.map.size; i++)
        finite = finite && all_finite(&value->via.map.ptr[i].val);
    return finite;
}

/* A value on the wire as JSON that gives the very same again. `what` is named where it does not. */
static int exact_json(struct str packed, const char *what, json_t **out, struct error *err)
{
    msgpack_zone zone;
    msgpack_object value;
    bool same = false;
    *out = NULL;
    if (!msgpack_zone_init(&zone, MSGPACK_ZONE_CHUNK_SIZE))
        return no_memory(err);
    int code = wire_unpack(packed.at, packed.len, what, &zone, &value, err);
    const bool finite = code >= 0 && all_finite(&value);
    if (finite && !(*out = raw_to_json(&value)))
        code = no_memory(err);
    if (*out)
        code = repack(&value, *out, &same, err);
    if (code >= 0 && !same)
        code = error_set(err, ERR_INVALID,
                         "%s cannot be recorded: it holds what JSON has no form for (bytes that "
                         "are no text, a number that is none)",
                         what);
    msgpack_zone_destroy(&zone);
    if (code < 0) {
        json_decref(*out);
        *out = NULL;
    }
    return code;
}

/* Appends an item; NULL, and nothing left, when one of them is not there. */
static json_t *append(json_t *list, json_t *item)
{
    if (json_array_append_new(list, item) == 0)
        return list;
    json_decref(list);
    return NULL;
}

/* ---- calls ---- */

static json_t *env_json(const struct fixture_plugin *plugin)
{
    json_t *env = json_object();
    for (size_t i = 0; env && i < plugin->env_count; i++) {
        const char *equals = strchr(plugin->env[i], '=');
        if (!equals)
            continue;
        if (json_object_setn_new(env, plugin->env[i], (size_t)(equals - plugin->env[i]),
                                 fixture_bytes_json(str_of(equals + 1))) < 0) {
            json_decref(env);
            return NULL;
        }
    }
    return env;
}

static int write_granted(struct writing *in, const struct fixture_plugin *plugin, json_t *read)
{
    char name[40];
    for (size_t i = 0; i < plugin->file_count; i++) {
        const struct plugin_file *file = &plugin->files[i];
        if (utf8_valid(file->name, strlen(file->name)) < strlen(file->name))
            return error_set(in->err, ERR_INVALID, "the path %s is no UTF-8: it cannot be recorded",
                             file->name);
        snprintf(name, sizeof name, "granted/%zu", ++in->granted);
        const int code = put(in, name, (struct str){file->bytes, file->len}, 0600);
        if (code < 0)
            return code;
        if (json_object_set_new(read, file->name, json_integer((json_int_t)in->granted)) < 0)
            return no_memory(in->err);
    }
    return 0;
}

static int plugin_json(struct writing *in, const struct fixture_plugin *plugin, bool left_out,
                       json_t **out)
{
    char hex[HASH_HEX_SIZE], label[2 * PLUGIN_NAME_SIZE];
    json_t *options = NULL;
    snprintf(label, sizeof label, "%s/%s", plugin->kind, plugin->name);
    int code = exact_json(plugin->options, label, &options, in->err);
    if (code < 0)
        return code;
    *out = json_pack("{s:s, s:s, s:s, s:b, s:o}", "plugin", label, "version", plugin->version,
                     "fingerprint", hash_hex(&plugin->fingerprint, hex), "native", plugin->native,
                     "options", options);
    if (!*out)
        return no_memory(in->err);
    if (!plugin->granted || left_out)
        return 0;
    json_t *read = json_object();
    code = read ? write_granted(in, plugin, read) : no_memory(in->err);
    json_t *granted = json_pack("{s:o, s:o}", "read", read, "env", env_json(plugin));
    if (code >= 0 && (!granted || json_object_set(*out, "granted", granted) < 0))
        code = no_memory(in->err);
    json_decref(granted);
    return code;
}

static int said_json(struct writing *in, const struct fixture_said *said, json_t *call)
{
    json_t *value = NULL;
    int code = 0;
    if (said->failed)
        value =
            json_pack("{s:o, s:s, s:o, s:o}", "plugin", str_to_json(str_of(said->plugin)), "guard",
                      guard_word(said->guard), "message", str_to_json(str_of(said->message)),
                      "traceback", str_to_json(str_of(said->traceback)));
    else
        code = exact_json(said->answer, "an answer", &value, in->err);
    if (code >= 0 && json_object_set_new(call, said->failed ? "failed" : "answer", value) < 0)
        code = no_memory(in->err);
    return code;
}

static int call_json(struct writing *in, const struct fixture_call *call, json_t *out)
{
    json_t *asked = json_array();
    int code = json_object_set_new(out, "asked", asked) < 0 ? no_memory(in->err) : 0;
    for (size_t i = 0; code >= 0 && i < call->count; i++) {
        json_t *plugin = NULL;
        code = plugin_json(in, &call->asked[i], call->left_out, &plugin);
        if (json_array_append_new(asked, plugin) < 0 && code >= 0)
            code = no_memory(in->err);
    }
    if (code < 0 || call->left_out)
        return code < 0 || json_object_set_new(out, "left_out", json_true()) >= 0
                   ? code
                   : no_memory(in->err);
    json_t *article = json_true();
    if (!call->document)
        code = exact_json(call->article, "an article", &article, in->err);
    if (code < 0)
        return code;
    if (json_object_set_new(out, call->document ? "document" : "article", article) < 0)
        return no_memory(in->err);
    return said_json(in, &call->said, out);
}

static int write_json(const struct writing *in, const char *name, const json_t *value)
{
    BUF_AUTO struct buf text = BUF_INIT;
    buf_init(&text, LIMIT(FIXTURE_CALL_BYTES));
    int code = json_to_buf(value, JSON_INDENT(1), &text, in->err);
    if (code == ERR_LIMIT)
        return error_set(in->err, ERR_LIMIT,
                         "%s would be over %lu bytes (limit FIXTURE_CALL_BYTES): this is too "
                         "large to be recorded",
                         name, LIMIT(FIXTURE_CALL_BYTES));
    if (code >= 0)
        code = buf_byte(&text, '\n') < 0 ? no_memory(in->err) : 0;
    return code < 0 ? code : put(in, name, buf_view(&text), in->mode);
}

static int write_call(struct writing *in, size_t index)
{
    const struct fixture_call *call = &in->fixture->calls[index];
    char file[FIXTURE_NAME_SIZE], name[FIXTURE_NAME_SIZE + 8];
    json_t *out = json_object();
    int code = out ? call_json(in, call, out) : no_memory(in->err);
    fixture_call_name(call, index, file);
    snprintf(name, sizeof name, "calls/%s", file);
    if (code >= 0)
        code = write_json(in, name, out);
    json_decref(out);
    return code;
}

/* ---- fixture.json ---- */

static json_t *document_json(const struct document *document)
{
    char hex[HASH_HEX_SIZE], received[CLOCK_TEXT_SIZE];
    struct hash hash;
    hash_bytes(document->bytes.at ? document->bytes.at : "", document->bytes.len, &hash);
    return json_pack("{s:o, s:o, s:o, s:s, s:I, s:s}", "name", fixture_bytes_json(document->name),
                     "path", fixture_bytes_json(document->path), "source",
                     fixture_bytes_json(document->source), "received",
                     clock_format(document->received_us, received), "bytes",
                     (json_int_t)document->bytes.len, "sha256", hash_hex(&hash, hex));
}

static json_t *names_json(const struct fixture *fixture)
{
    char name[FIXTURE_NAME_SIZE];
    json_t *calls = json_array();
    for (size_t i = 0; calls && i < fixture->count; i++) {
        fixture_call_name(&fixture->calls[i], i, name);
        calls = append(calls, json_string(name));
    }
    return calls;
}

static json_t *natives_json(const struct fixture *fixture)
{
    json_t *natives = json_array();
    for (size_t i = 0; natives && i < fixture->native_count; i++)
        natives = append(natives, json_string(fixture->natives[i]));
    return natives;
}

static int write_head(const struct writing *in)
{
    const struct fixture *fixture = in->fixture;
    json_t *head =
        json_pack("{s:i, s:s, s:o, s:o}", "fixture", FIXTURE_FORMAT, "copydesk", fixture->copydesk,
                  "native", natives_json(fixture), "calls", names_json(fixture));
    bool made = head != NULL;
    if (made && fixture->article_id)
        made = json_object_set_new(head, "article",
                                   json_pack("{s:I, s:o}", "id", (json_int_t)fixture->article_id,
                                             "headline", str_to_json(fixture->headline))) >= 0;
    if (made && fixture->failure.plugin)
        made =
            json_object_set_new(
                head, "quarantine",
                json_pack("{s:I, s:o, s:o, s:o, s:o, s:o}", "item", (json_int_t)fixture->item_id,
                          "stage", str_to_json(str_of(fixture->failure.stage)), "plugin",
                          str_to_json(str_of(fixture->failure.plugin)), "version",
                          str_to_json(str_of(fixture->failure.version)), "guard",
                          str_to_json(str_of(fixture->failure.guard)), "message",
                          fixture->failure.message ? str_to_json(str_of(fixture->failure.message))
                                                   : json_null())) >= 0;
    if (made && fixture->has_document)
        made = json_object_set_new(head, "document", document_json(&fixture->document)) >= 0;
    if (made)
        made = json_object_set(head, "files", in->files) >= 0;
    const int code = made ? write_json(in, "fixture.json", head) : no_memory(in->err);
    json_decref(head);
    return code;
}

/* ---- code and tests ---- */

static int write_file(const struct writing *in, const char *folder, const struct plugin_file *file)
{
    BUF_AUTO struct buf name = BUF_INIT;
    if (buf_printf(&name, "%s/%s", folder, file->name) < 0)
        return no_memory(in->err);
    return put(in, name.at, (struct str){file->bytes, file->len}, 0666);
}

static int write_code(const struct writing *in, const struct fixture_code *code)
{
    char folder[2 * PLUGIN_NAME_SIZE + 16];
    int result = 0;
    for (size_t i = 0; i < code->count; i++) {
        const struct plugin_entry *entry = code->entries[i];
        snprintf(folder, sizeof folder, "scripts/%s/%s", entry->kind, entry->name);
        for (size_t k = 0; result >= 0 && !entry->stage && k < entry->file_count; k++)
            if (!registry_is_test(str_of(entry->files[k].name)))
                result = write_file(in, folder, &entry->files[k]);
    }
    for (size_t i = 0; result >= 0 && i < code->lib_count; i++)
        result = write_file(in, "scripts/lib", &code->lib[i]);
    return result;
}

static int write_test(const struct writing *in, const struct fixture_call *call, const char *slug,
                      size_t *too_long)
{
    BUF_AUTO struct buf text = BUF_INIT;
    BUF_AUTO struct buf name = BUF_INIT;
    const struct fixture_plugin *plugin = fixture_answerer(call);
    buf_init(&text, LIMIT(PLUGIN_BYTES) / 2); /* it is to lie beside a plugin */
    int code = call->left_out ? 0 : fixture_test(in->fixture, call, slug, &text, in->err);
    if (code == ERR_LIMIT && too_long)
        ++*too_long;
    if (code == ERR_LIMIT || code == 0) /* calls/ has it */
        return 0;
    if (code > 0 && buf_printf(&name, "tests/%s/%s/%s.test.lua", plugin->kind, plugin->name, slug))
        code = no_memory(in->err);
    return code < 0 ? code : put(in, name.at, buf_view(&text), in->mode);
}

static int write_all(struct writing *in, const struct fixture_code *code, const char *slug)
{
    const struct fixture *fixture = in->fixture;
    int result = fixture->has_document ? put(in, "document", fixture->document.bytes, 0666) : 0;
    for (size_t i = 0; result >= 0 && i < fixture->count; i++) {
        result = write_call(in, i);
        if (result >= 0)
            result = write_test(in, &fixture->calls[i], slug, code->too_long);
    }
    if (result >= 0)
        result = write_code(in, code);
    return result < 0 ? result : write_head(in);
}

static mode_t mode_for(const struct fixture *fixture)
{
    for (size_t i = 0; i < fixture->count; i++)
        for (size_t k = 0; k < fixture->calls[i].count; k++)
            if (fixture->calls[i].asked[k].granted && !fixture->calls[i].left_out)
                return 0600;
    return 0666;
}

int fixture_write(const char *dir, const char *slug, const struct fixture *fixture,
                  const struct fixture_code *code, bool replace, struct error *err)
{
    struct fixture_place place;
    struct writing in = {.fixture = fixture, .mode = mode_for(fixture), .err = err};
    int result = place_open(dir, replace, &place, err);
    if (result < 0)
        return result;
    in.dir = place.beside;
    in.files = json_array();
    result = in.files ? write_all(&in, code, slug) : no_memory(err);
    if (result >= 0)
        result = place_take(&place, err);
    place_close(&place, result >= 0);
    json_decref(in.files);
    return result < 0 ? result : 0;
}

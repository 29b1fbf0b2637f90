#include "pipeline/fixture_values.h"

#include <fcntl.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "model/raw_json.h"
#include "model/wire.h"
#include "plugin/canonical.h"

int reading_wrong(struct reading *in, const char *key, const char *what)
{
    return error_set(in->err, ERR_INVALID, "%s/%s: %s %s", in->dir, in->file, key, what);
}

int reading_no_room(struct reading *in)
{
    return error_set(in->err, ERR_LIMIT, "%s: the fixture takes over %lu MiB (limit SAMPLE_BYTES)",
                     in->dir, LIMIT(SAMPLE_BYTES) / MIB);
}

int reading_file(struct reading *in, const char *name, size_t max, struct buf *out)
{
    FILE_AUTO int fd =
        file_open_beneath(in->fd, name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW, 0, in->err);
    int code = fd < 0 ? fd : file_read_fd(fd, name, max, out, in->err);
    if (code == ERR_NOTFOUND && strcmp(name, "fixture.json") == 0)
        return error_set(in->err, code, "%s is no fixture: there is no fixture.json in it",
                         in->dir);
    return code < 0 ? error_wrap(in->err, "%s", in->dir) : 0;
}

json_t *reading_json(struct reading *in, const char *name, size_t max)
{
    BUF_AUTO struct buf text = BUF_INIT;
    in->file = name;
    if (reading_file(in, name, max, &text) < 0)
        return NULL;
    json_t *value = raw_json_read(buf_view(&text), name, in->err);
    if (!value)
        error_wrap(in->err, "%s", in->dir);
    return value;
}

int reading_text(struct reading *in, const json_t *value, const char *key, size_t max,
                 const char **out)
{
    if (!json_is_string(value))
        return reading_wrong(in, key, "must be a text");
    const struct str text = {json_string_value(value), json_string_length(value)};
    if (text.len > max)
        return reading_wrong(in, key, "is too long");
    if (memchr(text.at, '\0', text.len))
        return reading_wrong(in, key, "has a NUL byte in it");
    *out = arena_text(in->out->arena, text);
    return *out ? 0 : reading_no_room(in);
}

static int hex_digit(char digit)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = digit ? strchr(digits, digit) : NULL;
    return at ? (int)(at - digits) : -1;
}

static bool hex_bytes(const char *hex, size_t len, char *out)
{
    for (size_t i = 0; i + 1 < len; i += 2) {
        const int high = hex_digit(hex[i]), low = hex_digit(hex[i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i / 2] = (char)(high * 16 + low);
    }
    return len % 2 == 0;
}

/* A text, or { "hex": "..." }. Without NUL: these are names, paths and variables. */
int reading_bytes(struct reading *in, const json_t *value, const char *key, size_t max,
                  struct str *out)
{
    const char *text = NULL;
    const json_t *hex = json_object_get(value, "hex");
    int code = reading_text(in, hex ? hex : value, key, hex ? 2 * max : max, &text);
    if (code < 0)
        return code;
    *out = str_of(text);
    if (!hex)
        return 0;
    char *bytes = arena_alloc(in->out->arena, out->len / 2 + 1, 1);
    if (!bytes)
        return reading_no_room(in);
    if (!hex_bytes(text, out->len, bytes) || memchr(bytes, '\0', out->len / 2))
        return reading_wrong(in, key, "is no run of bytes");
    *out = (struct str){bytes, out->len / 2};
    return 0;
}

int reading_hash(struct reading *in, const json_t *value, const char *key, struct hash *out)
{
    const char *text = NULL;
    const int code = reading_text(in, value, key, HASH_HEX_SIZE, &text);
    if (code < 0)
        return code;
    return strlen(text) == HASH_HEX_SIZE - 1 &&
                   hex_bytes(text, HASH_HEX_SIZE - 1, (char *)out->bytes)
               ? 0
               : reading_wrong(in, key, "is no SHA-256 of 64 digits");
}

int reading_packed(struct reading *in, const json_t *value, const char *key, struct str *out)
{
    BUF_AUTO struct buf bytes = BUF_INIT;
    BUF_AUTO struct buf canonical = BUF_INIT;
    msgpack_packer packer;
    msgpack_zone zone;
    msgpack_object object;
    wire_packer(&packer, &bytes);
    int code = raw_from_json(value, &packer, in->err);
    if (code < 0 || buf_failed(&bytes))
        return code < 0 ? error_wrap(in->err, "%s/%s: %s", in->dir, in->file, key)
                        : reading_no_room(in);
    if (!msgpack_zone_init(&zone, MSGPACK_ZONE_CHUNK_SIZE))
        return reading_no_room(in);
    code = wire_unpack(bytes.at, bytes.len, key, &zone, &object, in->err);
    if (code >= 0 && canonical_pack(&object, &canonical) < 0)
        code = reading_no_room(in);
    msgpack_zone_destroy(&zone);
    if (code < 0)
        return code;
    *out = arena_str(in->out->arena, buf_view(&canonical));
    return out->at ? 0 : reading_no_room(in);
}

int reading_label(struct reading *in, const json_t *value, const char *key, struct plugin_spec *out)
{
    const char *label = NULL;
    int code = reading_text(in, value, key, 2 * PLUGIN_NAME_SIZE, &label);
    if (code >= 0 && plugin_spec_parse(label, out, in->err) < 0)
        code = error_set(in->err, ERR_INVALID, "%s/%s: %s names no plugin", in->dir, in->file, key);
    return code;
}

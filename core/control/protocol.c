#include "control/protocol.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"

#define ID_MOST (((json_int_t)1 << 53) - 1) /* what any JSON reader keeps exactly */

int control_parse(struct str line, size_t flags, json_t **out, struct error *err)
{
    json_error_t why;
    *out = NULL;
    json_t *value =
        json_loadb(line.at ? line.at : "", line.len, JSON_REJECT_DUPLICATES | flags, &why);
    if (!value && json_error_code(&why) == json_error_out_of_memory)
        return error_set(err, ERR_NOMEM, "out of memory while reading a line");
    if (!value)
        return error_set(err, ERR_INVALID, "not JSON: byte %d: %s", why.position, why.text);
    if (!json_is_object(value)) {
        json_decref(value);
        return error_set(err, ERR_INVALID, "not a JSON object: give {\"id\": 1, \"do\": ...}");
    }
    *out = value;
    return 0;
}

int control_request(const json_t *line, json_int_t *id, const char **what, struct error *err)
{
    const json_t *number = json_object_get(line, "id");
    *id = json_integer_value(number);
    *what = json_string_value(json_object_get(line, "do"));
    if (*id < 1 || *id > ID_MOST) {
        *id = 0;
        return error_set(err, ERR_INVALID, "'id' must be a whole number from 1 to 2^53 - 1");
    }
    return *what ? 0 : error_set(err, ERR_INVALID, "'do' must say what is to be done");
}

/* ---- paths ---- */

json_t *control_path(const char *path)
{
    const size_t len = strlen(path);
    if (utf8_valid(path, len) == len)
        return json_stringn(path, len);
    BUF_AUTO struct buf hex = BUF_INIT;
    for (size_t i = 0; i < len; i++)
        buf_printf(&hex, "%02x", (unsigned char)path[i]);
    return buf_failed(&hex) ? NULL : json_pack("{s:s}", "hex", hex.at);
}

static int digit_of(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : -1;
}

static char *from_hex(const char *hex)
{
    const size_t len = strlen(hex);
    char *path = len % 2 == 0 ? mem_alloc(len / 2 + 1) : NULL;
    for (size_t i = 0; path && i < len / 2; i++) {
        const int high = digit_of(hex[2 * i]), low = digit_of(hex[2 * i + 1]);
        if (high < 0 || low < 0 || high + low == 0) {
            mem_free(path);
            return NULL;
        }
        path[i] = (char)(high << 4 | low);
    }
    if (path)
        path[len / 2] = '\0';
    return path;
}

int control_bytes_of(const json_t *value, const char *what, char **out, struct error *err)
{
    const char *text = json_string_value(value);
    const bool is_hex = json_object_size(value) == 1;
    const char *hex = is_hex ? json_string_value(json_object_get(value, "hex")) : NULL;
    *out = text ? mem_strdup(text) : hex ? from_hex(hex) : NULL;
    if (*out)
        return 0;
    if (text)
        return error_set(err, ERR_NOMEM, "out of memory while reading a line");
    return error_set(err, ERR_INVALID, "'%s' must be a string, or {\"hex\": \"2f746d70\"}", what);
}

int control_path_of(const json_t *value, const char *what, char **out, struct error *err)
{
    const int code = control_bytes_of(value, what, out, err);
    if (code == ERR_NOMEM || (code >= 0 && **out == '/' && strlen(*out) < LIMIT(PATH_BYTES)))
        return code;
    mem_free(*out);
    *out = NULL;
    return error_set(err, ERR_INVALID,
                     "'%s' must be an absolute path below %lu bytes (%s): a string, or "
                     "{\"hex\": \"2f746d70\"}",
                     what, LIMIT(PATH_BYTES), LIMIT_NAME(PATH_BYTES));
}

/* ---- the address ---- */

int control_address(const char *dir, struct sockaddr_un *out, int *fd, struct error *err)
{
    *fd = -1;
    *out = (struct sockaddr_un){.sun_family = AF_UNIX};
    const int len = snprintf(out->sun_path, sizeof out->sun_path, "%s/" CONTROL_SOCKET, dir);
    if (len > 0 && (size_t)len < sizeof out->sun_path)
        return 0;
    *fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (*fd < 0)
        return error_errno(err, errno, "cannot open %s", dir);
    snprintf(out->sun_path, sizeof out->sun_path, "/proc/self/fd/%d/" CONTROL_SOCKET, *fd);
    return 0;
}

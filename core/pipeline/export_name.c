/* Rules for names of exported files. */
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "pipeline/export_files.h"

#define PARTS_MAX 16

/* Reserved on Windows and on network folders shared with it, with any extension. */
static bool is_device(struct str part)
{
    static const char *const names[] = {"con", "prn", "aux", "nul"};
    const char *dot = memchr(part.at, '.', part.len);
    const size_t len = dot ? (size_t)(dot - part.at) : part.len;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (len == 3 && strncasecmp(part.at, names[i], 3) == 0)
            return true;
    return len == 4 && part.at[3] >= '1' && part.at[3] <= '9' &&
           (strncasecmp(part.at, "com", 3) == 0 || strncasecmp(part.at, "lpt", 3) == 0);
}

static const char *character_fault(struct str part)
{
    bool harmless;
    for (size_t i = 0, len; i < part.len; i += len) {
        len = utf8_next((struct str){part.at + i, part.len - i}, &harmless);
        if (!harmless)
            return "holds a control character";
        if (part.at[i] == '\\' || part.at[i] == ':')
            return "holds a '\\' or ':'";
    }
    return NULL;
}

static const char *part_fault(struct str part)
{
    if (part.len == 0)
        return "has an empty part (it must be relative, without '//')";
    if (part.len > LIMIT(EXPORT_NAME_BYTES))
        return "has a part over the limit EXPORT_NAME_BYTES";
    if (str_is(part, ".") || str_is(part, ".."))
        return "holds '.' or '..'";
    if (part.at[0] == '.')
        return "has a part that begins with '.'";
    if (part.at[part.len - 1] == ' ' || part.at[part.len - 1] == '.')
        return "has a part that ends in a blank or '.'";
    if (is_device(part))
        return "is the name of a device on some systems";
    return character_fault(part);
}

static int refuse(struct str name, const char *why, struct error *err)
{
    char shown[128];
    const size_t len = name.len < sizeof shown - 1 ? name.len : sizeof shown - 1;
    for (size_t i = 0; i < len; i++) {
        const unsigned char c = (unsigned char)name.at[i];
        shown[i] = c < 0x20 || c >= 0x7f ? '?' : (char)c;
    }
    shown[len] = '\0';
    return error_set(err, ERR_INVALID, "the file name '%s' %s", shown, why);
}

int export_name_check(struct str name, struct error *err)
{
    if (name.len == 0)
        return error_set(err, ERR_INVALID, "the file name is empty");
    if (name.len > LIMIT(PATH_BYTES) / 2)
        return refuse(name, "is too long (limit PATH_BYTES)", err);
    if (utf8_valid(name.at, name.len) != name.len)
        return refuse(name, "is not valid UTF-8", err);
    size_t parts = 0;
    for (size_t at = 0; at <= name.len; parts++) {
        const char *slash = at < name.len ? memchr(name.at + at, '/', name.len - at) : NULL;
        const size_t end = slash ? (size_t)(slash - name.at) : name.len;
        const char *why = part_fault((struct str){name.at + at, end - at});
        if (why)
            return refuse(name, why, err);
        at = end + 1;
    }
    return parts > PARTS_MAX ? refuse(name, "has more than 16 parts", err) : 0;
}

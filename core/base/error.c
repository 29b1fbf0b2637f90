#include "base/error.h"

/* what the analyzer sees instead */
#undef error_set
#undef error_errno
#undef error_wrap

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Cuts a UTF-8 sequence that lost its end to the size of the buffer. */
static void trim_broken_end(char *text)
{
    size_t len = strlen(text);
    if (len + 1 < ERROR_TEXT_MAX)
        return;
    size_t at = len;
    while (at > 0 && len - at < 4 && ((unsigned char)text[at - 1] & 0xC0) == 0x80)
        at--;
    if (at > 0 && (unsigned char)text[at - 1] >= 0xC0)
        text[at - 1] = '\0';
}

int error_setv(struct error *err, int code, const char *format, va_list args)
{
    if (err) {
        err->code = code;
        vsnprintf(err->text, sizeof err->text, format, args);
        trim_broken_end(err->text);
    }
    return code;
}

int error_set(struct error *err, int code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    error_setv(err, code, format, args);
    va_end(args);
    return code;
}

int error_wrap(struct error *err, const char *format, ...)
{
    if (!err)
        return ERR_INTERNAL;
    struct error inner = *err;
    va_list args;
    va_start(args, format);
    vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    size_t used = strlen(err->text);
    snprintf(err->text + used, sizeof err->text - used, ": %s", inner.text);
    trim_broken_end(err->text);
    return inner.code;
}

static int code_of_errno(int value)
{
    switch (value) {
    case EACCES:
    case EPERM:
    case EROFS:
        return ERR_DENIED;
    case ENOENT:
        return ERR_NOTFOUND;
    case EEXIST:
        return ERR_EXISTS;
    case ENOMEM:
        return ERR_NOMEM;
    default:
        return ERR_IO;
    }
}

int error_errno(struct error *err, int errno_value, const char *format, ...)
{
    int code = code_of_errno(errno_value);
    char what[ERROR_TEXT_MAX / 2];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    return error_set(err, code, "%s: %s", what, strerror(errno_value));
}

const char *error_name(int code)
{
    switch (code) {
#define ERROR_NAME(name, number, words)                                                            \
    case number:                                                                                   \
        return #name;
        ERROR_MAP(ERROR_NAME)
#undef ERROR_NAME
    default:
        return "UNKNOWN";
    }
}

const char *error_words(int code)
{
    switch (code) {
#define ERROR_WORDS(name, number, words)                                                           \
    case number:                                                                                   \
        return words;
        ERROR_MAP(ERROR_WORDS)
#undef ERROR_WORDS
    default:
        return "unknown error";
    }
}

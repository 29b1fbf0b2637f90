#include "model/place.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/limits.h"

#define PLACE_MAX 256

static size_t put_place(const struct place *at, char *out, size_t size)
{
    size_t len = at->up ? put_place(at->up, out, size) : 0;
    int more;
    if (len >= size)
        return len;
    if (at->key)
        more = snprintf(out + len, size - len, "%s%s", at->up ? "." : "", at->key);
    else
        more = snprintf(out + len, size - len, "[%zu]", at->index + 1);
    return more < 0 ? len : len + (size_t)more;
}

int place_fail(struct error *err, const struct place *at, int code, const char *format, ...)
{
    char where[PLACE_MAX], what[ERROR_TEXT_MAX - PLACE_MAX - 2];
    va_list args;
    put_place(at, where, sizeof where);
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    return error_set(err, code, "%s: %s", where, what);
}

int place_no_memory(struct error *err, const struct place *at)
{
    return place_fail(err, at, ERR_NOMEM, "out of memory");
}

int place_over(struct error *err, const struct place *at, size_t count, int limit)
{
    const struct limit_info *info = &limit_table[limit];
    return place_fail(err, at, ERR_LIMIT, "has %zu %s, but %s allows %lu", count, info->unit,
                      info->name, info->value);
}

#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"

#define FIRST_CAP 64

void buf_init(struct buf *buf, size_t max)
{
    *buf = (struct buf){.max = max};
}

void buf_free(struct buf *buf)
{
    mem_free(buf->at);
    buf_init(buf, buf->max);
}

void buf_free_at(struct buf *buf)
{
    buf_free(buf);
}

void buf_clear(struct buf *buf)
{
    buf->len = 0;
    buf->failed = 0;
    if (buf->at)
        buf->at[0] = '\0';
}

static int mark(struct buf *buf, int code)
{
    buf->failed = code;
    return code;
}

/* Doubles, so that n appends cost O(n); never over the limit and its NUL. */
static size_t next_cap(const struct buf *buf, size_t need)
{
    size_t cap = buf->cap > SIZE_MAX / 2 ? SIZE_MAX : buf->cap * 2;
    if (cap < FIRST_CAP)
        cap = FIRST_CAP;
    if (cap < need)
        cap = need;
    if (buf->max && cap > buf->max + 1)
        cap = buf->max + 1;
    return cap;
}

int buf_reserve(struct buf *buf, size_t more)
{
    if (buf->failed)
        return buf->failed;
    if (more < buf->cap - buf->len) /* cap is 0 or over len */
        return 0;
    size_t max = buf->max && buf->max < SIZE_MAX ? buf->max : SIZE_MAX - 1;
    if (buf->len > max || more > max - buf->len)
        return mark(buf, ERR_LIMIT);
    size_t cap = next_cap(buf, buf->len + more + 1);
    char *at = mem_resize(buf->at, cap);
    if (!at)
        return mark(buf, ERR_NOMEM);
    at[buf->len] = '\0';
    buf->at = at;
    buf->cap = cap;
    return 0;
}

int buf_append_slowly(struct buf *buf, const void *bytes, size_t len)
{
    int rc = buf_reserve(buf, len);
    if (rc < 0)
        return rc;
    if (len)
        memcpy(buf->at + buf->len, bytes, len);
    buf->len += len;
    buf->at[buf->len] = '\0';
    return 0;
}

int buf_text(struct buf *buf, const char *text)
{
    return buf_append(buf, text, strlen(text));
}

int buf_str(struct buf *buf, struct str text)
{
    return buf_append(buf, text.at, text.len);
}

int buf_byte(struct buf *buf, uint8_t byte)
{
    return buf_append(buf, &byte, 1);
}

int buf_vprintf(struct buf *buf, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    int rc = len < 0 ? mark(buf, ERR_INVALID) : buf_reserve(buf, (size_t)len);
    if (rc == 0) {
        vsnprintf(buf->at + buf->len, (size_t)len + 1, format, again);
        buf->len += (size_t)len;
    }
    va_end(again);
    return rc;
}

int buf_printf(struct buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int rc = buf_vprintf(buf, format, args);
    va_end(args);
    return rc;
}

void buf_drop(struct buf *buf, size_t len)
{
    if (len == 0 || buf->len == 0)
        return;
    if (len > buf->len)
        len = buf->len;
    buf->len -= len;
    memmove(buf->at, buf->at + len, buf->len + 1);
}

bool buf_failed(const struct buf *buf)
{
    return buf->failed != 0;
}

char *buf_take(struct buf *buf, size_t *len)
{
    if (len)
        *len = 0;
    if (buf_reserve(buf, 0) < 0) {
        buf_free(buf);
        return NULL;
    }
    char *at = buf->at;
    if (len)
        *len = buf->len;
    buf_init(buf, buf->max);
    return at;
}

struct str buf_view(const struct buf *buf)
{
    return (struct str){buf->at, buf->len};
}

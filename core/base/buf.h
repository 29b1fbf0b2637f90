/* A growable run of bytes with a limit. Once an append fails the buffer is marked and every later
 * append fails too, so that a caller may append many times and check once, with buf_failed. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/str.h"

struct buf {
    char *at; /* bytes; NUL after the last one once anything was appended */
    size_t len;
    size_t cap;
    size_t max; /* never grows over this; 0: no limit */
    int failed; /* 0, or the code that the first failed append gave */
};

#define BUF_INIT                                                                                   \
    {                                                                                              \
        0                                                                                          \
    }

void buf_init(struct buf *buf, size_t max);
void buf_free(struct buf *buf);  /* and makes it usable again */
void buf_clear(struct buf *buf); /* keeps the memory */
/* Room for `more` bytes and a NUL. All of these give 0, ERR_NOMEM or ERR_LIMIT; once one failed,
 * each later one gives the same code until buf_clear or buf_free. A failed append adds nothing. */
int buf_reserve(struct buf *buf, size_t more);
int buf_append_slowly(struct buf *buf, const void *bytes, size_t len);

/* Most pieces are a few bytes and fit. */
static inline int buf_append(struct buf *buf, const void *bytes, size_t len)
{
    if (buf->failed || len == 0 || len >= buf->cap - buf->len) /* cap is 0 or over len */
        return buf_append_slowly(buf, bytes, len);
    memcpy(buf->at + buf->len, bytes, len);
    buf->len += len;
    buf->at[buf->len] = '\0';
    return 0;
}

int buf_text(struct buf *buf, const char *text);
int buf_str(struct buf *buf, struct str text);
int buf_byte(struct buf *buf, uint8_t byte);
int buf_vprintf(struct buf *buf, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
int buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Removes `len` bytes (at most all) from the front. */
void buf_drop(struct buf *buf, size_t len);
bool buf_failed(const struct buf *buf);
/* Takes the bytes (free with mem_free; a NUL follows them); the buffer is empty afterwards. `len`
 * may be NULL. NULL if an append failed or memory ran out; an empty buffer gives "". */
char *buf_take(struct buf *buf, size_t *len);
struct str buf_view(const struct buf *buf);

void buf_free_at(struct buf *buf);
#define BUF_AUTO __attribute__((cleanup(buf_free_at)))

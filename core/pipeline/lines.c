#include "pipeline/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/limits.h"

#define READ_STEP (64 * KIB)

struct lines {
    const char *const *paths;
    size_t count, next;
    int fd;
    const char *path;
    struct buf buf;
    size_t used;    /* of buf: given out */
    size_t scanned; /* of buf: looked through for a line's end */
    uint64_t number;
    bool end; /* of this file */
};

int lines_open(const char *const *paths, size_t count, struct lines **out, struct error *err)
{
    struct lines *lines = mem_zero(1, sizeof *lines);
    if (!lines)
        return error_set(err, ERR_NOMEM, "out of memory");
    lines->paths = paths;
    lines->count = count;
    lines->fd = -1;
    *out = lines;
    return 0;
}

static void close_file(struct lines *lines)
{
    if (lines->fd > STDIN_FILENO)
        close(lines->fd);
    lines->fd = -1;
}

void lines_close(struct lines *lines)
{
    if (!lines)
        return;
    close_file(lines);
    buf_free(&lines->buf);
    mem_free(lines);
}

static int open_next(struct lines *lines, struct error *err)
{
    lines->path = lines->paths[lines->next++];
    const bool is_stdin = strcmp(lines->path, "-") == 0;
    lines->fd = is_stdin ? STDIN_FILENO : open(lines->path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    lines->number = 0;
    lines->end = false;
    return lines->fd < 0 ? error_errno(err, errno, "cannot open %s", lines->path) : 0;
}

/* Moves what was not given out to the front, and reads more behind it. */
static int read_more(struct lines *lines, struct error *err)
{
    buf_drop(&lines->buf, lines->used);
    lines->scanned -= lines->used;
    lines->used = 0;
    if (buf_reserve(&lines->buf, READ_STEP) < 0)
        return error_set(err, ERR_NOMEM, "out of memory while reading %s", lines->path);
    ssize_t got;
    do
        got = read(lines->fd, lines->buf.at + lines->buf.len, READ_STEP);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return error_errno(err, errno, "cannot read %s", lines->path);
    lines->buf.len += (size_t)got;
    lines->end = got == 0;
    return 0;
}

static const char *find_end(const struct lines *lines)
{
    return lines->buf.len > lines->scanned
               ? memchr(lines->buf.at + lines->scanned, '\n', lines->buf.len - lines->scanned)
               : NULL;
}

bool lines_ready(const struct lines *lines)
{
    return find_end(lines) != NULL;
}

/* Reads on to the end of a line that is too long, keeping nothing of it. */
static int pass_over(struct lines *lines, struct error *err)
{
    const char *end = NULL;
    int code = 0;
    while (code >= 0 && !(end = find_end(lines)) && !lines->end) {
        lines->used = lines->scanned = lines->buf.len;
        code = read_more(lines, err);
    }
    if (code < 0)
        return code;
    lines->used = lines->scanned = end ? (size_t)(end - lines->buf.at) + 1 : lines->buf.len;
    return error_set(err, ERR_LIMIT, "%s, line %llu: over %lu bytes (limit DOCUMENT_BYTES)",
                     lines->path, (unsigned long long)lines->number, LIMIT(DOCUMENT_BYTES));
}

/* One line of the open file: 1, or 0 at its end. */
static int next_in_file(struct lines *lines, struct str *line, struct error *err)
{
    const char *end = NULL;
    while (!(end = find_end(lines)) && !lines->end) {
        lines->scanned = lines->buf.len;
        if (lines->buf.len - lines->used > LIMIT(DOCUMENT_BYTES)) {
            lines->number++;
            return pass_over(lines, err);
        }
        const int code = read_more(lines, err);
        if (code < 0)
            return code;
    }
    const size_t stop = end ? (size_t)(end - lines->buf.at) : lines->buf.len;
    if (!end && stop == lines->used)
        return 0;
    *line = (struct str){lines->buf.at + lines->used, stop - lines->used};
    lines->used = lines->scanned = stop + (end != NULL);
    lines->number++;
    return 1;
}

int lines_next(struct lines *lines, struct str *line, uint64_t *number, struct error *err)
{
    for (;;) {
        int code = 0;
        if (lines->fd >= 0)
            code = next_in_file(lines, line, err);
        else if (lines->next == lines->count)
            return 0;
        else if ((code = open_next(lines, err)) >= 0)
            continue;
        *number = lines->number;
        if (code < 0)
            return code;
        if (code == 0) {
            close_file(lines);
            buf_clear(&lines->buf);
            lines->used = lines->scanned = 0;
        } else if (str_trim(*line).len > 0) {
            return 1;
        }
    }
}

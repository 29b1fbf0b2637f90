#include "pipeline/incoming.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"

void incoming_free(struct incoming *item)
{
    if (!item)
        return;
    buf_free(&item->bytes);
    mem_free(item->path);
    mem_free(item->absolute);
    mem_free(item->source);
    mem_free(item);
}

/* ---- from a file ---- */

/* What was named on the command line may be a pipe: `copydesk ingest <(zcat old.gz)`. */
static int read_stream(const struct incoming_file *file, struct incoming *out)
{
    if (!file->absolute)
        return file_read_fd(STDIN_FILENO, "standard input", LIMIT(DOCUMENT_BYTES), &out->bytes,
                            &out->error);
    FILE_AUTO int fd = open(file->absolute, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return error_errno(&out->error, errno, "cannot open %s", file->path);
    return file_read_fd(fd, file->path, LIMIT(DOCUMENT_BYTES), &out->bytes, &out->error);
}

static bool is_pipe(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISFIFO(info.st_mode);
}

static int no_longer_regular(const char *path, struct error *err)
{
    return error_set(err, ERR_INVALID, "%s is no regular file any more", path);
}

/* A name in a watched folder may have become a link by now, and lead anywhere. */
static int read_without_links(const struct incoming_file *file, struct incoming *out,
                              struct stat *info)
{
    FILE_AUTO int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root < 0)
        return error_errno(&out->error, errno, "cannot open %s", file->path);
    FILE_AUTO int fd = file_open_beneath(root, file->absolute + strspn(file->absolute, "/"),
                                         O_RDONLY | O_NONBLOCK | O_NOCTTY, 0, &out->error);
    if (fd < 0)
        return fd;
    if (fstat(fd, info) < 0)
        return error_errno(&out->error, errno, "cannot read %s", file->path);
    if (!S_ISREG(info->st_mode))
        return no_longer_regular(file->path, &out->error);
    return file_read_fd(fd, file->path, LIMIT(DOCUMENT_BYTES), &out->bytes, &out->error);
}

static int read_bytes(const struct incoming_file *file, struct incoming *out)
{
    struct stat info;
    if (!file->absolute || (file->named && !file->spooled && is_pipe(file->absolute)))
        return read_stream(file, out);
    const int code = file->no_links ? read_without_links(file, out, &info)
                                    : file_read(file->absolute, LIMIT(DOCUMENT_BYTES), &out->bytes,
                                                &info, &out->error);
    if (code < 0 || file->spooled)
        return code;
    out->read = true;
    out->size = out->bytes.len;
    out->document.device = info.st_dev;
    out->document.inode = info.st_ino;
    out->document.mtime_us = (int64_t)info.st_mtim.tv_sec * 1000000 + info.st_mtim.tv_nsec / 1000;
    return code;
}

static void describe(struct incoming *item)
{
    struct document *document = &item->document;
    document->bytes = buf_view(&item->bytes);
    document->path = str_of(item->absolute);
    document->source = str_of(item->source);
    document->name = str_of(strcmp(item->path, "-") == 0 ? "stdin" : file_base_name(item->path));
    document->received_us = clock_wall_us();
    hash_bytes(document->bytes.at, document->bytes.len, &document->hash);
}

static const char *source_of(const struct incoming_file *file)
{
    if (file->source)
        return file->source;
    return file->spooled || strcmp(file->path, "-") == 0 ? "stdin" : "folder";
}

struct incoming *incoming_read(struct incoming_file *file)
{
    struct incoming *item = mem_zero(1, sizeof *item);
    if (!item)
        return NULL;
    item->path = file->path;
    item->error = file->error;
    item->skipped = file->skipped;
    item->source = mem_strdup(source_of(file));
    if (!item->source)
        error_set(&item->error, ERR_NOMEM, "%s: out of memory", item->path);
    const bool whole = item->error.code == 0 && read_bytes(file, item) >= 0;
    if (file->spooled)
        mem_free(file->absolute);
    else
        item->absolute = file->absolute;
    if (whole)
        describe(item);
    return item;
}

/* ---- from the store ---- */

static char *own_text(struct str text)
{
    return text.len ? mem_strndup(text.at, text.len) : NULL;
}

static int load(struct store_reader *reader, int64_t id, struct incoming *item, struct error *err)
{
    ARENA_AUTO struct arena *arena = arena_new(LIMIT(CONFIG_BYTES));
    if (!arena)
        return error_set(err, ERR_NOMEM, "out of memory");
    struct document *document = &item->document;
    const int code = store_document(reader, id, arena, document, &item->bytes, err);
    if (code < 0)
        return code;
    item->absolute = own_text(document->path);
    item->source = own_text(document->source);
    item->path = own_text(document->path.len ? document->path : document->name);
    if (!item->path)
        return error_set(err, ERR_NOMEM, "out of memory");
    document->bytes = buf_view(&item->bytes);
    document->path = str_of(item->absolute);
    document->source = str_of(item->source);
    document->name = str_of(file_base_name(item->path));
    document->encoding = STR_NONE;
    return 0;
}

int incoming_load(struct store_reader *reader, int64_t id, struct incoming **out, struct error *err)
{
    struct incoming *item = mem_zero(1, sizeof *item);
    if (!item)
        return error_set(err, ERR_NOMEM, "out of memory");
    item->stored = true;
    const int code = load(reader, id, item, err);
    item->document.id = id;
    if (code < 0 && code != ERR_CORRUPT && code != ERR_NOTFOUND && code != ERR_INVALID) {
        incoming_free(item);
        return code;
    }
    if (code < 0) { /* one that cannot be read must not keep the others waiting */
        item->error = *err;
        err->code = 0;
        item->path = item->path ? item->path : mem_strdup("(a stored document)");
    }
    *out = item;
    return 0;
}

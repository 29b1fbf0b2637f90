/* Documents given to a running desk: paths by name, what comes over a pipe by a file in the desk's
 * spool/, whole and synced before it is spoken of. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/limits.h"
#include "cli/beside.h"
#include "cli/output.h"
#include "control/protocol.h"
#include "control/report.h"

#define REQUEST_ROOM (8 * KIB) /* of a line, for all but the paths */

/* Paths travel absolute, and are shown as they were given. */
struct giving {
    struct control_client *line;
    const char *store_dir, *source;
    char *here; /* the current folder, and a slash */
    const char *const *paths;
    size_t count;
    const struct ingest_callbacks *callbacks;
    struct ingest_counts *counts;
    unsigned spooled;
};

/* ---- names, there and back ---- */

static char *absolute_path(const struct giving *giving, const char *path)
{
    BUF_AUTO struct buf whole = BUF_INIT;
    if (path[0] != '/')
        buf_text(&whole, giving->here);
    buf_text(&whole, path);
    return buf_take(&whole, NULL);
}

static bool lies_in(const char *path, const char *folder)
{
    const size_t len = strlen(folder);
    return strncmp(path, folder, len) == 0 &&
           (path[len] == '\0' || path[len] == '/' || (len > 0 && folder[len - 1] == '/'));
}

/* "/home/ana/in/a.txt" is "in/a.txt" in /home/ana, unless it was asked for by its whole name. */
static const char *shown_path(const struct giving *giving, const char *path)
{
    const size_t here = strlen(giving->here);
    if (strncmp(path, giving->here, here) != 0)
        return path;
    for (size_t i = 0; i < giving->count; i++)
        if (giving->paths[i][0] == '/' && lies_in(path, giving->paths[i]))
            return path;
    return path + here;
}

/* The error names the file as the desk knows it. */
static void show_in_error(struct error *why, const char *path, const char *shown)
{
    const char *at = shown == path ? NULL : strstr(why->text, path);
    if (!at)
        return;
    const struct error was = *why;
    error_set(why, was.code, "%.*s%s%s", (int)(at - why->text), was.text, shown,
              was.text + (at - why->text) + strlen(path));
}

/* ---- what the desk says ---- */

static void hear_report(const json_t *line, const struct giving *giving)
{
    struct report_read read;
    struct error err = {0};
    if (report_read(line, &read, &err) < 0) {
        output_problem("%s", err.text);
        return;
    }
    const char *shown = giving->count ? shown_path(giving, read.path) : read.path;
    show_in_error(&read.error, read.path, shown);
    read.report.path = shown;
    giving->callbacks->report(&read.report, giving->callbacks->data);
    report_read_free(&read);
}

static void hear(const char *name, const json_t *line, void *data)
{
    const struct giving *giving = data;
    if (strcmp(name, "report") == 0) {
        hear_report(line, giving);
    } else if (strcmp(name, "progress") == 0) {
        struct desk_progress progress;
        report_read_progress(line, &progress);
        giving->callbacks->progress(&progress, giving->callbacks->data);
    }
}

/* On failure the counts lie beside the error. */
static int ask(struct giving *giving, json_t *paths, json_t *spooled, struct error *err)
{
    json_t *answer = NULL;
    json_t *fields =
        json_pack("{s:o, s:o, s:s?}", "paths", paths, "spooled", spooled, "source", giving->source);
    if (!fields)
        return error_set(err, ERR_NOMEM, "out of memory");
    const int code = control_ask(giving->line, "ingest", fields, hear, giving, &answer, err);
    report_add_counts(code < 0 ? json_object_get(answer, "counts") : answer, giving->counts);
    json_decref(answer);
    return code;
}

/* ---- pipes ---- */

static bool is_pipe(const char *path)
{
    struct stat info;
    return strcmp(path, "-") == 0 || (stat(path, &info) == 0 && S_ISFIFO(info.st_mode));
}

static int read_pipe(const char *path, struct buf *out, struct error *err)
{
    if (strcmp(path, "-") == 0)
        return file_read_fd(STDIN_FILENO, "standard input", LIMIT(DOCUMENT_BYTES), out, err);
    FILE_AUTO int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    return fd < 0 ? error_errno(err, errno, "cannot open %s", path)
                  : file_read_fd(fd, path, LIMIT(DOCUMENT_BYTES), out, err);
}

static void refuse(const struct giving *giving, const char *path, const struct error *why)
{
    const struct ingest_report report = {
        .outcome = INGEST_REFUSED, .path = path, .known = NULL, .error = why};
    giving->counts->documents++;
    giving->counts->refused++;
    giving->callbacks->report(&report, giving->callbacks->data);
}

static int write_spool(struct giving *giving, const struct buf *bytes, char **out,
                       struct error *err)
{
    BUF_AUTO struct buf path = BUF_INIT;
    buf_printf(&path, "%s/%s", giving->store_dir, CONTROL_SPOOL);
    if (buf_failed(&path))
        return error_set(err, ERR_NOMEM, "out of memory");
    if (mkdir(path.at, 0700) < 0 && errno != EEXIST)
        return error_errno(err, errno, "cannot make %s", path.at);
    buf_printf(&path, "/pipe-%ld-%u", (long)getpid(), ++giving->spooled);
    *out = buf_take(&path, NULL);
    return *out ? file_replace(*out, bytes->at ? bytes->at : "", bytes->len, err)
                : error_set(err, ERR_NOMEM, "out of memory");
}

/* One pipe is one request: what came over it may be all that there is of it. */
static int give_pipe(struct giving *giving, const char *path, struct error *err)
{
    BUF_AUTO struct buf bytes = BUF_INIT;
    MEM_AUTO char *file = NULL;
    struct error why = {0};
    if (read_pipe(path, &bytes, &why) < 0) {
        refuse(giving, path, &why);
        return 0;
    }
    const int code = write_spool(giving, &bytes, &file, err);
    if (code < 0)
        return code;
    return ask(giving, json_array(),
               json_pack("[{s:o, s:o}]", "path", control_path(file), "shown", control_path(path)),
               err);
}

/* ---- paths ---- */

static size_t room_of(const json_t *path)
{
    return json_dumpb(path, NULL, 0, JSON_ENCODE_ANY | JSON_COMPACT) + 1;
}

/* As many of the paths from `*next` on as go into one request, up to a pipe. */
static int gather(const struct giving *giving, size_t *next, json_t *paths, struct error *err)
{
    size_t room = LIMIT(CONTROL_LINE_BYTES) - REQUEST_ROOM;
    for (; *next < giving->count && !is_pipe(giving->paths[*next]); ++*next) {
        MEM_AUTO char *whole = absolute_path(giving, giving->paths[*next]);
        json_t *path = whole ? control_path(whole) : NULL;
        const size_t taken = path ? room_of(path) : 0;
        if (path && taken > room && json_array_size(paths) > 0) {
            json_decref(path);
            return 0;
        }
        if (!path || json_array_append_new(paths, path) < 0)
            return error_set(err, ERR_NOMEM, "out of memory");
        room -= taken < room ? taken : room;
    }
    return 0;
}

static int give_paths(struct giving *giving, size_t *next, struct error *err)
{
    json_t *paths = json_array();
    const int code =
        paths ? gather(giving, next, paths, err) : error_set(err, ERR_NOMEM, "out of memory");
    if (code < 0) {
        json_decref(paths);
        return code;
    }
    return ask(giving, paths, json_array(), err);
}

static int find_here(char **out, struct error *err)
{
    char here[PATH_MAX];
    BUF_AUTO struct buf text = BUF_INIT;
    if (!getcwd(here, sizeof here))
        return error_errno(err, errno, "cannot tell the current folder");
    buf_text(&text, here);
    if (text.len > 1)
        buf_byte(&text, '/');
    *out = buf_take(&text, NULL);
    return *out ? 0 : error_set(err, ERR_NOMEM, "out of memory");
}

int ingest_beside(struct control_client *line, struct desk *desk, const char *const *paths,
                  size_t count, const char *source, const struct ingest_callbacks *callbacks,
                  struct ingest_counts *counts, struct error *err)
{
    MEM_AUTO char *here = NULL;
    int code = find_here(&here, err);
    struct giving giving = {.line = line,
                            .store_dir = desk_store_folder(desk),
                            .source = source,
                            .here = here,
                            .paths = paths,
                            .count = count,
                            .callbacks = callbacks,
                            .counts = counts};
    for (size_t next = 0; code >= 0 && next < count;) {
        if (is_pipe(paths[next]))
            code = give_pipe(&giving, paths[next++], err);
        else
            code = give_paths(&giving, &next, err);
    }
    return code;
}

int retry_beside(struct control_client *line, int64_t id, const struct ingest_callbacks *callbacks,
                 struct retry_counts *counts, struct error *err)
{
    json_t *answer = NULL;
    struct giving giving = {.here = "", .callbacks = callbacks};
    json_t *fields = id ? json_pack("{s:I}", "quarantine", (json_int_t)id) : NULL;
    if (id && !fields)
        return error_set(err, ERR_NOMEM, "out of memory");
    const int code = control_ask(line, "retry", fields, hear, &giving, &answer, err);
    report_add_retry(code < 0 ? json_object_get(answer, "counts") : answer, counts);
    json_decref(answer);
    return code;
}

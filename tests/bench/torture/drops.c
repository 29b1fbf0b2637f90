#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "torture.h"

#define NAMES 40 /* so few that equal names are common */

uint64_t chance_next(struct chance *chance)
{
    uint64_t z = chance->state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

unsigned chance_below(struct chance *chance, unsigned limit)
{
    return (unsigned)(chance_next(chance) % limit);
}

unsigned chance_between(struct chance *chance, unsigned least, unsigned most)
{
    return least + chance_below(chance, most - least + 1);
}

static int failed(const char *what, const char *path)
{
    fprintf(stderr, "torture: %s %s: %s\n", what, path, strerror(errno));
    return -1;
}

/* ---- contents ---- */

size_t drops_text(const struct drops *drops, size_t which, char *out, size_t room)
{
    static const char *const words[] = {"ferry",  "harbour", "bridge",  "lamp",   "winter",
                                        "market", "letter",  "orchard", "signal", "river"};
    const struct content *content = &drops->contents[which];
    struct chance chance = {which * 7919 + 1};
    const unsigned pieces = content->articles ? content->articles : 1;
    size_t len = (size_t)snprintf(out, room, "%s%s%zu\n", content->articles ? "" : "FAIL ",
                                  DROP_MARK, which);
    for (unsigned i = 1; i <= pieces; i++) {
        len += (size_t)snprintf(out + len, room - len, "== Piece %u of %zu\n", i, which);
        for (unsigned k = 0; k < 40 && len + 64 < room; k++)
            len += (size_t)snprintf(out + len, room - len, "%s%s%u ", k ? "" : "The ",
                                    words[chance_below(&chance, 10)], chance_below(&chance, 1000));
        len += (size_t)snprintf(out + len, room - len, "end.\n");
    }
    return len;
}

static int new_content(struct drops *drops, size_t *which)
{
    if (drops->count == drops->room) {
        const size_t room = drops->room ? 2 * drops->room : 256;
        struct content *grown = mem_resize_array(drops->contents, room, sizeof *grown);
        if (!grown)
            return failed("no memory for", "the ledger");
        drops->contents = grown;
        drops->room = room;
    }
    *which = drops->count++;
    /* one in twenty fails */
    drops->contents[*which] = (struct content){
        .articles = chance_below(&drops->chance, 20) ? chance_between(&drops->chance, 1, 4) : 0};
    return 0;
}

/* Of one that was dropped as a file, and that plugins can cut; or a new one. */
static int choose_content(struct drops *drops, size_t *which)
{
    if (drops->count > 0 && chance_below(&drops->chance, 6) == 0) {
        *which = chance_below(&drops->chance, (unsigned)drops->count);
        const struct content *old = &drops->contents[*which];
        if (old->articles && !old->piped) {
            drops->same_bytes++;
            return 0;
        }
    }
    return new_content(drops, which);
}

static void choose_name(struct drops *drops, const struct desk_under *desk, char out[700])
{
    if (chance_below(&drops->chance, 3) == 0) {
        drops->same_name++;
        snprintf(out, 700, "%s/inbox/same-%u.txt", desk->dir, chance_below(&drops->chance, NAMES));
    } else {
        snprintf(out, 700, "%s/inbox/file-%lu.txt", desk->dir, ++drops->last_name);
    }
}

/* ---- ways ---- */

static int write_slowly(struct drops *drops, int fd, const char *path, const char *text, size_t len)
{
    for (size_t at = 0; at < len;) {
        const size_t part = chance_between(&drops->chance, 1, (unsigned)(len - at));
        if (file_write_fd(fd, path, text + at, part, NULL) < 0)
            return failed("cannot write", path);
        at += part;
        if (at < len && chance_below(&drops->chance, 4) == 0)
            sleep_ms(chance_below(&drops->chance, 8));
    }
    return 0;
}

/* Never over a file that is still there: that would be the user's own loss. */
static int write_in_place(struct drops *drops, const char *path, const char *text, size_t len)
{
    FILE_AUTO int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0)
        return errno == EEXIST ? 0 : failed("cannot make", path);
    drops->written++;
    return write_slowly(drops, fd, path, text, len) < 0 ? -1 : 1;
}

static int rename_into_place(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return 1;
    if (errno == EEXIST)
        return unlink(from);
    return failed("cannot rename", from);
}

static int write_and_rename(struct drops *drops, const struct desk_under *desk, const char *path,
                            const char *text, size_t len)
{
    char from[700];
    const bool inside = chance_below(&drops->chance, 2);
    if (inside)
        snprintf(from, sizeof from, "%s/inbox/.%lu.part", desk->dir, ++drops->last_name);
    else
        snprintf(from, sizeof from, "%s/%lu", desk->stage, ++drops->last_name);
    FILE_AUTO int fd = open(from, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0)
        return failed("cannot make", from);
    if (write_slowly(drops, fd, from, text, len) < 0)
        return -1;
    file_close_at(&fd);
    fd = -1;
    drops->renamed += inside;
    drops->moved += !inside;
    return rename_into_place(from, path);
}

int drops_one(struct drops *drops, const struct desk_under *desk)
{
    char path[700], text[DROP_TEXT_MAX];
    size_t which;
    if (choose_content(drops, &which) < 0)
        return -1;
    choose_name(drops, desk, path);
    const size_t len = drops_text(drops, which, text, sizeof text);
    const int code = chance_below(&drops->chance, 2)
                         ? write_in_place(drops, path, text, len)
                         : write_and_rename(drops, desk, path, text, len);
    if (code > 0) {
        drops->files++;
        drops->contents[which].files++;
    }
    return code < 0 ? code : 0;
}

/* ---- while the disk is full ---- */

static void prepared_name(const struct desk_under *desk, size_t which, char out[700])
{
    snprintf(out, 700, "%s/prepared-%zu", desk->stage, which);
}

int drops_prepare(struct drops *drops, const struct desk_under *desk, unsigned count)
{
    char path[700], text[DROP_TEXT_MAX];
    struct error err = {0};
    for (unsigned i = 0; i < count; i++) {
        size_t which;
        if (new_content(drops, &which) < 0)
            return -1;
        prepared_name(desk, which, path);
        const size_t len = drops_text(drops, which, text, sizeof text);
        if (file_replace(path, text, len, &err) < 0) {
            fprintf(stderr, "torture: %s\n", err.text);
            return -1;
        }
    }
    return 0;
}

int drops_release(struct drops *drops, const struct desk_under *desk)
{
    char from[700], to[700];
    for (size_t which = 0; which < drops->count; which++) {
        if (drops->contents[which].files || drops->contents[which].piped)
            continue;
        prepared_name(desk, which, from);
        if (access(from, F_OK) < 0)
            continue;
        snprintf(to, sizeof to, "%s/inbox/full-%zu.txt", desk->dir, which);
        if (rename_into_place(from, to) < 0)
            return -1;
        drops->moved++;
        drops->files++;
        drops->contents[which].files++;
    }
    return 0;
}

/* ---- over a pipe ---- */

static int give(struct drops *drops, const struct desk_under *desk, size_t which)
{
    static const char *const words[] = {"ingest", "-q", "-", NULL};
    char path[700], text[DROP_TEXT_MAX];
    struct error err = {0};
    snprintf(path, sizeof path, "%s/piped", desk->stage);
    const size_t len = drops_text(drops, which, text, sizeof text);
    if (file_replace(path, text, len, &err) < 0) {
        fprintf(stderr, "torture: %s\n", err.text);
        return -1;
    }
    const int code = desk_command(desk, words, path);
    /* 3: it is in quarantine */
    drops->contents[which].taken = code == 0 || code == 3;
    return 0;
}

int drops_pipe(struct drops *drops, const struct desk_under *desk)
{
    size_t which;
    if (new_content(drops, &which) < 0)
        return -1;
    drops->contents[which].piped = true;
    drops->piped++;
    return give(drops, desk, which);
}

int drops_pipe_again(struct drops *drops, const struct desk_under *desk)
{
    for (size_t i = 0; i < drops->count; i++)
        if (drops->contents[i].piped && !drops->contents[i].taken && give(drops, desk, i) < 0)
            return -1;
    return 0;
}

#include "watch/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/limits.h"
#include "watch/ignore.h"
#include "watch/poll.h"

#define NAMES_AT_ONCE 256
#define WAITING_MAX   256

struct level {
    DIR *dir;
    char *path; /* absolute */
};

struct request {
    struct request *next;
    struct root *root; /* held */
    char *path;        /* where to begin; NULL: the root */
};

struct walk {
    uv_loop_t *loop;
    struct walk_hooks hooks;
    struct request *first, **end, *current;
    size_t waiting_count;
    struct level levels[64];
    size_t depth;
    /* what one step gave */
    uv_work_t work;
    char *files[NAMES_AT_ONCE]; /* absolute */
    size_t file_count, next_file;
    char *folder; /* to be entered next, or NULL */
    bool find;    /* the root is to be found first */
    struct walk_found found;
    struct error failed; /* of the folder that was to be entered or read */
    bool running, waits, closing;
    void (*closed)(void *data);
    void *closed_data;
};

static void step(struct walk *walk);

/* ---- off the loop ---- */

static DIR *open_folder(const struct walk *walk, const char *path, struct error *err)
{
    const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW;
    const int parent = walk->depth ? dirfd(walk->levels[walk->depth - 1].dir) : AT_FDCWD;
    const int fd = openat(parent, walk->depth ? file_base_name(path) : path, flags);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (dir)
        return dir;
    error_errno(err, errno, "cannot read the folder %s", path);
    if (fd >= 0)
        close(fd);
    return NULL;
}

/* The folder that the last step found goes on top. */
static void enter(struct walk *walk)
{
    char *path = walk->folder;
    walk->folder = NULL;
    if (walk->depth == sizeof walk->levels / sizeof *walk->levels) {
        error_set(&walk->failed, ERR_LIMIT, "%s: over %zu folders in each other (limit SCAN_DEPTH)",
                  path, sizeof walk->levels / sizeof *walk->levels);
        mem_free(path);
        return;
    }
    DIR *dir = open_folder(walk, path, &walk->failed);
    if (!dir) {
        mem_free(path);
        return;
    }
    walk->levels[walk->depth++] = (struct level){dir, path};
}

static void leave(struct walk *walk)
{
    struct level *level = &walk->levels[--walk->depth];
    closedir(level->dir);
    mem_free(level->path);
}

/* DT_REG, DT_DIR or DT_UNKNOWN for what is passed over. `info` is filled for a file that is asked
 * for in the store. */
static unsigned char kind_of(const struct walk *walk, const struct dirent *item, bool ask,
                             struct stat *info)
{
    if (item->d_type != DT_UNKNOWN && !(ask && item->d_type == DT_REG))
        return item->d_type == DT_REG || item->d_type == DT_DIR ? item->d_type : DT_UNKNOWN;
    DIR *dir = walk->levels[walk->depth - 1].dir;
    if (fstatat(dirfd(dir), item->d_name, info, AT_SYMLINK_NOFOLLOW) < 0)
        return DT_UNKNOWN;
    return S_ISREG(info->st_mode) ? DT_REG : S_ISDIR(info->st_mode) ? DT_DIR : DT_UNKNOWN;
}

/* One name. Below zero: no memory. */
static int take(struct walk *walk, const struct dirent *item)
{
    const struct level *level = &walk->levels[walk->depth - 1];
    const struct root *root = walk->current->root;
    const bool ask = root->after == CONFIG_KEEP;
    struct stat info;
    const unsigned char kind = kind_of(walk, item, ask, &info);
    if (kind == DT_UNKNOWN || (kind == DT_DIR && !root->recursive))
        return 0;
    char *path = file_join(level->path, item->d_name);
    if (!path)
        return error_set(&walk->failed, ERR_NOMEM, "out of memory while reading folders");
    const char *below = path_below(path, root->path);
    struct file_mark mark = {0};
    if (ask && kind == DT_REG)
        mark = mark_of(&info);
    if (!below || strlen(path) >= LIMIT(PATH_BYTES) ||
        ignore_rule(below, (const char *const *)root->ignore, root->ignore_count) ||
        (ask && kind == DT_REG && walk->hooks.known(path, &mark, walk->hooks.data)))
        mem_free(path);
    else if (kind == DT_DIR)
        walk->folder = path;
    else
        walk->files[walk->file_count++] = path;
    return 0;
}

/* Reads until there are enough names, or a folder to be entered. */
static void read_names(struct walk *walk)
{
    while (walk->depth > 0 && !walk->folder && walk->file_count < NAMES_AT_ONCE) {
        errno = 0;
        const struct dirent *item = readdir(walk->levels[walk->depth - 1].dir);
        if (!item) {
            if (errno)
                error_errno(&walk->failed, errno, "cannot read the folder %s",
                            walk->levels[walk->depth - 1].path);
            leave(walk);
            if (walk->failed.code)
                return;
            continue;
        }
        if (strcmp(item->d_name, ".") != 0 && strcmp(item->d_name, "..") != 0 &&
            take(walk, item) < 0)
            return;
    }
}

/* On its thread, too: a dead server may hold whoever asks for a path. */
static void find_root(struct walk *walk)
{
    const char *given = walk->current->root->given;
    struct walk_found *found = &walk->found;
    struct stat info;
    *found = (struct walk_found){0};
    if (file_real_path(given, &found->path, &walk->failed) < 0)
        return;
    FILE_AUTO int fd = open(found->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &info) < 0) {
        error_errno(&walk->failed, errno, "cannot read the folder %s", given);
        return;
    }
    found->device = info.st_dev;
    found->inode = info.st_ino;
    found->file_system = poll_needed(fd);
}

static void run(uv_work_t *work)
{
    struct walk *walk = work->data;
    walk->failed.code = 0;
    if (walk->find) {
        find_root(walk);
        return;
    }
    if (walk->folder)
        enter(walk);
    if (walk->failed.code == 0)
        read_names(walk);
}

/* ---- on the loop ---- */

static void request_free(struct request *request)
{
    root_release(request->root);
    mem_free(request->path);
    mem_free(request);
}

static void drop_found(struct walk *walk)
{
    while (walk->next_file < walk->file_count)
        mem_free(walk->files[walk->next_file++]);
    walk->file_count = walk->next_file = 0;
    mem_free(walk->folder);
    walk->folder = NULL;
    mem_free(walk->found.path);
    walk->found.path = NULL;
    while (walk->depth > 0)
        leave(walk);
}

static void destroy(struct walk *walk)
{
    void (*closed)(void *) = walk->closed;
    void *data = walk->closed_data;
    drop_found(walk);
    if (walk->current)
        request_free(walk->current);
    while (walk->first) {
        struct request *request = walk->first;
        walk->first = request->next;
        request_free(request);
    }
    mem_free(walk);
    if (closed)
        closed(data);
}

static void finish(struct walk *walk, const struct error *why)
{
    struct request *request = walk->current;
    drop_found(walk);
    walk->current = NULL;
    walk->hooks.end(request->root, request->path == NULL, why, walk->hooks.data);
    request_free(request);
}

/* False: there is no room. */
static bool give_files(struct walk *walk)
{
    struct root *root = walk->current->root;
    while (walk->next_file < walk->file_count) {
        char *path = walk->files[walk->next_file];
        if (!root->retired && !walk->hooks.file(root, path, walk->hooks.data))
            return false;
        mem_free(path);
        walk->next_file++;
    }
    walk->file_count = walk->next_file = 0;
    return true;
}

static void enter_or_not(struct walk *walk)
{
    if (walk->folder &&
        walk->hooks.enter(walk->current->root, walk->folder, walk->hooks.data) < 0) {
        mem_free(walk->folder);
        walk->folder = NULL;
    }
}

static void go(struct walk *walk)
{
    walk->waits = !give_files(walk);
    if (walk->waits)
        return;
    enter_or_not(walk);
    if (walk->current->root->retired || (walk->depth == 0 && !walk->folder))
        finish(walk, NULL);
    step(walk);
}

/* The root was found, or not. */
static void begin_root(struct walk *walk)
{
    struct root *root = walk->current->root;
    const struct error why = walk->failed;
    walk->find = false;
    if (why.code == 0 && !root->retired) {
        walk->hooks.found(root, &walk->found, walk->hooks.data);
        walk->found.path = NULL;
        walk->folder = mem_strdup(root->path);
        enter_or_not(walk);
    }
    if (!walk->folder)
        finish(walk, why.code ? &why : NULL);
    step(walk);
}

static void after(uv_work_t *work, int status)
{
    struct walk *walk = work->data;
    (void)status;
    walk->running = false;
    if (walk->closing) {
        destroy(walk);
        return;
    }
    if (walk->find) {
        begin_root(walk);
        return;
    }
    const bool first = walk->failed.code && walk->depth == 0 && walk->file_count == 0;
    if (first && !walk->current->path) {
        const struct error why = walk->failed;
        finish(walk, &why);
        step(walk);
        return;
    }
    /* a folder that went away while it was looked through is no problem */
    if (walk->failed.code && walk->failed.code != ERR_NOTFOUND)
        walk->hooks.problem(walk->current->root, &walk->failed, walk->hooks.data);
    go(walk);
}

static void take_request(struct walk *walk)
{
    struct request *request = walk->first;
    walk->first = request->next;
    if (!walk->first)
        walk->end = &walk->first;
    walk->waiting_count--;
    request->next = NULL;
    walk->current = request;
    walk->find = !request->path && !request->root->retired;
    walk->folder = request->path && !request->root->retired ? mem_strdup(request->path) : NULL;
    enter_or_not(walk);
}

/* Also called from within the callbacks of a step that ends. */
static void step(struct walk *walk)
{
    while (!walk->running && !walk->current && walk->first) {
        take_request(walk);
        if (!walk->folder && !walk->find)
            finish(walk, NULL);
    }
    if (!walk->current || walk->running || walk->waits)
        return;
    walk->running = true;
    walk->work.data = walk;
    uv_queue_work(walk->loop, &walk->work, run, after);
}

int walk_open(uv_loop_t *loop, const struct walk_hooks *hooks, struct walk **out, struct error *err)
{
    struct walk *walk = mem_zero(1, sizeof *walk);
    if (!walk)
        return error_set(err, ERR_NOMEM, "out of memory while watching folders");
    walk->loop = loop;
    walk->hooks = *hooks;
    walk->end = &walk->first;
    *out = walk;
    return 0;
}

int walk_begin(struct walk *walk, struct root *root, const char *path, struct error *err)
{
    if (walk->waiting_count >= WAITING_MAX)
        return error_set(err, ERR_LIMIT, "too many new folders at once");
    struct request *request = mem_zero(1, sizeof *request);
    if (!request || (path && !(request->path = mem_strdup(path)))) {
        mem_free(request);
        return error_set(err, ERR_NOMEM, "out of memory while watching folders");
    }
    request->root = root_hold(root);
    *walk->end = request;
    walk->end = &request->next;
    walk->waiting_count++;
    if (!walk->current)
        step(walk);
    return 0;
}

void walk_go_on(struct walk *walk)
{
    if (walk->waits)
        go(walk);
}

bool walk_waits(const struct walk *walk)
{
    return walk->waits;
}

bool walk_busy(const struct walk *walk)
{
    return walk->current != NULL;
}

void walk_close(struct walk *walk, void (*closed)(void *data), void *data)
{
    walk->closing = true;
    walk->closed = closed;
    walk->closed_data = data;
    if (!walk->running)
        destroy(walk);
}

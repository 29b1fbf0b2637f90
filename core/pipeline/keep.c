#include "pipeline/keep.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/log.h"
#include "pipeline/host.h"

struct keep {
    struct desk *desk;
    struct config_keep spans;
    int64_t now_us;
    bool dry, cancelled;
    bool waits, begun; /* for the top of the loop; a step is done, or at work on a thread */
    int at;            /* enum config_kept: what is removed now */
    struct keep_result result;
    struct host_work work;
    struct host_later later;
    struct store_request request;
    struct store_keep rows;
    int64_t after_file;
    size_t seen; /* files of one step */
    void (*done)(const struct keep_result *result, void *data);
    void *data;
};

static const enum store_kept kinds[CONFIG_KEPT_COUNT] = {
    [CONFIG_DOCUMENTS] = KEPT_DOCUMENTS, [CONFIG_DONE] = KEPT_FILES,
    [CONFIG_VERSIONS] = KEPT_VERSIONS,   [CONFIG_RESULTS] = KEPT_RESULTS,
    [CONFIG_RUNS] = KEPT_RUNS,
};

static void go_on(struct keep *keep);

static int64_t before_of(const struct keep *keep)
{
    return keep->now_us - keep->spans.us[keep->at];
}

static void finish(struct keep *keep)
{
    if (keep->cancelled && keep->result.error.code == 0)
        error_set(&keep->result.error, ERR_CANCELLED, "it was stopped");
    keep->done(&keep->result, keep->data);
    mem_free(keep);
}

/* ---- files, on a thread of the pool ---- */

/* What lies there is what was moved there, or a copy of it that kept its time. */
static bool is_same(const struct stat *info, const struct store_file *file)
{
    const int64_t mtime_ns =
        (int64_t)info->st_mtim.tv_sec * 1000000000 + (int64_t)info->st_mtim.tv_nsec;
    return S_ISREG(info->st_mode) && info->st_size == file->size &&
           (info->st_ino == file->inode || mtime_ns == file->mtime_ns);
}

static void remove_file(struct keep *keep, const char *path, const struct store_file *file)
{
    struct stat info;
    if (lstat(path, &info) < 0) {
        if (errno != ENOENT && errno != ENOTDIR)
            log_warn("keep", "cannot look at %s: %s", path, strerror(errno));
    } else if (!is_same(&info, file)) {
        log_warn("keep", "%s is not the file that was moved there: it stays", path);
    } else if (!keep->dry && unlink(path) < 0) {
        log_warn("keep", "cannot remove %s: %s", path, strerror(errno));
    } else {
        keep->result.removed[CONFIG_DONE]++;
    }
}

static int take_file(const struct store_file *file, void *data)
{
    struct keep *keep = data;
    MEM_AUTO char *path = mem_strndup(file->target.at ? file->target.at : "", file->target.len);
    keep->after_file = file->id;
    keep->seen++;
    if (!path) {
        error_set(&keep->result.error, ERR_NOMEM, "out of memory while removing files");
        return 1;
    }
    if (path[0] == '/')
        remove_file(keep, path, file);
    return 0;
}

static void remove_files(void *data)
{
    struct keep *keep = data;
    struct store_reader *reader = NULL;
    keep->seen = 0;
    if (desk_reader(keep->desk, false, &reader, &keep->result.error) < 0)
        return;
    (void)store_old_files(reader, before_of(keep), keep->after_file, LIMIT(KEEP_GROUP), take_file,
                          keep, &keep->result.error);
    store_reader_close(reader);
}

/* ---- counting, on a thread of the pool ---- */

static void count_all(void *data)
{
    struct keep *keep = data;
    struct store_reader *reader = NULL;
    struct error *err = &keep->result.error;
    int code = desk_reader(keep->desk, false, &reader, err);
    for (int i = 0; code >= 0 && i < CONFIG_KEPT_COUNT; i++)
        if (keep->spans.us[i] && i != CONFIG_DONE)
            code = store_keep_count(reader, kinds[i], keep->now_us - keep->spans.us[i],
                                    &keep->result.removed[i], err);
    if (reader)
        store_reader_close(reader);
}

static void counted(void *data)
{
    struct keep *keep = data;
    keep->at = keep->spans.us[CONFIG_DONE] && keep->result.error.code == 0 ? CONFIG_DONE
                                                                           : CONFIG_KEPT_COUNT;
    go_on(keep);
}

/* ---- rows ---- */

static void removed(struct store_request *request)
{
    struct keep *keep = request->data;
    const bool files = keep->at == CONFIG_DONE;
    keep->begun = true;
    if (request->error.code < 0)
        keep->result.error = request->error;
    else if (!files)
        keep->result.removed[keep->at] += keep->rows.removed;
    if (keep->rows.removed == 0)
        keep->at++;
    go_on(keep);
}

static void remove_rows(struct keep *keep)
{
    keep->rows = (struct store_keep){.what = kinds[keep->at], .before_us = before_of(keep)};
    keep->request = (struct store_request){
        .op = STORE_KEEP, .bytes = KIB, .keep = &keep->rows, .done = removed, .data = keep};
    host_store(keep->desk, &keep->request);
}

/* The rows of files go when the files have. */
static void files_removed(void *data)
{
    struct keep *keep = data;
    if (keep->seen == LIMIT(KEEP_GROUP) || keep->result.error.code < 0) {
        go_on(keep);
    } else if (keep->dry) {
        keep->at = CONFIG_KEPT_COUNT;
        go_on(keep);
    } else {
        remove_rows(keep);
    }
}

static void work(struct keep *keep, void (*what)(void *data), void (*after)(void *data))
{
    keep->begun = true;
    keep->work = (struct host_work){.work = what, .after = after, .data = keep};
    host_work(keep->desk, &keep->work);
}

static void go_on(struct keep *keep)
{
    while (keep->at < CONFIG_KEPT_COUNT && keep->spans.us[keep->at] == 0)
        keep->at++;
    if (keep->cancelled || keep->result.error.code < 0 || keep->at >= CONFIG_KEPT_COUNT)
        finish(keep);
    else if (keep->at == CONFIG_DONE)
        work(keep, remove_files, files_removed);
    else
        remove_rows(keep);
}

static void begin(void *data)
{
    struct keep *keep = data;
    keep->waits = false;
    if (keep->dry && !keep->cancelled)
        work(keep, count_all, counted);
    else
        go_on(keep);
}

static void begin_soon(struct keep *keep)
{
    keep->waits = true;
    keep->later = (struct host_later){.run = begin, .data = keep};
    host_later(keep->desk, &keep->later);
}

struct keep *keep_start(struct desk *desk, const struct config_keep *spans, int64_t now_us,
                        bool dry, void (*done)(const struct keep_result *result, void *data),
                        void *data)
{
    struct keep *keep = mem_zero(1, sizeof *keep);
    if (!keep)
        return NULL;
    keep->desk = desk;
    keep->spans = *spans;
    keep->now_us = now_us;
    keep->dry = dry;
    keep->done = done;
    keep->data = data;
    begin_soon(keep);
    return keep;
}

void keep_withdraw(struct keep *keep)
{
    if (keep->begun || (!keep->waits && !host_withdraw(keep->desk, &keep->request)))
        return;
    keep->cancelled = true;
    if (!keep->waits)
        begin_soon(keep);
}

void keep_cancel(struct keep *keep)
{
    keep->cancelled = true;
}

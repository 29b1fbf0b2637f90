/* The parts put together: what goes on, and when. */
#include "watch/watch.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "watch/outcome.h"
#include "watch/parts.h"

#define ALARM_MAX_US INT64_C(60000000)

static void keep_problem(struct watch *watch, const struct error *why)
{
    snprintf(watch->problem, sizeof watch->problem, "%.*s", (int)sizeof watch->problem - 1,
             why->text);
    watch->problem_us = clock_wall_us();
}

void watch_problem(struct watch *watch, const struct error *why)
{
    const bool same = strcmp(watch->problem, why->text) == 0;
    keep_problem(watch, why);
    if (!same)
        log_warn("watch", "%s", why->text);
}

void watch_stuck_at(struct watch *watch, struct watch_file *file, const struct error *why)
{
    const bool same = why && file->stuck && strcmp(file->stuck, why->text) == 0;
    if (same)
        return;
    mem_free(file->stuck);
    file->stuck = why ? mem_strdup(why->text) : NULL;
    if (!why)
        return;
    keep_problem(watch, why);
    log_warn("watch", "%s stays where it is, and is tried again: %s", file->path, why->text);
}

/* ---- going on ---- */

static void on_alarm(void *data)
{
    watch_pump(data);
}

static int64_t earliest(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void set_alarm(struct watch *watch, int64_t now_us)
{
    const struct watch_file *first = table_first(watch->table);
    int64_t next_us = now_us + ALARM_MAX_US;
    if (first && !watch->stopping && looks_idle(watch))
        next_us = earliest(next_us, first->due_us);
    if (watch->begun && !watch->stopping && !walk_busy(watch->walk) && table_has_room(watch->table))
        next_us = earliest(next_us, notice_next_us(watch));
    if (batch_idle(watch))
        next_us = earliest(next_us, review_next_us(watch));
    alarm_set(&watch->alarm, next_us);
}

static int offer(struct watch *watch, struct watch_file *file)
{
    const struct watch_callbacks *callbacks = &watch->callbacks;
    return file->retry && file->document_id
               ? callbacks->retry(file, file->document_id, callbacks->data)
               : callbacks->offer(file, file->path, file->root->source, callbacks->data);
}

static void refuse(struct watch *watch, struct watch_file *file, int code)
{
    struct error why;
    error_set(&why, code, "%s cannot be taken in: %s", file->path, error_words(code));
    const struct ingest_report report = {
        .outcome = INGEST_REFUSED, .path = file->path, .error = &why};
    watch_settled(watch, file, &report);
}

static void offer_ready(struct watch *watch)
{
    while (!watch->blocked && !watch->stopping && watch->ready.first) {
        struct watch_file *file = watch->ready.first;
        if (file->root->retired) {
            table_drop(watch->table, file_list_take(&watch->ready));
            continue;
        }
        file_list_take(&watch->ready);
        file->stage = FILE_AT_WORK;
        file->dirty = false;
        watch->at_work++;
        const int code = offer(watch, file);
        if (code == ERR_BUSY) {
            watch->at_work--;
            file->stage = FILE_READY;
            file->next = watch->ready.first; /* first in line again */
            if (!watch->ready.first)
                watch->ready.end = &file->next;
            watch->ready.first = file;
            watch->ready.count++;
            watch->blocked = true;
        } else if (code < 0) {
            refuse(watch, file, code);
        }
    }
}

/* Rows of what is being moved are open: a review and a batch take turns. */
static void take_turns(struct watch *watch, int64_t now_us)
{
    if (!batch_idle(watch) || !review_idle(watch))
        return;
    const bool wanted = review_next_us(watch) <= now_us;
    if (wanted && (!watch->batch_next || !watch->decided.first)) {
        watch->batch_next = true;
        review_turn(watch, now_us);
    } else {
        watch->batch_next = false;
        batch_start(watch);
    }
}

static void say_stopped(struct watch *watch)
{
    void (*stopped)(void *) = watch->stopped;
    if (!watch->stopping || !stopped || watch->at_work || watch->decided.first ||
        !batch_idle(watch))
        return;
    watch->stopped = NULL;
    stopped(watch->stopped_data);
}

void watch_pump(struct watch *watch)
{
    if (watch->pumping || watch->closing)
        return;
    watch->pumping = true;
    const int64_t now_us = clock_mono_us();
    offer_ready(watch);
    if (!watch->stopping)
        looks_start(watch, now_us);
    take_turns(watch, now_us);
    if (walk_waits(watch->walk) && table_has_room(watch->table))
        walk_go_on(watch->walk);
    if (watch->begun && !watch->stopping)
        notice_walks(watch, now_us);
    set_alarm(watch, now_us);
    watch->pumping = false;
    say_stopped(watch);
}

void watch_room(struct watch *watch)
{
    watch->blocked = false;
    watch_pump(watch);
}

void watch_review(struct watch *watch)
{
    review_start(watch);
    watch_pump(watch);
}

/* ---- opening and closing ---- */

static void destroy(struct watch *watch)
{
    void (*closed)(void *) = watch->closed;
    void *data = watch->closed_data;
    asker_close(&watch->walk_asker);
    table_free(watch->table);
    roots_close(&watch->roots);
    mem_free(watch->desk_dir);
    mem_free(watch->store_dir);
    mem_free(watch);
    if (closed)
        closed(data);
}

void watch_part_closed(void *data)
{
    struct watch *watch = data;
    if (--watch->parts == 0)
        destroy(watch);
}

void watch_close(struct watch *watch, void (*closed)(void *data), void *data)
{
    watch->closing = true;
    watch->closed = closed;
    watch->closed_data = data;
    watch->parts = 1; /* the alarm, which is always there */
    watch->parts += watch->inotify != NULL;
    watch->parts += watch->walk != NULL;
    watch->parts += watch->looks != NULL;
    watch->parts += watch->batch != NULL;
    watch->parts += watch->review != NULL;
    alarm_close(&watch->alarm, watch_part_closed);
    if (watch->inotify)
        inotify_close(watch->inotify, watch_part_closed, watch);
    if (watch->walk)
        walk_close(watch->walk, watch_part_closed, watch);
    if (watch->looks)
        looks_close(watch);
    if (watch->batch)
        batch_close(watch);
    if (watch->review)
        review_close(watch);
}

static int open_parts(struct watch *watch, const struct watch_options *options, struct error *err)
{
    struct inotify_hooks told = notice_inotify;
    struct walk_hooks walked = notice_walk;
    struct error why;
    told.data = walked.data = watch;
    int code = roots_open(watch->desk_dir, watch->store_dir, options->folders,
                          options->folder_count, &watch->roots, err);
    if (code >= 0)
        code = table_new(&watch->table, err);
    if (code >= 0)
        code = walk_open(watch->loop, &walked, &watch->walk, err);
    if (code >= 0)
        code = looks_open(watch, err);
    if (code >= 0)
        code = batch_open(watch, err);
    if (code >= 0)
        code = review_open(watch, err);
    if (code >= 0 && inotify_open(watch->loop, &told, &watch->inotify, &why) < 0) {
        watch->inotify = NULL;
        watch_problem(watch, &why); /* then everything is polled */
    }
    return code;
}

int watch_open(const struct watch_options *options, struct watch **out, struct error *err)
{
    struct watch *watch = mem_zero(1, sizeof *watch);
    if (!watch)
        return error_set(err, ERR_NOMEM, "out of memory while watching folders");
    int code = alarm_open(&watch->alarm, options->loop, on_alarm, watch, err);
    if (code < 0) {
        mem_free(watch);
        return code;
    }
    watch->loop = options->loop;
    watch->callbacks = options->callbacks;
    watch->desk_dir = mem_strdup(options->desk_dir);
    watch->store_dir = mem_strdup(options->store_dir);
    watch->walk_asker.store_dir = watch->store_dir;
    file_list_init(&watch->ready);
    file_list_init(&watch->decided);
    code = watch->desk_dir && watch->store_dir
               ? open_parts(watch, options, err)
               : error_set(err, ERR_NOMEM, "out of memory while watching folders");
    if (code < 0) {
        watch_close(watch, NULL, NULL);
        return code;
    }
    review_start(watch);
    alarm_set(&watch->alarm, 0);
    *out = watch;
    return 0;
}

void watch_stop(struct watch *watch, void (*stopped)(void *data), void *data)
{
    watch->stopping = true;
    watch->stopped = stopped;
    watch->stopped_data = data;
    watch_pump(watch);
}

/* ---- reload ---- */

int watch_check(const char *desk_dir, const struct config_watch *folders, size_t count,
                struct error *err)
{
    struct root_list roots;
    MEM_AUTO char *store_dir = file_join(desk_dir, ".copydesk");
    if (!store_dir)
        return error_set(err, ERR_NOMEM, "out of memory");
    const int code = roots_open(desk_dir, store_dir, folders, count, &roots, err);
    if (code >= 0)
        roots_close(&roots);
    return code;
}

/* What was only noticed is found again by the walk under the new settings; what is ready, looked at
 * or at work goes on, and leaves by itself (root->retired). */
static void drop_noticed(struct watch_file *file, void *data)
{
    struct watch *watch = data;
    if (file->root->retired && file->stage == FILE_NOTED && !file->parked)
        table_drop(watch->table, file);
}

/* A folder that is watched on keeps its counts. */
static void take_counts(const struct root_list *from, const struct root_list *to)
{
    for (size_t i = 0; i < to->count; i++)
        for (size_t j = 0; j < from->count; j++)
            if (strcmp(to->at[i]->likely, root_folder(from->at[j])) == 0)
                memcpy(to->at[i]->counts, from->at[j]->counts, sizeof to->at[i]->counts);
}

int watch_reload(struct watch *watch, const struct config_watch *folders, size_t count,
                 struct error *err)
{
    struct root_list roots;
    const int code = roots_open(watch->desk_dir, watch->store_dir, folders, count, &roots, err);
    if (code < 0)
        return code;
    for (size_t i = 0; i < watch->roots.count; i++)
        watch->roots.at[i]->retired = true;
    if (watch->inotify)
        inotify_forget(watch->inotify, NULL);
    table_each(watch->table, drop_noticed, watch);
    take_counts(&watch->roots, &roots);
    roots_close(&watch->roots);
    watch->roots = roots;
    review_start(watch);
    watch_pump(watch);
    return 0;
}

/* ---- status ---- */

const char *watch_stuck(const struct watch *watch, const char *path)
{
    const struct watch_file *file = table_find(watch->table, path);
    return file ? file->stuck : NULL;
}

static void count_stuck(struct watch_file *file, void *data)
{
    struct watch_status *status = data;
    if (!file->stuck)
        return;
    status->stuck++;
    status->stuck_cause = file->stuck;
}

void watch_status(const struct watch *watch, struct watch_status *out)
{
    const size_t count = table_count(watch->table);
    *out = (struct watch_status){
        .waiting = count > watch->at_work ? count - watch->at_work : 0,
        .at_work = watch->at_work,
        .more = watch->full || walk_waits(watch->walk),
        .overflows = watch->overflows,
        .rescans = watch->rescans,
        .watched = watch->inotify ? inotify_count(watch->inotify) : 0,
        .problem = watch->problem,
        .problem_us = watch->problem_us,
    };
    table_each(watch->table, count_stuck, out);
}

size_t watch_folder_count(const struct watch *watch)
{
    return watch->roots.count;
}

void watch_folder_status(const struct watch *watch, size_t which, struct watch_folder_status *out)
{
    const struct root *root = watch->roots.at[which];
    *out = (struct watch_folder_status){
        .folder = root->path && !root->missing ? root->path : root->given,
        .file_system = root->polled ? root->file_system : NULL,
        .missing = root->missing,
        .polled = root->polled,
        .scanned_us = root->scanned_us,
        .done = root->counts[STORE_FILE_DONE],
        .duplicate = root->counts[STORE_FILE_DUPLICATE],
        .failed = root->counts[STORE_FILE_FAILED],
    };
}

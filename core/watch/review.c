/* What is open in the store: moves that a kill cut short, files that failed. Gone through when a
 * desk starts, before any folder is, and again with each walk by the timer.
 *
 *   moving, deleting   ended, or found not to have begun: then the file is taken up again where it
 * is retry              comes back from failed/ failed             its document was healed since:
 * out of failed/. Its NAME.error.json is gone: tried again. It is gone itself: so be it */
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "watch/moves.h"
#include "watch/outcome.h"
#include "watch/parts.h"

#define ROWS_AT_ONCE 64
#define FAILED_US    INT64_C(1000000)

enum then { THEN_NOTHING, THEN_WRITE, THEN_OUT, THEN_RETURN, THEN_NOTE };

struct item {
    struct store_file row; /* its texts live in the arena */
    struct file_mark mark; /* of what lies in failed/ */
    enum then then;
    bool in_place; /* a file of the user's, left where it is */
};

struct review {
    struct watch *watch;
    uv_work_t work;
    struct asker asker;
    struct arena *arena;
    struct item at[ROWS_AT_ONCE];
    struct store_file rows[ROWS_AT_ONCE];
    size_t count;
    int64_t last_id;
    struct store_request request;
    struct error failed;
    int64_t not_before_us; /* after a failure */
    bool running, writing, closing;
    bool again; /* from the beginning, at the next turn */
    bool more;  /* another page, at the next turn */
};

/* ---- off the loop ---- */

static int keep_row(const struct store_file *row, void *data)
{
    struct review *review = data;
    struct item *item = &review->at[review->count];
    const struct {
        struct str from, *to;
    } texts[] = {{row->path, &item->row.path},
                 {row->target, &item->row.target},
                 {row->reason, &item->row.reason},
                 {row->document_state, &item->row.document_state}};
    *item = (struct item){.row = *row};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        /* with a NUL behind: they are paths */
        char *text = arena_text(review->arena, texts[i].from);
        if (!text)
            return error_set(&review->failed, ERR_NOMEM, "out of memory");
        *texts[i].to = (struct str){text, texts[i].from.len};
    }
    review->last_id = row->id;
    return ++review->count == ROWS_AT_ONCE;
}

static bool is_file(const char *path, struct file_mark *mark)
{
    struct stat info;
    if (lstat(path, &info) < 0 || !S_ISREG(info.st_mode))
        return false;
    *mark = mark_of(&info);
    return true;
}

/* A kill came between the row and the move, in it, or between the move and the next row. */
static void end_move(struct review *review, struct item *item)
{
    struct store_file *row = &item->row;
    const struct file_mark mark = {row->device, row->inode, row->size, row->mtime_ns};
    const bool deletes = row->state == STORE_FILE_DELETING;
    enum moved moved;
    struct error why;
    if (move_finish(row->path.at, row->target.at, &mark, &moved, &why) < 0) {
        review->failed = why;
        return;
    }
    if (moved == MOVED_CHANGED) { /* it is where it was; the walk finds it */
        if (row->outcome == STORE_FILE_FAILED)
            outcome_remove_report(row->target.at);
        item->then = THEN_NOTE;
        return;
    }
    item->then = THEN_WRITE;
    row->state = deletes ? STORE_FILE_DELETED : STORE_FILE_MOVED;
    if (moved == MOVED_DONE && deletes)
        unlink(row->target.at);
    else if (moved == MOVED_GONE && !deletes)
        row->state = STORE_FILE_GONE;
    if (row->state == STORE_FILE_GONE && row->outcome == STORE_FILE_FAILED)
        outcome_remove_report(row->target.at);
}

static void bring_back(struct item *item)
{
    struct file_mark there;
    if (item->row.target.len && is_file(item->row.target.at, &item->mark) &&
        !is_file(item->row.path.at, &there) && !outcome_has_report(item->row.target.at))
        item->then = THEN_RETURN;
    else
        item->then = THEN_NOTE;
}

static void look_at_failed(struct item *item)
{
    struct store_file *row = &item->row;
    const bool healed = str_is(row->document_state, "done");
    item->in_place = row->state == STORE_FILE_KEPT;
    if (row->state == STORE_FILE_GONE || row->target.len == 0 ||
        str_is(row->document_state, "received"))
        return;
    if (!is_file(item->in_place ? row->path.at : row->target.at, &item->mark)) {
        item->then = THEN_WRITE;
        row->state = STORE_FILE_GONE;
        outcome_remove_report(row->target.at);
    } else if (healed && item->in_place) {
        item->then = THEN_WRITE;
        row->outcome = STORE_FILE_DONE;
        outcome_remove_report(row->target.at);
    } else if (healed) {
        item->then = THEN_OUT;
    } else if (!outcome_has_report(row->target.at)) {
        item->then = THEN_RETURN;
    }
}

static void run(uv_work_t *work)
{
    struct review *review = work->data;
    struct store_reader *reader = NULL;
    const struct store_file_query query = {
        .open = true, .after_id = review->last_id, .limit = ROWS_AT_ONCE};
    review->count = 0;
    review->failed.code = 0;
    arena_clear(review->arena);
    if (asker_reader(&review->asker, &reader, &review->failed) < 0 ||
        store_files(reader, &query, keep_row, review, &review->failed) < 0)
        return;
    for (size_t i = 0; i < review->count; i++) {
        struct item *item = &review->at[i];
        const enum store_file_state state = item->row.state;
        if (state == STORE_FILE_MOVING || state == STORE_FILE_DELETING)
            end_move(review, item);
        else if (state == STORE_FILE_RETRY)
            bring_back(item);
        else
            look_at_failed(item);
    }
}

/* ---- on the loop ---- */

/* What is being moved right now is open in the store, too, and none of the review's business. */
static bool is_in_hand(const struct watch *watch, const struct item *item)
{
    const struct watch_file *file = table_find(watch->table, item->row.path.at);
    return file && file->stage != FILE_NOTED;
}

static struct watch_file *hidden_file(struct watch *watch, const struct item *item,
                                      enum file_action action)
{
    const struct store_file *row = &item->row;
    struct root *root = roots_find(&watch->roots, row->path.at);
    const char *below = root ? path_below(row->path.at, root_folder(root)) : NULL;
    if (!below)
        return NULL; /* of a folder that is watched no more */
    struct watch_file *file =
        table_add_hidden(watch->table, root, row->path.at, (size_t)(below - row->path.at));
    if (!file)
        return NULL;
    file->action = action;
    file->outcome = action == ACTION_OUT ? STORE_FILE_DONE : row->outcome;
    file->document_id = row->document_id;
    file->row_id = row->id;
    file->seen_us = row->seen_us;
    file->settled_us = row->settle_us;
    file->events = (uint32_t)row->events;
    file->settle.mark = item->mark;
    file->decided = true;
    if (!item->in_place && !(file->at = mem_strdup(row->target.at))) {
        table_drop(watch->table, file);
        return NULL;
    }
    return file;
}

static void do_item(struct review *review, struct item *item)
{
    struct watch *watch = review->watch;
    struct watch_file *file = NULL;
    if (item->then == THEN_NOTHING || is_in_hand(watch, item) ||
        table_has_hidden(watch->table, item->row.id))
        return;
    if (item->then == THEN_WRITE)
        review->rows[review->request.file_count++] = item->row;
    else if (item->then == THEN_OUT || item->then == THEN_RETURN)
        file = hidden_file(watch, item, item->then == THEN_OUT ? ACTION_OUT : ACTION_RETURN);
    if (file)
        decide_queue(watch, file);
}

static void follow_failed(struct watch *watch, const struct item *item)
{
    struct error err;
    if (!watch->inotify || item->row.outcome != STORE_FILE_FAILED || item->row.target.len == 0)
        return;
    MEM_AUTO char *folder = move_folder(item->row.target.at);
    if (folder)
        inotify_add_failed(watch->inotify, folder, &err); /* else the timer sees it */
}

static void destroy(struct review *review)
{
    struct watch *watch = review->watch;
    asker_close(&review->asker);
    arena_free(review->arena);
    mem_free(review);
    watch_part_closed(watch);
}

static void page_ends(struct review *review)
{
    struct watch *watch = review->watch;
    const bool failed = review->failed.code < 0;
    review->more = review->count == ROWS_AT_ONCE && !failed;
    if (failed && !watch->begun) {
        /* nothing may be looked through before this is done */
        review->again = true;
        review->not_before_us = clock_mono_us() + FAILED_US;
    } else if (!review->more && !review->again) {
        watch->begun = true;
    }
    watch_pump(watch);
}

static void written(struct store_request *request)
{
    struct review *review = request->data;
    review->writing = false;
    if (request->error.code < 0)
        watch_problem(review->watch, &request->error);
    if (review->closing)
        destroy(review);
    else
        page_ends(review);
}

static void after(uv_work_t *work, int status)
{
    struct review *review = work->data;
    struct watch *watch = review->watch;
    (void)status;
    review->running = false;
    if (review->closing) {
        destroy(review);
        return;
    }
    if (review->failed.code)
        watch_problem(watch, &review->failed);
    review->request = (struct store_request){
        .op = STORE_FILES, .files = review->rows, .done = written, .data = review};
    for (size_t i = 0; i < review->count; i++) {
        follow_failed(watch, &review->at[i]);
        do_item(review, &review->at[i]);
    }
    if (review->request.file_count == 0) {
        page_ends(review);
        return;
    }
    review->writing = true;
    review->request.bytes = review->request.file_count * KIB;
    watch->callbacks.write(&review->request, watch->callbacks.data);
}

void review_start(struct watch *watch)
{
    watch->review->again = true;
}

bool review_idle(const struct watch *watch)
{
    return !watch->review->running && !watch->review->writing;
}

int64_t review_next_us(const struct watch *watch)
{
    const struct review *review = watch->review;
    return review_idle(watch) && (review->again || review->more) ? review->not_before_us
                                                                 : INT64_MAX;
}

void review_turn(struct watch *watch, int64_t now_us)
{
    struct review *review = watch->review;
    if (review_next_us(watch) > now_us)
        return;
    if (!review->more)
        review->last_id = 0;
    review->again = review->again && review->more;
    review->more = false;
    review->running = true;
    uv_queue_work(watch->loop, &review->work, run, after);
}

int review_open(struct watch *watch, struct error *err)
{
    struct review *review = mem_zero(1, sizeof *review);
    if (review && !(review->arena = arena_new(ROWS_AT_ONCE * 4 * LIMIT(PATH_BYTES)))) {
        mem_free(review);
        review = NULL;
    }
    if (!review)
        return error_set(err, ERR_NOMEM, "out of memory while watching folders");
    review->watch = watch;
    review->work.data = review;
    review->asker.store_dir = watch->store_dir;
    watch->review = review;
    return 0;
}

void review_close(struct watch *watch)
{
    watch->review->closing = true;
    if (!watch->review->running && !watch->review->writing)
        destroy(watch->review);
}

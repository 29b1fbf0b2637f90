/* Decided files, some hundred at once: looked at and given a name (off the loop), what is meant to
 * happen with them committed, moved (off the loop, the folders synced once), and that committed.
 * One batch at a time; what is decided meanwhile gathers for the next. */
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "watch/moves.h"
#include "watch/outcome.h"
#include "watch/parts.h"

#define FILES_AT_ONCE 128
#define HELD_US       INT64_C(500000)
#define TROUBLE_US    INT64_C(5000000)

enum phase { PHASE_PREPARE, PHASE_MOVE };

struct step {
    struct watch_file *file;
    enum moved moved; /* of the last phase */
    struct error error;
    char *json; /* what goes into NAME.error.json; mem_alloc'd */
    bool out;   /* out of the batch already */
};

struct batch {
    struct watch *watch;
    uv_work_t work;
    enum phase phase;
    struct step at[FILES_AT_ONCE];
    struct store_file rows[FILES_AT_ONCE];
    size_t row_step[FILES_AT_ONCE]; /* whose row it is */
    size_t count;
    struct store_request request;
    struct asker asker;
    struct error trouble; /* of no single file */
    bool running, closing;
};

/* ---- off the loop: names ---- */

static void prepare(struct batch *batch, struct step *step)
{
    struct watch_file *file = step->file;
    step->moved = MOVED_DONE;
    if (outcome_moves(file) ||
        (file->action == ACTION_STAY && file->outcome != STORE_FILE_UNREADABLE))
        step->moved = move_look(outcome_place(file), &file->settle.mark);
    if (file->action == ACTION_STAY && step->moved == MOVED_HELD)
        step->moved = MOVED_DONE; /* it is not touched: its writer may go on, and is looked for */
    if (step->moved != MOVED_DONE)
        return;
    if (outcome_choose(file, &step->error) >= 0 && outcome_reports(file) &&
        move_make_folders(file->target, &step->error) >= 0)
        outcome_report(&batch->asker, file, &step->json, &step->error);
}

/* ---- off the loop: moving ---- */

/* The report comes before the file: a file in failed/ without it is one that is to be tried again.
 */
static void move(struct step *step)
{
    struct watch_file *file = step->file;
    int code =
        outcome_reports(file) ? outcome_write_report(file->target, step->json, &step->error) : 0;
    step->moved = MOVED_DONE;
    if (code < 0)
        return;
    if (outcome_deletes(file))
        code = move_delete(outcome_place(file), file->target, &file->settle.mark, &step->moved,
                           &step->error);
    else if (outcome_moves(file))
        code = move_file(outcome_place(file), file->target, &file->settle.mark, &step->moved,
                         &step->error);
    const bool well = code >= 0 && step->moved == MOVED_DONE;
    if (!well && outcome_reports(file))
        outcome_remove_report(file->target);
    if (well && file->at && file->action == ACTION_OUT)
        outcome_remove_report(file->at);
}

/* Each folder that was moved from or to, once; a batch has few. */
static void sync_folders(struct batch *batch)
{
    MEM_AUTO char *last_from = NULL;
    MEM_AUTO char *last_to = NULL;
    struct error why;
    for (size_t i = 0; i < batch->count; i++) {
        struct step *step = &batch->at[i];
        if (step->out || step->error.code || step->moved != MOVED_DONE ||
            !outcome_moves(step->file))
            continue;
        const char *const paths[] = {outcome_place(step->file), step->file->target};
        char **const last[] = {&last_from, &last_to};
        for (size_t j = 0; j < 2; j++) {
            char *folder = move_folder(paths[j]);
            if (folder && *last[j] && strcmp(folder, *last[j]) == 0) {
                mem_free(folder);
                continue;
            }
            mem_free(*last[j]);
            *last[j] = folder;
            if (move_sync(paths[j], &why) < 0)
                batch->trouble = why; /* it is moved all the same */
        }
    }
}

static void run(uv_work_t *work)
{
    struct batch *batch = work->data;
    for (size_t i = 0; i < batch->count; i++) {
        struct step *step = &batch->at[i];
        step->error.code = 0;
        if (step->out)
            continue;
        if (batch->phase == PHASE_PREPARE)
            prepare(batch, step);
        else
            move(step);
    }
    if (batch->phase == PHASE_MOVE)
        sync_folders(batch);
}

/* ---- on the loop ---- */

static void next_phase(struct batch *batch);

static struct store_file row_of(const struct watch_file *file, enum store_file_state state)
{
    const struct file_mark *mark = &file->settle.mark;
    const bool back = file->action == ACTION_RETURN && file->at;
    return (struct store_file){
        .id = file->row_id,
        .path = str_of(back ? file->target : file->path),
        .target = str_of(back ? file->at : file->target),
        .device = mark->device,
        .inode = mark->inode,
        .size = mark->size,
        .mtime_ns = mark->mtime_ns,
        .seen_us = file->seen_us,
        .settle_us = file->settled_us > 0 ? file->settled_us : 0,
        .events = file->events,
        .state = state,
        .outcome = file->outcome,
        .document_id = file->document_id,
        .reason = str_of(file->reason),
        .at_us = clock_wall_us(),
    };
}

static void add_row(struct batch *batch, size_t step, enum store_file_state state)
{
    batch->row_step[batch->request.file_count] = step;
    batch->rows[batch->request.file_count++] = row_of(batch->at[step].file, state);
}

static void leave(struct step *step)
{
    mem_free(step->json);
    step->json = NULL;
    step->out = true;
}

/* Out of the table, or, when something came for it meanwhile, noticed anew. */
static void finish(struct watch *watch, struct step *step)
{
    struct watch_file *file = step->file;
    const bool again = file->dirty && !file->hidden;
    struct root *root = root_hold(file->root);
    MEM_AUTO char *path =
        mem_strdup(file->action == ACTION_RETURN && file->at ? file->target : file->path);
    const bool back = file->action == ACTION_RETURN;
    leave(step);
    table_drop(watch->table, file);
    if (path && (again || back) && !root->retired)
        notice_file(watch, root, path, false, true);
    root_release(root);
}

/* What the file did meanwhile, or what became of its move. True: it stays in the batch. */
static bool sort_out(struct watch *watch, struct step *step)
{
    struct watch_file *file = step->file;
    if (step->error.code < 0) {
        watch_stuck_at(watch, file, &step->error);
        leave(step);
        decide_later(watch, file, TROUBLE_US);
        return false;
    }
    if (step->moved == MOVED_DONE || step->moved == MOVED_GONE)
        return true;
    leave(step);
    watch_stuck_at(watch, file, NULL);
    if (step->moved == MOVED_TAKEN) {
        decide_queue(watch, file);
    } else if (file->hidden) { /* in failed/: a review looks at it again */
        table_drop(watch->table, file);
    } else if (step->moved == MOVED_HELD) {
        decide_later(watch, file, HELD_US);
    } else { /* changed since it was read: a new document */
        file->stage = FILE_NOTED;
        file->parked = false;
        file->settled_us = -1;
        table_due(watch->table, file, clock_mono_us() + file->root->settle_us);
    }
    return false;
}

static enum store_file_state meant(const struct watch_file *file)
{
    if (file->action == ACTION_RETURN)
        return STORE_FILE_RETRY;
    return outcome_deletes(file) ? STORE_FILE_DELETING : STORE_FILE_MOVING;
}

static enum store_file_state come(const struct watch_file *file)
{
    if (file->action == ACTION_STAY)
        return STORE_FILE_KEPT;
    return outcome_deletes(file) ? STORE_FILE_DELETED : STORE_FILE_MOVED;
}

static void take_ids(struct batch *batch)
{
    for (size_t i = 0; i < batch->request.file_count; i++)
        batch->at[batch->row_step[i]].file->row_id = batch->rows[i].stored_id;
}

/* After a failed write the rows say "moving" still: the next review makes that good. */
static void end(struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        if (!batch->at[i].out)
            finish(batch->watch, &batch->at[i]);
    batch->count = 0;
    watch_pump(batch->watch);
}

static void destroy(struct batch *batch);

static void written(struct store_request *request)
{
    struct batch *batch = request->data;
    struct watch *watch = batch->watch;
    const bool failed = request->error.code < 0;
    if (failed)
        watch_problem(watch, &request->error);
    else
        take_ids(batch);
    if (batch->closing) {
        destroy(batch);
    } else if (batch->phase == PHASE_PREPARE) {
        for (size_t i = 0; failed && i < batch->count; i++) {
            if (batch->at[i].out)
                continue;
            leave(&batch->at[i]);
            watch_stuck_at(watch, batch->at[i].file, &request->error);
            decide_later(watch, batch->at[i].file, TROUBLE_US);
        }
        batch->phase = PHASE_MOVE;
        next_phase(batch);
    } else {
        end(batch);
    }
}

static void write_rows(struct batch *batch)
{
    struct store_request *request = &batch->request;
    if (request->file_count == 0) {
        request->error.code = 0;
        written(request);
        return;
    }
    request->bytes = request->file_count * KIB;
    batch->watch->callbacks.write(request, batch->watch->callbacks.data);
}

/* After a reload the same folder has another root, which goes on counting. */
static struct root *counting_root(struct watch *watch, struct watch_file *file)
{
    for (size_t i = 0; file->root->retired && i < watch->roots.count; i++)
        if (strcmp(root_folder(watch->roots.at[i]), root_folder(file->root)) == 0)
            return watch->roots.at[i];
    return file->root;
}

static void count_outcome(struct watch *watch, struct watch_file *file)
{
    if (file->outcome <= STORE_FILE_FAILED && file->action != ACTION_RETURN)
        counting_root(watch, file)->counts[file->outcome]++;
}

static void follow_failed(struct watch *watch, const struct watch_file *file)
{
    MEM_AUTO char *folder = file->target ? move_folder(file->target) : NULL;
    struct error err;
    if (folder && watch->inotify)
        inotify_add_failed(watch->inotify, folder, &err); /* else the rescan sees it */
}

static void add_rows(struct batch *batch)
{
    struct watch *watch = batch->watch;
    batch->request = (struct store_request){
        .op = STORE_FILES, .files = batch->rows, .done = written, .data = batch};
    for (size_t i = 0; i < batch->count; i++) {
        struct step *step = &batch->at[i];
        struct watch_file *file = step->file;
        if (step->out || !sort_out(watch, step))
            continue;
        if (batch->phase == PHASE_PREPARE && outcome_reports(file))
            follow_failed(watch, file); /* before there is a report that somebody could remove */
        if (step->moved == MOVED_GONE) {
            add_row(batch, i, STORE_FILE_GONE);
            if (batch->phase == PHASE_PREPARE)
                continue;
        } else if (batch->phase == PHASE_PREPARE) {
            if (file->action != ACTION_STAY)
                add_row(batch, i, meant(file));
        } else {
            if (file->action != ACTION_RETURN)
                add_row(batch, i, come(file));
            count_outcome(batch->watch, file);
        }
    }
    write_rows(batch);
}

static void destroy(struct batch *batch)
{
    struct watch *watch = batch->watch;
    for (size_t i = 0; i < batch->count; i++)
        mem_free(batch->at[i].json);
    asker_close(&batch->asker);
    mem_free(batch);
    watch_part_closed(watch);
}

static void after(uv_work_t *work, int status)
{
    struct batch *batch = work->data;
    (void)status;
    batch->running = false;
    if (batch->closing) {
        destroy(batch);
        return;
    }
    if (batch->trouble.code)
        watch_problem(batch->watch, &batch->trouble);
    batch->trouble.code = 0;
    add_rows(batch);
}

/* Files that were found gone have nothing more to happen to them. */
static void next_phase(struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        if (!batch->at[i].out && batch->at[i].moved == MOVED_GONE)
            finish(batch->watch, &batch->at[i]);
    batch->running = true;
    uv_queue_work(batch->watch->loop, &batch->work, run, after);
}

void batch_start(struct watch *watch)
{
    struct batch *batch = watch->batch;
    struct watch_file *file;
    if (!watch->decided.first)
        return;
    while (batch->count < FILES_AT_ONCE && (file = file_list_take(&watch->decided))) {
        file->stage = FILE_MOVING;
        file->dirty = false;
        table_due(watch->table, file, -1);
        batch->at[batch->count++] = (struct step){.file = file};
    }
    batch->phase = PHASE_PREPARE;
    next_phase(batch);
}

bool batch_idle(const struct watch *watch)
{
    return watch->batch->count == 0;
}

int batch_open(struct watch *watch, struct error *err)
{
    watch->batch = mem_zero(1, sizeof *watch->batch);
    if (!watch->batch)
        return error_set(err, ERR_NOMEM, "out of memory while watching folders");
    watch->batch->watch = watch;
    watch->batch->work.data = watch->batch;
    watch->batch->asker.store_dir = watch->store_dir;
    return 0;
}

void batch_close(struct watch *watch)
{
    watch->batch->closing = true;
    if (watch->batch->count == 0)
        destroy(watch->batch);
}
